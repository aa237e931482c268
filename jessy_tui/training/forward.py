"""A model's way from tokens to logits taken apart: the layers, and the head on top of them.

With the two apart, the head is computed where it is wanted only, and the layers below those that
are trained once for all (`frozen.py`). Not every model mlx-lm knows is made of these two; whether
one is, is not guessed but tried.

Imported by the driver alone, after the BLAS.
"""

from collections.abc import Sequence
from typing import Any, Final

import mlx.core as mx
import mlx.nn as nn

# How many tokens the trial takes.
_SAMPLE: Final = 16


class Forward:
    """How a model turns tokens into logits at some positions."""

    def __init__(self, model: nn.Module, sample: Sequence[int] = ()) -> None:
        """Take `model` apart if that gives the same logits for the tokens of `sample`."""
        self.apart = _is_apart(model, tuple(sample)[:_SAMPLE] or (0, 0))
        """Whether its layers and its head can be called each by itself."""

    def logits(self, model: Any, tokens: mx.array, positions: mx.array) -> mx.array:
        """The logits (positions x vocabulary) at `positions`, counted through all rows."""
        if self.apart:
            return head(model, _flat(model.model(tokens))[positions])
        return _flat(model(tokens))[positions]


def head(model: Any, states: mx.array) -> mx.array:
    """The logits for the states that come out of the last layer."""
    if getattr(model, "lm_head", None) is not None:
        logits: mx.array = model.lm_head(states)
    else:
        logits = model.model.embed_tokens.as_linear(states)
    return logits


def _flat(states: mx.array) -> mx.array:
    return states.reshape(-1, states.shape[-1])


def _is_apart(model: Any, sample: tuple[int, ...]) -> bool:
    tokens = mx.array([sample])
    try:
        wanted, found = model(tokens), head(model, model.model(tokens))
        return wanted.shape == found.shape and bool(mx.allclose(wanted, found, 1e-3, 1e-4).item())
    except (AttributeError, TypeError, ValueError):
        return False
