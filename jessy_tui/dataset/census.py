"""What a set of examples holds, counted once: all figures of the dashboard are sums of these."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from jessy_tui.dataset.distribution import Distribution, Distributions, distribution_of
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.files import ExampleFile
from jessy_tui.iteration import MAX_ITERATIONS, MIN_ITERATIONS, Complexity

ALL_ITERATIONS = tuple(range(MIN_ITERATIONS, MAX_ITERATIONS + 1))


class Cell(NamedTuple):
    """Examples of one file with one label; None stands for what a label does not say."""

    file: int
    """The place of the file in `Census.files`."""
    category: str | None
    complexity: Complexity | None
    iterations: int | None


class Census:
    """Counts of examples. Every example is in exactly one cell, one length and one number of turns,
    so that whatever is summed up from them adds up to `examples`."""

    def __init__(self, files: Sequence[Path] = ()) -> None:
        self.files = list(files)
        """In the order of the workspace, each also where it is empty."""
        self.cells: Counter[Cell] = Counter()
        self.languages: Counter[str] = Counter()
        """Those that say which."""
        self.turns: Counter[int] = Counter()
        """By the number of messages."""
        self.lengths: Counter[int] = Counter()
        """By the characters of the last answer; 0 where there is none."""

    def add(self, file: int, example: Example) -> None:
        """Count one example of a file."""
        metadata = example.metadata
        category = metadata.get("category")
        language = metadata.get("language")
        cell = Cell(
            file,
            category if isinstance(category, str) and category else None,
            example.complexity,
            example.iterations,
        )
        self.cells[cell] += 1
        if isinstance(language, str) and language:
            self.languages[language] += 1
        self.turns[len(example.turns)] += 1
        self.lengths[len(example.answer)] += 1

    @property
    def examples(self) -> int:
        """All that were counted."""
        return self.cells.total()

    def distributions(self) -> Distributions:
        """How the labels are distributed."""
        complexity, iterations = Counter[str](), Counter[str]()
        for cell, count in self.cells.items():
            if cell.complexity is not None:
                complexity[cell.complexity] += count
            if cell.iterations is not None:
                iterations[str(cell.iterations)] += count
        total, categories = self.examples, self.categories()
        return Distributions(
            examples=total,
            complexity=distribution_of(complexity, total, list(Complexity)),
            iterations=distribution_of(iterations, total, list(map(str, ALL_ITERATIONS))),
            category=distribution_of(categories, total, by_frequency(categories)),
            language=distribution_of(self.languages, total, by_frequency(self.languages)),
        )

    def categories(self) -> Counter[str]:
        """How many examples each category has."""
        found = Counter[str]()
        for cell, count in self.cells.items():
            if cell.category is not None:
                found[cell.category] += count
        return found

    def file_distribution(self) -> Distribution:
        """How the examples are spread over the files, in their order."""
        counts = self.file_counts()
        named = Counter({str(path): counts[place] for place, path in enumerate(self.files)})
        return distribution_of(named, self.examples, list(named))

    def file_counts(self) -> Counter[int]:
        """How many examples each file has, by its place in `files`."""
        found = Counter[int]()
        for cell, count in self.cells.items():
            found[cell.file] += count
        return found

    def grid(self) -> Counter[tuple[str, int]]:
        """How many examples each category has of each number of iterations."""
        found = Counter[tuple[str, int]]()
        for cell, count in self.cells.items():
            if cell.category is not None and cell.iterations is not None:
                found[cell.category, cell.iterations] += count
        return found

    def home_of(self, category: str) -> Path | None:
        """The file in which most examples of a category are; None of a category that is new."""
        held = Counter[int]()
        for cell, count in self.cells.items():
            if cell.category == category:
                held[cell.file] += count
        # Of two that have as many, the first in the order of the workspace.
        return self.files[min(held, key=lambda file: (-held[file], file))] if held else None


def census_of(files: Iterable[ExampleFile]) -> Census:
    """Count the examples of files that are all in memory."""
    census = Census()
    for place, file in enumerate(files):
        census.files.append(file.path)
        for example in file.examples:
            census.add(place, example)
    return census


def by_frequency(counts: Counter[str]) -> list[str]:
    """The most frequent first, and those that are as frequent by name."""
    return sorted(counts, key=lambda value: (-counts[value], value))
