"""How long the examples are in the tokens of a base, as a figure."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.figures import NONE, Figure, Row, ranges
from jessy_tui.dataset.query.nodes import Node, Number, Or
from jessy_tui.dataset.query.parser import LONGEST
from jessy_tui.dataset.rows import Row as TrainingRow
from jessy_tui.dataset.rows import training_rows

_BEGINS: Final = (1, 64, 128, 256, 512, 1024, 2048)
"""Where the ranges of lengths begin: as the lengths that models are trained with do."""


def token_lengths(
    examples: Iterable[Example], count: Callable[[Sequence[TrainingRow]], Sequence[int]]
) -> list[int]:
    """For each example the tokens of its longest row of training; 0 where none is trained.

    `count` gives the tokens of rows, template and plan header included.
    """
    rows = [list(training_rows([example], weighted=False)) for example in examples]
    counts = iter(count([row for several in rows for row in several]))
    return [max(itertools.islice(counts, len(several)), default=0) for several in rows]


def token_figure(lengths: Sequence[int], title: str, *, whole: bool) -> Figure:
    """The figure of the lengths of examples, which are all there are where it is `whole`.

    Then each row's filter names the examples by their numbers in the list, as they are now: no
    filter counts tokens by itself. Of a sample, rows have none.
    """
    total = len(lengths)
    rows = []
    bounds = [(low, high, name) for low, high, name in ranges(_BEGINS, max(lengths, default=0))]
    if 0 in lengths:
        bounds.insert(0, (0, 0, NONE))
    for low, high, name in bounds:
        places = [place for place, length in enumerate(lengths, 1) if low <= length <= high]
        query = _numbers(places) if whole else ""
        rows.append(Row(name, len(places), len(places) / total if total else 0.0, query))
    longest = max(lengths, default=0)
    words = f"longest {longest:,}" if whole else f"longest of {total:,} examples {longest:,}"
    return Figure("tokens", title, tuple(rows) if total else (), words)


def _numbers(places: Sequence[int]) -> str:
    """The filter of the examples at these places of the list, from 1; "" where it is too long."""
    nodes: list[Node] = []
    for _, run in itertools.groupby(enumerate(places), lambda one: one[1] - one[0]):
        numbers = [place for _, place in run]
        nodes.append(Number("#", numbers[0], numbers[-1]))
    if not nodes:
        return ""
    query = str(nodes[0] if len(nodes) == 1 else Or(tuple(nodes)))
    return query if len(query) <= LONGEST else ""
