"""What can be fine-tuned."""

import shutil
from pathlib import Path

import pytest

from jessy_tui.bases.catalogue import (
    Fit,
    chosen,
    find_base,
    fingerprint_of,
    list_bases,
    texts_of,
)
from jessy_tui.bases.choosing import choose_base
from jessy_tui.bases.machine import Machine
from jessy_tui.dataset.files import load_examples
from jessy_tui.errors import JessyError
from jessy_tui.workspace import Workspace
from tests.inference import models


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return models.write_base(tmp_path / "written")


def test_nano_is_offered_before_it_is_built_and_owns_up_to_parroting(workspace: Workspace) -> None:
    nano = list_bases(workspace)[0]
    assert (nano.name, nano.ready) == ("nano", False)
    assert "parrots the examples rather than generalises" in nano.description


def test_a_folder_with_a_record_is_a_base(workspace: Workspace, folder: Path) -> None:
    shutil.copytree(folder, workspace.bases / "mine")
    names = [base.name for base in list_bases(workspace)]
    assert (names[:2], names[-1]) == (["nano", "smollm2-135m"], "mine")
    assert find_base(workspace, "mine").ready


def test_what_is_trained_is_the_setting_else_smollm2_else_nano(
    workspace: Workspace, folder: Path
) -> None:
    def name() -> str | None:
        base = chosen(Workspace(workspace.root))
        return base.name if base else None

    assert name() is None
    shutil.copytree(folder, workspace.bases / "nano")
    assert name() == "nano"
    shutil.copytree(folder, workspace.bases / "smollm2-135m")
    assert name() == "smollm2-135m"
    choose_base(workspace, "gemma3-270m")
    assert name() == "gemma3-270m"
    choose_base(workspace, "gone")
    with pytest.raises(JessyError, match="choose another with: jessy bases choose NAME"):
        name()


def test_a_jessy_toml_that_is_broken_is_not_written_over(workspace: Workspace) -> None:
    path = workspace.root / "jessy.toml"
    for broken in ("[training\n", 'training = "nano"\n', "\xff"):
        path.write_bytes(broken.encode("latin-1"))
        with pytest.raises(JessyError, match=r"jessy\.toml could not be read"):
            choose_base(workspace, "nano")
        assert path.read_bytes() == broken.encode("latin-1")


def test_whether_a_base_suits_a_machine_depends_on_its_memory_and_its_gpu() -> None:
    laptop, mac = Machine(16 * 10**9, gpu=False), Machine(8 * 10**9, gpu=True)
    assert [laptop.fit(size) for size in (135_000_000, 600_000_000, 2_500_000_000)] == [
        Fit.GOOD,
        Fit.SLOW,
        Fit.TOO_LARGE,
    ]
    assert mac.fit(600_000_000) is Fit.GOOD
    assert mac.disk_of(1_000) == 2_000


def test_an_unknown_base_is_refused_with_those_there_are(workspace: Workspace) -> None:
    with pytest.raises(JessyError, match="no base 'gemma'; there are: nano"):
        find_base(workspace, "gemma")


def test_a_broken_record_is_refused_with_its_file(workspace: Workspace, folder: Path) -> None:
    shutil.copytree(folder, workspace.bases / "nano")
    (workspace.bases / "nano" / "base.json").write_text('{"name": "nano"')
    with pytest.raises(JessyError, match=r"base\.json is not a base's record"):
        list_bases(workspace)


def test_any_changed_byte_changes_the_fingerprint(folder: Path) -> None:
    before = fingerprint_of(folder)
    with (folder / "model.safetensors").open("r+b") as stream:
        stream.seek(-1, 2)
        stream.write(b"\x01")
    assert fingerprint_of(folder) != before


def test_a_base_learns_from_all_that_an_example_says(workspace: Workspace) -> None:
    examples = load_examples(workspace.example_files()[0]).examples
    assert texts_of(examples)[0] == "sana bisi sorucam\nSor kanka, dinliyorum."
