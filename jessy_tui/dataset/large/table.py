"""Figures of a million rows in little memory: columns that grow at their end."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import DTypeLike, NDArray


class Column:
    """Numbers, one a row. One thread appends; any may read what is there already."""

    def __init__(self, kind: "DTypeLike") -> None:
        import numpy as np

        self._numbers: NDArray[np.generic] = np.empty(0, kind)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def append(self, numbers: "NDArray[np.generic]") -> None:
        """Add numbers at the end."""
        import numpy as np

        size = self._size + len(numbers)
        if size > len(self._numbers):
            room = np.empty(max(size, len(self._numbers) * 3 // 2), self._numbers.dtype)
            room[: self._size] = self._numbers[: self._size]
            self._numbers = room
        self._numbers[self._size : size] = numbers
        self._size = size  # last, so that nobody reads what is not written yet

    def view(self) -> "NDArray[np.int64]":
        """All numbers; the memory is the column's own until it grows."""
        size = self._size
        view: NDArray[np.int64] = self._numbers[:size]  # type: ignore[assignment]  # any integers
        return view
