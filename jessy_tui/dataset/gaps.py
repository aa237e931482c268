"""Complexity x iterations x category: what each cell holds, what it should hold, what is missing.

The target of a cell is the product of three shares, times all examples:

- the share of its complexity (`[targets] aim`);
- an even share among the iterations of that complexity's band (a half of LOW's for 1 and 2, a
  third of MEDIUM's, a quarter of HIGH's);
- the share of its category among the categories that are written for these iterations. Each
  counts there by what it should hold in that band: what it holds now, raised to `[targets]
  category` where it has fewer in all; or, where it has a `share` of its own in
  `[targets.categories]`, that share, divided among its bands as the complexities are.

A category is written for the iterations that `[targets.categories]` gives it, or else for those
between the fewest and the most it has in each band: nobody asks for a greeting of nine
iterations, but of a category with 6 and 9, the 7 and the 8 are missing. A number of iterations
that no category is written for is shared by all that have its complexity, or else by all there
are, so that the targets of each number of iterations always add up to that number's own.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from jessy_tui.dataset.census import ALL_ITERATIONS, Census, by_frequency
from jessy_tui.iteration import Complexity
from jessy_tui.workspace import CategoryTarget, TargetSettings

MOST_CATEGORIES: Final = 1_000


@dataclass(frozen=True, slots=True)
class Gap:
    """A cell that holds fewer examples than it should."""

    category: str
    iterations: int
    count: int
    target: float

    @property
    def complexity(self) -> Complexity:
        """That of its iterations."""
        return Complexity.of(self.iterations)

    @property
    def wanted(self) -> int:
        """The target in whole examples."""
        return whole(self.target)

    @property
    def short(self) -> int:
        """How many examples are missing; 1 at the least."""
        return self.wanted - self.count


@dataclass(frozen=True)
class Grid:
    """Categories by iterations. None stands for examples that do not say which."""

    categories: tuple[str | None, ...]
    """The most frequent first; None last, where there are such."""
    columns: tuple[int | None, ...]
    """1 to 9; None last, where there are such."""
    counts: Mapping[tuple[str | None, int | None], int]
    targets: Mapping[tuple[str, int], float]
    """Of the cells that should hold something."""

    def count(self, category: str | None, iterations: int | None) -> int:
        """How many examples a cell holds."""
        return self.counts.get((category, iterations), 0)

    def target(self, category: str | None, iterations: int | None) -> float:
        """How many examples a cell should hold."""
        if category is None or iterations is None:
            return 0.0
        return self.targets.get((category, iterations), 0.0)

    def short(self, category: str | None, iterations: int | None) -> int:
        """How many examples a cell is short of its target, in whole examples; 0 for none."""
        target = self.target(category, iterations)
        return max(0, whole(target) - self.count(category, iterations))

    @cached_property
    def most(self) -> int:
        """What the fullest cell holds."""
        return max(self.counts.values(), default=0)

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """The cells that are a whole example short at the least, the furthest under target first.

        Of two that are as far, the one that holds less comes first, then the one that asks for
        more thinking.
        """
        found = [
            Gap(category, iterations, self.count(category, iterations), target)
            for (category, iterations), target in self.targets.items()
        ]
        return tuple(
            sorted(
                (gap for gap in found if gap.short > 0),
                key=lambda gap: (
                    gap.count - gap.target,
                    gap.count,
                    -gap.iterations,
                    gap.category,
                ),
            )
        )


def whole(target: float) -> int:
    """A target in whole examples, halves up."""
    return math.floor(target + 0.5)


def grid_of(census: Census, settings: TargetSettings) -> Grid:
    """The grid of all examples of a census against the targets.

    Of very many categories, only the most frequent are in it.
    """
    counts: Counter[tuple[str | None, int | None]] = Counter()
    for cell, count in census.cells.items():
        counts[cell.category, cell.iterations] += count
    categories: Counter[str] = Counter()
    for (category, _), count in counts.items():
        if category is not None:
            categories[category] += count
    names = [name for name in settings.categories if name not in categories]
    names = [*by_frequency(categories)[:MOST_CATEGORIES], *names]
    unnamed = any(category is None for category, _ in counts)
    uncounted = any(iterations is None for _, iterations in counts)
    wishes = _Wishes(names, counts, max(settings.examples, census.examples), settings)
    return Grid(
        (*names, None) if unnamed else tuple(names),
        (*ALL_ITERATIONS, None) if uncounted else ALL_ITERATIONS,
        counts,
        wishes.targets(),
    )


class _Wishes:
    """What the categories should hold."""

    def __init__(
        self,
        names: Sequence[str],
        counts: Mapping[tuple[str | None, int | None], int],
        total: int,
        settings: TargetSettings,
    ) -> None:
        self._names, self._counts, self._total, self._settings = names, counts, total, settings
        self._written = {name: self._written_for(name) for name in names}

    def targets(self) -> dict[tuple[str, int], float]:
        """Of each cell that should hold something."""
        targets: dict[tuple[str, int], float] = {}
        for complexity in Complexity:
            band = complexity.band
            column = self._settings.aim_of(complexity) * self._total / len(band)
            weights = {name: self._weight(name, complexity) for name in self._names}
            for iterations in band:
                sharing = self._sharing(iterations, band)
                weight = sum(weights[name] for name in sharing)
                for name in sharing:
                    if column and weights[name]:
                        targets[name, iterations] = column * weights[name] / weight
        return targets

    def _sharing(self, iterations: int, band: range) -> Sequence[str]:
        """The categories that share the examples of some iterations."""
        return (
            [name for name in self._names if iterations in self._written[name]]
            or [name for name in self._names if not self._written[name].isdisjoint(band)]
            or self._names
        )

    def _weight(self, name: str, complexity: Complexity) -> float:
        """How many examples of a complexity a category should have, if it were for it alone."""
        settings, written = self._settings, self._written[name]
        own = settings.categories.get(name, _NO_WISHES)
        count = sum(self._held(name, other) for other in Complexity)
        whole = max(count, settings.category, 1.0)
        if own.share is not None:
            whole = own.share * self._total
        if written.isdisjoint(complexity.band):
            return whole
        held = self._held(name, complexity)
        if own.share is None and held:
            return whole * held / count
        aims = sum(
            settings.aim_of(other) for other in Complexity if not written.isdisjoint(other.band)
        )
        return whole * (settings.aim_of(complexity) / aims if aims else 1.0)

    def _held(self, name: str, complexity: Complexity) -> int:
        return sum(self._counts.get((name, iterations), 0) for iterations in complexity.band)

    def _written_for(self, name: str) -> frozenset[int]:
        """The iterations a category is written for."""
        own = self._settings.categories.get(name, _NO_WISHES)
        if own.iterations is not None:
            return frozenset(own.iterations)
        written: set[int] = set()
        for complexity in Complexity:
            held = [number for number in complexity.band if self._counts.get((name, number))]
            if held:
                written.update(range(held[0], held[-1] + 1))
        return frozenset(written)


_NO_WISHES = CategoryTarget()
