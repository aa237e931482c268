"""One file of many rows, read where it lies.

The rows are read with `pread`, not mapped: a file that another program cuts short would kill a
process that has it mapped, and the pages would count as its memory. The open descriptor keeps
the content that was opened, also when another file takes over the name.
"""

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Container, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jessy_tui.dataset.example import Example, Unreadable
from jessy_tui.dataset.files import ExampleFileError
from jessy_tui.dataset.frame import Frame, Piece, Version, holds_lines
from jessy_tui.dataset.jsontext import BLANK, skip_whitespace
from jessy_tui.dataset.large.content import Content, OpenDescriptor
from jessy_tui.dataset.large.frame import read_frame
from jessy_tui.dataset.large.line import read_example
from jessy_tui.dataset.large.scan import LineScan, rows_of
from jessy_tui.dataset.large.workers import Workers
from jessy_tui.errors import JessyError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jessy_tui.dataset.large.columns import Columns
    from jessy_tui.dataset.large.table import Column

LARGE: Final = 4_000_000
"""From so many bytes on, a JSONL file is not read whole."""
FIRST_BLOCK: Final = 1 << 18
"""So many bytes are looked through at once when a file is opened: enough for a screen."""
BLOCK: Final = 1 << 22
_REMEMBERED: Final = 1 << 22
"""So many characters of rows are kept decoded, besides the last row that was read."""
_BOM: Final = b"\xef\xbb\xbf"


def is_large(path: Path) -> bool:
    """Whether a file is read row by row; False where it cannot be told."""
    try:
        return holds_lines(path) and path.is_file() and path.stat().st_size >= max(1, LARGE)
    except OSError:
        return False


class LargeFile:
    """The rows of a file as they were when it was opened or last saved."""

    def __init__(self, path: Path) -> None:
        """Open a file and find the rows of its first screen.

        Raises:
            ExampleFileError: it cannot be read, or is no UTF-8.
        """
        self.path = path
        try:
            self._open = OpenDescriptor(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
            status = os.fstat(self.descriptor)
            first = os.pread(self.descriptor, FIRST_BLOCK, 0)
        except OSError as error:
            raise ExampleFileError(
                path, f"it could not be read ({error.strerror or error})"
            ) from error
        self.size: int = status.st_size
        self._times = (status.st_mtime_ns, status.st_ctime_ns)
        if first[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise ExampleFileError(path, "it is UTF-16, not UTF-8; save it as UTF-8", line=1)
        self._body = len(_BOM) if first.startswith(_BOM) else 0
        rows = list(rows_of(first, self._body, whole=len(first) >= self.size))
        self._begins: list[int] | Column = [begin for begin, _ in rows]
        self._ends: list[int] | Column = [end for _, end in rows]
        self._last_row = -1
        self.bytes_read = 0
        """So many bytes were looked through for rows."""
        self._digest = ""
        self._failure: str | None = None
        self._found = threading.Event()
        self._labelled = threading.Event()
        self._closed = threading.Event()
        self._frame: Frame | None = None
        self._versions: OrderedDict[int, Version] = OrderedDict()
        self._remembered = 0
        self._lock = threading.RLock()
        self.columns: Columns | None = None
        """The labels of its rows as they were when it was opened, once somebody reads them."""
        self._workers: Workers | None = None
        self._content: Content | None = None
        """What is read, once somebody has asked for it as a value."""
        self.saved: Content | None = None
        """The content that is on disk, where it is another one."""
        self.opened: tuple[Workers, Column, Column] | None = None
        """As `reading` is until something is saved, for whoever reads it as it was opened."""

    @property
    def descriptor(self) -> int:
        """What is read."""
        return self._open.number

    # --- finding the rows ----------------------------------------------------------------------

    def find_rows(self, found: Callable[[int], None]) -> None:
        """Find all rows; `found` is told after each block how many there are. For a thread."""
        from jessy_tui.dataset.large.table import Column

        begins, ends = Column("int64"), Column("int64")
        scan, digest = LineScan(self._body), hashlib.sha256()
        self.opened = (self.workers, begins, ends)
        try:
            place = 0
            while place < self.size and not self._closed.is_set():
                block = self.read(place, min(place + BLOCK, self.size))
                digest.update(block)
                rows = scan.feed(block[self._body :] if not place else block)
                place += len(block)
                self.bytes_read = place
                begins.append(rows.begins)
                ends.append(rows.ends)
                if len(ends) >= len(self._ends):
                    self._begins, self._ends = begins, ends
                    found(len(ends))
            if place < self.size:
                raise ExampleFileError(self.path, "it was closed before it was read")
            rest = scan.finish()
            begins.append(rest.begins)
            ends.append(rest.ends)
            self._begins, self._ends = begins, ends
            self._last_row = len(ends) - 1
            self._digest = digest.hexdigest()
            self._forget()  # the last row knows only now that it is the last
        except JessyError as error:
            self._failure = str(error)
        finally:
            self._found.set()
            found(len(self._ends))

    @property
    def found(self) -> bool:
        """Whether all rows are found."""
        return self._found.is_set()

    def wait_found(self, seconds: float) -> None:
        """Wait so long for all rows to be found."""
        self._found.wait(seconds)

    @property
    def labelled(self) -> bool:
        """Whether no more labels come."""
        return self._labelled.is_set()

    def finish(self) -> None:
        """No more labels come."""
        self._labelled.set()

    def wait_labelled(self, seconds: float) -> bool:
        """Whether no more labels come; waits so long for that."""
        return self._labelled.wait(seconds)

    def wait(self) -> None:
        """Return when all rows are found.

        Raises:
            JessyError: they could not be: the rows found can be looked at, but not edited.
        """
        self._found.wait()
        if self._failure:
            raise JessyError(f"{self._failure} It can be looked at, but nothing was changed.")

    @property
    def failure(self) -> str | None:
        """Why not all rows were found; None while they are looked for, too."""
        return self._failure

    @property
    def rows(self) -> int:
        """How many rows are found."""
        return len(self._ends)

    @property
    def digest(self) -> str:
        """The SHA-256 of the content, in hexadecimal.

        Raises:
            JessyError: it could not be read to its end.
        """
        self.wait()
        return self._digest

    # --- reading -------------------------------------------------------------------------------

    def read(self, begin: int, end: int) -> bytes:
        """The bytes from `begin` to `end`.

        Raises:
            ExampleFileError: they are not there any more.
        """
        try:
            content = os.pread(self.descriptor, end - begin, begin)
            while content and len(content) < end - begin:  # one read gives 2 GB at the most
                more = os.pread(self.descriptor, end - begin - len(content), begin + len(content))
                if not more:
                    break
                content += more
        except OSError as error:
            raise ExampleFileError(
                self.path, f"it could not be read ({error.strerror or error})"
            ) from error
        if len(content) < end - begin:
            raise ExampleFileError(
                self.path, "another program has cut it short; put it back as it was"
            )
        return content

    def extent(self, row: int) -> tuple[int, int]:
        """Where a row begins and ends in the file."""
        begins, ends = self._begins, self._ends
        if isinstance(begins, list) or isinstance(ends, list):
            return int(begins[row]), int(ends[row])  # type: ignore[index]  # both are lists
        return int(begins.view()[row]), int(ends.view()[row])

    def extents(self) -> "tuple[Column, Column]":
        """Where all rows begin, and where they end; all of them must be found."""
        begins, ends = self._begins, self._ends
        assert not isinstance(begins, list)  # noqa: S101 - find_rows has replaced the lists
        assert not isinstance(ends, list)  # noqa: S101
        return begins, ends

    def rows_that_are(self, texts: Container[bytes]) -> Iterator[int]:
        """The rows that have one of these texts, blank space around it aside. It takes a while."""
        begins, ends = (column.view() for column in self.extents())
        first = 0
        while first < len(begins):
            start = int(begins[first])
            last = max(first + 1, int(ends.searchsorted(start + BLOCK, "right")))
            content = self.read(start, int(ends[last - 1]))
            for row in range(first, last):
                if content[int(begins[row]) - start : int(ends[row]) - start].strip() in texts:
                    yield row
            first = last

    def version(self, row: int) -> Version:
        """A row as it stands in the file; one that is no JSON is an `Unreadable` example."""
        with self._lock:
            version = self._versions.get(row)
            if version is None:
                version = self._versions[row] = self._read_version(row)
                self._remembered += len(version.piece.source)
                while self._remembered > _REMEMBERED and len(self._versions) > 1:
                    forgotten = self._versions.popitem(last=False)[1]
                    self._remembered -= len(forgotten.piece.source)
            else:
                self._versions.move_to_end(row)
            return version

    def _forget(self) -> None:
        with self._lock:
            self._versions.clear()
            self._remembered = 0

    def _read_version(self, row: int) -> Version:
        try:
            content = self.read(*self.extent(row))
        except ExampleFileError as error:
            return Version(Unreadable("", str(error), exact=False), Piece(""))
        text = content.decode(errors="surrogateescape")
        start = skip_whitespace(text, 0)
        source = text[start:].rstrip(BLANK)
        lead = text[:start] if row else None
        trail = text[start + len(source) :] if row != self._last_row else None
        return Version(self._example(row, content, source), Piece(source, lead, trail))

    def _example(self, row: int, content: bytes, source: str) -> Example:
        try:
            content.decode()
        except UnicodeDecodeError as error:
            reason = f"byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8"
            shown = source.encode(errors="surrogateescape").decode(errors="replace")
            return Unreadable(shown, self._problem(row, reason), exact=False)
        return read_example(source, lambda reason: self._problem(row, reason))

    def _problem(self, row: int, reason: str) -> str:
        return str(ExampleFileError(self.path, reason, index=row))

    # --- around the rows -----------------------------------------------------------------------

    @property
    def frame(self) -> Frame:
        """What stands around the rows, and the habits of the first of them.

        Raises:
            JessyError: the file could not be read to its end.
        """
        self.wait()
        if self._frame is None:
            self._frame = read_frame(self)
        return self._frame

    def content(self) -> Iterator[bytes]:
        """All of it, in blocks."""
        for place in range(0, self.size, BLOCK):
            yield self.read(place, min(place + BLOCK, self.size))

    def refuse_if_overwritten(self) -> None:
        """Make sure that the content is still what was opened.

        Raises:
            JessyError: another program has written into it.
        """
        if self.saved is not None and self._content is not None:
            self._content.refuse_if_overwritten()  # it is a file of ours
            return
        status = os.fstat(self.descriptor)
        if (status.st_mtime_ns, status.st_ctime_ns) == self._times and status.st_size == self.size:
            return
        digest = hashlib.sha256()
        if status.st_size == self.size:
            for block in self.content():
                digest.update(block)
        if digest.hexdigest() != self.digest:
            raise JessyError(
                f"{self.path} was overwritten by another program since it was opened, and its "
                "old content is gone, so nothing was saved; put it back as it was and save again. "
                "The edits stay in the journal."
            )

    def moved(self, descriptor: int, digest: str, begins: "Column", ends: "Column") -> None:
        """The file on disk is another now, which `descriptor` has open; its rows stand there."""
        with self._lock:
            self._open, self._digest = OpenDescriptor(descriptor), digest
            self._begins, self._ends = begins, ends
            status = os.fstat(descriptor)
            self.size, self._times = status.st_size, (status.st_mtime_ns, status.st_ctime_ns)
            self._content = self.saved = None
            self._forget()
            self._workers = None  # who still asks the old ones reads what was there before

    @property
    def body(self) -> int:
        """Where the first row begins: behind the byte order mark, where it has one."""
        return self._body

    def intact(self) -> bool:
        """Whether the content that was opened can still be read; more may have been added to it.

        Another program that writes into the file itself, rather than putting another in its
        place, takes the old content away.
        """
        status = os.fstat(self.descriptor)
        if (status.st_mtime_ns, status.st_ctime_ns) == self._times and status.st_size == self.size:
            return True
        digest = hashlib.sha256()
        try:
            for block in self.content():
                digest.update(block)
        except ExampleFileError:
            return False
        return digest.hexdigest() == self._digest

    def became(self, other: "LargeFile", begins: "Column", ends: "Column") -> None:
        """Its content is that of another now; the rows it still has stand there."""
        frame = other.frame
        self.moved(os.dup(other.descriptor), other.digest, begins, ends)
        with self._lock:
            self._frame, self._body = frame, other.body

    @property
    def content_now(self) -> Content:
        """What is read now, as a value; all rows must be labelled."""
        with self._lock:
            if self._content is None:
                begins, ends = self.extents()
                assert self.columns is not None  # noqa: S101 - by the caller
                self._content = Content(self._open, self.size, begins, ends, self.columns)
            return self._content

    def put(self, content: Content) -> None:
        """Read another content from now on. What is on disk stays as it is.

        Raises:
            JessyError: another program has written into it.
        """
        content.refuse_if_overwritten()
        with self._lock:
            on_disk = self.saved or self.content_now
            self._open, self._content = content.open, content
            self._begins, self._ends, self.columns = content.begins, content.ends, content.columns
            status = os.fstat(self.descriptor)
            self.size, self._times = status.st_size, (status.st_mtime_ns, status.st_ctime_ns)
            self.saved = None if content is on_disk else on_disk
            self._forget()
            self._workers = None

    @property
    def workers(self) -> Workers:
        """Processes that read what is open now."""
        with self._lock:
            if self._workers is None:
                self._workers = Workers(self.descriptor)
                if self._closed.is_set():
                    self._workers.close()
            return self._workers

    def reading(self) -> "tuple[Workers, NDArray[np.int64], NDArray[np.int64]]":
        """Processes that read what is open now, and where its rows begin and end in that."""
        with self._lock:
            begins, ends = self.extents()
            return self.workers, begins.view(), ends.view()

    def close(self) -> None:
        """End all work on it. The descriptor stays open as long as somebody may read."""
        self._closed.set()
        with self._lock:
            if self._workers:
                self._workers.close()
