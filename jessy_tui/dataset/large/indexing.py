"""Finding and labelling the rows of large files in the background, with progress."""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from jessy_tui.dataset.entries import Entries, OpenFile

_TELL_EVERY: Final = 0.1
"""Seconds between two tellings."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the large files are indexed."""

    rows: int
    """Rows that are found; they can be looked at."""
    bytes: int
    """Bytes whose rows are found."""
    total: int
    """Bytes of all large files."""

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.bytes / self.total if self.total else 1.0


class Indexing:
    """The work on all large files of a store; it begins with `start` and ends with `close`."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries
        self._files = [file for file in entries.files if file.large]
        self._subscribers: list[Callable[[Progress | None], None]] = []
        self._done = threading.Event()
        self._told = 0.0
        self._threads: list[threading.Thread] = []
        if not self._files:
            self._done.set()

    def start(self) -> None:
        """Begin; returns at once."""
        for file in self._files:
            thread = threading.Thread(
                target=self._index, args=(file,), name=f"index {file.path.name}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    @property
    def progress(self) -> Progress | None:
        """How far it is; None once all is done."""
        if self._done.is_set():
            return None
        found = read = total = 0
        for file in self._files:
            if file.large:
                found += file.large.rows
                read += file.large.size if file.large.found else file.large.bytes_read
                total += file.large.size
        return Progress(found, read, total)

    def wait(self) -> None:
        """Return when all is done."""
        self._done.wait()

    def close(self) -> None:
        """Stop, and return when nothing is under way any more."""
        for file in self._files:
            if file.large:
                file.large.close()
        for thread in self._threads:
            thread.join()

    def subscribe(self, callback: Callable[[Progress | None], None]) -> Callable[[], None]:
        """Call `callback` now and then, with None at the end; returns the unsubscriber.

        It is called in a thread of the indexing, or at once where all is done already.
        """
        self._subscribers.append(callback)

        def unsubscribe() -> None:
            with contextlib.suppress(ValueError):
                self._subscribers.remove(callback)

        if self._done.is_set():
            callback(None)
        return unsubscribe

    def _index(self, file: OpenFile) -> None:
        large = file.large
        assert large is not None  # noqa: S101 - by __init__

        def found(rows: int) -> None:
            self._entries.grow(file, rows)
            self._tell()

        large.find_rows(found)
        if all(other.large and other.large.found for other in self._files):
            self._done.set()
            self._tell(now=True)

    def _tell(self, *, now: bool = False) -> None:
        time_now = time.monotonic()
        if now or time_now - self._told >= _TELL_EVERY:
            self._told = time_now
            progress = self.progress
            for callback in tuple(self._subscribers):
                callback(progress)
