"""A small sweep: the same base and data, and every combination of some settings."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from jessy_tui.errors import JessyError
from jessy_tui.training.recipe import Recipe
from jessy_tui.training.settings import with_settings

MOST_RUNS: Final = 64
"""A grid of more runs than these is refused: it is more likely a slip than a wish."""


@dataclass(frozen=True, slots=True)
class Point:
    """One combination of a grid."""

    settings: tuple[str, ...]
    """What it sets, each as "key=value"."""
    recipe: Recipe


def grid(recipe: Recipe, axes: Iterable[str]) -> list[Point]:
    """Every combination of the axes' values, the last axis the fastest.

    Args:
        recipe: what all have in common.
        axes: each "key=value,value,…"; a recipe's settings and their values.

    Raises:
        JessyError: an axis is not of that form, names a setting twice or an unknown one, has a
            value that is not allowed, or there are more than `MOST_RUNS` combinations.
    """
    choices: dict[str, list[str]] = {}
    for axis in axes:
        key, equals, text = axis.partition("=")
        key = key.strip().replace("-", "_")
        values = list(dict.fromkeys(value.strip() for value in text.split(",") if value.strip()))
        if not equals or not key or not values:
            raise JessyError(
                f"{axis!r} is no axis of a sweep; write key=value,value, as in "
                "learning_rate=1e-4,4e-4."
            )
        if key in choices:
            raise JessyError(f"The sweep varies {key} twice; put all its values into one axis.")
        choices[key] = values
    number = 1
    for values in choices.values():
        number *= len(values)
    if number > MOST_RUNS:
        raise JessyError(
            f"The sweep would make {number:,} runs, and {MOST_RUNS} are the most; vary less."
        )
    points = []
    for chosen in itertools.product(*choices.values()):
        settings = tuple(f"{key}={value}" for key, value in zip(choices, chosen, strict=True))
        points.append(Point(settings, with_settings(recipe, settings)))
    return points
