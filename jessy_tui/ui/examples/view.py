"""Which examples the list shows, and in which order."""

from array import array
from bisect import bisect_left
from collections.abc import Collection, Container, Iterator

from jessy_tui.dataset.store import Entry, ExampleStore


class View:
    """Rows of the list: the whole store in its own order, or chosen entries in any order.

    Chosen entries are held by their ids, so that a row is the same example whatever comes or goes
    before it.
    """

    def __init__(
        self,
        store: ExampleStore,
        ids: "array[int] | None" = None,
        *,
        filtered: bool = False,
        ordered: bool = False,
    ) -> None:
        """Show the entries of `ids`, or everything where they are None.

        `filtered`: a query chose them; `ordered`: they are not in the order of the files.
        """
        self.store = store
        self.filtered = filtered
        self.ordered = ordered
        self._ids = ids

    def __len__(self) -> int:
        return len(self.store) if self._ids is None else len(self._ids)

    def __getitem__(self, row: int) -> Entry:
        """The entry of a row.

        Raises:
            LookupError: there is no such row, or its entry was deleted a moment ago.
        """
        return self.store[row] if self._ids is None else self.store.entry(self._ids[row])

    def get(self, row: int) -> Entry | None:
        """The entry of a row, or None where it is gone."""
        try:
            return self[row]
        except LookupError:
            return None

    def id_at(self, row: int) -> int:
        """The id of the entry of a row, without reading it."""
        return self.store.id_at(row) if self._ids is None else self._ids[row]

    def position(self, row: int) -> int:
        """Where the example of a row stands in the store.

        Raises:
            KeyError: it was deleted a moment ago.
        """
        return row if self._ids is None else self.store.position_of(self._ids[row])

    def row_of(self, entry_id: int) -> int | None:
        """The row of an entry, or None where it is not shown."""
        try:
            if self._ids is None:
                return self.store.position_of(entry_id)
            if not self.ordered:
                row = self.row_near(self.store.position_of(entry_id))
                shown = row is not None and row < len(self) and self._ids[row] == entry_id
                return row if shown else None
            return self._ids.index(entry_id)
        except (KeyError, ValueError):
            return None

    def row_near(self, position: int) -> int | None:
        """The row of a position of the store, or None.

        Where it is not shown: the row nearest after it, if the rows are in the order of the files.
        """
        if self._ids is None:
            return position
        if self.ordered:
            return self.row_of(self.store.id_at(position))
        rows = range(len(self._ids))
        return min(bisect_left(rows, position, key=self.position), max(0, len(rows) - 1))

    def next_of(self, ids: Collection[int], row: int, step: int) -> int | None:
        """The row of the next of some entries behind `row`, around the end; None where none is.

        With a `step` of -1, the one before.
        """
        rows: Iterator[int | None]
        if self._ids is None:
            rows = (self.row_of(entry_id) for entry_id in ids)
        else:
            wanted = set(ids)
            rows = (at for at, entry_id in enumerate(self._ids) if entry_id in wanted)
        ahead, around = None, None
        for at in rows:
            if at is None:
                continue
            if (at - row) * step > 0:
                if ahead is None or (at - ahead) * step < 0:
                    ahead = at
            elif around is None or (at - around) * step < 0:
                around = at
        return around if ahead is None else ahead

    def without(self, gone: Container[int]) -> "View":
        """The same without some ids, by the order they stand in."""
        if self._ids is None:
            return self
        left = array("q", (entry_id for entry_id in self._ids if entry_id not in gone))
        return View(self.store, left, filtered=self.filtered, ordered=self.ordered)
