"""Finding the rows of a file: the lines that are not blank, without decoding any."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BLANK: Final = b" \t\r\n"
_NEWLINE: Final = 10


@dataclass(frozen=True, slots=True)
class Extents:
    """Rows that follow each other: where each begins and ends in the file.

    A row begins behind the line end of the row before it, so that the blank lines between belong
    to the one that follows; it ends at its own line end, which does not belong to it.
    """

    begins: "NDArray[np.int64]"
    ends: "NDArray[np.int64]"


class LineScan:
    """Takes a file block by block, and says which rows end in each.

    NumPy is imported with the first block: that is not done where it would hold up a screen.
    """

    def __init__(self, start: int) -> None:
        """`start` is where the first line begins."""
        self._place = self._row_begin = start
        self._blank = True
        """Whether the line that is not at its end yet is blank so far."""

    def feed(self, block: bytes) -> Extents:
        """The rows that end in the next block."""
        import numpy as np

        content = np.frombuffer(block, np.uint8)
        newlines = np.flatnonzero(content == _NEWLINE)
        starts = np.empty_like(newlines)
        if newlines.size:
            starts[0], starts[1:] = 0, newlines[:-1] + 1
        full = newlines[self._full(block, content, starts, newlines)]
        ends = full + self._place
        begins = np.empty_like(ends)
        if ends.size:
            begins[0], begins[1:] = self._row_begin, ends[:-1] + 1
            self._row_begin = int(ends[-1]) + 1
        rest = int(newlines[-1]) + 1 if newlines.size else 0
        blank_before = self._blank or newlines.size > 0
        self._blank = blank_before and not block[rest:].strip(_BLANK)
        self._place += len(block)
        return Extents(begins, ends)

    def finish(self) -> Extents:
        """The row that the end of the file ends, if there is one."""
        import numpy as np

        rows = [] if self._blank else [(self._row_begin, self._place)]
        return Extents(
            np.array([begin for begin, _ in rows], np.int64),
            np.array([end for _, end in rows], np.int64),
        )

    def _full(
        self,
        block: bytes,
        content: "NDArray[np.uint8]",
        starts: "NDArray[np.int64]",
        newlines: "NDArray[np.int64]",
    ) -> "NDArray[np.bool_]":
        """Which of the lines that end in the block are not blank."""
        import numpy as np

        full = content[starts] > ord(" ")
        for line in np.flatnonzero(~full):
            # A blank or a control character: only here each line is looked at.
            text = block[starts[line] : newlines[line]].strip(_BLANK)
            full[line] = bool(text) or (line == 0 and not self._blank)
        if full.size and not self._blank:
            full[0] = True
        return full


def rows_of(block: bytes, start: int, *, whole: bool) -> Iterator[tuple[int, int]]:
    """The rows of the first block of a file, of which `start` bytes stand before the first line.

    Where the block is not the `whole` file, a line without its end is left out.
    """
    begin = place = start
    while place < len(block):
        end = block.find(b"\n", place)
        if end < 0:
            if not whole:
                return
            end = len(block)
        if block[place:end].strip(_BLANK):
            yield begin, end
            begin = end + 1
        place = end + 1
