"""One training in this process: mlx-lm's own `train`, with what it lacks put between its steps.

`train` pulls a batch before every step, so the generator it pulls from is the place between two
steps: there the run validates, keeps its best weights, saves checkpoints, pauses, and ends early
when it was asked to or when nothing gets better. Imported by the driver alone, after the BLAS.
"""

import contextlib
import math
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Protocol

import mlx.core as mx
import msgspec
from mlx_lm.cli_ui import make_console
from mlx_lm.tuner.callbacks import TrainingCallback
from mlx_lm.tuner.trainer import TrainingArgs, evaluate, train

from jessy_tui.errors import JessyError
from jessy_tui.folders import write_folder
from jessy_tui.training.batches import BatchPlan
from jessy_tui.training.blas import streams_for
from jessy_tui.training.checkpoints import (
    WEIGHTS_NAME,
    complete_checkpoint,
    prune_checkpoints,
    save_checkpoint,
)
from jessy_tui.training.ending import DivergedError
from jessy_tui.training.events import (
    CheckpointKind,
    Continued,
    Paused,
    Probed,
    Saved,
    Trained,
    Validated,
    Validating,
    finite,
)
from jessy_tui.training.loss import make_loss
from jessy_tui.training.machines import Machines
from jessy_tui.training.material import Material
from jessy_tui.training.optimizer import make_optimizer
from jessy_tui.training.probing import Prober
from jessy_tui.training.requests import Asked
from jessy_tui.training.resuming import (
    Position,
    latest_resumable,
    load_state,
    save_state,
    step_of,
)

_PAUSE_SECONDS: Final = 0.2

Batch = tuple[mx.array, ...]


class Listener(Protocol):
    """Who is told what happens, and asked whether to go on."""

    def tell(
        self, event: Trained | Validating | Validated | Probed | Saved | Paused | Continued
    ) -> None:
        """Something happened."""

    def made(self, step: int) -> None:
        """So many steps have been made."""

    def asked(self) -> Asked:
        """What the run is asked at the moment."""

    def answered(self, what: Asked) -> None:
        """What was asked is done."""


class Session:
    """A base, its rows and a recipe, trained in the run's folder."""

    def __init__(
        self,
        folder: Path,
        material: Material,
        listener: Listener,
        also: TrainingCallback | None = None,
    ) -> None:
        """Train `material` in the run's `folder`; `also` is given the figures in mlx-lm's form."""
        self.folder = folder
        self.material = material
        self.recipe = material.recipe
        self.listener = listener
        self._also = also or TrainingCallback()
        self.position = Position()
        self.last_good: str | None = None
        """The latest complete checkpoint, relative to the run folder."""
        self.early: str | None = None
        """Why the run ended before its last step though nobody asked, a sentence."""
        self.machines = Machines()
        self._optimizer = make_optimizer(self.recipe, material.steps)
        streams = streams_for(self.recipe.batch_size) if mx.default_device() == mx.cpu else 1
        self._loss = make_loss(material.forward, streams=streams, frozen=material.frozen)
        self._begun = time.monotonic()
        self._paused = 0.0
        self._prober = Prober(folder, material) if self.recipe.probe_every else None
        self._first = 0
        self._given = 0
        self._stopped = False

    @property
    def step(self) -> int:
        """Steps that have been made."""
        return self.position.step

    @property
    def seconds(self) -> float:
        """Since the first step, without the time it paused or no driver was at work."""
        return self.position.seconds + time.monotonic() - self._begun - self._paused

    def resume(self, checkpoint: Path | None) -> None:
        """Go on from a checkpoint of this run, or begin where there is none.

        Processes that help are told by the first one which checkpoint it is.

        Raises:
            JessyError: this machine does not have the checkpoint.
        """
        step = self.machines.agree((step_of(checkpoint) if checkpoint else None) or 0)
        if step and checkpoint is None:
            checkpoint = latest_resumable(self.folder, step)
        if checkpoint is None:
            if step:
                raise JessyError(
                    f"The checkpoint of step {step} is not in {self.folder} on this machine; the "
                    "run's folder has to be the same on all of them."
                )
            return
        self.position = load_state(checkpoint, self.material.model, self._optimizer)
        self._first = self._given = self.position.step
        self.last_good = str(checkpoint.relative_to(self.folder))

    def train(self) -> str | None:
        """Train to the end or until asked to stop; returns the final checkpoint, relative.

        None means that it stopped before its first step, so that there is nothing to save.

        Raises:
            DivergedError: the loss or a weight is no longer a number, or the loss has run away.
            OSError, RuntimeError: the disk or the memory is full.
        """
        make_console().quiet = True  # mlx-lm draws a progress bar; ours is made from the events
        self._begun = time.monotonic()
        if not self.machines.leads:
            self._drive(self.folder)  # mlx-lm saves in the first process only
            self._validate_last()
            return None
        with contextlib.suppress(_NothingToSaveError), write_folder(self.folder / "final") as fresh:
            self._drive(fresh)
            self._end(fresh)
        if self.step == 0:
            return None
        self._saved("final", "final")
        return "final"

    def _drive(self, fresh: Path) -> None:
        """Let mlx-lm train; it leaves the last weights in `fresh`."""
        train(
            self.material.model,
            self._optimizer,
            self.material.train.rows,
            args=TrainingArgs(
                batch_size=self.recipe.batch_size,
                iters=self.material.steps - self._first,
                steps_per_report=1,  # it gives the loss of every step, and `Meter` gathers them
                steps_per_save=self.material.steps + 1,  # checkpoints are made in `_settle`
                max_seq_length=self.recipe.max_seq_length,
                grad_accumulation_steps=self.recipe.accumulation,
                adapter_file=fresh / WEIGHTS_NAME,
            ),
            loss=self._loss,
            iterate_batches=lambda **_: self._between_steps(),
            training_callback=_Reports(self),
        )

    def _end(self, fresh: Path) -> None:
        if self.step == 0:
            raise _NothingToSaveError
        self._validate_last()
        complete_checkpoint(fresh, self.material.model, self.material.adaptation, self.step)

    def _validate_last(self) -> None:
        # `train` takes no further batch after its last step, so that one is settled here.
        if not self._stopped and not self.early and self.position.validated < self.step:
            self._validate()
        if self._prober is not None and not self._stopped and self.position.probed < self.step:
            self._probe(self._prober)

    def _between_steps(self) -> Iterator[Batch]:
        """The batches, with what happens between the steps; ends when the run is to end."""
        material = self.material
        plan = BatchPlan(material.seen, self.recipe.batch_size, self.recipe.seed)
        epoch, done = divmod(self._first, material.steps_per_epoch)
        while True:
            for rows in list(plan.epoch(epoch))[done:]:
                # `train` comes back here when a step is made and it wants the next.
                if self.step % self.recipe.accumulation == 0 and not self._settle():
                    return
                self._given += 1
                yield self.material.arrays(
                    rows, machine=self.machines.rank, machines=self.machines.size
                )
            epoch, done = epoch + 1, 0

    def _settle(self) -> bool:
        """Do what is due between two changes of the weights; whether the run goes on."""
        position, recipe = self.position, self.recipe
        validate_every = recipe.validate_every or self.material.steps_per_epoch
        if self.step // validate_every > position.validated // validate_every:
            self._validate()
        if self._prober is not None:
            every = recipe.probe_every
            if self.step // every > position.probed // every:
                self._probe(self._prober)
        every = recipe.checkpoint_every
        if every and self.step // every > position.saved // every:
            self._checkpoint()
        asked = self._asked()
        if Asked.CHECKPOINT in asked:
            self._checkpoint()
            self.listener.answered(Asked.CHECKPOINT)
        if Asked.PAUSE in asked and Asked.STOP not in asked:
            asked = self._pause()
        if Asked.STOP in asked:
            self._stopped = True
            self._checkpoint()
            return False
        self.early = position.best.exhausted(self.step, recipe)
        return self.early is None

    def _asked(self) -> Asked:
        return Asked(self.machines.agree(self.listener.asked()))

    def _pause(self) -> Asked:
        """Save, and wait until the run is to go on or to stop."""
        begun = time.monotonic()
        self._checkpoint()
        self.listener.tell(Paused(step=self.step))
        mx.clear_cache()
        while (asked := self._asked()) & (Asked.PAUSE | Asked.STOP) == Asked.PAUSE:
            if Asked.CHECKPOINT in asked:
                self.listener.answered(Asked.CHECKPOINT)  # there is one of this step
            time.sleep(_PAUSE_SECONDS)
        self._paused += time.monotonic() - begun
        self.listener.tell(Continued(step=self.step))
        return asked

    def _validate(self) -> None:
        """Tell the loss on the validation rows, and keep the weights if it is the lowest."""
        rows = sorted(self.material.validation.rows, key=lambda row: len(row.ids))
        self.position.validated = self.step
        if not rows:
            return
        self.listener.tell(Validating(step=self.step))
        begun = time.monotonic()
        size = self.recipe.batch_size
        loss = evaluate(
            self.material.model,
            rows,
            size,
            num_batches=-1,
            loss=self._loss,
            iterate_batches=lambda **_: (
                self.material.arrays(mine)
                for start in range(0, len(rows), size)
                if (mine := rows[start : start + size][self.machines.rank :: self.machines.size])
            ),
        )
        self.material.model.train()
        best = math.isfinite(loss) and self.position.best.take(self.step, loss, self.recipe)
        self.listener.tell(
            Validated(
                step=self.step,
                epoch=self.step / self.material.steps_per_epoch,
                loss=finite(loss),
                duration=time.monotonic() - begun,
                best=best,
                seconds=self.seconds,
            )
        )
        self._also.on_val_loss_report(
            {
                "iteration": self.step,
                "val_loss": loss,
                "val_time": time.monotonic() - begun,
            }
        )
        if not math.isfinite(loss):
            raise DivergedError(f"The validation loss is not a number at step {self.step}.")
        if best:
            self._save("best", "best")

    def _probe(self, prober: Prober) -> None:
        """Ask some probes, and tell what they were planned like; a stop breaks that off."""
        if not self.machines.leads:
            self.position.probed = self.step
            return
        begun = time.monotonic()
        shares = prober.ask(lambda: Asked.STOP in self.listener.asked())
        if shares is None:
            return
        self.position.probed = self.step
        self.listener.tell(
            Probed(
                step=self.step,
                probes=len(prober.probes),
                duration=time.monotonic() - begun,
                seconds=self.seconds,
                **shares,
            )
        )

    def _checkpoint(self) -> None:
        """Save a step checkpoint, unless there is one of this step."""
        self.position.saved = self.step
        path = f"checkpoints/{self.step}"
        if self.machines.leads and self.step and not (self.folder / path).exists():
            self._save(path, "step")
            prune_checkpoints(self.folder, self.recipe.keep_checkpoints)

    def _save(self, path: str, kind: CheckpointKind) -> None:
        if not self.machines.leads:
            return
        now = msgspec.structs.replace(self.position, seconds=self.seconds)
        save_checkpoint(
            self.folder / path,
            self.material.model,
            self.material.adaptation,
            self.step,
            lambda folder: save_state(folder, now, self._optimizer),
        )
        self._saved(path, kind)

    def _saved(self, path: str, kind: CheckpointKind) -> None:
        self.last_good = path
        self.listener.tell(Saved(step=self.step, path=path, kind=kind))

    def report(self, figures: Mapping[str, Any]) -> None:
        """Take the figures that mlx-lm gives after each step.

        Raises:
            DivergedError: the loss is not a number, or has run away.
        """
        position = self.position
        position.step = self._first + int(figures["iteration"])
        self.listener.made(self.step)
        loss = float(figures["train_loss"])
        seconds = 1 / float(figures["iterations_per_second"])
        position.meter.take(loss, seconds, round(float(figures["tokens_per_second"]) * seconds))
        last = self.step == self.material.steps
        wrong = not math.isfinite(loss)
        if wrong or last or self.step % self.recipe.report_every == 0:
            self._report(float(figures["learning_rate"]))
        if wrong:
            raise DivergedError(f"The loss is not a number at step {self.step}.")
        position.trend.take(loss)
        if position.trend.diverges:
            best = position.best.step
            self.last_good = "best" if best is not None else self.last_good
            raise DivergedError(
                f"The loss has run away: at step {self.step} it is {position.trend.smooth:.2f}, "
                f"and was {position.trend.lowest:.2f} before; lower learning_rate."
            )

    def _report(self, learning_rate: float) -> None:
        meter = self.position.meter
        self.listener.tell(
            Trained(
                step=self.step,
                epoch=self.step / self.material.steps_per_epoch,
                loss=finite(meter.loss),
                learning_rate=learning_rate,
                steps_per_second=meter.steps_per_second,
                tokens_per_second=meter.tokens_per_second,
                trained_tokens=meter.trained_tokens,
                peak_memory=mx.get_peak_memory(),
                seconds=self.seconds,
            )
        )
        self._also.on_train_loss_report(
            {
                "iteration": self.step,
                "train_loss": meter.loss,
                "learning_rate": learning_rate,
                "iterations_per_second": meter.steps_per_second,
                "tokens_per_second": meter.tokens_per_second,
                "trained_tokens": meter.trained_tokens,
                "peak_memory": mx.get_peak_memory() / 1e9,
            }
        )
        meter.clear()


class _NothingToSaveError(Exception):
    """The run ended before its first step."""


class _Reports(TrainingCallback):  # type: ignore[misc]  # mlx-lm has no types
    """Hands mlx-lm's figures on."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def on_train_loss_report(self, train_info: dict[str, Any]) -> None:
        self._session.report(train_info)
