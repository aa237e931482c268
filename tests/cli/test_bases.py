"""`jessy bases`."""

import shutil
from pathlib import Path

import msgspec
import pytest

from jessy_tui.training.record import write_record
from jessy_tui.training.runs import create_run
from jessy_tui.workspace import Workspace
from tests.cli.conftest import Jessy
from tests.conftest import EXAMPLES, example
from tests.inference import models


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace whose nano was built by the verb."""
    workspace = Workspace(tmp_path_factory.mktemp("built"))
    workspace.data.mkdir()
    rows = [example(*row) for row in EXAMPLES]
    (workspace.data / "chat.json").write_bytes(msgspec.json.encode(rows))
    return workspace


def test_nano_is_offered_before_it_is_there_and_owns_up_to_parroting(
    jessy: Jessy, workspace: Workspace
) -> None:
    ran = jessy("bases", folder=workspace.root)
    assert ran.code == 0
    assert "nano  (not built yet: jessy bases fetch nano)" in ran.out
    assert "from: built here, no download" in ran.out
    assert "parrots the examples rather than generalises" in ran.out
    nano = jessy("bases", "--json", folder=workspace.root).json["bases"][0]
    assert (nano["name"], nano["ready"], nano["fingerprint"]) == ("nano", False, None)


def test_fetching_builds_it_once_and_again_only_when_asked(jessy: Jessy, built: Workspace) -> None:
    first = jessy("bases", "fetch", "nano", "--json", folder=built.root).json
    assert (first["ready"], first["built"], first["examples"]) == (True, True, len(EXAMPLES))
    again = jessy("bases", "fetch", "nano", "--json", folder=built.root).json
    assert (again["built"], again["fingerprint"]) == (False, first["fingerprint"])

    run = create_run(built, name="old")
    other = msgspec.structs.replace(run.record.base, fingerprint="another")
    write_record(run.folder, msgspec.structs.replace(run.record, base=other))
    ran = jessy("bases", "fetch", "nano", "--rebuild", folder=built.root)
    assert ran.code == 0
    assert "nano is ready" in ran.out
    assert "Trained on another nano, and not to be asked any more: old." in ran.out
    nano = jessy("bases", "--json", folder=built.root).json["bases"][0]
    assert nano["fingerprint"] == first["fingerprint"]  # of the same examples


def test_what_is_no_base_or_cannot_be_built_is_refused(
    jessy: Jessy, workspace: Workspace, tmp_path: Path
) -> None:
    ran = jessy("bases", "fetch", "gemma", folder=workspace.root)
    assert (ran.code, ran.out) == (1, "")
    assert "There is no base 'gemma'; there are: nano, smollm2-135m, " in ran.err
    shutil.copytree(models.write_base(tmp_path / "written"), workspace.bases / "mine")
    ran = jessy("bases", "fetch", "mine", "--rebuild", folder=workspace.root)
    assert ran.code == 1
    assert "fetch it anew from the folder or file it was made of" in ran.err


def test_without_examples_nothing_is_built(jessy: Jessy, tmp_path: Path) -> None:
    ran = jessy("bases", "fetch", "nano", folder=tmp_path)
    assert ran.code == 1
    assert "There are no examples in" in ran.err
    assert not (tmp_path / "models").exists()
