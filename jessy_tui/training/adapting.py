"""What of a base a recipe trains: matrices beside its own (lora, dora), or its own weights (full).

Imported by the driver alone, after the BLAS.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import mlx.core as mx
import mlx.nn as nn
from mlx.utils import tree_flatten
from mlx_lm.tuner.utils import linear_to_lora_layers

from jessy_tui.errors import JessyError
from jessy_tui.training.recipe import FineTuneType, Recipe

# The matrices of an attention, by the last part of their names in the models mlx-lm knows.
_ATTENTION: Final = frozenset(
    (
        *("q_proj", "k_proj", "v_proj", "o_proj", "out_proj", "qkv_proj"),
        *("c_attn", "query_key_value", "dense", "wq", "wk", "wv", "wo"),
    )
)
_HALVES: Final = (mx.float16, mx.bfloat16)


@dataclass(frozen=True, slots=True)
class Adaptation:
    """How a model was made trainable: what mlx-lm needs to know to do the same again."""

    fine_tune_type: FineTuneType
    layers: int
    """How many of the last layers are trained, at least one."""
    rank: int = 0
    scale: float = 0.0
    dropout: float = 0.0
    keys: Sequence[str] = ()
    """Paths of the matrices in a layer that lora and dora sit on."""

    def configuration(self, step: int) -> dict[str, Any]:
        """The contents of `adapter_config.json`."""
        contents: dict[str, Any] = {
            "fine_tune_type": self.fine_tune_type,
            "num_layers": self.layers,
            "step": step,
        }
        if self.fine_tune_type != "full":
            contents["lora_parameters"] = {
                "rank": self.rank,
                "scale": self.scale,
                "dropout": self.dropout,
                "keys": list(self.keys),
            }
        return contents


def adapt(model: nn.Module, recipe: Recipe) -> Adaptation:
    """Make trainable in `model` what the recipe trains, and nothing else.

    The first values of lora's and dora's matrices are drawn from mlx's random state.

    Raises:
        JessyError: the model has no matrix of the kind the recipe asks for, or is quantized and
            was to be trained itself.
    """
    there = len(model.layers)
    layers = min(recipe.layers or there, there)
    if recipe.fine_tune_type == "full":
        if any(isinstance(module, nn.QuantizedLinear) for module in model.modules()):
            raise JessyError(
                "A quantized base cannot be trained itself; set fine_tune_type=lora, or take the "
                "base in full precision."
            )
        _unfreeze(model, layers if recipe.layers else 0)
        return Adaptation("full", layers)
    keys = keys_of(model, recipe)
    model.freeze()
    parameters = {"rank": recipe.rank, "scale": recipe.scale, "dropout": recipe.dropout}
    try:
        linear_to_lora_layers(
            model, layers, parameters | {"keys": keys}, use_dora=recipe.fine_tune_type == "dora"
        )
    except ValueError as error:
        raise JessyError(
            f"This base cannot be trained with {recipe.fine_tune_type} ({error}); set "
            "fine_tune_type=lora, or keys=attention."
        ) from error
    return Adaptation(
        recipe.fine_tune_type, layers, recipe.rank, recipe.scale, recipe.dropout, keys
    )


def keys_of(model: nn.Module, recipe: Recipe) -> list[str]:
    """The paths in a layer of the matrices that lora and dora sit on.

    Raises:
        JessyError: there is none.
    """
    kinds = (nn.Linear, nn.QuantizedLinear)
    paths = {
        path
        for layer in model.layers
        for path, module in layer.named_modules()
        if isinstance(module, kinds) or hasattr(module, "to_lora")
    }
    if recipe.keys == "attention":
        paths = {path for path in paths if path.rsplit(".", 1)[-1] in _ATTENTION}
    if not paths:
        raise JessyError(
            "This base has no attention matrices of a name that is known; set keys=all."
        )
    return sorted(paths)


def widen(model: nn.Module) -> bool:
    """On a CPU, turn half-precision weights into float32; whether there were any.

    Products of halves do not reach the BLAS and take some thirty times as long.
    """
    halves = any(weight.dtype in _HALVES for _, weight in tree_flatten(model.parameters()))
    if not halves or mx.default_device() != mx.cpu:
        return False
    model.set_dtype(mx.float32)
    return True


def _unfreeze(model: nn.Module, layers: int) -> None:
    """Unfreeze the last `layers` layers, or with 0 everything, embedding and norms too."""
    if not layers:
        model.unfreeze()
        return
    model.freeze()
    for layer in model.layers[-layers:]:
        layer.unfreeze()
