"""Which examples the list shows, and in which order."""

import bisect
from collections.abc import Sequence

from jessy_tui.dataset.store import Entry, ExampleStore


class View:
    """Rows of the list over positions of the store: all of them, or those a filter let through."""

    def __init__(self, store: ExampleStore, positions: Sequence[int] | None = None) -> None:
        """Show `positions`, which only grow, or everything where they are None."""
        self.store = store
        self._positions = positions

    def __len__(self) -> int:
        return len(self.store) if self._positions is None else len(self._positions)

    def __getitem__(self, row: int) -> Entry:
        return self.store[self.position(row)]

    @property
    def filtered(self) -> bool:
        """Whether it is not simply the whole store in its own order."""
        return self._positions is not None

    def position(self, row: int) -> int:
        """Where the example of a row stands in the store."""
        return row if self._positions is None else int(self._positions[row])

    def row_of(self, position: int) -> int:
        """The row of a position of the store; where it is not shown, the row nearest after it."""
        positions = self._positions
        if positions is None:
            return position
        return min(bisect.bisect_left(positions, position), max(0, len(self) - 1))
