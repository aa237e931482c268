"""The process that trains: `python -m jessy_tui.training.driver RUN_FOLDER`.

It needs no terminal, outlives whoever started it, and says all it has to say in the run's folder:
facts in `events.jsonl`, its standing in `run.json`, words for people in `log.txt`. SIGTERM and
SIGINT make it finish its step, save and stop. Exit code 0: finished or stopped; 1: failed.
"""

import contextlib
import importlib.metadata
import importlib.util
import os
import platform
import shutil
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

import msgspec

from jessy_tui import __version__
from jessy_tui.errors import JessyError
from jessy_tui.training import events, record
from jessy_tui.training.base_ready import ready_base
from jessy_tui.training.blas import preload, streams_for
from jessy_tui.training.ending import Best
from jessy_tui.training.helper import Helper
from jessy_tui.training.launching import rank_of_process
from jessy_tui.training.mishaps import explain_failure, open_standard_streams
from jessy_tui.training.processes import started_at
from jessy_tui.training.record import RunState
from jessy_tui.training.requests import Asked, answered, asked_of
from jessy_tui.training.run import Run
from jessy_tui.training.runs import lock_run
from jessy_tui.workspace import Workspace

if TYPE_CHECKING:
    from jessy_tui.training.material import Material
    from jessy_tui.training.session import Session

_HEARTBEAT_SECONDS: Final = 5.0
# How long the driver waits for whoever started it to note its number down, in seconds.
_PATIENCE: Final = 10.0
# How often preparations that take long say how far they are, in seconds.
_SAY_SECONDS: Final = 2.0
# How long a driver that was told to end waits for processes that help it, in seconds.
_ALONE_SECONDS: Final = 20.0
_EVERYTHING: Final = Asked.STOP | Asked.PAUSE | Asked.CHECKPOINT

SessionEvent = (
    events.Trained
    | events.Validating
    | events.Validated
    | events.Probed
    | events.Saved
    | events.Paused
    | events.Continued
)


class _StoppedError(Exception):
    """The run was asked to stop while it prepared."""


class Driver:
    """Trains the run in one folder, once."""

    def __init__(self, run: Run, log: events.EventLog) -> None:
        self._run = run
        self._log = log
        self._record = run.record
        self._asked_by: str | None = None
        self._said_stopping = False
        self._session: Session | None = None
        self._step = 0
        self._last_said = 0.0
        self._asked_at: float | None = None
        self._made_at = time.monotonic()

    def stop(self, number: int, _frame: FrameType | None = None) -> None:
        """Handle a signal: the step that is being made is the last."""
        self._asked_by = signal.Signals(number).name
        self._asked_at = self._asked_at or time.monotonic()

    def asked(self) -> Asked:
        """What the run is asked at the moment, by a signal or by a file."""
        asked = asked_of(self._run.folder)
        if Asked.STOP in asked and self._asked_by is None:
            self._asked_by = "a request"
        if self._asked_by is None:
            return asked
        if not self._said_stopping:
            self._said_stopping = True
            self._log.write(events.Stopping(step=self._step, asked_by=self._asked_by))
            self._say(f"asked to stop by {self._asked_by}")
        return asked | Asked.STOP

    def answered(self, what: Asked) -> None:
        """Take back what is done."""
        answered(self._run.folder, what)

    def tell(self, event: SessionEvent) -> None:
        """Write down what the session says."""
        self._log.write(event)
        match event:
            case events.Saved():
                best = self._session.position.best if self._session else Best()
                self._note(
                    step=event.step,
                    checkpoint=event.path,
                    best_step=best.step,
                    best_loss=best.loss,
                )
            case events.Paused():
                self._say(f"pauses after step {event.step}")
                self._note(state=RunState.PAUSED, step=event.step)
            case events.Continued():
                self._say("goes on")
                self._note(state=RunState.RUNNING)
            case _:
                pass

    def made(self, step: int) -> None:
        """Remember how many steps have been made."""
        self._step, self._made_at = step, time.monotonic()

    def drive(self) -> int:
        """Train; whatever happens is in the run's folder afterwards. Returns the exit code.

        Raises:
            JessyError: the run has been started before, or its folder cannot be written; nothing
                was changed.
        """
        self._begin()
        try:
            with self._heartbeat():
                self._train()
        except _StoppedError:
            self._stopped_early()
            # Processes that help are ended by the launcher when this one says that all is not well.
            return 1 if self._record.workers > 1 else 0
        except JessyError as error:
            return self._fail(str(error))
        except (OSError, RuntimeError, MemoryError) as error:
            traceback.print_exc()
            return self._fail(explain_failure(error, self._run.folder))
        except Exception as error:  # noqa: BLE001  # even our own mistakes end a run with a reason
            traceback.print_exc()
            return self._fail(
                f"A mistake in the program ({type(error).__name__}: {error}); see {self._run.log}."
            )
        return 0

    def _begin(self) -> None:
        if self._record.state is not RunState.PREPARING:
            raise JessyError(f"The run has been started before; it is {self._record.state}.")
        self._note(pid=os.getpid(), process_started=started_at(os.getpid()) or time.time())

    def _train(self) -> None:
        recipe = self._record.recipe
        # Before anything imports mlx.
        blas = preload(streams_for(recipe.batch_size))
        self._say(blas.description)
        self._warn(blas.warning)
        base = self._base()
        self._prepare("loading the base")
        from jessy_tui.training.material import Material
        from jessy_tui.training.session import Session

        material = Material(self._run.folder, base, recipe)
        self._tell_of(material)
        session = Session(self._run.folder, material, self, self._services())
        self._session = session
        if self._record.resumed:
            self._resume(session)
        self._note(
            state=RunState.RUNNING,
            steps=material.steps,
            blas=blas.description,
            versions=_versions(),
        )
        if not session.step:
            self._log.write(
                events.Started(
                    steps=material.steps,
                    steps_per_epoch=material.steps_per_epoch,
                    epochs=recipe.epochs,
                    rows=len(material.train.rows),
                    validation_rows=len(material.validation.rows),
                    tokens_per_epoch=material.train.answer_tokens,
                    parameters=material.parameters,
                    trainable=material.trainable,
                    blas=blas.description,
                    versions=_versions(),
                )
            )
        self._end(session, session.train())

    def _services(self) -> Any:
        """mlx-lm's callback that sends the figures to the services the recipe names, or None."""
        recipe, wanted = self._record.recipe, []
        for name in recipe.reports:
            if importlib.util.find_spec(name) is None:
                self._warn(
                    f"The package {name} is not installed, so that no figures are sent there; "
                    f"install it to have them sent, or set report_to=."
                )
            else:
                wanted.append(name)
        if not wanted:
            return None
        from mlx_lm.tuner.callbacks import get_reporting_callbacks

        return get_reporting_callbacks(
            ",".join(wanted),
            project_name="jessy",
            log_dir=str(self._run.folder),
            config=msgspec.to_builtins(recipe),
        )

    def _tell_of(self, material: "Material") -> None:
        """Say what is trained and how, and let the layers that do not change be computed."""
        self._warn_of_length(material)
        if material.widened:
            self._warn("The base is in half precision, which is slow on a CPU; it is trained wide.")
        self._say(
            f"{material.recipe.describe_method()}: {material.trainable:,} of "
            f"{material.parameters:,} weights are trained"
        )

        def say(done: int, total: int) -> None:
            if self.asked() & Asked.STOP:
                raise _StoppedError
            now = time.monotonic()
            if now - self._last_said > _SAY_SECONDS:
                self._last_said = now
                self._prepare(f"computing the layers that do not change: {done} of {total} rows")

        self._say(material.keep_lower_layers(say))

    def _resume(self, session: "Session") -> None:
        """Go on from the last checkpoint that a driver before this one left whole."""
        from jessy_tui.training.resuming import clear_up, latest_resumable

        clear_up(self._run.folder)
        session.resume(latest_resumable(self._run.folder))
        path = session.last_good
        self._step = session.step
        self._log.write(events.Resumed(step=session.step, checkpoint=path))
        self._say(f"goes on from {path or 'the beginning'}, step {session.step}")
        # It was the run's last word until now; the next comes with the next end.
        shutil.rmtree(self._run.folder / "final", ignore_errors=True)
        best = session.position.best
        self._note(step=session.step, checkpoint=path, best_step=best.step, best_loss=best.loss)

    def _end(self, session: "Session", checkpoint: str | None) -> None:
        step, seconds, best = session.step, session.seconds, session.position.best
        finished = checkpoint is not None and (
            step >= session.material.steps or session.early is not None
        )
        # The event first: who sees in the record that the run has ended finds all events there.
        if checkpoint is not None and finished:
            self._log.write(
                events.Finished(
                    step=step,
                    checkpoint=checkpoint,
                    seconds=seconds,
                    best_step=best.step,
                    best_loss=best.loss,
                    early=session.early,
                )
            )
        else:
            self._log.write(events.Stopped(step=step, checkpoint=checkpoint, seconds=seconds))
        self._say(session.early or f"{'finished' if finished else 'stopped'} at step {step}")
        answered(self._run.folder, _EVERYTHING)
        self._note(
            state=RunState.FINISHED if finished else RunState.STOPPED,
            step=step,
            checkpoint=checkpoint,
            best_step=best.step,
            best_loss=best.loss,
            seconds=seconds,
            reason=session.early,
        )

    def _stopped_early(self) -> None:
        """Say that the run was stopped while it prepared."""
        step, checkpoint = self._record.step, self._record.checkpoint
        self._log.write(events.Stopped(step=step, checkpoint=checkpoint, seconds=0.0))
        self._say("stopped before the first step")
        answered(self._run.folder, _EVERYTHING)
        self._note(state=RunState.STOPPED)

    def _base(self) -> Path:
        """The base's folder, built first where it is one that is built here.

        Raises:
            JessyError: it is not there, or is another than the run was made for.
        """
        folder, wanted = self._run.base_folder, self._record.base
        workspace = Workspace(self._run.folder.resolve().parents[2])
        found = ready_base(workspace, folder, wanted.name, wanted.fingerprint, self._prepare)
        self._note(base=msgspec.structs.replace(wanted, fingerprint=found))
        return folder

    def _warn_of_length(self, material: "Material") -> None:
        longest = self._record.recipe.max_seq_length
        rows = material.train
        for number, what in (
            (rows.shortened, "end after the last sentence that fits"),
            (rows.cut, "break off there, since no sentence ends before"),
            (rows.dropped, "are left out, since already their question is"),
        ):
            if number:
                total = len(rows.rows) + rows.dropped
                self._warn(f"{number} of {total} rows are longer than {longest} tokens and {what}.")

    def _fail(self, reason: str) -> int:
        checkpoint = self._session.last_good if self._session else None
        step = max(self._step, self._session.step if self._session else 0)
        if checkpoint:
            reason += f" The last good checkpoint is {checkpoint}."
        self._say(f"failed: {reason}")
        with contextlib.suppress(OSError):  # the disk may be full; the record is tried all the same
            self._log.write(events.Failed(step=step, reason=reason, checkpoint=checkpoint))
            answered(self._run.folder, _EVERYTHING)
        self._note(state=RunState.FAILED, step=step, checkpoint=checkpoint, reason=reason)
        return 1

    def _note(self, **changes: Any) -> None:
        self._record = msgspec.structs.replace(self._record, **changes)
        record.write_record(self._run.folder, self._record)

    def _prepare(self, doing: str) -> None:
        self._say(doing)
        self._log.write(events.Preparing(doing=doing))

    def _warn(self, message: str | None) -> None:
        if message:
            self._say(f"warning: {message}")
            self._log.write(events.Warned(message=message))

    def _say(self, text: str) -> None:
        print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)

    def _end_if_alone(self) -> None:
        """End a run whose helpers are gone: the step that waits for them is never made."""
        asked_at, now = self._asked_at, time.monotonic()
        if self._record.workers == 1 or asked_at is None or now - asked_at < _ALONE_SECONDS:
            return
        if now - self._made_at > _ALONE_SECONDS:
            self._fail("A process that helped to train has ended; its words are in the log.")
            os._exit(1)  # the main thread cannot be called back

    @contextlib.contextmanager
    def _heartbeat(self) -> Any:
        """Say every few seconds that the driver lives, also while a step takes long."""
        ended = threading.Event()

        def beat() -> None:
            while not ended.wait(_HEARTBEAT_SECONDS):
                with contextlib.suppress(OSError):  # the training itself will meet and tell it
                    self._log.write(events.Heartbeat(step=self._step))
                    self._end_if_alone()

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def _versions() -> dict[str, str]:
    packages = ("mlx", "mlx-lm", "transformers")
    found = {package: importlib.metadata.version(package) for package in packages}
    return {"jessy": __version__, "python": platform.python_version(), **found}


def main(folder: Path) -> int:
    """Train the run in `folder`; returns the exit code."""
    open_standard_streams()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    run = Run(folder.resolve())
    try:
        if rank_of_process():
            Helper(run).help()
            return 0
        with lock_run(run.folder, _PATIENCE), events.EventLog(run.events) as log:
            driver = Driver(run, log)
            signal.signal(signal.SIGTERM, driver.stop)
            signal.signal(signal.SIGINT, driver.stop)
            return driver.drive()
    except (JessyError, OSError) as error:
        print(f"jessy: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m jessy_tui.training.driver RUN_FOLDER")
    sys.exit(main(Path(sys.argv[1])))
