"""Keeping house among the runs: another name, a note, tags, and away with what is not wanted."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import msgspec

from jessy_tui.errors import JessyError
from jessy_tui.training.about import read_about, write_about
from jessy_tui.training.names import check_name
from jessy_tui.training.record import write_record
from jessy_tui.training.run import Run
from jessy_tui.training.runs import lock_run
from jessy_tui.workspace import Workspace


def rename_run(workspace: Workspace, run: Run, name: str) -> Run:
    """Give a run that does not train another name, which its folder has too.

    Raises:
        JessyError: it trains, the name is taken or cannot name a run, or the folder cannot be
            moved. Nothing is changed then.
    """
    name = check_name(name)
    if name == run.name:
        return run
    _refuse_active(run, "be renamed")
    target = workspace.runs / name
    if target.exists():
        raise JessyError(f"There is a run {name!r} already; give another name.")
    with lock_run(run.folder):
        try:
            run.folder.rename(target)
        except OSError as error:
            raise JessyError(f"{run.name} could not be renamed ({error.strerror}).") from error
    renamed = Run(target)
    # The folder is what counts; the record only repeats it.
    write_record(target, msgspec.structs.replace(renamed.record, name=name))
    return renamed


def delete_run(run: Run) -> None:
    """Remove a run that does not train, with its checkpoints, for good.

    It is out of every list at once; a deletion that is cut short leaves a hidden folder, which
    `clear_deleted` removes.

    Raises:
        JessyError: it trains, or its folder cannot be moved away; nothing is changed then.
    """
    _refuse_active(run, "be deleted")
    doomed = run.folder.with_name(f".{run.name}.deleted")
    with lock_run(run.folder):
        shutil.rmtree(doomed, ignore_errors=True)
        try:
            run.folder.rename(doomed)
        except OSError as error:
            raise JessyError(f"{run.name} could not be deleted ({error.strerror}).") from error
    shutil.rmtree(doomed, ignore_errors=True)


def clear_deleted(workspace: Workspace) -> None:
    """Remove what a deletion that was cut short has left."""
    for folder in workspace.runs.glob(".*.deleted"):
        shutil.rmtree(folder, ignore_errors=True)


def annotate_run(run: Run, *, note: str | None = None, tags: Iterable[str] | None = None) -> None:
    """Replace the note or the tags of a run; what is None stays.

    Raises:
        JessyError: its `about.json` cannot be read or written.
    """
    about = read_about(run.folder)
    if note is not None:
        about = msgspec.structs.replace(about, note=note.strip())
    if tags is not None:
        about = msgspec.structs.replace(about, tags=tuple(dict.fromkeys(tags)))
    write_about(run.folder, about)


def choose_checkpoint(run: Run, name: str | None) -> None:
    """Make a checkpoint the one the run is asked with and exported from, unless told otherwise.

    Args:
        run: it may train meanwhile.
        name: a step, "best" or "final"; None leaves it to the run's recipe again.

    Raises:
        JessyError: it has no such checkpoint, or its `about.json` cannot be read or written.
    """
    if name is not None:
        run.checkpoint(name)
    write_about(run.folder, msgspec.structs.replace(read_about(run.folder), chosen=name))


def size_of(run: Run) -> int:
    """How many bytes the run's folder takes on the disk."""
    return sum(_size(path) for path in run.folder.rglob("*"))


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _refuse_active(run: Run, what: str) -> None:
    state = run.state
    if state.active:
        raise JessyError(f"{run.name} cannot {what}: it is {state}. Stop it first.")
