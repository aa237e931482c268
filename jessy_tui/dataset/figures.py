"""The distributions as rows of bars: each with its target and the filter that shows its examples.

`jessy stats`, its reports and the Dashboard all draw these, so that they say the same. The count
of a row is the number of examples its filter finds.
"""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from jessy_tui.dataset.census import Census, by_frequency
from jessy_tui.dataset.gaps import Grid, grid_of
from jessy_tui.dataset.query.nodes import And, Is, Name, Node, Not, Number, Or
from jessy_tui.dataset.query.parser import LONGEST
from jessy_tui.dataset.targets import Kind, Target, compare
from jessy_tui.iteration import MAX_ITERATIONS, MIN_ITERATIONS, Complexity
from jessy_tui.workspace import TargetSettings

_LENGTHS: Final = (1, 50, 100, 200, 400, 800, 1200, 2000)
"""Where the ranges of lengths begin."""
_MOST_TURNS: Final = 8
"""Conversations of more messages are counted together."""
MOST_ROWS: Final = 1_000
"""Of more values, the rarest are counted together."""

NONE: Final = "(none)"
OTHERS: Final = "(others)"


@dataclass(frozen=True, slots=True)
class Row:
    """One bar."""

    name: str
    count: int
    share: float
    """Of all examples, 0 to 1."""
    query: str
    """The filter that shows exactly these examples; "" where there is none."""
    target: Target | None = None
    band: Complexity | None = None
    """Whose colour it has."""
    depth: int = 0
    """1 for a part of the row above it that has depth 0."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One distribution."""

    key: str
    """complexity, iterations, category, file, language, length, turns or tokens."""
    title: str
    rows: tuple[Row, ...]
    note: str = ""
    """What there is to say of it besides."""

    @property
    def verdict(self) -> str:
        """How it stands to its targets, in words; or else its note."""
        targets = [row.target for row in self.rows if row.target is not None]
        missed = sum(not target.met for target in targets)
        if not targets:
            return self.note
        if not missed:
            return "target met" if len(targets) == 1 else "targets met"
        return f"{missed} of {len(targets)} targets missed"


@dataclass(frozen=True)
class Overview:
    """All that the Dashboard shows of a census."""

    census: Census
    figures: dict[str, Figure]
    grid: Grid
    targets: tuple[Target, ...]


def overview_of(census: Census, settings: TargetSettings) -> Overview:
    """Everything that follows from the counts and the targets."""
    distributions = census.distributions()
    targets = [
        target
        for target in compare(distributions, census.file_distribution(), settings)
        if target.kind != "files" or _is_about(census, settings)
    ]
    aims = {(target.kind, target.value): target for target in targets}
    figures = (
        _complexity(census, aims),
        _iterations(census, aims),
        _category(census, aims),
        _files(census, targets),
        _language(census),
        _lengths(census),
        _turns(census),
    )
    return Overview(
        census,
        {figure.key: figure for figure in figures},
        grid_of(census, settings),
        tuple(targets),
    )


def _is_about(census: Census, settings: TargetSettings) -> bool:
    """Whether any file has a name that the targets of files are about.

    They are those of the examples that come with Jessy; others keep theirs under other names.
    """
    return any(fnmatch(path.name, pattern) for path in census.files for pattern in settings.files)


def cell_query(category: str | None, iterations: int | None) -> str:
    """The filter of the examples of one category and one number of iterations; None: of none."""
    return str(And((_named("category", category), _iterated(iterations))))


def category_query(category: str | None) -> str:
    """The filter of the examples of one category; None: of none."""
    return str(_named("category", category))


_Aims = dict[tuple[Kind, str], Target]


def _named(key: str, name: str | None) -> Node:
    return Name(key, name or "", exact=True)


def _iterated(iterations: int | None) -> Node:
    if iterations is None:
        return Not(Number("iterations", MIN_ITERATIONS, MAX_ITERATIONS))
    return Number("iterations", iterations, iterations)


class _Rows:
    """Makes the rows of one figure."""

    def __init__(self, total: int) -> None:
        self._total = total
        self.rows: list[Row] = []

    def add(
        self,
        name: str,
        count: int,
        node: Node | None,
        target: Target | None = None,
        band: Complexity | None = None,
        depth: int = 0,
    ) -> None:
        share = count / self._total if self._total else 0.0
        query = str(node) if node is not None else ""
        query = query if len(query) <= LONGEST else ""
        self.rows.append(Row(name, count, share, query, target, band, depth))

    def add_missing(self, counted: int, node: Node) -> None:
        """Those that have no such value, if there are any."""
        if counted < self._total:
            self.add(NONE, self._total - counted, node)


def _complexity(census: Census, aims: _Aims) -> Figure:
    counts = Counter[Complexity]()
    for cell, count in census.cells.items():
        if cell.complexity is not None:
            counts[cell.complexity] += count
    rows = _Rows(census.examples)
    for one in Complexity:
        rows.add(str(one), counts[one], Is(one), aims.get(("complexity", str(one))), one)
    rows.add_missing(counts.total(), And(tuple(Not(Is(one)) for one in Complexity)))
    return Figure("complexity", "Complexity", tuple(rows.rows))


def _iterations(census: Census, aims: _Aims) -> Figure:
    counts = Counter[int]()
    for cell, count in census.cells.items():
        if cell.iterations is not None:
            counts[cell.iterations] += count
    rows = _Rows(census.examples)
    for number in range(MIN_ITERATIONS, MAX_ITERATIONS + 1):
        target = aims.get(("iterations", str(number)))
        rows.add(str(number), counts[number], _iterated(number), target, Complexity.of(number))
    rows.add_missing(counts.total(), _iterated(None))
    return Figure("iterations", "Iterations", tuple(rows.rows))


def _category(census: Census, aims: _Aims) -> Figure:
    counts = census.categories()
    names = by_frequency(counts)
    # What should be there and is not is shown too.
    names += [name for kind, name in aims if kind == "category" and name not in counts]
    rows = _Rows(census.examples)
    for name in names[:MOST_ROWS]:
        rows.add(name, counts[name], _named("category", name), aims.get(("category", name)))
    if len(names) > MOST_ROWS:
        rows.add(OTHERS, sum(counts[name] for name in names[MOST_ROWS:]), None)
    rows.add_missing(counts.total(), _named("category", None))
    return Figure("category", "Category", tuple(rows.rows))


def _files(census: Census, targets: Sequence[Target]) -> Figure:
    """The groups of files that have a target, each with its files; then all other files."""
    counts = census.file_counts()
    names = short_names(census.files)
    rows = _Rows(census.examples)
    left = list(range(len(census.files)))

    def add(place: int, target: Target | None = None, depth: int = 0) -> None:
        node = Name("file", census.files[place].name, exact=True)
        rows.add(names[place], counts[place], node, target, depth=depth)

    for target in targets:
        if target.kind != "files":
            continue
        group = [at for at in left if fnmatch(census.files[at].name, target.value)]
        if len(group) == 1:
            add(group[0], target)
        elif group:
            nodes = tuple(Name("file", census.files[at].name, exact=True) for at in group)
            # Without what all names have in common, as its files are.
            hidden = census.files[group[0]].name.partition(names[group[0]])[0]
            rows.add(target.value.removeprefix(hidden), target.count, Or(nodes), target)
            for place in group:
                add(place, depth=1)
        left = [place for place in left if place not in group]
    for place in left:
        add(place)
    return Figure("file", "Files", tuple(rows.rows))


def _language(census: Census) -> Figure:
    rows = _Rows(census.examples)
    names = by_frequency(census.languages)
    for name in names[:MOST_ROWS]:
        rows.add(name, census.languages[name], _named("lang", name))
    if len(names) > MOST_ROWS:
        rows.add(OTHERS, sum(census.languages[name] for name in names[MOST_ROWS:]), None)
    rows.add_missing(census.languages.total(), _named("lang", None))
    return Figure("language", "Language", tuple(rows.rows))


def _lengths(census: Census) -> Figure:
    rows = _Rows(census.examples)
    for low, high, name in ranges(_LENGTHS, max(census.lengths, default=0)):
        count = sum(count for length, count in census.lengths.items() if low <= length <= high)
        rows.add(name, count, Number("len", low, high if high < _ENDLESS else None))
    if census.lengths[0]:
        rows.rows.insert(0, Row(NONE, *_shared(census, census.lengths[0]), "len:0"))
    return Figure("length", "Length of the answer", tuple(rows.rows))


def _shared(census: Census, count: int) -> tuple[int, float]:
    return count, count / census.examples if census.examples else 0.0


_ENDLESS: Final = 1 << 62


def ranges(begins: Sequence[int], most: int) -> Iterator[tuple[int, int, str]]:
    """Ranges of numbers that follow each other, as far as there is something in them: lowest and
    highest, both inclusive, and a name; the one of the last beginning has no end."""
    for place, low in enumerate(begins):
        if place and low > most:
            return
        if place + 1 == len(begins):
            yield low, _ENDLESS, f"{low:,}+"
        else:
            high = begins[place + 1] - 1
            yield low, high, f"{low:,}-{high:,}"


def _turns(census: Census) -> Figure:
    rows = _Rows(census.examples)
    for number in sorted(census.turns):
        if number <= _MOST_TURNS:
            rows.add(str(number), census.turns[number], Number("turns", number, number))
    more = sum(count for number, count in census.turns.items() if number > _MOST_TURNS)
    if more:
        rows.add(f"{_MOST_TURNS + 1}+", more, Number("turns", _MOST_TURNS + 1, None))
    return Figure("turns", "Messages", tuple(rows.rows))


def short_names(files: Sequence[Path]) -> list[str]:
    """The names of files without what all of them have in common, as long as they stay apart."""
    names = [path.name for path in files]
    if len(names) < 2:
        return names
    prefix = os.path.commonprefix(names)  # noqa: RUF071 - letters of names are what is meant
    prefix = prefix[: max(prefix.rfind(sign) for sign in "_- ") + 1]
    suffixes = {path.suffix for path in files}
    suffix = suffixes.pop() if len(suffixes) == 1 else ""
    short = [name.removeprefix(prefix).removesuffix(suffix) for name in names]
    return short if all(short) and len(set(short)) == len(names) else names
