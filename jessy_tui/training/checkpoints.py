"""Checkpoints: folders that mlx-lm loads as an adapter path, each complete or not there."""

import json
from pathlib import Path
from typing import Any, Final

import mlx.core as mx
from mlx.utils import tree_flatten

from jessy_tui.errors import JessyError
from jessy_tui.folders import write_folder
from jessy_tui.training.adapting import Adaptation

WEIGHTS_NAME: Final = "adapters.safetensors"


class DivergedError(JessyError):
    """The loss or a weight is no longer a number."""


def save_checkpoint(target: Path, model: Any, adaptation: Adaptation, step: int) -> None:
    """Save the trained weights of `model` in `target`; what stood there is replaced.

    Raises:
        DivergedError: a weight is not a number.
        OSError, RuntimeError: the disk is full, or the folder cannot be written.
    """
    target.parent.mkdir(exist_ok=True)
    with write_folder(target) as fresh:
        weights = dict(tree_flatten(model.trainable_parameters()))
        mx.save_safetensors(str(fresh / WEIGHTS_NAME), weights)
        complete_checkpoint(fresh, model, adaptation, step)


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
