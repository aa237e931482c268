"""Runs: made, started, stopped and listed, each in its folder under `models/runs`.

Nothing here imports mlx: training happens in a process of its own (`driver.py`) that outlives
whoever started it.
"""

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

import msgspec

from jessy_tui.bases.catalogue import NANO, find_base
from jessy_tui.errors import JessyError
from jessy_tui.files import write_atomically
from jessy_tui.folders import lock_folder, write_folder
from jessy_tui.training.blas import SHARED_BY, child_environment
from jessy_tui.training.launching import HOSTS_NAME, driver_command, read_hosts
from jessy_tui.training.mlx_lm_recipe import write_yaml
from jessy_tui.training.names import check_name, make_name
from jessy_tui.training.presets import recipe_for
from jessy_tui.training.processes import started_at
from jessy_tui.training.recipe import Recipe
from jessy_tui.training.record import (
    RECORD_NAME,
    BaseReference,
    RunRecord,
    RunState,
    read_record,
    write_record,
)
from jessy_tui.training.requests import (
    Asked,
    answered,
    checkpoint_now,
    continue_run,
    pause_run,
    stop_run,
)
from jessy_tui.training.run import Figures, Run
from jessy_tui.workspace import Workspace

__all__ = [
    "Figures",
    "Run",
    "RunState",
    "checkpoint_now",
    "continue_run",
    "create_run",
    "find_run",
    "list_runs",
    "lock_run",
    "pause_run",
    "resume_run",
    "start_run",
    "stop_run",
]

_DYING_SECONDS: Final = 5.0


def create_run(
    workspace: Workspace,
    *,
    name: str | None = None,
    base: str = "nano",
    recipe: Recipe | None = None,
) -> Run:
    """Make the folder of a new run: its recipe, and the rows it is to be trained on.

    A base that is built here need not be ready: the driver builds it.

    Args:
        workspace: whose examples are split, with the split's settings.
        name: of the run; by default a readable one is made up.
        base: the name of the base.
        recipe: how to train; by default what suits the base.

    Raises:
        JessyError: the name is taken or cannot name a run, there is no such base, there are no
            examples, or they have errors. Nothing was made then.
    """
    from jessy_tui.training.rows import write_rows

    taken = {path.name for path in workspace.runs.iterdir()} if workspace.runs.is_dir() else set()
    name = make_name(taken) if name is None else check_name(name)
    if name in taken:
        raise JessyError(f"There is a run {name!r} already; give another name.")
    found = find_base(workspace, base)
    if not found.ready and found.name != NANO:
        raise JessyError(
            f"The base {base} is not on this disk yet; make it ready with: jessy bases fetch "
            f"{base}."
        )
    recipe = recipe or recipe_for(found.name)
    folder = workspace.runs / name
    try:
        workspace.runs.mkdir(parents=True, exist_ok=True)
        with write_folder(folder, replace=False) as fresh:
            record = RunRecord(
                name=name,
                created=time.time(),
                base=BaseReference(
                    name=found.name,
                    folder=os.path.relpath(found.folder, folder),
                    fingerprint=found.record.fingerprint if found.record else None,
                ),
                recipe=recipe,
                data=write_rows(workspace, fresh / "data", recipe),
            )
            write_record(fresh, record)
            write_yaml(
                fresh,
                recipe,
                base=record.base.folder,
                rows=record.data.rows,
                validation_rows=record.data.validation_rows,
            )
    except FileExistsError:
        raise JessyError(f"There is a run {name!r} already; give another name.") from None
    except OSError as error:
        raise JessyError(
            f"The run {name!r} could not be made in {workspace.runs} "
            f"({error.strerror or error}); nothing was changed."
        ) from error
    return Run(folder)


def find_run(workspace: Workspace, name: str) -> Run:
    """The run of that name.

    Raises:
        JessyError: there is none; the sentence lists those there are.
    """
    run = Run(workspace.runs / name)
    if name not in ("", ".", "..") and "/" not in name and (run.folder / RECORD_NAME).is_file():
        return run
    names = ", ".join(run.name for run in list_runs(workspace))
    there = f"there are: {names}" if names else "there are none yet; start one with: jessy train"
    raise JessyError(f"There is no run {name!r}; {there}.")


def list_runs(workspace: Workspace, problems: list[str] | None = None) -> list[Run]:
    """The runs of the workspace, the latest first.

    A run whose record cannot be read is left out, and the sentence that says why is added to
    `problems`.
    """
    found: list[tuple[float, str, Run]] = []
    folders = workspace.runs.iterdir() if workspace.runs.is_dir() else iter(())
    for folder in folders:
        if folder.name.startswith(".") or not (folder / RECORD_NAME).is_file():
            continue
        try:
            found.append((-read_record(folder).created, folder.name, Run(folder)))
        except JessyError as error:
            if problems is not None:
                problems.append(str(error))
    return [run for _, _, run in sorted(found, key=lambda entry: entry[:2])]


def start_run(
    workspace: Workspace, run: Run, *, workers: int = 1, hosts: Path | None = None
) -> int:
    """Start the run's driver in a process that outlives this one; returns its number.

    Args:
        workspace: whose settings hold.
        run: it was made, and not started.
        workers: how many processes on this machine train it together, each its part of every
            batch.
        hosts: a file of the machines that do, in the form of mlx.launch; the first is this one,
            and the workspace is under the same path on all of them.

    Raises:
        JessyError: the run has been started before, or the process cannot be started.
    """
    with lock_run(run.folder):
        record = run.record
        if record.state not in (RunState.PREPARING, RunState.QUEUED) or record.pid is not None:
            raise JessyError(f"The run {run.name} has been started before; it is {run.state}.")
        if hosts is not None:
            content = read_hosts(hosts)
            write_atomically(run.folder / HOSTS_NAME, content)
            workers = 2  # at least: more than one
        return _start(workspace, run, msgspec.structs.replace(record, workers=workers))


def resume_run(workspace: Workspace, run: Run) -> int:
    """Let a new driver go on with a run from its last checkpoint; returns the process's number.

    What comes of it is what would have come of it without a break, byte for byte. A run that has
    no checkpoint yet begins anew.

    Raises:
        JessyError: a driver is at work, or it has made all its steps; or the process cannot be
            started.
    """
    if not (state := run.state).resumable:
        raise JessyError(f"The run {run.name} cannot go on: it is {state}. {run.explain()}")
    # A process that has just been killed may hold the folder for a moment yet.
    with lock_run(run.folder, _DYING_SECONDS):
        record = run.record
        if not run.state_of(record).resumable:  # someone else was quicker
            raise JessyError(f"The run {run.name} has a driver at work already.")
        fresh = msgspec.structs.replace(
            record, state=RunState.PREPARING, reason=None, resumed=record.resumed + 1
        )
        # Nobody asked the driver that is started now.
        answered(run.folder, Asked.STOP | Asked.PAUSE | Asked.CHECKPOINT)
        return _start(workspace, run, fresh)


def _start(workspace: Workspace, run: Run, record: RunRecord) -> int:
    """Start a driver and note it down."""
    environment = child_environment(workspace.settings.training.blas)
    if record.workers > 1 and not (run.folder / HOSTS_NAME).exists():
        environment[SHARED_BY] = str(record.workers)
    try:
        with run.log.open("ab") as log, _open_pipe() as (silence, kept_open):
            process = subprocess.Popen(
                driver_command(run.folder, record.workers, environment),
                stdin=silence,
                pass_fds=(kept_open,),
                stdout=log,
                stderr=log,
                env=environment,
                start_new_session=True,
            )
    except OSError as error:
        raise JessyError(f"The driver of {run.name} could not be started: {error}.") from error
    # Taken notice of when it ends, so that it does not stay behind as a zombie.
    threading.Thread(target=process.wait, daemon=True).start()
    started = started_at(process.pid) or time.time()
    write_record(
        run.folder,
        msgspec.structs.replace(
            record, state=RunState.PREPARING, pid=process.pid, process_started=started
        ),
    )
    return process.pid


@contextlib.contextmanager
def _open_pipe() -> Iterator[tuple[int, int]]:
    """A pipe for the input of a process: it holds the other end itself, so that it never ends.

    mlx's launcher would read the end of its input over and over.
    """
    reading, writing = os.pipe()
    try:
        yield reading, writing
    finally:
        os.close(reading)
        os.close(writing)


def lock_run(folder: Path, patience: float = 0.0) -> AbstractContextManager[None]:
    """Hold the folder as the only one; see `folders.lock_folder`."""
    return lock_folder(folder, f"The run {folder.name} has a driver at work already.", patience)
