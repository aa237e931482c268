"""In which order the entries of a file stand, while entries come and go."""

import contextlib
import itertools
from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_NEAR: Final = 64


class Order(Protocol):
    """The ids of a file's entries, in order."""

    def copy(self) -> "Order":
        """The order as it is now."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[int]: ...

    def __getitem__(self, index: int) -> int: ...

    def __delitem__(self, index: int) -> None: ...

    def insert(self, index: int, entry_id: int) -> None:
        """Put an id that is not there at a place, from 0."""

    def index(self, entry_id: int) -> int:
        """The place of an id.

        Raises:
            KeyError: it is not there.
        """


class ListOrder:
    """The order of a file whose entries are all in memory."""

    def __init__(self, ids: Iterable[int] = ()) -> None:
        self._ids = list(ids)
        self._indexes: dict[int, int] = {}

    def copy(self) -> "ListOrder":
        """The order as it is now."""
        return ListOrder(self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[int]:
        return iter(self._ids)

    def __getitem__(self, index: int) -> int:
        return self._ids[index]

    def __delitem__(self, index: int) -> None:
        del self._ids[index]

    def insert(self, index: int, entry_id: int) -> None:
        self._ids.insert(index, entry_id)

    def index(self, entry_id: int) -> int:
        ids = self._ids
        index = self._indexes.get(entry_id, -1)
        if not (0 <= index < len(ids) and ids[index] == entry_id):
            # Something came or went before it. A little: it is near where it was.
            if index >= 0:
                with contextlib.suppress(ValueError):
                    return ids.index(entry_id, max(0, index - _NEAR), index + _NEAR)
            # Much, or it is new: number all again.
            self._indexes = {other: place for place, other in enumerate(ids)}
            index = self._indexes[entry_id]
        return index


class RowOrder:
    """The order of a file of many rows: the rows as they stand in it, and what differs from that.

    Row `r` of the file has the id `first_id + r`. What is kept grows with the edits, not with
    the rows: the rows that are not in their place, and the ids put in, each behind some row.
    """

    def __init__(self, first_id: int, rows: int = 0) -> None:
        self.first_id = first_id
        self.rows = rows
        """How many rows are known; may grow until the first edit."""
        self._gone = array("q")
        """Rows that are not in their place, ascending."""
        self._behind = array("q")
        """For each id put in, ascending: the row whose place it stands behind; -1 for none."""
        self._put = array("q")
        """The ids put in, in order; as long as `_behind`."""
        self._behind_of: dict[int, int] = {}

    def copy(self) -> "RowOrder":
        """The order as it is now."""
        copy = RowOrder(self.first_id, self.rows)
        copy._gone, copy._behind, copy._put = self._gone[:], self._behind[:], self._put[:]
        copy._behind_of = self._behind_of.copy()
        return copy

    @classmethod
    def of(cls, first_id: int, rows: int, ids: "NDArray[np.int64]") -> "RowOrder":
        """The order in which ids stand; rows that do not ascend with most others are put in."""
        import numpy as np

        order = cls(first_id, rows)
        is_row = (ids >= first_id) & (ids < first_id + rows)
        numbers = ids[is_row] - first_id
        if np.any(np.diff(numbers) <= 0):
            numbers = np.array(in_order(numbers.tolist()), np.int64)
            is_row &= np.isin(ids, numbers + first_id)
        there = np.zeros(rows, bool)
        there[numbers] = True
        order._gone = array("q", np.flatnonzero(~there).tobytes())
        before = np.concatenate([[-1], numbers])[np.cumsum(is_row)]
        order._behind = array("q", before[~is_row].astype(np.int64).tobytes())
        order._put = array("q", ids[~is_row].astype(np.int64).tobytes())
        order._behind_of = dict(zip(order._put, order._behind, strict=True))
        return order

    @property
    def put_in(self) -> Iterator[int]:
        """The ids that do not stand where a row of the file stood."""
        return iter(self._put)

    @property
    def as_on_disk(self) -> bool:
        """Whether all rows are in their places, with nothing between them."""
        return not (self._gone or self._put)

    def __len__(self) -> int:
        return self.rows - len(self._gone) + len(self._put)

    def __iter__(self) -> Iterator[int]:
        for first, last in self.runs(()):
            if last < 0:
                yield first
            else:
                yield from range(self.first_id + first, self.first_id + last + 1)

    def __getitem__(self, index: int) -> int:
        size = len(self)
        if not -size <= index < size:
            raise IndexError(index)
        if not (self._gone or self._put):
            return self.first_id + index % size
        row, place = self._slot_at(index % size)
        if place is None:
            return self.first_id + row
        return self._put[place]

    def __delitem__(self, index: int) -> None:
        row, place = self._slot_at(index)
        if place is None:
            insort(self._gone, row)
        else:
            self._behind_of.pop(self._put.pop(place))
            self._behind.pop(place)

    def insert(self, index: int, entry_id: int) -> None:
        row = entry_id - self.first_id
        if 0 <= row < self.rows:
            place = bisect_left(self._gone, row)
            # Back into its own place, unless it is wanted elsewhere.
            if self._before(row) == index:
                del self._gone[place]
                return
        behind, put = (-1, 0)
        if index:
            behind, before = self._slot_at(index - 1)
            put = bisect_left(self._behind, behind) if before is None else before + 1
        self._behind.insert(put, behind)
        self._put.insert(put, entry_id)
        self._behind_of[entry_id] = behind

    def index(self, entry_id: int) -> int:
        behind = self._behind_of.get(entry_id)
        if behind is not None:
            low, high = bisect_left(self._behind, behind), bisect_right(self._behind, behind)
            place = self._put.index(entry_id, low, high)
            return place + behind + 1 - bisect_right(self._gone, behind)
        row = entry_id - self.first_id
        if not 0 <= row < self.rows or self._is_gone(row):
            raise KeyError(entry_id)
        return self._before(row)

    def runs(
        self, apart: Iterable[int], other: "RowOrder | None" = None
    ) -> Iterator[tuple[int, int]]:
        """All entries in order: `(first, last)` for rows that follow each other, both inclusive.

        `(id, -1)` stands for an id put in, and for each row of `apart`, which are row numbers.
        Rows of one run have nothing put between them in the `other` order either.
        """
        alone = set(apart)
        cuts = other._behind if other else ()
        row = 0
        yield from ((entry_id, -1) for entry_id in self._put_behind(-1))
        for special in sorted(alone.union(self._gone, self._behind, cuts)):
            if special < 0:
                continue
            if row < special:
                yield row, special - 1
            if not self._is_gone(special):
                yield (self.first_id + special, -1) if special in alone else (special, special)
            yield from ((entry_id, -1) for entry_id in self._put_behind(special))
            row = special + 1
        if row < self.rows:
            yield row, self.rows - 1

    def places(self, rows: "NDArray[np.int64]") -> "NDArray[np.int64]":
        """The places of rows that are where they stand in the file, ascending as they are."""
        import numpy as np

        gone, behind = np.array(self._gone, np.int64), np.array(self._behind, np.int64)
        return rows - gone.searchsorted(rows) + behind.searchsorted(rows)

    @property
    def as_saved_rows(self) -> bool:
        """Whether the rows stand as they do in the file, and nothing else does."""
        return not (self._gone or self._put)

    def gone_rows(self) -> "NDArray[np.int64]":
        """The rows that are not in their place, ascending."""
        import numpy as np

        return np.array(self._gone, np.int64)

    def ids(self) -> "NDArray[np.int64] | None":
        """All ids in order, where nothing was put between the rows."""
        import numpy as np

        if self._put:
            return None
        there = np.ones(self.rows, bool)
        there[self.gone_rows()] = False
        return np.flatnonzero(there) + self.first_id

    def take_out(self, rows: "NDArray[np.int64]") -> None:
        """Take out very many rows that are in their place."""
        self._mark_gone(rows, gone=True)

    def put_back(self, rows: "NDArray[np.int64]") -> None:
        """Put rows back into their place that were taken out."""
        self._mark_gone(rows, gone=False)

    def _mark_gone(self, rows: "NDArray[np.int64]", *, gone: bool) -> None:
        import numpy as np

        flags = np.zeros(self.rows, bool)
        flags[self.gone_rows()] = True
        flags[rows] = gone
        self._gone = array("q", np.flatnonzero(flags).astype(np.int64).tobytes())

    def _put_behind(self, row: int) -> "array[int]":
        return self._put[bisect_left(self._behind, row) : bisect_right(self._behind, row)]

    def _is_gone(self, row: int) -> bool:
        place = bisect_left(self._gone, row)
        return place < len(self._gone) and self._gone[place] == row

    def _before(self, row: int) -> int:
        """How many entries stand before the place of a row."""
        return row - bisect_left(self._gone, row) + bisect_left(self._behind, row)

    def _slot_at(self, index: int) -> tuple[int, int | None]:
        """The row at an index and None; or the row it stands behind, and its place in `_put`."""
        low, high = -1, self.rows - 1
        while low < high:  # the last row that no more than `index` entries stand before
            middle = (low + high + 1) // 2
            if self._before(middle) <= index:
                low = middle
            else:
                high = middle - 1
        offset = index - (self._before(low) if low >= 0 else 0)
        if low >= 0 and not self._is_gone(low):
            if offset == 0:
                return low, None
            offset -= 1
        return low, bisect_left(self._behind, low) + offset


def in_order(numbers: list[int]) -> list[int]:
    """The longest run of numbers, no two of them the same, that ascend."""
    if all(one < other for one, other in itertools.pairwise(numbers)):
        return numbers
    tops: list[int] = []
    places: list[int] = []
    before: list[int] = []
    for place, number in enumerate(numbers):
        pile = bisect_left(tops, number)
        before.append(places[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(number)
            places.append(place)
        else:
            tops[pile], places[pile] = number, place
    run, place = [], places[-1]
    while place >= 0:
        run.append(numbers[place])
        place = before[place]
    return run[::-1]
