"""Checkpoints: folders that mlx-lm loads as an adapter path, each complete or not there."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import mlx.core as mx
from mlx.utils import tree_flatten

from jessy_tui.folders import write_folder
from jessy_tui.training.adapting import Adaptation
from jessy_tui.training.ending import DivergedError

WEIGHTS_NAME: Final = "adapters.safetensors"


Also = Callable[[Path], None]


def save_checkpoint(
    target: Path, model: Any, adaptation: Adaptation, step: int, also: Also = lambda folder: None
) -> None:
    """Save the trained weights of `model` in `target`; what stood there is replaced.

    What `also` writes into the folder belongs to the checkpoint.

    Raises:
        DivergedError: a weight is not a number.
        OSError, RuntimeError: the disk is full, or the folder cannot be written.
    """
    target.parent.mkdir(exist_ok=True)
    with write_folder(target) as fresh:
        weights = dict(tree_flatten(model.trainable_parameters()))
        mx.save_safetensors(str(fresh / WEIGHTS_NAME), weights)
        complete_checkpoint(fresh, model, adaptation, step)
        also(fresh)


def complete_checkpoint(folder: Path, model: Any, adaptation: Adaptation, step: int) -> None:
    """Make a checkpoint of the folder that the weights of `model` were saved in.

    Raises:
        DivergedError: a weight is not a number.
    """
    weights = tree_flatten(model.trainable_parameters())
    if not all(mx.all(mx.isfinite(weight)).item() for _, weight in weights):
        raise DivergedError(f"The weights are not numbers any more at step {step}.")
    configuration = adaptation.configuration(step)
    (folder / "adapter_config.json").write_text(json.dumps(configuration, indent=2), "utf-8")


def prune_checkpoints(run: Path, keep: int) -> None:
    """Remove all but the latest `keep` step checkpoints of the run in this folder; 0 keeps all."""
    folder = run / "checkpoints"
    steps = sorted(int(path.name) for path in folder.iterdir() if path.name.isdigit())
    for step in steps[:-keep] if keep else ():
        # Under a name that no reader looks for, so that none meets half a checkpoint.
        doomed = folder / f".{step}.old"
        (folder / str(step)).rename(doomed)
        shutil.rmtree(doomed, ignore_errors=True)
