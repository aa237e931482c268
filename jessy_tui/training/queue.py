"""The queue: runs that wait, and the process that starts one after another.

A queued run is a run like any other, whose record says so: the queue is nothing but those records,
in the order of their places. The process that works it off (`python -m jessy_tui.training.queue
WORKSPACE`) outlives the app; it holds a lock, so that there is one of it, and it ends when nothing
waits any more. Were it killed, whoever looks at the runs next starts it again.
"""

import fcntl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec

from jessy_tui.errors import JessyError
from jessy_tui.training.about import read_about, write_about
from jessy_tui.training.mishaps import open_standard_streams
from jessy_tui.training.record import RunState, write_record
from jessy_tui.training.run import Run
from jessy_tui.training.runs import list_runs, lock_run, start_run
from jessy_tui.workspace import Workspace

LOCK_NAME: Final = ".queue.lock"
LOG_NAME: Final = ".queue.log"
_LOOK_SECONDS: Final = 1.0


def queued_runs(workspace: Workspace) -> list[Run]:
    """The runs that wait, in the order in which they will be started."""
    waiting = []
    for run in list_runs(workspace):
        with suppress(JessyError):
            record = run.record
            if record.state is RunState.QUEUED:
                place = read_about(run.folder).place
                waiting.append((record.created if place is None else place, run.name, run))
    return [run for _, _, run in sorted(waiting, key=lambda entry: entry[:2])]


def enqueue_run(workspace: Workspace, run: Run) -> None:
    """Let a run that was made, and not started, wait for the runs before it.

    Raises:
        JessyError: it has been started before, or its folder cannot be written.
    """
    with lock_run(run.folder):
        record = run.record
        if record.state is not RunState.PREPARING or record.pid is not None:
            raise JessyError(f"{run.name} cannot be queued: it is {run.state}.")
        write_record(run.folder, msgspec.structs.replace(record, state=RunState.QUEUED))
    work_off(workspace)


def unqueue_run(run: Run) -> None:
    """Take a run out of the queue; it stays, as one that was stopped before its first step.

    Raises:
        JessyError: it does not wait.
    """
    with lock_run(run.folder):
        record = run.record
        if record.state is not RunState.QUEUED:
            raise JessyError(f"{run.name} does not wait in the queue: it is {run.state}.")
        write_record(run.folder, msgspec.structs.replace(record, state=RunState.STOPPED))


def move_in_queue(workspace: Workspace, run: Run, by: int) -> bool:
    """Let a run change places with the one before it (`by` -1) or behind it (+1).

    Returns whether there was one.

    Raises:
        JessyError: it does not wait.
    """
    waiting = queued_runs(workspace)
    names = [other.name for other in waiting]
    if run.name not in names:
        raise JessyError(f"{run.name} does not wait in the queue: it is {run.state}.")
    old = names.index(run.name)
    new = old + by
    if not 0 <= new < len(waiting):
        return False
    waiting.insert(new, waiting.pop(old))
    for place, other in enumerate(waiting):
        about = read_about(other.folder)
        if about.place != place:
            write_about(other.folder, msgspec.structs.replace(about, place=float(place)))
    return True


def work_off(workspace: Workspace) -> None:
    """See to it that the queue is worked off, by a process that outlives this one.

    Raises:
        JessyError: the process cannot be started.
    """
    with _alone(workspace) as alone:
        if not alone or not queued_runs(workspace):
            return
    try:
        with (workspace.runs / LOG_NAME).open("ab") as log:
            subprocess.Popen(
                [
                    *(sys.executable, "-P", "-m", "jessy_tui.training.queue"),
                    str(workspace.root.resolve()),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
    except OSError as error:
        raise JessyError(f"The queue could not be started: {error}.") from error


def being_worked_off(workspace: Workspace) -> bool:
    """Whether a process is at work on the queue."""
    with _alone(workspace) as alone:
        return not alone


def run_queue(workspace: Workspace) -> None:
    """Start what waits, one after another, until nothing does; at once where another does so."""
    while True:
        with _alone(workspace) as alone:
            if not alone:
                return
            while waiting := queued_runs(workspace):
                if _another_trains(workspace):
                    time.sleep(_LOOK_SECONDS)
                    continue
                _start(workspace, waiting[0])
        # What was queued after the last look, by someone who saw the lock still held, counts.
        if not queued_runs(workspace):
            return


def _start(workspace: Workspace, run: Run) -> None:
    try:
        start_run(workspace, run)
    except JessyError as error:
        _say(f"{run.name}: {error}")
        with suppress(JessyError), lock_run(run.folder):
            record = run.record
            if record.state is RunState.QUEUED:
                failed = msgspec.structs.replace(record, state=RunState.FAILED, reason=str(error))
                write_record(run.folder, failed)
    else:
        _say(f"{run.name} has started")


def _another_trains(workspace: Workspace) -> bool:
    for run in list_runs(workspace):
        with suppress(JessyError):
            if run.state.active:
                return True
    return False


def _alone(workspace: Workspace) -> AbstractContextManager[bool]:
    """Hold the queue's lock, if it is free; says whether it was."""
    return _held(workspace.runs / LOCK_NAME)


@contextmanager
def _held(path: Path) -> Iterator[bool]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.open("ab")
    except OSError as error:
        raise JessyError(f"{path.parent} cannot be written ({error.strerror}).") from error
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


def _say(text: str) -> None:
    print(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}", flush=True)


def main(root: Path) -> int:
    """Work off the queue of the workspace in `root`; returns the exit code."""
    open_standard_streams()
    try:
        run_queue(Workspace(root))
    except JessyError as error:
        print(f"jessy: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m jessy_tui.training.queue WORKSPACE")
    sys.exit(main(Path(sys.argv[1])))
