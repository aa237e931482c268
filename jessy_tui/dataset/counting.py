"""The distributions of labels over entries, most of which are not in memory."""

from collections import Counter
from collections.abc import Iterator

from jessy_tui.dataset.distribution import Distributions, Tally
from jessy_tui.dataset.entries import Entries, OpenFile
from jessy_tui.dataset.large.columns import Columns
from jessy_tui.dataset.large.labels import COMPLEXITIES
from jessy_tui.dataset.order import RowOrder


def distributions_in(entries: Entries) -> Distributions:
    """How the labels of all entries are distributed, as far as they are read."""
    tally = Tally()
    for file in tuple(entries.files):
        if file.large is None:
            ids = list(file.order)
        else:
            ids = [entry for entry in entries.touched(file) if entries.slots[entry].now]
            if file.large.columns is not None:
                _add_columns(tally, file.large.columns, _touched_rows(entries, file))
        for entry_id in ids:
            tally.add(entries.version(entry_id).example)
    return tally.distributions()


def _touched_rows(entries: Entries, file: OpenFile) -> Iterator[int]:
    assert isinstance(file.order, RowOrder)  # noqa: S101 - as every large file's
    rows = (entry_id - file.order.first_id for entry_id in entries.touched(file))
    return (row for row in rows if 0 <= row < file.order.rows)


def _add_columns(tally: Tally, columns: Columns, without: Iterator[int]) -> None:
    import numpy as np

    size = columns.rows
    counted = np.ones(size, bool)
    counted[[row for row in without if row < size]] = False
    tally.examples += int(counted.sum())
    names = {
        "complexity": ["", *map(str, COMPLEXITIES)],
        "iterations": ["", *map(str, range(1, 256))],
        "category": columns.names,
        "language": columns.names,
    }
    for column, values in names.items():
        counts = np.bincount(columns[column][:size][counted])
        into: Counter[str] = getattr(tally, column)
        for place in np.flatnonzero(counts).tolist():
            if place:
                into[values[place]] += int(counts[place])
