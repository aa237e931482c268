"""What a checkpoint remembers besides the weights, so that a run that goes on from it makes what
it would have made without a break: byte for byte, on the same machine.

That is the optimizer's state, the state of chance (for dropout), and the position: how far the
run is (the order of the batches follows from it and the seed), its best validation, and the
figures of the steps that have not been reported yet.

Imported by the driver alone, after the BLAS.
"""

import shutil
from pathlib import Path
from typing import Any, Final

import mlx.core as mx
import msgspec
from mlx.utils import tree_flatten, tree_unflatten

from jessy_tui.training.checkpoints import WEIGHTS_NAME
from jessy_tui.training.ending import Best, Trend
from jessy_tui.training.meter import Meter
from jessy_tui.training.record import RECORD_NAME

STATE_NAME: Final = "resume.safetensors"
_OPTIMIZER: Final = "optimizer."
_CHANCE: Final = "chance"


class Position(msgspec.Struct):
    """How far a run is, and what it needs to remember of the way."""

    step: int = 0
    seconds: float = 0.0
    """Since the first step, without the time it paused or stood still."""
    validated: int = -1
    """The step of the last validation; -1 when there was none."""
    probed: int = -1
    """The step at which probes were asked last; -1 when none were."""
    saved: int = 0
    """The step of the last checkpoint that was due."""
    best: Best = msgspec.field(default_factory=Best)
    trend: Trend = msgspec.field(default_factory=Trend)
    meter: Meter = msgspec.field(default_factory=Meter)


def save_state(folder: Path, position: Position, optimizer: Any) -> None:
    """Save into a checkpoint's folder what it takes to go on from it.

    Raises:
        RuntimeError: the disk is full.
    """
    arrays = {_OPTIMIZER + name: array for name, array in tree_flatten(optimizer.state)}
    arrays[_CHANCE] = mx.random.state[0]  # type: ignore[index]  # one key of two halves
    said = {"position": msgspec.json.encode(position).decode()}
    mx.save_safetensors(str(folder / STATE_NAME), arrays, said)


def load_state(folder: Path, model: Any, optimizer: Any) -> Position:
    """Put model, optimizer and chance where they were when the checkpoint in `folder` was saved."""
    weights: Any = mx.load(str(folder / WEIGHTS_NAME))
    model.load_weights(list(weights.items()), strict=False)
    arrays, position = _read(folder)
    optimizer.state = tree_unflatten(
        [
            (name.removeprefix(_OPTIMIZER), array)
            for name, array in arrays.items()
            if name.startswith(_OPTIMIZER)
        ]
    )
    mx.eval(model.parameters(), optimizer.state)
    # A seed is the two halves of the key that chance begins with.
    high, low = arrays[_CHANCE].tolist()
    mx.random.seed((high << 32) | low)
    return position


def latest_resumable(run: Path, step: int | None = None) -> Path | None:
    """The checkpoint of the run in this folder that is furthest and whole; None: there is none.

    With a `step`, the one of that step.
    """
    steps = run / "checkpoints"
    found = [run / "best", *(steps.iterdir() if steps.is_dir() else ())]
    whole = [(of, path) for path in found if (of := step_of(path)) is not None]
    if step is not None:
        whole = [(of, path) for of, path in whole if of == step]
    return max(whole)[1] if whole else None


def clear_up(run: Path) -> None:
    """Remove what a killed driver left half-written in the run's folder.

    A best checkpoint that was about to be replaced is put back in its place. Whoever calls holds
    the run, so that nobody else is writing its record.
    """
    for half in run.glob(f".{RECORD_NAME}.*"):
        half.unlink(missing_ok=True)
    for stray in (*run.glob(".best.*"), *run.glob(".final.*"), *run.glob("checkpoints/.*")):
        old, place = stray / "old", stray.parent / stray.name.split(".")[1]
        if old.is_dir() and not place.exists():
            old.rename(place)
        shutil.rmtree(stray, ignore_errors=True)


def step_of(folder: Path) -> int | None:
    """At which step the checkpoint in `folder` was saved; None where one cannot go on from it."""
    try:
        if not (folder / WEIGHTS_NAME).is_file():
            return None
        return _read(folder)[1].step
    except (OSError, RuntimeError, ValueError, KeyError, msgspec.DecodeError):
        return None


def _read(folder: Path) -> tuple[dict[str, Any], Position]:
    loaded: Any = mx.load(str(folder / STATE_NAME), return_metadata=True)
    arrays, said = loaded
    return arrays, msgspec.json.decode(said["position"], type=Position)
