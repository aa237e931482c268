"""Putting all entries in another order: by their columns where they are many, stable throughout.

An order is made once and then kept: an edit moves no row from under the cursor. What comes later
stands behind the entry that it stands behind in its file, and what is deleted is left out.
"""

from array import array
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from jessy_tui.dataset.collation import KEY_SIZE, collation_key
from jessy_tui.dataset.entries import Entries, OpenFile
from jessy_tui.dataset.large.columns import Columns
from jessy_tui.dataset.large.file import LargeFile
from jessy_tui.dataset.large.worker import SortTexts
from jessy_tui.dataset.large.workers import COUNT, WorkersClosedError
from jessy_tui.dataset.order import Order, RowOrder
from jessy_tui.dataset.sortkeys import NAMES, NUMBERS, TEXTS, SortField, label_number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Texts = NDArray[np.uint64]

_CHUNK: Final = 8_000
"""Rows whose texts are asked for at once."""
_WORDS: Final = KEY_SIZE // 8
_FEW: Final = 256
"""So many ids are looked up one by one."""


class SortCancelledError(Exception):
    """Nobody wants the order any more."""


class Ordering:
    """All entries in the order that a sort gave them."""

    def __init__(self, field: SortField, *, descending: bool, ids: "Numbers", places: "Numbers"):
        """`ids` are those of all entries in the order of the files, `places` the sorted places."""
        import numpy as np

        self.field = field
        self.descending = descending
        self._ids = ids
        self._ranks = np.empty(len(places), np.int64)
        self._ranks[places] = np.arange(len(places))

    def arranged(self, all_ids: "Numbers", wanted: "Numbers | None" = None) -> "Numbers":
        """Some entries in this order, by their ids; all of them where `wanted` is None.

        `all_ids` are those that there are now, in the order of the files. Some of them may be new.
        """
        import numpy as np

        same = np.array_equal(all_ids, self._ids)
        ranks = self._ranks if same else self._ranks_now(all_ids)
        if wanted is None:
            return all_ids[np.argsort(ranks, kind="stable")]
        if len(wanted) == len(all_ids):
            chosen = np.arange(len(all_ids))
        else:
            chosen = np.flatnonzero(np.isin(all_ids, wanted))
        return all_ids[chosen[np.argsort(ranks[chosen], kind="stable")]]

    def _ranks_now(self, all_ids: "Numbers") -> "Numbers":
        import numpy as np

        if not len(self._ids):
            return np.zeros(len(all_ids), np.int64)
        by_id = np.argsort(self._ids)
        found = np.minimum(np.searchsorted(self._ids, all_ids, sorter=by_id), len(by_id) - 1)
        place = by_id[found]
        known = self._ids[place] == all_ids
        # What is new has the rank of the last known entry before it, and stands behind that.
        last = np.maximum.accumulate(np.where(known, np.arange(len(all_ids)), -1))
        ranks: Numbers = np.where(last >= 0, self._ranks[place][last], -1)
        return ranks


class Sorter:
    """One sort of all entries. Not for a thread that paints."""

    def __init__(
        self,
        entries: Entries,
        *,
        cancelled: Callable[[], bool] = lambda: False,
        progress: Callable[[float], None] = lambda _: None,
    ) -> None:
        """`progress` is told the share that is done, 0 to 1."""
        self._entries = entries
        self._cancelled = cancelled
        self._progress = progress

    def sort(
        self, field: SortField, *, descending: bool, scores: Mapping[int, int] | None = None
    ) -> Ordering:
        """The order by a field; `scores` gives a number for each id where the store has none.

        Raises:
            SortCancelledError: `cancelled` said so, or the store was closed.
        """
        import numpy as np

        files = [file for file in tuple(self._entries.files) if len(file.order)]
        ids = [ids_of(file.order) for file in files]
        all_ids = np.concatenate([np.empty(0, np.int64), *ids])
        if field == "number":
            places = np.arange(len(all_ids))
            if descending:
                places = places[::-1]
        elif field in TEXTS:
            places = self._by_text(field, files, ids, descending=descending)
        else:
            numbers = self._numbers(field, files, ids, scores or {})
            places = np.argsort(-numbers if descending else numbers, kind="stable")
        self._check()
        return Ordering(field, descending=descending, ids=all_ids, places=places)

    def _check(self) -> None:
        if self._cancelled():
            raise SortCancelledError

    # --- numbers -------------------------------------------------------------------------------

    def _numbers(
        self,
        field: SortField,
        files: list[OpenFile],
        ids: "list[Numbers]",
        scores: Mapping[int, int],
    ) -> "Numbers":
        """One number an entry, in the order of the files."""
        import numpy as np

        parts: list[Numbers] = [np.empty(0, np.int64)]
        if field == "file":
            names = sorted((collation_key(file.path.name), at) for at, file in enumerate(files))
            ranks = {at: rank for rank, (_, at) in enumerate(names)}
            parts += [np.full(len(own), ranks[at]) for at, own in enumerate(ids)]
        elif field == "edited":
            parts += [self._entries.are_edited(own).astype(np.int64) for own in ids]
        elif field in ("findings", "tokens"):
            parts += [_scored(own, scores) for own in ids]
        elif field in NAMES:
            places: dict[str, int] = {}
            read = NAMES[field]
            for file, own in zip(files, ids, strict=True):
                parts.append(
                    self._of_file(
                        file,
                        own,
                        lambda columns: _places_in(columns, field, places),
                        lambda entry: places.setdefault(
                            read(self._entries.version(entry).example), len(places)
                        ),
                    )
                )
            ordered = sorted(places, key=lambda name: (collation_key(name), name))
            rank_of = np.zeros(len(places), np.int64)
            for rank, name in enumerate(ordered):
                rank_of[places[name]] = rank
            return rank_of[np.concatenate(parts)]
        else:
            number = NUMBERS[field]
            for file, own in zip(files, ids, strict=True):
                parts.append(
                    self._of_file(
                        file,
                        own,
                        lambda columns: _numbers_in(columns, field),
                        lambda entry: number(self._entries.version(entry).example),
                    )
                )
        return np.concatenate(parts)

    def _of_file(
        self,
        file: OpenFile,
        ids: "Numbers",
        column: "Callable[[Columns], Numbers]",
        read: Callable[[int], int],
    ) -> "Numbers":
        """The numbers of one file: from its columns where it has some, the rest one by one."""
        import numpy as np

        numbers = np.zeros(len(ids), np.int64)
        rest: Numbers = np.arange(len(ids))
        if file.large is not None:
            untouched, rows = self._untouched(file, ids)
            if file.large.columns is not None:
                known = column(file.large.columns)
                within = rows < len(known)
                numbers[untouched[within]] = known[rows[within]]
                untouched = untouched[within]
                left = np.ones(len(ids), bool)
                left[untouched] = False
                rest = np.flatnonzero(left)
        for count, place in enumerate(rest.tolist()):
            if not count % _CHUNK:
                self._check()
            numbers[place] = read(int(ids[place]))
        return numbers

    def _untouched(self, file: OpenFile, ids: "Numbers") -> "tuple[Numbers, Numbers]":
        """Which places have a row of the file as it was opened, and which row each has."""
        import numpy as np

        order = file.order
        assert isinstance(order, RowOrder)  # noqa: S101 - as every large file's
        assert file.large is not None  # noqa: S101 - by whoever asks
        while not file.large.labelled:
            self._check()
            file.large.wait_labelled(0.05)
            labelled = file.large.columns.rows if file.large.columns else 0
            self._progress(labelled / max(1, file.large.rows))
        rows = ids - order.first_id
        is_row = (rows >= 0) & (rows < order.rows)
        if touched := self._entries.touched(file):
            is_row &= ~np.isin(ids, touched)
        places = np.flatnonzero(is_row)
        return places, rows[places]

    # --- texts ---------------------------------------------------------------------------------

    def _by_text(
        self, field: str, files: list[OpenFile], ids: "list[Numbers]", *, descending: bool
    ) -> "Numbers":
        import numpy as np

        total = max(1, sum(len(own) for own in ids))
        # One row a word, so that sorting reads each from end to end.
        words = np.zeros((_WORDS, sum(len(own) for own in ids)), np.uint64)
        start = 0
        for file, own in zip(files, ids, strict=True):
            for done in self._texts_of(field, file, own, words[:, start : start + len(own)]):
                self._check()
                self._progress((start + done) / total)
            start += len(own)
        if descending:
            np.invert(words, out=words)
        return np.lexsort(words[::-1])

    def _texts_of(
        self, field: str, file: OpenFile, ids: "Numbers", words: "Texts"
    ) -> Iterator[int]:
        """Fill in the keys of one file; says now and then how many are done."""
        import numpy as np

        read = TEXTS[field]
        rest: Numbers = np.arange(len(ids))
        if file.large is not None:
            places, rows = self._untouched(file, ids)
            left = np.ones(len(ids), bool)
            left[places] = False
            rest = np.flatnonzero(left)
            yield from self._texts_of_rows(field, file.large, places, rows, words)
        for count, place in enumerate(rest.tolist()):
            key = collation_key(read(self._entries.version(int(ids[place])).example))
            words[:, place] = np.frombuffer(key, ">u8")
            if not count % _CHUNK:
                yield place

    def _texts_of_rows(
        self, field: str, large: LargeFile, places: "Numbers", rows: "Numbers", words: "Texts"
    ) -> Iterator[int]:
        """Ask the processes that read the file, run by run of rows that lie together."""
        import numpy as np

        if not len(rows):
            return
        workers, begins, ends = large.reading()
        cuts = np.flatnonzero((np.diff(rows) != 1) | (begins[rows[1:]] != ends[rows[:-1]] + 1)) + 1
        runs = [
            (first, min(first + _CHUNK, int(last)))
            for low, last in zip([0, *cuts.tolist()], [*cuts.tolist(), len(rows)], strict=True)
            for first in range(low, last, _CHUNK)
        ]

        def ask(run: tuple[int, int]) -> tuple[int, int, bytes]:
            first, last = run
            self._check()
            begin, end = int(begins[rows[first]]), int(ends[rows[last - 1]])
            return first, last, workers.ask(SortTexts(begin, end, field))

        with ThreadPoolExecutor(COUNT) as pool:
            try:
                for first, last, reply in pool.map(ask, runs):
                    if len(reply) == (last - first) * KEY_SIZE:  # else somebody wrote into the file
                        keys = np.frombuffer(reply, ">u8").reshape(last - first, _WORDS)
                        words[:, places[first:last]] = keys.T
                    yield last
            except WorkersClosedError:
                raise SortCancelledError from None
            finally:
                pool.shutdown(wait=False, cancel_futures=True)


def _scored(ids: "Numbers", scores: Mapping[int, int]) -> "Numbers":
    import numpy as np

    numbers = np.zeros(len(ids), np.int64)
    if scores:
        keys = np.fromiter(scores.keys(), np.int64, len(scores))
        values = np.fromiter(scores.values(), np.int64, len(scores))
        by_id = np.argsort(keys)
        found = np.minimum(np.searchsorted(keys, ids, sorter=by_id), len(keys) - 1)
        place = by_id[found]
        numbers = np.where(keys[place] == ids, values[place], 0)
    return numbers


def _numbers_in(columns: Columns, field: str) -> "Numbers":
    import numpy as np

    if field == "label":
        complexity = columns["complexity"].astype(np.int64)
        label: Numbers = label_number(complexity, columns["iterations"])  # type: ignore[arg-type, assignment]  # of arrays
        return label
    return columns[field].astype(np.int64)


def _places_in(columns: Columns, field: str, places: dict[str, int]) -> "Numbers":
    """The names of a column as numbers in `places`, where new ones are added."""
    import numpy as np

    column, names = columns[field], columns.names
    used = np.flatnonzero(np.bincount(column)).tolist() if len(column) else []
    number_of = np.zeros(len(names), np.int64)
    for place in used:
        number_of[place] = places.setdefault(names[place], len(places))
    return number_of[column]


def ids_of(order: Order) -> "Numbers":
    """The ids of a file's entries, in order."""
    import numpy as np

    if not isinstance(order, RowOrder):
        return np.fromiter(order, np.int64, len(order))
    if (ids := order.ids()) is not None:
        return ids
    parts = [np.empty(0, np.int64)]
    single = array("q")
    for first, last in order.runs(()):
        if last < 0:
            single.append(first)
            continue
        if single:
            parts.append(np.array(single, np.int64))
            single = array("q")
        parts.append(np.arange(order.first_id + first, order.first_id + last + 1))
    parts.append(np.array(single, np.int64))
    return np.concatenate(parts)


def ids_at(entries: Entries, positions: "array[int]") -> "array[int]":
    """The ids of the entries at some positions, which ascend."""
    if len(positions) <= _FEW or not any(file.large for file in entries.files):
        return array("q", map(entries.id_at, positions))
    import numpy as np

    wanted = np.frombuffer(positions, np.int64)
    parts = [np.empty(0, np.int64)]
    start = 0
    for file in tuple(entries.files):
        order = file.order
        end = start + len(order)
        low, high = wanted.searchsorted((start, end)).tolist()
        if low < high:
            places = wanted[low:high] - start
            if isinstance(order, RowOrder) and order.as_on_disk:
                parts.append(places + order.first_id)
            else:
                parts.append(ids_of(order)[places])
        start = end
    return array("q", np.concatenate(parts).tobytes())


def all_ids(entries: Entries) -> "Numbers":
    """The ids of all entries, in the order of the files."""
    import numpy as np

    orders = [ids_of(file.order) for file in tuple(entries.files)]
    return np.concatenate([np.empty(0, np.int64), *orders])
