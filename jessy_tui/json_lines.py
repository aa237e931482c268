"""Files of one JSON object a line, only ever appended to: one process writes, others follow.

A writer that is killed leaves half a line at the most. The next one ends it, and readers pass over
it, as over lines of a later version.
"""

import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

import msgspec

T = TypeVar("T")

_encoder = msgspec.json.Encoder()


class LineLog(Generic[T]):
    """Appends to a file; each message is written whole and at once, from any thread."""

    def __init__(self, path: Path, *, sync: bool = False) -> None:
        """Open `path` for appending.

        Args:
            path: made where it is missing.
            sync: whether each message is on the disk when `write` returns, and not only on its way.

        Raises:
            OSError: the file cannot be written.
        """
        self._sync = sync
        self._lock = threading.Lock()
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        size = os.fstat(self._descriptor).st_size
        if size and os.pread(self._descriptor, 1, size - 1) != b"\n":
            os.write(self._descriptor, b"\n")

    def write(self, message: T) -> None:
        """Append `message`.

        Raises:
            OSError: the disk is full, or the file has become unwritable.
        """
        line = _encoder.encode(message) + b"\n"
        with self._lock:
            written = 0
            while written < len(line):
                written += os.write(self._descriptor, line[written:])
            if self._sync:
                os.fsync(self._descriptor)

    def close(self) -> None:
        """Close the file; nothing is written after this."""
        with self._lock:
            os.close(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class LineReader(Generic[T]):
    """Follows a file that another process may be writing."""

    def __init__(self, path: Path, decoder: "msgspec.json.Decoder[T]") -> None:
        self.path = path
        self.skipped = 0
        """Lines passed over: half-written by a killed writer, or of a later version."""
        self._decoder = decoder
        self._offset = 0

    def poll(self, limit: int = 2000) -> list[T]:
        """What is new since the last call, `limit` messages at the most, oldest first.

        An empty list means that all there is has been read. A last line that is still being
        written waits for its end. A file that does not exist yet has no messages; one that has been
        replaced by a shorter one is read from its start.

        Raises:
            OSError: the file exists and cannot be read.
        """
        found: list[T] = []
        try:
            stream = self.path.open("rb")
        except FileNotFoundError:
            return found
        with stream:
            if os.fstat(stream.fileno()).st_size < self._offset:
                self._offset = 0
            stream.seek(self._offset)
            while len(found) < limit:
                line = stream.readline()
                if not line.endswith(b"\n"):
                    break
                self._offset += len(line)
                message = read_line(self._decoder, line)
                if message is None:
                    self.skipped += bool(line.strip())
                else:
                    found.append(message)
        return found

    def all(self) -> list[T]:
        """Every message from here to the end of the file as it stands now."""
        found: list[T] = []
        while more := self.poll():
            found.extend(more)
        return found


def read_line(decoder: "msgspec.json.Decoder[T]", line: bytes) -> T | None:
    """The message of a line; None where it is none."""
    try:
        return decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
