"""Finding and labelling the rows of large files in the background, with progress."""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jessy_tui.dataset.entries import Entries, OpenFile
from jessy_tui.dataset.large.content import Content
from jessy_tui.dataset.large.file import LargeFile
from jessy_tui.dataset.large.labels import Label, Labels
from jessy_tui.dataset.large.worker import LABELS, LabelRows
from jessy_tui.dataset.large.workers import COUNT, Workers, WorkersClosedError

if TYPE_CHECKING:
    from jessy_tui.dataset.large.columns import Columns

_TELL_EVERY: Final = 0.1
"""Seconds between two tellings."""
_WAIT: Final = 0.01
_FIRST_CHUNK: Final = 1 << 19
_CHUNK: Final = 1 << 23


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the large files are indexed."""

    rows: int
    """Rows that are found; they can be looked at."""
    labelled: int
    """Rows whose labels are known, too; filters and figures wait for these."""
    bytes: int
    """Bytes that are done."""
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
        self._left = len(self._files)
        self._lock = threading.Lock()
        self._told = 0.0
        self._threads: list[threading.Thread] = []
        self._wanted = threading.Event()
        self._patience = 0.0
        if not self._files:
            self._done.set()

    def start(self, patience: float = 0) -> None:
        """Begin after so many seconds, or when `begin` is called; returns at once."""
        self._patience = patience
        for file in self._files:
            thread = threading.Thread(
                target=self._index, args=(file,), name=f"index {file.path.name}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def begin(self) -> None:
        """Wait no longer."""
        self._wanted.set()

    def add(self, file: OpenFile) -> None:
        """Index a file that came later."""
        self._wanted.set()
        with self._lock:
            self._files.append(file)
            self._left += 1
            self._done.clear()
        thread = threading.Thread(
            target=self._index, args=(file,), name=f"index {file.path.name}", daemon=True
        )
        self._threads.append(thread)
        thread.start()

    def drop(self, file: OpenFile) -> None:
        """Work no more on a file that is not open any more."""
        with self._lock:
            if file in self._files:
                self._files.remove(file)
        if file.large:
            file.large.close()

    @property
    def progress(self) -> Progress | None:
        """How far it is; None once all is done."""
        if self._done.is_set():
            return None
        files = [file.large for file in self._files if file.large]
        labelled = [large.columns.rows if large.columns else 0 for large in files]
        done = [
            large.size * rows // max(1, large.rows)
            for large, rows in zip(files, labelled, strict=True)
        ]
        return Progress(
            rows=sum(large.rows for large in files),
            labelled=sum(labelled),
            bytes=sum(done),
            total=sum(large.size for large in files),
        )

    def wait(self) -> None:
        """Return when all is done."""
        self._done.wait()

    def close(self) -> None:
        """Stop, and return when nothing is under way any more."""
        self._wanted.set()
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
        self._wanted.wait(self._patience)

        def found(rows: int) -> None:
            self._entries.grow(file, rows)
            self._tell()

        finding = threading.Thread(target=large.find_rows, args=(found,), daemon=True)
        if not large.found:
            finding.start()
        try:
            self._label(large)
        except WorkersClosedError:
            pass  # nobody wants to know any more
        finally:
            if finding.ident is not None:
                finding.join()
            large.finish()
            with self._lock:
                self._left -= 1
                if not self._left:
                    self._done.set()
        if self._done.is_set():
            self._tell(now=True)

    def _label(self, large: LargeFile) -> None:
        """Read the labels of all rows, a few processes at a time, while more are found."""
        from jessy_tui.dataset.large.columns import Columns

        columns = Columns()
        with ThreadPoolExecutor(COUNT) as pool:
            waiting: deque[tuple[int, Future[Labels]]] = deque()
            for workers, rows, begin, end in _chunks(large):
                waiting.append((rows, pool.submit(_labels, workers, begin, end)))
                large.columns = columns
                while waiting and (waiting[0][1].done() or len(waiting) > 2 * COUNT):
                    self._add(columns, *waiting.popleft())
            for rows, future in waiting:
                self._add(columns, rows, future)

    def _add(self, columns: "Columns", rows: int, future: "Future[Labels]") -> None:
        labels = future.result()
        # Others are only counted where somebody has written into the file meanwhile.
        columns.add(labels if labels.rows == rows else _no_labels(rows))
        self._tell()

    def _tell(self, *, now: bool = False) -> None:
        time_now = time.monotonic()
        if now or time_now - self._told >= _TELL_EVERY:
            self._told = time_now
            progress = self.progress
            for callback in tuple(self._subscribers):
                callback(progress)


def _chunks(large: LargeFile) -> Iterator[tuple[Workers, int, int, int]]:
    """Who to ask, how many rows, and where they begin and end: some megabytes at a time."""
    first, size = 0, _FIRST_CHUNK
    while True:
        finished = large.found
        if large.opened is not None:
            workers, begins, ends = large.opened
            known = len(ends)
            while first < known:
                start = int(begins.view()[first])
                last = first + int(ends.view()[first:known].searchsorted(start + size, "right"))
                if last >= known and not finished:
                    break  # more of this chunk is coming
                last = min(max(last, first + 1), known)
                yield workers, last - first, start, int(ends.view()[last - 1])
                first, size = last, min(size * 2, _CHUNK)
        if finished:
            large.opened = None
            return
        large.wait_found(_WAIT)


def _labels(workers: Workers, begin: int, end: int) -> Labels:
    return LABELS.decode(workers.ask(LabelRows(begin, end)))


def _no_labels(rows: int) -> Labels:
    unknown = bytes(4 * rows)
    return Labels(unknown, unknown, unknown, bytes(rows), [Label()])


def content_of(path: Path) -> Content:
    """All rows of a file with their labels; takes seconds where there are a million.

    Raises:
        JessyError: it cannot be read.
    """
    large = LargeFile(path)
    finding = threading.Thread(target=large.find_rows, args=(lambda _: None,), daemon=True)
    finding.start()
    try:
        Indexing(Entries())._label(large)
    finally:
        finding.join()
    large.wait()
    content = large.content_now
    large.workers.close()
    return content
