"""A census of entries, most of which are not in memory: those are counted from columns."""

from collections import Counter
from typing import TYPE_CHECKING

from jessy_tui.dataset.census import Cell, Census
from jessy_tui.dataset.entries import Entries, OpenFile
from jessy_tui.dataset.large.columns import Columns
from jessy_tui.dataset.large.labels import COMPLEXITIES
from jessy_tui.dataset.order import RowOrder
from jessy_tui.iteration import Complexity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_COMPLEXITIES = len(COMPLEXITIES) + 1
_ITERATIONS = 10


def census_of_entries(entries: Entries) -> Census:
    """What all entries hold, as far as they are read; edits that are not saved count.

    May be called from any thread. What is edited meanwhile may be missed: count again then.
    """
    files = tuple(entries.files)
    census = Census([file.path for file in files])
    for place, file in enumerate(files):
        if file.large is None:
            ids = list(file.order)
        else:
            ids = entries.touched(file)
            columns = file.large.columns
            if columns is not None:
                _add_columns(census, place, columns, _rows_of(file, ids))
        for entry_id in ids:
            slot = entries.slots.get(entry_id)
            version = slot.now if slot is not None else None
            if version is not None:
                census.add(place, version.example)
    return census


def complexities_in(entries: Entries, ids: "NDArray[np.int64]") -> Counter[Complexity | None]:
    """How many of some entries have which complexity."""
    import numpy as np

    counted: Counter[Complexity | None] = Counter()
    for file in tuple(entries.files):
        order, columns = file.order, file.large.columns if file.large else None
        if isinstance(order, RowOrder) and columns is not None:
            rows = ids - order.first_id
            here = (rows >= 0) & (rows < columns.rows)
            here &= ~np.isin(ids, np.array(entries.touched(file), np.int64))
            for number, count in _counts(columns["complexity"][rows[here]]):
                counted[COMPLEXITIES[number - 1] if number else None] += count
            ids = ids[~here]
    counted.update(entries.version(entry_id).example.complexity for entry_id in ids.tolist())
    return counted


def _rows_of(file: OpenFile, ids: list[int]) -> "NDArray[np.int64]":
    """The rows of a large file that are gone, or entries that are counted by themselves."""
    import numpy as np

    order = file.order
    assert isinstance(order, RowOrder)  # noqa: S101 - as every large file's
    rows = np.array(ids, np.int64) - order.first_id
    return np.concatenate([rows[(rows >= 0) & (rows < order.rows)], order.gone_rows()])


def _add_columns(census: Census, file: int, columns: Columns, without: "NDArray[np.int64]") -> None:
    import numpy as np

    size = columns.rows
    counted = np.ones(size, bool)
    counted[without[without < size]] = False
    # One number for each label, so that all rows are counted in one go.
    label = columns["category"][:size][counted].astype(np.int64)
    label *= _COMPLEXITIES * _ITERATIONS
    label += columns["complexity"][:size][counted] * np.int64(_ITERATIONS)
    label += columns["iterations"][:size][counted]
    for number, count in _counts(label):
        rest, iterations = divmod(number, _ITERATIONS)
        category, complexity = divmod(rest, _COMPLEXITIES)
        cell = Cell(
            file,
            columns.names[category] or None,
            COMPLEXITIES[complexity - 1] if complexity else None,
            iterations or None,
        )
        census.cells[cell] += count
    for number, count in _counts(columns["language"][:size][counted]):
        if number:
            census.languages[columns.names[number]] += count
    for name, into in (("turns", census.turns), ("length", census.lengths)):
        into.update(Counter(dict(_counts(columns[name][:size][counted]))))


def _counts(numbers: "NDArray[np.int64]") -> list[tuple[int, int]]:
    """How often each number occurs; of those that do."""
    import numpy as np

    if not numbers.size:
        return []
    # Counting is faster than sorting unless the numbers are far apart, as a hostile file's may be.
    if int(numbers.max()) <= 4 * numbers.size:
        counts = np.bincount(numbers)
        places = np.flatnonzero(counts)
        return list(zip(places.tolist(), counts[places].tolist(), strict=True))
    values, counts = np.unique(numbers, return_counts=True)
    return list(zip(values.tolist(), counts.tolist(), strict=True))
