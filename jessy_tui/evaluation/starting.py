"""Starting the process that asks, and asking it to stop. Nothing here imports mlx."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

import msgspec

from jessy_tui.errors import JessyError
from jessy_tui.evaluation.evaluation import LOG_NAME, STOP_NAME, Evaluation
from jessy_tui.evaluation.record import EvaluationState, write_record
from jessy_tui.folders import lock_folder
from jessy_tui.training.blas import child_environment
from jessy_tui.training.processes import started_at
from jessy_tui.workspace import Workspace

PATIENCE: Final = 10.0
"""How long the process that asks waits for whoever started it to note its number down, seconds."""
# A process that has just been killed may hold the folder for a moment yet.
_DYING_SECONDS: Final = 5.0


def start_evaluations(workspace: Workspace, evaluations: Sequence[Evaluation]) -> int:
    """Start a process that asks these, one after the other; returns its number.

    It outlives whoever started it. Evaluations of one base next to each other load it once.

    Raises:
        JessyError: one is finished or being asked already, or the process cannot be started.
    """
    folders = [str(evaluation.folder) for evaluation in evaluations]
    command = [sys.executable, "-P", "-m", "jessy_tui.evaluation.process", str(workspace.root)]
    with contextlib.ExitStack() as locks:
        # Until the process is noted down it cannot note anything down itself.
        for evaluation in evaluations:
            locks.enter_context(lock_evaluation(evaluation.folder, _DYING_SECONDS))
            state = evaluation.state
            if state is EvaluationState.FINISHED:
                raise JessyError(f"The evaluation {evaluation.id} is finished already.")
            if state.active and evaluation.record.pid is not None:
                raise JessyError(f"The evaluation {evaluation.id} has a process at work already.")
        try:
            with (evaluations[0].folder / LOG_NAME).open("ab") as log:
                process = subprocess.Popen(
                    [*command, *folders],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=child_environment(workspace.settings.training.blas),
                    start_new_session=True,
                )
        except OSError as error:
            raise JessyError(f"The probes could not be asked: {error}.") from error
        # Taken notice of when it ends, so that it does not stay behind as a zombie.
        threading.Thread(target=process.wait, daemon=True).start()
        started = started_at(process.pid) or time.time()
        for evaluation in evaluations:
            (evaluation.folder / STOP_NAME).unlink(missing_ok=True)
            record = msgspec.structs.replace(
                evaluation.record,
                state=EvaluationState.QUEUED,
                pid=process.pid,
                process_started=started,
                reason=None,
            )
            write_record(evaluation.folder, record)
    return process.pid


def stop_evaluation(evaluation: Evaluation) -> None:
    """Ask for an end at once; what was answered stays, and it can go on later. Does not wait.

    Raises:
        JessyError: nobody asks it.
    """
    record = evaluation.record
    state = evaluation.state_of(record)
    if not state.active or record.pid is None:
        raise JessyError(f"The evaluation {evaluation.id} cannot be stopped: it is {state}.")
    try:
        (evaluation.folder / STOP_NAME).touch()
    except OSError as error:
        raise JessyError(f"The evaluation could not be asked to stop: {error}.") from error


def end_process(pid: int) -> None:
    """Ask the process for an end of all that it was to ask."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)


def lock_evaluation(folder: Path, patience: float = 0.0) -> AbstractContextManager[None]:
    """Hold the folder as the only one; see `folders.lock_folder`."""
    taken = f"The evaluation {folder.name} has a process at work already."
    return lock_folder(folder, taken, patience)
