"""How the labels are distributed: counts and shares, for `jessy stats` and the dashboard."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.files import ExampleFile


@dataclass(frozen=True, slots=True)
class Count:
    """How often one value occurs."""

    value: str
    count: int
    share: float
    """Of all examples, those without a value among them; 0 to 1."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """How often each value of one thing occurs."""

    counts: tuple[Count, ...]
    missing: int
    """How many examples have no such value, or one that is none."""

    @property
    def total(self) -> int:
        """All examples."""
        return sum(count.count for count in self.counts) + self.missing


@dataclass(frozen=True, slots=True)
class Distributions:
    """The distributions of a set of examples."""

    examples: int
    complexity: Distribution
    """LOW, MEDIUM and HIGH, each also where it does not occur."""
    iterations: Distribution
    """1 to 9, each also where it does not occur."""
    category: Distribution
    """The most frequent first."""
    language: Distribution
    """The most frequent first."""


def distributions_of(examples: Iterable[Example]) -> Distributions:
    """Count the labels of `examples` in one pass."""
    from jessy_tui.dataset.census import Census

    census = Census()
    for example in examples:
        census.add(0, example)
    return census.distributions()


def file_distribution(files: Sequence[ExampleFile]) -> Distribution:
    """How the examples are spread over the files, in the order given."""
    counts = Counter[str]()
    for file in files:
        counts[str(file.path)] += len(file.examples)
    return distribution_of(counts, counts.total(), list(counts))


def distribution_of(counts: Counter[str], total: int, values: Sequence[str]) -> Distribution:
    """The counts of `values` among `total` examples, in the order given."""
    shares = tuple(
        Count(str(value), counts[value], counts[value] / total if total else 0.0)
        for value in values
    )
    return Distribution(shares, total - counts.total())
