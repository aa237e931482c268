"""The process that tries a run out: `python -m jessy_tui.training.rehearsal`, an order on stdin.

It loads the base, counts the tokens, makes a step with rows of middling length and one with the
longest, and says what it found, one JSON object a line. Nothing is kept.
"""

import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from jessy_tui.errors import JessyError
from jessy_tui.training.base_ready import ready_base
from jessy_tui.training.blas import preload, streams_for
from jessy_tui.training.mishaps import explain_failure
from jessy_tui.training.preflight import Measured, Said
from jessy_tui.training.recipe import Recipe
from jessy_tui.workspace import Workspace

if TYPE_CHECKING:
    from jessy_tui.training.batches import Tokens
    from jessy_tui.training.material import Material

# A validation makes the way there only; the way back takes about twice as long.
_WAY_THERE = 0.4


class Order(msgspec.Struct, frozen=True):
    """What to try out."""

    workspace: str
    base: str
    base_folder: str
    folder: str
    """With the rows in its `data/`."""
    recipe: Recipe


def rehearse(order: Order) -> None:
    """Try it out, and say what was found.

    Raises:
        JessyError: the run would fail for a reason a person can mend.
    """
    recipe = order.recipe
    streams = streams_for(recipe.batch_size)
    preload(streams)
    workspace, base, folder = map(Path, (order.workspace, order.base_folder, order.folder))
    ready_base(Workspace(workspace), base, order.base, None, _doing)
    _doing("loading the base")
    from jessy_tui.training.material import Material

    material = Material(folder, base, recipe)
    rows = material.train
    measured = Measured(
        tokens=sum(len(row.ids) for row in rows.rows),
        longest=rows.longest,
        shortened=rows.shortened,
        cut=rows.cut,
        dropped=rows.dropped,
        rows=len(rows.rows),
        steps=material.steps,
        trainable=material.trainable,
    )
    _say(Said("making a step", measured))
    _say(Said("", _timed(material, measured, streams)))


def _timed(material: "Material", measured: Measured, streams: int) -> Measured:
    """The memory and the time of two steps, and what follows for the whole run."""
    from jessy_tui.training.batches import BatchPlan

    recipe = material.recipe
    plan = BatchPlan(material.seen, recipe.batch_size, recipe.seed)
    batches = sorted(plan.epoch(0), key=_padded)
    middle, longest = batches[len(batches) // 2], batches[-1]
    began = time.perf_counter()
    method = material.keep_lower_layers(lambda done, total: None, [*middle, *longest])
    rows = {*material.seen, *material.validation.rows}
    share = sum(len(row.ids) for row in rows) / sum(len(row.ids) for row in {*middle, *longest})
    keeping = (time.perf_counter() - began) * share if material.frozen else 0.0
    step = _Step(material, streams)
    step.make(middle)  # what is slow only once is not what a step takes
    short, long = step.make(middle), step.make(longest)
    seconds = _of_all(batches, (_padded(middle), short), (_padded(longest), long))
    epochs = measured.steps / len(batches)
    held_out = sum(len(row.ids) for row in material.validation.rows) / max(
        1, sum(len(row.ids) for row in material.seen)
    )
    validations = 1 + measured.steps // (recipe.validate_every or len(batches))
    total = keeping + seconds * (epochs + validations * held_out * _WAY_THERE)
    return msgspec.structs.replace(
        measured,
        memory=_peak_memory(),
        seconds_per_step=seconds / len(batches),
        seconds=total,
        method=method,
    )


def _of_all(
    batches: Sequence[Sequence["Tokens"]], one: tuple[int, float], other: tuple[int, float]
) -> float:
    """Seconds for all batches, on the line through two that were timed: (tokens, seconds) each."""
    (few, short), (many, long) = one, other
    slope = max(0.0, (long - short) / (many - few)) if many > few else short / max(1, few)
    start = max(0.0, short - slope * few)
    return sum(start + slope * _padded(batch) for batch in batches)


class _Step:
    """Steps that change the model in memory, and nothing else."""

    def __init__(self, material: "Material", streams: int) -> None:
        import mlx.core as mx
        from mlx import nn

        from jessy_tui.training.loss import make_loss
        from jessy_tui.training.optimizer import make_optimizer

        self._material = material
        streams = streams if mx.default_device() == mx.cpu else 1
        self._model = material.model
        self._optimizer = make_optimizer(material.recipe, material.steps)
        loss = make_loss(material.forward, streams=streams, frozen=material.frozen)
        self._gradients: Any = nn.value_and_grad(self._model, loss)
        self._model.train()

    def make(self, rows: Sequence["Tokens"]) -> float:
        """Make a step with the rows; returns the seconds it took."""
        import mlx.core as mx

        began = time.perf_counter()
        batch = self._material.arrays(rows)
        (loss, _), gradients = self._gradients(self._model, *batch)
        self._optimizer.update(self._model, gradients)
        mx.eval(self._model.state, self._optimizer.state, loss)
        mx.clear_cache()
        return time.perf_counter() - began


def _padded(rows: Sequence["Tokens"]) -> int:
    return len(rows) * max(len(row.ids) for row in rows)


def _peak_memory() -> int:
    """The most that this process has taken, in bytes."""
    import mlx.core as mx

    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return max(resident * (1 if sys.platform == "darwin" else 1024), int(mx.get_peak_memory()))


def _doing(what: str) -> None:
    _say(Said(what))


def _say(said: Said) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(said) + b"\n")
    sys.stdout.buffer.flush()


def main() -> int:
    """Try out what stdin orders; returns the exit code."""
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    try:
        rehearse(order)
    except JessyError as error:
        _say(Said(problem=str(error)))
    except (OSError, RuntimeError, MemoryError) as error:
        _say(Said(problem=explain_failure(error, Path(order.folder))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
