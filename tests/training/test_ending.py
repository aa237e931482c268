"""When a run ends before its last step."""

import random

import pytest

from jessy_tui.training.ending import Best, Trend
from jessy_tui.training.recipe import Recipe


def trend_of(losses: list[float]) -> int | None:
    """At which step a loss is said to run away; None: never."""
    trend = Trend()
    for step, loss in enumerate(losses, 1):
        trend.take(loss)
        if trend.diverges:
            return step
    return None


def test_a_loss_that_runs_away_is_noticed_within_some_steps() -> None:
    falling = [5.0 * 0.97**step for step in range(40)]
    noticed = trend_of([*falling, *[9.0] * 40])
    assert noticed is not None
    assert 40 < noticed < 60


@pytest.mark.parametrize("seed", range(20))
def test_batches_that_differ_are_no_divergence(seed: int) -> None:
    chance = random.Random(seed)
    # Short answers and long ones differ by as much as a factor of five.
    losses = [5.0 * 0.98 ** min(step, 60) * chance.uniform(0.4, 2.0) for step in range(400)]
    assert trend_of(losses) is None


def test_a_loss_that_is_small_from_the_first_may_wander() -> None:
    chance = random.Random(1)
    assert trend_of([chance.uniform(0.01, 0.6) for _ in range(500)]) is None


def test_patience_counts_from_the_best_and_a_little_better_is_no_better() -> None:
    recipe = Recipe(patience=20, min_delta=0.1)
    best = Best()
    assert not best.take(0, 5.0, recipe)  # the untrained base is no checkpoint
    assert best.take(10, 3.0, recipe)
    assert not best.take(20, 2.95, recipe)
    assert best.exhausted(20, recipe) is None
    assert best.exhausted(30, recipe) == (
        "No better validation for 20 steps: the best is 3.000 at step 10."
    )
    assert best.exhausted(30, Recipe()) is None
