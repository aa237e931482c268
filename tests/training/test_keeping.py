"""Names, notes, tags and the end of runs; no driver is started here."""

import os
from pathlib import Path

import msgspec
import pytest

from jessy_tui.errors import JessyError
from jessy_tui.training.about import ABOUT_NAME, read_about, tags_in
from jessy_tui.training.comparing import compare_runs
from jessy_tui.training.keeping import (
    annotate_run,
    clear_deleted,
    delete_run,
    rename_run,
    size_of,
)
from jessy_tui.training.processes import started_at
from jessy_tui.training.recipe import Recipe
from jessy_tui.training.record import RunState, write_record
from jessy_tui.training.run import Run
from jessy_tui.training.runs import create_run, list_runs
from jessy_tui.workspace import Workspace


@pytest.fixture
def run(workspace: Workspace) -> Run:
    run = create_run(workspace, name="first")
    note(run, state=RunState.FINISHED)
    return run


def note(run: Run, **changes: object) -> None:
    write_record(run.folder, msgspec.structs.replace(run.record, **changes))


def at_work(run: Run) -> None:
    """As if this very process were its driver."""
    note(run, state=RunState.RUNNING, pid=os.getpid(), process_started=started_at(os.getpid()))


def test_a_renamed_run_is_found_under_its_new_name_only(workspace: Workspace, run: Run) -> None:
    renamed = rename_run(workspace, run, "better")
    assert [found.name for found in list_runs(workspace)] == ["better"]
    assert renamed.record.name == "better"
    assert renamed.base_folder == workspace.bases / "nano"


def test_a_taken_name_is_refused_and_both_runs_stay(workspace: Workspace, run: Run) -> None:
    create_run(workspace, name="second")
    with pytest.raises(JessyError, match="There is a run 'second' already"):
        rename_run(workspace, run, "second")
    assert {found.name for found in list_runs(workspace)} == {"first", "second"}


def test_a_run_that_trains_is_neither_renamed_nor_deleted(workspace: Workspace, run: Run) -> None:
    at_work(run)
    with pytest.raises(JessyError, match="first cannot be renamed: it is running"):
        rename_run(workspace, run, "better")
    with pytest.raises(JessyError, match="first cannot be deleted: it is running"):
        delete_run(run)
    assert run.folder.is_dir()


def test_a_deleted_run_is_gone_with_all_its_files(workspace: Workspace, run: Run) -> None:
    delete_run(run)
    assert list_runs(workspace) == []
    assert list(workspace.runs.iterdir()) == []


def test_what_a_deletion_that_was_cut_short_left_is_no_run_and_is_cleared(
    workspace: Workspace, run: Run
) -> None:
    run.folder.rename(workspace.runs / ".first.deleted")
    assert list_runs(workspace) == []
    clear_deleted(workspace)
    assert list(workspace.runs.iterdir()) == []


def test_a_note_and_tags_are_kept_beside_the_record(run: Run) -> None:
    annotate_run(run, note="  ışık hızında\nöğrendi ")
    annotate_run(run, tags=tags_in("ilk, nano ilk"))
    about = read_about(run.folder)
    assert about.note == "ışık hızında\nöğrendi"
    assert about.tags == ("ilk", "nano")


def test_a_broken_note_names_the_file_and_the_remedy(run: Run) -> None:
    (run.folder / ABOUT_NAME).write_text("{")
    with pytest.raises(JessyError, match=r"about\.json cannot be read .* move it away"):
        read_about(run.folder)


def test_the_size_of_a_run_is_that_of_its_files(run: Run) -> None:
    before = size_of(run)
    (run.folder / "log.txt").write_bytes(b"x" * 1000)
    assert size_of(run) == before + 1000


def test_runs_side_by_side_say_in_what_they_differ(workspace: Workspace, run: Run) -> None:
    other = create_run(workspace, name="second", recipe=Recipe(learning_rate=3e-4))
    found = compare_runs([run, other])
    assert found.runs == ("first", "second")
    differing = [row for row in found.recipe if row.differs]
    assert [(row.name, row.values) for row in differing] == [("learning_rate", ("0.001", "0.0003"))]
    assert [row.values for row in found.outcome if row.name == "state"] == [
        ("finished", "preparing")
    ]
    assert not any(row.differs for row in found.made_from if row.name == "data digest")


def test_a_folder_that_cannot_be_moved_keeps_its_name(
    workspace: Workspace, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(JessyError, match=r"first could not be renamed \(Permission denied\)"):
        rename_run(workspace, run, "better")
    assert run.record.name == "first"
