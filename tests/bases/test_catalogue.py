"""What can be fine-tuned."""

import shutil
from pathlib import Path

import pytest

from jessy_tui.bases.catalogue import find_base, fingerprint_of, list_bases, texts_of
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
