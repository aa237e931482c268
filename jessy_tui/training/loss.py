"""The loss of a batch: cross-entropy on the tokens of the answers, and nothing else.

The gradients equal those of the plain way (the head over every position, then a mask), but the
head and its softmax are computed at the answers' positions only: on a CPU the exponentials over
the vocabulary are among the dearest things there are. And where a batch comes in parts, they are
spread over streams, so that the cores share also the work that no BLAS does.
"""

from collections.abc import Callable, Sequence
from typing import Any

import mlx.core as mx
import mlx.nn as nn

from jessy_tui.training.forward import Forward
from jessy_tui.training.frozen import Frozen

Loss = Callable[..., tuple[mx.array, mx.array]]


def make_loss(forward: Forward, *, streams: int = 1, frozen: Frozen | None = None) -> Loss:
    """The loss to be given to mlx-lm's `train` and `evaluate`.

    It takes the model and the arrays of `batches.make_batch`, and gives the weighted sum over the
    answers' tokens times the batch's share (so the mean, where that is one over their number), in
    nats, and how many they were.

    Args:
        forward: how the model computes logits.
        streams: over how many streams the parts of a batch are spread.
        frozen: the lower layers' kept states, where batches bring them.
    """
    device = mx.default_device()
    spread = [mx.default_stream(device), *(mx.new_stream(device) for _ in range(streams - 1))]
    size = 4 if frozen is None else 5

    def summed(
        model: Any,
        tokens: mx.array,
        positions: mx.array,
        targets: mx.array,
        weights: mx.array,
        *kept: mx.array,
    ) -> mx.array:
        if frozen is not None:
            frozen.give(kept[0])
        logits = forward.logits(model, tokens, positions)
        total: mx.array = nn.losses.cross_entropy(logits, targets, weights, reduction="sum")
        return total

    def loss(model: Any, share: mx.array, *batch: mx.array) -> tuple[mx.array, mx.array]:
        totals = []
        for number, stream in _shared_out(batch, size, len(spread)):
            with mx.stream(spread[stream]):
                totals.append(summed(model, *batch[number : number + size]))
        count = sum(targets.size for targets in batch[2::size])
        return sum(totals[1:], start=totals[0]) * share, mx.where(share > 0, count, 0)

    return loss


def _shared_out(batch: Sequence[mx.array], size: int, streams: int) -> list[tuple[int, int]]:
    """Where each part of a batch begins, and the stream that computes it: the longest part first,
    each goes to the stream that has the least to do."""
    loads = [0] * streams
    shared: list[tuple[int, int]] = []
    for number in sorted(range(0, len(batch), size), key=lambda number: -batch[number].size):
        stream = loads.index(min(loads))
        loads[stream] += batch[number].size
        shared.append((number, stream))
    return shared
