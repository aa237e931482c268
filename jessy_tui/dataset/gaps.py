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
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from jessy_tui.dataset.census import ALL_ITERATIONS, Census, by_frequency
from jessy_tui.iteration import Complexity
from jessy_tui.workspace import TargetSettings


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
    """The grid of all examples of a census against the targets."""
    counts: Counter[tuple[str | None, int | None]] = Counter()
    for cell, count in census.cells.items():
        counts[cell.category, cell.iterations] += count
    categories: Counter[str] = Counter()
    for (category, _), count in counts.items():
        if category is not None:
            categories[category] += count
    names = [*by_frequency(categories)]
    names += [name for name in settings.categories if name not in categories]
    unnamed = any(category is None for category, _ in counts)
    uncounted = any(iterations is None for _, iterations in counts)
    return Grid(
        (*names, None) if unnamed else tuple(names),
        (*ALL_ITERATIONS, None) if uncounted else ALL_ITERATIONS,
        counts,
        _targets(names, categories, counts, max(settings.examples, census.examples), settings),
    )


def _targets(
    names: list[str],
    categories: Counter[str],
    counts: Mapping[tuple[str | None, int | None], int],
    total: int,
    settings: TargetSettings,
) -> dict[tuple[str, int], float]:
    written = {name: _written_for(name, counts, settings) for name in names}
    targets: dict[tuple[str, int], float] = {}
    for complexity in Complexity:
        band = complexity.band
        column = settings.aim_of(complexity) * total / len(band)
        if not column:
            continue
        weights = {
            name: _weight(
                name, complexity, written[name], counts, categories[name], total, settings
            )
            for name in names
        }
        for iterations in band:
            sharing = (
                [name for name in names if iterations in written[name]]
                or [name for name in names if not written[name].isdisjoint(band)]
                or names
            )
            weight = sum(weights[name] for name in sharing)
            for name in sharing:
                if weights[name]:
                    targets[name, iterations] = column * weights[name] / weight
    return targets


def _weight(
    name: str,
    complexity: Complexity,
    written: frozenset[int],
    counts: Mapping[tuple[str | None, int | None], int],
    count: int,
    total: int,
    settings: TargetSettings,
) -> float:
    """How many examples of a complexity a category should have, before all others are looked at."""
    held = sum(counts.get((name, iterations), 0) for iterations in complexity.band)
    own = settings.categories.get(name)
    if own is not None and (own.share is not None or not held):
        aims = {
            other: settings.aim_of(other)
            for other in Complexity
            if not written or not written.isdisjoint(other.band)
        }
        whole_share = own.share * total if own.share is not None else settings.category
        return whole_share * aims.get(complexity, 0.0) / (sum(aims.values()) or 1.0)
    if not count:
        return 1.0
    return (held or 1) * max(1.0, settings.category / count)


def _written_for(
    name: str, counts: Mapping[tuple[str | None, int | None], int], settings: TargetSettings
) -> frozenset[int]:
    """The iterations a category is written for."""
    own = settings.categories.get(name)
    if own is not None and own.iterations is not None:
        return frozenset(own.iterations)
    written: set[int] = set()
    for complexity in Complexity:
        held = [iterations for iterations in complexity.band if counts.get((name, iterations))]
        if held:
            written.update(range(held[0], held[-1] + 1))
    return frozenset(written)
