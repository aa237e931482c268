"""How the labels are distributed: counts and shares, for `jessy stats` and the dashboard."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.files import ExampleFile
from jessy_tui.iteration import MAX_ITERATIONS, MIN_ITERATIONS, Complexity


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


class Tally:
    """Counts labels."""

    def __init__(self) -> None:
        self.examples = 0
        self.complexity: Counter[str] = Counter()
        self.iterations: Counter[str] = Counter()
        self.category: Counter[str] = Counter()
        self.language: Counter[str] = Counter()

    def add(self, example: Example) -> None:
        """Count one example."""
        self.examples += 1
        if example.complexity is not None:
            self.complexity[str(example.complexity)] += 1
        if example.iterations is not None:
            self.iterations[str(example.iterations)] += 1
        if example.category is not None:
            self.category[example.category] += 1
        if example.language:
            self.language[example.language] += 1

    def distributions(self) -> Distributions:
        """The distributions of what was counted."""
        total = self.examples
        return Distributions(
            examples=total,
            complexity=_distribution(self.complexity, total, [str(value) for value in Complexity]),
            iterations=_distribution(self.iterations, total, _ALL_ITERATIONS),
            category=_distribution(self.category, total, _by_frequency(self.category)),
            language=_distribution(self.language, total, _by_frequency(self.language)),
        )


def distributions_of(examples: Iterable[Example]) -> Distributions:
    """Count the labels of `examples` in one pass."""
    tally = Tally()
    for example in examples:
        tally.add(example)
    return tally.distributions()


def file_distribution(files: Sequence[ExampleFile]) -> Distribution:
    """How the examples are spread over the files, in the order given."""
    counts = Counter[str]()
    for file in files:
        counts[str(file.path)] += len(file.examples)
    return _distribution(counts, counts.total(), list(counts))


_ALL_ITERATIONS = [str(value) for value in range(MIN_ITERATIONS, MAX_ITERATIONS + 1)]


def _by_frequency(counts: Counter[str]) -> list[str]:
    return sorted(counts, key=lambda value: (-counts[value], value))


def _distribution(counts: Counter[str], total: int, values: Sequence[str]) -> Distribution:
    shares = tuple(
        Count(value, counts[value], counts[value] / total if total else 0.0) for value in values
    )
    return Distribution(shares, total - counts.total())
