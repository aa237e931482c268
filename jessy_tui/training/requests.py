"""What a run can be asked while it trains: files in its folder, read by the driver between steps.

A file says it to a driver on whatever machine it runs, and stays said when the asker is gone.
"""

import contextlib
import enum
import os
import signal
from pathlib import Path
from typing import Final

from jessy_tui.errors import JessyError
from jessy_tui.training.record import RunState
from jessy_tui.training.run import CHECKPOINT_NAME, PAUSE_NAME, STOP_NAME, Run


class Asked(enum.IntFlag):
    """What a run is asked at the moment."""

    NOTHING = 0
    STOP = 1
    PAUSE = 2
    CHECKPOINT = 4


_NAMES: Final = {
    Asked.STOP: STOP_NAME,
    Asked.PAUSE: PAUSE_NAME,
    Asked.CHECKPOINT: CHECKPOINT_NAME,
}


def stop_run(run: Run) -> None:
    """Ask the run's driver to end its step, save, and stop. Returns at once.

    Raises:
        JessyError: no driver is at work.
    """
    pid = _pid(run, "stopped")
    try:
        (run.folder / STOP_NAME).touch()
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        (run.folder / STOP_NAME).unlink(missing_ok=True)  # it has just ended by itself
    except OSError as error:
        raise JessyError(f"The run {run.name} could not be asked to stop: {error}.") from error


def pause_run(run: Run) -> None:
    """Ask the run's driver to save, and then to wait until it is told to go on.

    It keeps its memory and gives the processor back. A paused run that is killed resumes from
    what it saved.

    Raises:
        JessyError: no driver is at work, or it pauses already.
    """
    _pid(run, "paused")
    if (run.folder / PAUSE_NAME).exists():
        raise JessyError(f"The run {run.name} pauses already.")
    _ask(run, Asked.PAUSE)


def continue_run(run: Run) -> None:
    """Let a paused run go on.

    Raises:
        JessyError: it does not pause.
    """
    _pid(run, "continued")
    try:
        (run.folder / PAUSE_NAME).unlink()
    except FileNotFoundError:
        raise JessyError(f"The run {run.name} does not pause; it is {run.state}.") from None


def checkpoint_now(run: Run) -> None:
    """Ask the run's driver for a checkpoint after the step it is in.

    Raises:
        JessyError: no driver is at work.
    """
    _pid(run, "asked for a checkpoint")
    _ask(run, Asked.CHECKPOINT)


def asked_of(folder: Path) -> Asked:
    """What the run in `folder` is asked at the moment."""
    asked = Asked.NOTHING
    for what, name in _NAMES.items():
        if (folder / name).exists():
            asked |= what
    return asked


def answered(folder: Path, what: Asked) -> None:
    """Take back what has been done, or what an earlier driver did not live to do."""
    for one, name in _NAMES.items():
        if one in what:
            with contextlib.suppress(OSError):
                (folder / name).unlink()


def _ask(run: Run, what: Asked) -> None:
    try:
        (run.folder / _NAMES[what]).touch()
    except OSError as error:
        raise JessyError(f"The run {run.name} could not be asked: {error}.") from error


def _pid(run: Run, what: str) -> int:
    record = run.record
    state = run.state_of(record)
    if not state.active or record.pid is None or state is RunState.QUEUED:
        raise JessyError(f"The run {run.name} cannot be {what}: it is {state}.")
    return record.pid
