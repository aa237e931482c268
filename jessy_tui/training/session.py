"""One training in this process: mlx-lm's own `train`, with what it lacks put between its steps.

`train` pulls a batch before every step, so the generator it pulls from is the place between two
steps: there the run validates, keeps its best weights, saves checkpoints, and ends early when it
was asked to. Imported by the driver alone, after the BLAS.
"""

import contextlib
import itertools
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import mlx.core as mx
from mlx.utils import tree_flatten
from mlx_lm.cli_ui import make_console
from mlx_lm.tuner.callbacks import TrainingCallback
from mlx_lm.tuner.trainer import TrainingArgs, evaluate, train
from mlx_lm.utils import load

from jessy_tui.errors import JessyError
from jessy_tui.folders import write_folder
from jessy_tui.training.adapting import Adaptation, adapt, widen
from jessy_tui.training.batches import (
    NOTHING,
    BatchPlan,
    Tokens,
    encode_rows,
    make_batch,
    read_rows,
)
from jessy_tui.training.blas import streams_for
from jessy_tui.training.checkpoints import (
    WEIGHTS_NAME,
    DivergedError,
    complete_checkpoint,
    save_checkpoint,
)
from jessy_tui.training.events import CheckpointKind, Saved, Trained, Validated, finite
from jessy_tui.training.loss import make_loss
from jessy_tui.training.optimizer import make_optimizer
from jessy_tui.training.recipe import Recipe

# Metal compiles a kernel for every new shape, so batches are padded to a few of them.
_METAL_MULTIPLE: Final = 32


Batch = tuple[mx.array, ...]


class Listener(Protocol):
    """Who is told what happens, and asked whether to go on."""

    def tell(self, event: Trained | Validated | Saved) -> None:
        """Something happened."""

    def made(self, step: int) -> None:
        """So many steps have been made."""

    @property
    def stop_asked(self) -> bool:
        """Whether the run is to end after the step it is in."""


class Session:
    """A base, its rows and a recipe, trained in the run's folder."""

    def __init__(self, folder: Path, base: Path, recipe: Recipe, listener: Listener) -> None:
        self.folder = folder
        self.base = base
        self.recipe = recipe
        self.listener = listener
        self.step = 0
        self.best_step: int | None = None
        self.best_loss: float | None = None
        self.last_good: str | None = None
        """The latest complete checkpoint, relative to the run folder."""
        self.started = time.monotonic()
        """The first step, by the monotonic clock."""
        self.model: Any = None
        self.adaptation: Adaptation | None = None
        self.parameters = 0
        """Of the base."""
        self.trainable = 0
        """Parameters that change."""
        self.widened = False
        """Whether the base came in half precision, which is slow on a CPU."""
        self.train_rows = NOTHING
        self.validation_rows = NOTHING
        self._loss: Any = None
        self._parts = 1
        self._given = 0
        self._reported = 0
        self._stopped = False

    def prepare(self) -> None:
        """Load the base and turn the rows into tokens.

        Raises:
            JessyError: the base cannot be loaded, or no row is short enough.
        """
        try:
            self.model, tokenizer = load(str(self.base))
        except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
            raise JessyError(
                f"The base in {self.base} cannot be loaded ({error}); make it anew with: jessy "
                "bases fetch."
            ) from error
        longest = self.recipe.max_seq_length
        data = self.folder / "data"
        self.train_rows = encode_rows(read_rows(data / "train.jsonl"), tokenizer, longest)
        self.validation_rows = encode_rows(read_rows(data / "valid.jsonl"), tokenizer, longest)
        if not self.train_rows.rows:
            raise JessyError(
                f"No row is left to train on: every question is longer than {longest} tokens; "
                "set max_seq_length higher."
            )
        self.parameters = _size(self.model.parameters())
        self.widened = widen(self.model)
        mx.random.seed(self.recipe.seed)
        self.adaptation = adapt(self.model, self.recipe)
        self.trainable = _size(self.model.trainable_parameters())

    @property
    def _adapted(self) -> Adaptation:
        assert self.adaptation is not None  # noqa: S101  # prepare() has been called
        return self.adaptation

    @property
    def steps(self) -> int:
        """Steps of the whole run."""
        return self.recipe.steps(len(self.train_rows.rows))

    @property
    def steps_per_epoch(self) -> int:
        """Steps in which every row is seen once."""
        return self.recipe.steps_per_epoch(len(self.train_rows.rows))

    def train(self) -> str | None:
        """Train to the end or until asked to stop; returns the final checkpoint, relative.

        None means that it stopped before its first step, so that there is nothing to save.

        Raises:
            DivergedError: the loss or a weight is no longer a number.
            OSError, RuntimeError: the disk or the memory is full.
        """
        make_console().quiet = True  # mlx-lm draws a progress bar; ours is made from the events
        if mx.default_device() == mx.cpu:
            self._parts = streams_for(self.recipe.batch_size)
        self._loss = make_loss(self.model, self._parts)
        self.started = time.monotonic()
        with contextlib.suppress(_NothingToSaveError), write_folder(self.folder / "final") as fresh:
            self._drive(fresh)
            self._end(fresh)
        if self.step == 0:
            return None
        self._saved("final", "final")
        return "final"

    def _end(self, fresh: Path) -> None:
        if self.step == 0:
            raise _NothingToSaveError
        if not self._stopped:
            self._validate()
        complete_checkpoint(fresh, self.model, self._adapted, self.step)

    def _drive(self, fresh: Path) -> None:
        """Let mlx-lm train; it leaves the last weights in `fresh`."""
        train(
            self.model,
            make_optimizer(self.recipe, self.steps),
            self.train_rows.rows,
            args=TrainingArgs(
                batch_size=self.recipe.batch_size,
                iters=self.steps,
                steps_per_report=self.recipe.report_every,
                steps_per_save=self.steps + 1,  # checkpoints are made in `_between_steps`
                max_seq_length=self.recipe.max_seq_length,
                grad_accumulation_steps=self.recipe.accumulation,
                adapter_file=fresh / WEIGHTS_NAME,
            ),
            loss=self._loss,
            iterate_batches=lambda **_: self._between_steps(),
            training_callback=_Reports(self),
        )
        # `train` takes no further batch after its last step, so that one is counted here.
        self._made(self._given)

    def _between_steps(self) -> Iterator[Batch]:
        """The batches, with what happens between the steps; ends when the run is to stop."""
        plan = BatchPlan(self.train_rows.rows, self.recipe.batch_size, self.recipe.seed)
        validate_every = self.recipe.validate_every or self.steps_per_epoch
        checkpoint_every = self.recipe.checkpoint_every
        self._validate()
        for epoch in itertools.count():
            for rows in plan.epoch(epoch):
                if self.listener.stop_asked:
                    self._stopped = True
                    if self.step:
                        self._checkpoint()
                    return
                self._given += 1
                yield self._arrays(rows)
                # `train` comes back here when the step is made and wants the next.
                self._made(self._given)
                if self.step % validate_every == 0:
                    self._validate()
                if checkpoint_every and self.step % checkpoint_every == 0:
                    self._checkpoint()

    def _made(self, step: int) -> None:
        self.step = step
        self.listener.made(step)

    def _validate(self) -> None:
        """Tell the loss on the validation rows, and keep the weights if it is the lowest."""
        rows = sorted(self.validation_rows.rows, key=lambda row: len(row.ids))
        if not rows:
            return
        begun = time.monotonic()
        size = self.recipe.batch_size
        loss = evaluate(
            self.model,
            rows,
            size,
            num_batches=-1,
            loss=self._loss,
            iterate_batches=lambda **_: (
                self._arrays(rows[start : start + size]) for start in range(0, len(rows), size)
            ),
        )
        self.model.train()
        best = self.step > 0 and (self.best_loss is None or loss < self.best_loss)
        self.listener.tell(
            Validated(
                step=self.step,
                epoch=self.step / self.steps_per_epoch,
                loss=finite(loss),
                duration=time.monotonic() - begun,
                best=best,
                seconds=time.monotonic() - self.started,
            )
        )
        if not math.isfinite(loss):
            raise DivergedError(f"The validation loss is not a number at step {self.step}.")
        if best:
            self.best_step, self.best_loss = self.step, loss
            self._save("best", "best")

    def _checkpoint(self) -> None:
        path = f"checkpoints/{self.step}"
        if not (self.folder / path).exists():
            self._save(path, "step")

    def _save(self, path: str, kind: CheckpointKind) -> None:
        save_checkpoint(self.folder / path, self.model, self._adapted, self.step)
        self._saved(path, kind)

    def _saved(self, path: str, kind: CheckpointKind) -> None:
        self.last_good = path
        self.listener.tell(Saved(step=self.step, path=path, kind=kind))

    def _arrays(self, rows: Sequence[Tokens]) -> Batch:
        """A batch for the device in use: in parts for a CPU's cores, padded for Metal's kernels."""
        multiple = 1 if mx.default_device() == mx.cpu else _METAL_MULTIPLE
        return tuple(map(mx.array, make_batch(rows, parts=self._parts, multiple=multiple)))

    def report(self, figures: Mapping[str, Any]) -> None:
        """Take the figures that mlx-lm gives after a step.

        Raises:
            DivergedError: the loss is not a number.
        """
        step, loss = int(figures["iteration"]), float(figures["train_loss"])
        # mlx-lm divides by the steps between two reports, also in a last report that covers fewer.
        span = self.recipe.report_every / figures["iterations_per_second"]
        self.listener.tell(
            Trained(
                step=step,
                epoch=step / self.steps_per_epoch,
                loss=finite(loss),
                learning_rate=float(figures["learning_rate"]),
                steps_per_second=(step - self._reported) / span,
                tokens_per_second=float(figures["tokens_per_second"]),
                trained_tokens=int(figures["trained_tokens"]),
                peak_memory=mx.get_peak_memory(),
                seconds=time.monotonic() - self.started,
            )
        )
        self._reported = step
        if not math.isfinite(loss):
            self.step = step
            raise DivergedError(f"The loss is not a number at step {step}.")


class _NothingToSaveError(Exception):
    """The run ended before its first step."""


class _Reports(TrainingCallback):  # type: ignore[misc]  # mlx-lm has no types
    """Hands mlx-lm's figures on."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def on_train_loss_report(self, train_info: dict[str, Any]) -> None:
        self._session.report(train_info)


def _size(parameters: Any) -> int:
    return sum(int(weight.size) for _, weight in tree_flatten(parameters))
