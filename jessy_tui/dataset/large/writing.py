"""Writing a large file: rows that were not touched are copied as they lie, in long runs."""

import hashlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from jessy_tui.dataset.entries import Entries, OpenFile
from jessy_tui.dataset.frame import Piece
from jessy_tui.dataset.large.file import BLOCK, LargeFile
from jessy_tui.dataset.order import RowOrder
from jessy_tui.files import Staged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class LargeWriting:
    """The new content of a large file, on the disk and not yet in its place."""

    def __init__(self, entries: Entries, file: OpenFile) -> None:
        """Write the content to a temporary file; the memory it takes does not grow with it.

        Raises:
            JessyError: it cannot be written, or the old content cannot be read any more.
        """
        assert file.large is not None  # noqa: S101 - the caller has looked
        assert isinstance(file.order, RowOrder)  # noqa: S101 - as every large file's
        self.path = file.path
        self._entries, self._file = entries, file
        self._large: LargeFile = file.large
        self._order: RowOrder = file.order
        self._large.refuse_if_overwritten()
        self._place = 0
        self._hash = hashlib.sha256()
        begins, ends = self._large.extents()
        self._begins: NDArray[np.int64] = begins.view().copy()
        self._ends: NDArray[np.int64] = ends.view().copy()
        self._pin_the_ends()
        self._staged = Staged(file.path, self._counted())
        self.digest = self._hash.hexdigest()

    def commit(self) -> None:
        """Put it into its place.

        Raises:
            JessyError: it cannot be put there; the file is as it was.
        """
        from jessy_tui.dataset.large.table import Column

        descriptor = self._staged.open()
        try:
            self._staged.commit()
        except BaseException:
            os.close(descriptor)
            raise
        begins, ends = Column("int64"), Column("int64")
        begins.append(self._begins)
        ends.append(self._ends)
        self._large.moved(descriptor, self.digest, begins, ends)

    def discard(self) -> None:
        """Leave the file as it was."""
        self._staged.discard()

    def _pin_the_ends(self) -> None:
        """Keep in memory what loses the blank space beside it, and what has a habit there."""
        order = self._order
        if len(order):
            self._entries.pin(order[0])
            self._entries.pin(order[-1])
        for row in (0, order.rows - 1):
            if order.rows:
                self._entries.pin(order.first_id + row)

    def _counted(self) -> Iterator[bytes]:
        for block in self._blocks():
            self._hash.update(block)
            yield block

    def _blocks(self) -> Iterator[bytes]:
        frame, order = self._file.frame, self._order
        if not len(order):
            yield frame.join([]).encode()
            return
        yield self._at(frame.head.encode())
        before: str | None = None
        first = True
        rows = (
            entry_id - order.first_id
            for entry_id in self._entries.touched(self._file)
            if 0 <= entry_id - order.first_id < order.rows
        )
        for start, end in order.runs(rows, self._file.saved):
            if not first:
                yield self._at(_encoded((frame.trail if before is None else before) + "\n"))
            if end < 0:
                piece: Piece = self._entries.version(start).piece
                lead = "" if first else frame.lead if piece.lead is None else piece.lead
                yield self._at(_encoded(lead + piece.source))
                before = piece.trail
            else:
                yield from self._run(start, end)
                before = ""
            first = False
        yield self._at(frame.tail.encode())

    def _run(self, first: int, last: int) -> Iterator[bytes]:
        """Rows that follow each other in the old content, too."""
        begin, end = self._large.extent(first)[0], self._large.extent(last)[1]
        shift = self._place - begin
        self._begins[first : last + 1] += shift
        self._ends[first : last + 1] += shift
        for place in range(begin, end, BLOCK):
            yield self._at(self._large.read(place, min(place + BLOCK, end)))

    def _at(self, block: bytes) -> bytes:
        self._place += len(block)
        return block


def _encoded(text: str) -> bytes:
    """Bytes that are no UTF-8 are kept as they were."""
    return text.encode(errors="surrogateescape")
