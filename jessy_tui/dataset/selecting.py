"""Which entries a query asks for: the few in memory one by one, the many by their columns."""

import itertools
import time
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Final

from jessy_tui.dataset.checks import check_example
from jessy_tui.dataset.entries import Entries, Entry, OpenFile
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.large.file import LargeFile
from jessy_tui.dataset.large.plan import Rows, asks_for_numbers, masks, patterns_of, terms_in
from jessy_tui.dataset.large.worker import OFFSETS, FindRegexes, FindWords, Request, SearchRows
from jessy_tui.dataset.large.workers import COUNT, Workers, WorkersClosedError
from jessy_tui.dataset.order import RowOrder
from jessy_tui.dataset.query import (
    FindingsSource,
    Query,
    Regex,
    Said,
    Text,
    line_regex,
    message_pattern,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FIRST_ROWS: Final = 2_000
_MOST_ROWS: Final = 16_000
_FEW_ROWS: Final = (200, 1_000)
"""The same where the checks look at each row: a search that is given up ends soon."""
_TELL_EVERY: Final = 0.05
"""Seconds; what was found until then is told."""
_WAIT: Final = 0.02
_FEW: Final = 100
"""So many rows of a run are decoded here rather than asked about."""


class _Candidate:
    """An entry as a query sees it."""

    def __init__(self, entry: Entry, number: int, source: FindingsSource | None = None) -> None:
        self._id, self._source = entry.id, source
        self.example: Example = entry.example
        self.file_name = entry.file.name
        self.number = number
        self.edited = entry.edited

    def findings(self) -> Iterable[Said]:
        """All of them, where they are known; or else those of the example alone."""
        said = self._source.known_of(self._id) if self._source else None
        return check_example(self.example) if said is None else said


@dataclass(frozen=True, slots=True)
class _Piece:
    """Rows that stand one behind the other, and who reads them."""

    workers: Workers
    low: int
    high: int
    """Places in the run, the second exclusive."""
    begins: "NDArray[np.int64]"
    end: int

    @property
    def begin(self) -> int:
        return int(self.begins[0])


class Selecting:
    """One query, answered once for all entries."""

    def __init__(
        self,
        entries: Entries,
        query: Query,
        cancelled: Callable[[], bool],
        findings: FindingsSource | None = None,
    ) -> None:
        """`findings` is what all checks say; without it, those of an example alone are asked."""
        self._entries, self._query, self._cancelled = entries, query, cancelled
        self._findings = findings
        terms = terms_in(query.node)
        patterns = {term: message_pattern(term.text) for term in terms if isinstance(term, Text)}
        self._words = {
            text: pattern.expression for text, pattern in patterns.items() if pattern.exact
        }
        """The words that need not be decoded to be found."""
        self._regexes = [
            term for term in terms if isinstance(term, Regex) and line_regex(term.pattern)
        ]
        """The regular expressions that are found in all rows at once."""
        self._needed = patterns_of(query.node)

    def chunks(self) -> Iterator["array[int]"]:
        """The positions that match, ascending over all chunks; it ends early when cancelled."""
        for file in tuple(self._entries.files):
            found = self._in_large(file) if file.large else self._in_small(file)
            try:
                yield from found
            except WorkersClosedError:
                return
            if self._cancelled():
                return

    def _matches(self, position: int) -> bool:
        candidate = _Candidate(self._entries[position], position + 1, self._findings)
        return self._query.matches(candidate)

    def _in_small(self, file: OpenFile) -> Iterator["array[int]"]:
        start = self._entries.start_of(file)
        found, told = array("q"), time.monotonic()
        for position in range(start, start + len(file.order)):
            if self._cancelled():
                return
            if self._matches(position):
                found.append(position)
            if found and time.monotonic() - told > _TELL_EVERY:
                yield found
                found, told = array("q"), time.monotonic()
        if found:
            yield found

    def _in_large(self, file: OpenFile) -> Iterator["array[int]"]:
        """Run by run: the next runs are searched while the results of one are told."""
        large, order = file.large, file.order
        assert large is not None  # noqa: S101 - by chunks
        assert isinstance(order, RowOrder)  # noqa: S101 - as every large file's
        touched = sorted(
            file.order.index(entry_id) + self._entries.start_of(file)
            for entry_id in self._entries.touched(file)
            if self._entries.slots[entry_id].now is not None
        )
        edited = deque(position for position in touched if self._matches(position))
        waiting: deque[tuple[int, Future[NDArray[np.int64]]]] = deque()
        pool = ThreadPoolExecutor(COUNT)
        try:
            for first, last in self._labelled_runs(large):
                search = partial(self._search, file, large, first, last)
                waiting.append((last, pool.submit(search)))
                while len(waiting) > 2 * COUNT or (waiting and waiting[0][1].done()):
                    yield from self._told(file, waiting, edited)
                if self._cancelled():
                    return
            while waiting and not self._cancelled():
                yield from self._told(file, waiting, edited)
            if edited and not self._cancelled():
                yield array("q", edited)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _told(
        self,
        file: OpenFile,
        waiting: "deque[tuple[int, Future[NDArray[np.int64]]]]",
        edited: "deque[int]",
    ) -> Iterator["array[int]"]:
        """The positions of the next run, with those of edited entries that stand before its end."""
        import numpy as np

        last, future = waiting.popleft()
        rows = future.result()
        start, order = self._entries.start_of(file), file.order
        assert isinstance(order, RowOrder)  # noqa: S101 - by _in_large
        positions = order.places(rows) + start
        end = int(order.places(np.array([last]))[0]) + start
        more = array("q")
        while edited and edited[0] < end:
            more.append(edited.popleft())
        if more:
            positions = np.sort(np.concatenate([positions, np.array(more, np.int64)]))
        if positions.size:
            yield array("q", positions.astype(np.int64).tobytes())

    def _labelled_runs(self, large: LargeFile) -> Iterator[tuple[int, int]]:
        """Rows, from the first to before the last, as soon as their labels are known."""
        size, most = _FEW_ROWS if self._query.needs_findings else (_FIRST_ROWS, _MOST_ROWS)
        first = 0
        while not self._cancelled():
            ended = large.labelled
            known = large.columns.rows if large.columns else 0
            while first < known:
                last = min(first + size, known)
                yield first, last
                first, size = last, min(2 * size, most)
            if ended:
                return
            large.wait_labelled(_WAIT)

    def _search(
        self, file: OpenFile, large: LargeFile, first: int, last: int
    ) -> "NDArray[np.int64]":
        """The rows of a run that match and are as they were in the file."""
        import numpy as np

        node, order, columns = self._query.node, file.order, large.columns
        assert isinstance(order, RowOrder)  # noqa: S101 - by _in_large
        assert columns is not None  # noqa: S101 - the run is labelled
        span = np.arange(first, last)
        start = self._entries.start_of(file)
        ids = range(order.first_id + first, order.first_id + last)
        rows = Rows(
            columns,
            first,
            last,
            file.path.name,
            lambda: order.places(span) + start + 1,
            cache(lambda what: self._findings.having(what, ids) if self._findings else None),
        )
        if file.depths is not None:
            rows.edited[:] = file.depths[first:last] != 0
        untouched = np.ones(last - first, bool)
        gone = order.gone_rows()
        untouched[gone[(gone >= first) & (gone < last)] - first] = False
        for entry_id in self._entries.touched(file):
            row = entry_id - order.first_id
            if first <= row < last:
                untouched[row - first] = False
        surely, maybe = masks(node, rows)
        for look in (self._look_for_words, self._look_for_regexes):
            if np.count_nonzero(maybe & ~surely & untouched) > _FEW:
                look(large, span, rows)
                surely, maybe = masks(node, rows)
        found, left_open = surely & untouched, maybe & ~surely & untouched
        number = np.count_nonzero(left_open)
        if number <= _FEW or asks_for_numbers(node):
            for row in np.flatnonzero(left_open).tolist():
                if self._cancelled():
                    break
                found[row] = self._matches(int(order.places(span[row : row + 1])[0]) + start)
        else:
            name = file.path.name
            [decoded] = self._ask_for_lines(
                large,
                span,
                1,
                lambda begin, end: SearchRows(begin, end, str(self._query), self._needed, name),
            )
            found |= decoded & left_open
        return span[found]

    def _look_for_words(self, large: LargeFile, span: "NDArray[np.int64]", rows: Rows) -> None:
        if self._words:
            texts, patterns = list(self._words), list(self._words.values())
            found = self._ask_for_lines(
                large, span, len(texts), lambda begin, end: FindWords(begin, end, patterns)
            )
            rows.words.update(zip(texts, found, strict=True))

    def _look_for_regexes(self, large: LargeFile, span: "NDArray[np.int64]", rows: Rows) -> None:
        import numpy as np

        if not self._regexes:
            return
        patterns = [regex.pattern for regex in self._regexes]
        found = [np.zeros(len(span), bool) for _ in patterns]
        plain = rows.columns["plain"][rows.first : rows.last].astype(np.uint8)
        for piece in self._pieces(large, span):
            flags = plain[piece.low : piece.high].tobytes()
            reply = piece.workers.ask(FindRegexes(piece.begin, piece.end, flags, patterns))
            for mask, numbers in zip(found, OFFSETS.decode(reply), strict=True):
                mask[piece.low + np.frombuffer(numbers, np.int64)] = True
        rows.regexes.update(zip(self._regexes, found, strict=True))

    def _ask_for_lines(
        self,
        large: LargeFile,
        span: "NDArray[np.int64]",
        answers: int,
        request: Callable[[int, int], Request],
    ) -> "list[NDArray[np.bool_]]":
        """Which rows of a run are named in each answer to a request about all of their bytes."""
        import numpy as np

        found = [np.zeros(len(span), bool) for _ in range(answers)]
        for piece in self._pieces(large, span):
            reply = piece.workers.ask(request(piece.begin, piece.end))
            for mask, offsets in zip(found, OFFSETS.decode(reply), strict=True):
                places = np.frombuffer(offsets, np.int64) + piece.begin
                mask[piece.low + piece.begins.searchsorted(places, "right") - 1] = True
        return found

    def _pieces(self, large: LargeFile, span: "NDArray[np.int64]") -> "Iterator[_Piece]":
        """The rows of a run where they stand one behind the other.

        They do, but where something was saved between them.
        """
        import numpy as np

        workers, begins, ends = large.reading()
        begins, ends = begins[span[0] : span[-1] + 1], ends[span[0] : span[-1] + 1]
        cuts = [0, *(np.flatnonzero(begins[1:] != ends[:-1] + 1) + 1).tolist(), len(span)]
        for low, high in itertools.pairwise(cuts):
            yield _Piece(workers, low, high, begins[low:high], int(ends[high - 1]))
