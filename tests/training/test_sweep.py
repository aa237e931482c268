"""Grids over a recipe."""

import pytest

from jessy_tui.errors import JessyError
from jessy_tui.training.recipe import Recipe
from jessy_tui.training.sweep import grid


def test_a_grid_holds_every_combination_the_last_axis_the_fastest() -> None:
    points = grid(Recipe(), ["learning_rate=1e-4,4e-4", "epochs=1,2"])
    assert [point.settings for point in points] == [
        ("learning_rate=1e-4", "epochs=1"),
        ("learning_rate=1e-4", "epochs=2"),
        ("learning_rate=4e-4", "epochs=1"),
        ("learning_rate=4e-4", "epochs=2"),
    ]
    assert points[3].recipe == Recipe(learning_rate=4e-4, epochs=2)


def test_a_value_given_twice_makes_one_run() -> None:
    assert len(grid(Recipe(), ["seed=1,1, 2"])) == 2


@pytest.mark.parametrize(
    ("axes", "sentence"),
    [
        (["learning_rate"], "is no axis of a sweep; write key=value,value"),
        (["seed="], "is no axis of a sweep"),
        (["seed=1", "seed=2"], "varies seed twice"),
        (["speed=1"], "'speed' is no setting of a recipe"),
        (["epochs=0"], "epochs must be"),
        (["seed=" + ",".join(map(str, range(65)))], "would make 65 runs, and 64 are the most"),
    ],
)
def test_a_grid_that_cannot_be_is_refused_with_the_reason(axes: list[str], sentence: str) -> None:
    with pytest.raises(JessyError, match=sentence):
        grid(Recipe(), axes)
