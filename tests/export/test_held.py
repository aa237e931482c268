"""A checkpoint that is replaced, pruned or deleted while it is exported."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from jessy_tui.errors import JessyError
from jessy_tui.export import held
from jessy_tui.export.order import Way, order_for
from jessy_tui.export.tensors import ModelWriter, model_files, read_headers
from jessy_tui.workspace import Workspace
from tests.export.conftest import Checkpoints
from tests.export.making import made


@pytest.mark.parametrize("linked", [True, False], ids=["linked", "copied"])
def test_an_export_is_of_one_checkpoint_though_another_takes_its_place_halfway(
    shelf: Workspace,
    checkpoints: Checkpoints,
    monkeypatch: pytest.MonkeyPatch,
    linked: bool,  # a parameter of the test
) -> None:
    final = shelf.runs / "lora" / "final"
    write, calls = ModelWriter.write, []

    def replacing(writer: ModelWriter, name: str, content: bytes) -> None:
        calls.append(name)
        if len(calls) == 3:
            final.rename(shelf.root / "old")
            shutil.copytree(shelf.runs / "dora" / "final", final)
            shutil.rmtree(shelf.root / "old")
        write(writer, name, content)

    def refuses(*_: object, **__: object) -> None:
        raise OSError(18, os.strerror(18))

    monkeypatch.setattr(ModelWriter, "write", replacing)
    if not linked:
        monkeypatch.setattr(held.os, "link", refuses)
    done = made(order_for(shelf, run="lora", way=Way.FUSED))
    assert not list(Path(done.folder).glob(".*"))
    found = read_headers(model_files(Path(done.folder)))
    for name, weight in checkpoints.merged("lora").items():
        np.testing.assert_allclose(found[name].read(), weight, rtol=2e-5, atol=2e-6)


def test_a_checkpoint_that_is_gone_is_one_sentence(shelf: Workspace, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    with (
        pytest.raises(JessyError, match="is gone; choose another"),
        held.held(tmp_path / "gone", tmp_path / "here"),
    ):
        pass
    assert not list((tmp_path / "here").iterdir())
