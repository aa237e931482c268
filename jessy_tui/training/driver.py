"""The process that trains: `python -m jessy_tui.training.driver RUN_FOLDER`.

It needs no terminal, outlives whoever started it, and says all it has to say in the run's folder:
facts in `events.jsonl`, its standing in `run.json`, words for people in `log.txt`. SIGTERM and
SIGINT make it finish its step, save and stop. Exit code 0: finished or stopped; 1: failed.
"""

import contextlib
import importlib.metadata
import os
import platform
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
from jessy_tui.bases.catalogue import NANO, NANO_SEED, fingerprint_of, read_record, texts_of
from jessy_tui.errors import JessyError
from jessy_tui.training import events, record
from jessy_tui.training.blas import preload, streams_for
from jessy_tui.training.mishaps import explain_failure, open_standard_streams
from jessy_tui.training.processes import started_at
from jessy_tui.training.record import RunState
from jessy_tui.training.run import STOP_NAME, Run
from jessy_tui.training.runs import lock_run

if TYPE_CHECKING:
    from jessy_tui.training.session import Session

_HEARTBEAT_SECONDS: Final = 5.0
# How long the driver waits for whoever started it to note its number down, in seconds.
_PATIENCE: Final = 10.0


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

    def stop(self, number: int, _frame: FrameType | None = None) -> None:
        """Handle a signal: the step that is being made is the last."""
        self._asked_by = signal.Signals(number).name

    @property
    def stop_asked(self) -> bool:
        """Whether the run is to end after the step it is in."""
        if self._asked_by is None and (self._run.folder / STOP_NAME).exists():
            self._asked_by = "a request"
        if self._asked_by and not self._said_stopping:
            self._said_stopping = True
            self._log.write(events.Stopping(step=self._step, asked_by=self._asked_by))
            self._say(f"asked to stop by {self._asked_by}")
        return self._asked_by is not None

    def tell(self, event: events.Trained | events.Validated | events.Saved) -> None:
        """Write down what the session says."""
        self._log.write(event)
        if isinstance(event, events.Saved):
            session = self._session
            self._note(
                step=event.step,
                checkpoint=event.path,
                best_step=session.best_step if session else None,
                best_loss=session.best_loss if session else None,
            )

    def made(self, step: int) -> None:
        """Remember how many steps have been made."""
        self._step = step

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
        # Before anything imports mlx.
        recipe = self._record.recipe
        blas = preload(streams_for(recipe.batch_size))
        self._say(blas.description)
        self._warn(blas.warning)
        base = self._base()
        self._prepare("loading the base")
        from jessy_tui.training.session import Session

        session = Session(self._run.folder, base, recipe, self)
        self._session = session
        session.prepare()
        self._warn_of_length(session)
        self._say(
            f"{recipe.describe_method()}: {session.trainable:,} of {session.parameters:,} weights "
            "are trained"
        )
        if session.widened:
            self._warn("The base is in half precision, which is slow on a CPU; it is trained wide.")
        self._note(
            state=RunState.RUNNING,
            steps=session.steps,
            blas=blas.description,
            versions=_versions(),
        )
        self._log.write(
            events.Started(
                steps=session.steps,
                steps_per_epoch=session.steps_per_epoch,
                epochs=recipe.epochs,
                rows=len(session.train_rows.rows),
                validation_rows=len(session.validation_rows.rows),
                tokens_per_epoch=session.train_rows.answer_tokens,
                parameters=session.parameters,
                trainable=session.trainable,
                blas=blas.description,
                versions=_versions(),
            )
        )
        self._end(session, session.train())

    def _end(self, session: "Session", checkpoint: str | None) -> None:
        step, seconds = session.step, time.monotonic() - session.started
        finished = checkpoint is not None and step >= session.steps
        # The event first: who sees in the record that the run has ended finds all events there.
        if checkpoint is not None and finished:
            self._log.write(
                events.Finished(
                    step=step,
                    checkpoint=checkpoint,
                    seconds=seconds,
                    best_step=session.best_step,
                    best_loss=session.best_loss,
                )
            )
        else:
            self._log.write(events.Stopped(step=step, checkpoint=checkpoint, seconds=seconds))
        self._say(f"{'finished' if finished else 'stopped'} at step {step}")
        (self._run.folder / STOP_NAME).unlink(missing_ok=True)
        self._note(
            state=RunState.FINISHED if finished else RunState.STOPPED,
            step=step,
            checkpoint=checkpoint,
            best_step=session.best_step,
            best_loss=session.best_loss,
            seconds=seconds,
        )

    def _base(self) -> Path:
        """The base's folder, built first where it is one that is built here.

        Raises:
            JessyError: it is not there, or is another than the run was made for.
        """
        folder, wanted = self._run.base_folder, self._record.base
        found = read_record(folder)
        if found is None and wanted.name == NANO and wanted.fingerprint is None:
            found = self._build(folder)
        if found is None:
            raise JessyError(
                f"The base {wanted.name} is not in {folder}; fetch it with: jessy bases fetch "
                f"{wanted.name}."
            )
        if wanted.fingerprint not in (None, found.fingerprint):
            raise JessyError(
                f"The base {wanted.name} has been rebuilt since this run was made; make a new run."
            )
        if fingerprint_of(folder) != found.fingerprint:
            raise JessyError(
                f"The files in {folder} are not those its record tells of; build it anew with: "
                f"jessy bases fetch {wanted.name} --rebuild."
            )
        base = msgspec.structs.replace(wanted, fingerprint=found.fingerprint)
        self._note(base=base)
        return folder

    def _build(self, folder: Path) -> Any:
        from jessy_tui.bases.nano import ensure_nano
        from jessy_tui.training.rows import all_examples
        from jessy_tui.workspace import Workspace

        self._prepare("building nano from the examples")
        workspace = Workspace(self._run.folder.resolve().parents[2])
        return ensure_nano(folder, texts_of(all_examples(workspace)), seed=NANO_SEED)

    def _warn_of_length(self, session: "Session") -> None:
        longest = self._record.recipe.max_seq_length
        rows = session.train_rows
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
            (self._run.folder / STOP_NAME).unlink(missing_ok=True)
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

    @contextlib.contextmanager
    def _heartbeat(self) -> Any:
        """Say every few seconds that the driver lives, also while a step takes long."""
        ended = threading.Event()

        def beat() -> None:
            while not ended.wait(_HEARTBEAT_SECONDS):
                with contextlib.suppress(OSError):  # the training itself will meet and tell it
                    self._log.write(events.Heartbeat(step=self._step))

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
