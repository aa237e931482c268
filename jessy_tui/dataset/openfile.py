"""One open file, one entry of it, and what is known of an id."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jessy_tui.dataset.example import Example, Unreadable
from jessy_tui.dataset.frame import Frame, Version
from jessy_tui.dataset.large.file import LargeFile
from jessy_tui.dataset.order import Order, RowOrder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Signature = tuple[int, int, int, int]
"""Of a file on disk: inode, size, and when content and status were changed, in ns."""


def signature_of(path: Path) -> Signature | None:
    """How a file looks from outside; None where it cannot be looked at."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


@dataclass(frozen=True, slots=True)
class Entry:
    """One example as the store shows it."""

    id: int
    """Stays the same as long as the store is open."""
    example: Example
    file: Path
    index: int
    """Its place in its file, from 0, as it would be saved now."""
    edited: bool
    """Whether it differs from what is on disk."""
    added: bool = False
    """Whether the file on disk does not have it."""
    conflict: bool = False
    """Whether it was changed here and by other hands, and nobody has settled it yet."""

    @property
    def problem(self) -> str | None:
        """Why its line cannot be read as JSON, in a sentence; None for all others."""
        return self.example.problem if isinstance(self.example, Unreadable) else None


class OpenFile:
    """One file and the entries it would be saved with."""

    def __init__(
        self,
        path: Path,
        frame: Frame | None,
        digest: str | None,
        order: Order,
        large: LargeFile | None = None,
    ) -> None:
        self.path = path
        self.order = order
        self.large = large
        """Its rows, where they are not all in memory; then frame and digest are found there."""
        self.gone: set[int] = set()
        """Entries that are on disk and deleted here."""
        self.saved = order.copy() if isinstance(order, RowOrder) else None
        """Of a large file: the order that is on disk."""
        self.changes = 0
        """Another number after each change of its entries."""
        self.depths: NDArray[np.int16] | None = None
        """Of each row of a large file: by how many changes of very many rows it is ahead of what
        is on disk, or behind it; None where no row is."""
        self.seen: Signature | None = None
        """How the file on disk looked when its content was last known to be the one here."""
        self._frame, self._digest = frame, digest

    @property
    def frame(self) -> Frame:
        """What stands around its entries.

        Raises:
            JessyError: it is large, and could not be read to its end.
        """
        if self._frame is not None:
            return self._frame
        assert self.large is not None  # noqa: S101 - only those have no frame of their own
        return self.large.frame

    @property
    def digest(self) -> str | None:
        """Of the bytes on disk, as far as is known; None for a file that is not there yet.

        Raises:
            JessyError: it is large, and could not be read to its end.
        """
        return self.large.digest if self.large else self._digest

    @digest.setter
    def digest(self, digest: str | None) -> None:
        self._digest = digest

    def renew(self, frame: Frame, digest: str | None, order: Order, gone: set[int]) -> None:
        """The file on disk is another now. Only for a file that is all in memory."""
        self._frame, self._digest, self.order, self.gone = frame, digest, order, gone

    def add_depth(self, rows: "NDArray[np.int64]", step: int) -> None:
        """Rows were changed together, or that was undone."""
        import numpy as np

        if self.depths is None:
            self.depths = np.zeros(self.large.rows if self.large else 0, np.int16)
        self.depths[rows] += np.int16(step)
        if not self.depths.any():
            self.depths = None

    def is_deep(self, row: int) -> bool:
        """Whether a row differs from disk by changes of very many rows."""
        return self.depths is not None and 0 <= row < len(self.depths) and bool(self.depths[row])

    @property
    def new(self) -> bool:
        """Whether the next save makes the file."""
        return self.large is None and self._digest is None


@dataclass(slots=True)
class Slot:
    """What is known of one id."""

    file: OpenFile
    now: Version | None = None
    """None once it is deleted."""
    disk: Version | None = None
    """None where the file on disk does not have it."""
    disk_index: int = -1
    """Its place in the file on disk, where it has one; unused for large files."""
