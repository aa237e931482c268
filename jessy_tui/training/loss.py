"""The loss of a batch: cross-entropy on the tokens of the answers, and nothing else.

The gradients equal those of the plain way (the head over every position, then a mask), but the
head and its softmax are computed at the answers' positions only: on a CPU the exponentials over
the vocabulary are among the dearest things there are. And where a batch comes in parts, each is
computed in a stream of its own, so that the cores share also the work that no BLAS does.
"""

from collections.abc import Callable
from typing import Any

import mlx.core as mx
import mlx.nn as nn

Loss = Callable[..., tuple[mx.array, mx.array]]


def make_loss(model: nn.Module, parts: int = 1) -> Loss:
    """The loss for models of this one's shape, to be given to mlx-lm's `train` and `evaluate`.

    It takes the model and the arrays of `batches.make_batch`, three for every part, and gives the
    mean over the answers' tokens, in nats, and how many they were.
    """
    head = _head_of(model)
    device = mx.default_device()
    streams = [mx.default_stream(device), *(mx.new_stream(device) for _ in range(parts - 1))]

    def summed(model: Any, tokens: mx.array, positions: mx.array, targets: mx.array) -> mx.array:
        states = model.model(tokens)
        states = states.reshape(-1, states.shape[-1])[positions]
        total: mx.array = nn.losses.cross_entropy(head(model, states), targets, reduction="sum")
        return total

    def loss(model: Any, *batch: mx.array) -> tuple[mx.array, mx.array]:
        totals = []
        for number, stream in zip(range(0, len(batch), 3), streams, strict=False):
            with mx.stream(stream):
                totals.append(summed(model, *batch[number : number + 3]))
        count = sum(targets.size for targets in batch[2::3])
        return sum(totals[1:], start=totals[0]) / count, mx.array(count)

    return loss


def _head_of(model: Any) -> Callable[[Any, mx.array], mx.array]:
    """How a model of this shape turns its last states into logits."""
    if getattr(model, "lm_head", None) is not None:
        return lambda model, states: model.lm_head(states)
    return lambda model, states: model.model.embed_tokens.as_linear(states)
