"""The optimizer of a recipe, with its learning rate over the steps."""

from collections.abc import Callable
from typing import Any, Final

import mlx.core as mx
from mlx import optimizers

from jessy_tui.training.recipe import Recipe

Schedule = Callable[[mx.array], mx.array]

# The learning rate ends at this share of its highest.
_LAST_SHARE: Final = 0.1


def make_optimizer(recipe: Recipe, steps: int) -> Any:
    """The recipe's optimizer, with its learning rate over a run of `steps` steps."""
    rate = _per_update(_schedule(recipe, steps), recipe.accumulation)
    if recipe.optimizer == "adam":
        return optimizers.Adam(learning_rate=rate, bias_correction=True)
    return optimizers.AdamW(
        learning_rate=rate, weight_decay=recipe.weight_decay, bias_correction=True
    )


def _per_update(schedule: Schedule, accumulation: int) -> Schedule:
    """A schedule over steps as one over changes of the weights, which is what optimizers count."""
    if accumulation == 1:
        return schedule
    return lambda update: schedule(update * accumulation)


def _schedule(recipe: Recipe, steps: int) -> Schedule:
    """The learning rate over the steps: up from nothing, then down to a tenth, or level."""
    highest = recipe.learning_rate
    warmup = min(recipe.warmup_steps, steps - 1)
    rest = max(1, steps - warmup)
    match recipe.schedule:
        case "cosine":
            after = optimizers.cosine_decay(highest, rest, highest * _LAST_SHARE)
        case "linear":
            after = optimizers.linear_schedule(highest, highest * _LAST_SHARE, rest)
        case "constant":
            after = lambda step: mx.full(step.shape, highest)  # noqa: E731
    if warmup == 0:
        return after  # type: ignore[no-any-return]  # mlx has no types here
    rise = optimizers.linear_schedule(highest / (warmup + 1), highest, warmup)
    return optimizers.join_schedules([rise, after], [warmup])  # type: ignore[no-any-return]  # idem
