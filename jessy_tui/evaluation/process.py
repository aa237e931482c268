"""The process that asks: `python -m jessy_tui.evaluation.process WORKSPACE FOLDER ...`.

It needs no terminal, outlives whoever started it, and writes all it has to say into the folders of
the evaluations. SIGTERM and SIGINT break off at once; what was answered is kept. The models run in
processes of their own. Exit code 0: finished or stopped; 1: one of them failed.
"""

import asyncio
import contextlib
import importlib.metadata
import os
import platform
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from jessy_tui import __version__
from jessy_tui.errors import JessyError
from jessy_tui.evaluation.evaluation import STOP_NAME, Evaluation
from jessy_tui.evaluation.evaluations import record_of_target
from jessy_tui.evaluation.record import EvaluationState, TargetRecord, write_record
from jessy_tui.evaluation.runner import Runner
from jessy_tui.evaluation.starting import PATIENCE, lock_evaluation
from jessy_tui.inference.engines import start_engine
from jessy_tui.inference.target import Target, target_of_base, target_of_run
from jessy_tui.training.mishaps import open_standard_streams
from jessy_tui.training.processes import started_at
from jessy_tui.workspace import Workspace

if TYPE_CHECKING:
    from jessy_tui.inference.engines import AnyEngine

_PACKAGES: Final = ("mlx", "mlx-lm", "transformers")


class Asker:
    """Asks evaluations one after the other, and keeps a base loaded as long as it is wanted."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._engine: AnyEngine | None = None

    async def ask_all(self, evaluations: Sequence[Evaluation]) -> bool:
        """Ask them; returns whether none failed. Cancel the task to break off."""
        well = True
        try:
            for evaluation in evaluations:
                well = await self._ask(evaluation) and well
        except asyncio.CancelledError:
            for evaluation in evaluations:
                if evaluation.state.active:
                    _note(evaluation, state=EvaluationState.STOPPED)
            raise
        finally:
            await self._close()
        return well

    async def _ask(self, evaluation: Evaluation) -> bool:
        try:
            with lock_evaluation(evaluation.folder, PATIENCE):
                if (evaluation.folder / STOP_NAME).exists():
                    state = EvaluationState.STOPPED
                else:
                    state = await self._run(evaluation)
                (evaluation.folder / STOP_NAME).unlink(missing_ok=True)
                load = os.getloadavg()[1] / (os.cpu_count() or 1)
                _note(evaluation, state=state, load=load)
                _say(f"{evaluation.id}: {state}")
        except (JessyError, OSError) as error:
            reason = str(error)
            _say(f"{evaluation.id}: failed: {reason}")
            with contextlib.suppress(JessyError):
                _note(evaluation, state=EvaluationState.FAILED, reason=reason)
            return False
        return True

    async def _run(self, evaluation: Evaluation) -> EvaluationState:
        _note(
            evaluation,
            state=EvaluationState.PREPARING,
            pid=os.getpid(),
            process_started=started_at(os.getpid()) or time.time(),
            versions=_versions(),
        )
        runner = Runner(evaluation)
        if not runner.left():
            return EvaluationState.FINISHED
        engine = await self._open(evaluation.record.target)
        _note(evaluation, state=EvaluationState.ASKING, blas=engine.machine)
        return await runner.run(engine)

    async def _open(self, wanted: TargetRecord) -> "AnyEngine":
        """What answers for this target.

        Raises:
            JessyError: it is gone, is another one by now, or cannot be loaded.
        """
        target = target_of(self._workspace, wanted)
        if record_of_target(target) != wanted:
            raise JessyError(
                f"{wanted.name} is another one than when its evaluation began; evaluate it anew "
                "with: jessy eval."
            )
        self._engine = await start_engine(self._workspace, target, self._engine)
        return self._engine

    async def _close(self) -> None:
        if self._engine is not None:
            await self._engine.close()
            self._engine = None


def target_of(workspace: Workspace, wanted: TargetRecord) -> Target:
    """What a record names.

    Raises:
        JessyError: it is not there any more.
    """
    if wanted.url is not None:
        return Target(base_name=wanted.base, url=wanted.url, system=wanted.system)
    if wanted.run is not None:
        return target_of_run(workspace, wanted.run, wanted.checkpoint)
    return target_of_base(workspace, wanted.base)


def _note(evaluation: Evaluation, **changes: Any) -> None:
    write_record(evaluation.folder, msgspec.structs.replace(evaluation.record, **changes))


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def _versions() -> dict[str, str]:
    found = {package: importlib.metadata.version(package) for package in _PACKAGES}
    return {"jessy": __version__, "python": platform.python_version(), **found}


async def _main(workspace: Workspace, evaluations: Sequence[Evaluation]) -> bool:
    task = asyncio.create_task(Asker(workspace).ask_all(evaluations))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return True


def main(root: Path, folders: Sequence[Path]) -> int:
    """Ask the evaluations in these folders; returns the exit code."""
    open_standard_streams()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    evaluations = [Evaluation(folder.resolve()) for folder in folders]
    return 0 if asyncio.run(_main(Workspace(root.resolve()), evaluations)) else 1


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: python -m jessy_tui.evaluation.process WORKSPACE FOLDER ...")
    sys.exit(main(Path(sys.argv[1]), [Path(argument) for argument in sys.argv[2:]]))
