"""How alike the two sides of a split are: each value's share of both, and the difference."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from jessy_tui.dataset.grouping import Label
from jessy_tui.iteration import MAX_ITERATIONS, MIN_ITERATIONS, Complexity

THINGS: Final = ("complexity", "iterations", "category", "language")
"""What is compared, in the order it is shown."""
_PLACE_IN_LABEL: Final = {"complexity": 0, "category": 1, "iterations": 2, "language": 3}


@dataclass(frozen=True, slots=True)
class Compared:
    """One value on both sides."""

    thing: str
    value: str
    train: int
    held_out: int
    points: float
    """Its share of the held-out examples less that of the others, in percentage points."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides, value by value."""

    train: int
    """Examples."""
    held_out: int
    compared: tuple[Compared, ...]

    def of(self, thing: str) -> list[Compared]:
        """The values of one of `THINGS`, in the order they are shown."""
        return [one for one in self.compared if one.thing == thing]

    @property
    def largest(self) -> Compared | None:
        """Where they differ most; None where there is nothing to compare."""
        return max(self.compared, key=lambda one: abs(one.points), default=None)


def compare_sides(train: Iterable[Label], held_out: Iterable[Label]) -> Sides:
    """Compare the labels of both sides."""
    sides = [Counter(labels) for labels in (train, held_out)]
    sizes = [side.total() for side in sides]
    compared: list[Compared] = []
    for thing in THINGS:
        place = _PLACE_IN_LABEL[thing]
        counts = [Counter[str](), Counter[str]()]
        for side, into in zip(sides, counts, strict=True):
            for label, count in side.items():
                into[label[place]] += count
        for value in _values(thing, counts[0] + counts[1]):
            shares = [
                100 * into[value] / size if size else 0.0
                for into, size in zip(counts, sizes, strict=True)
            ]
            compared.append(
                Compared(thing, value, counts[0][value], counts[1][value], shares[1] - shares[0])
            )
    return Sides(sizes[0], sizes[1], tuple(compared))


def _values(thing: str, counts: Counter[str]) -> list[str]:
    match thing:
        case "complexity":
            order = [str(complexity) for complexity in Complexity]
        case "iterations":
            order = [str(number) for number in range(MIN_ITERATIONS, MAX_ITERATIONS + 1)]
        case _:
            order = sorted(counts, key=lambda value: (-counts[value], value))
    return [value for value in order if counts[value]]
