"""Merging a file that is read row by row: only the rows that differ are ever decoded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from jessy_tui.dataset.entries import Entries
from jessy_tui.dataset.frame import Piece, Version
from jessy_tui.dataset.history import History
from jessy_tui.dataset.large.file import BLOCK, LargeFile
from jessy_tui.dataset.large.line import read_example
from jessy_tui.dataset.large.scan import LineScan
from jessy_tui.dataset.merging.alignment import align
from jessy_tui.dataset.merging.fate import Fate, fate_of
from jessy_tui.dataset.merging.likeness import Looks
from jessy_tui.dataset.merging.merge import recognise_added, report_of, settle
from jessy_tui.dataset.merging.rebase import Rebased, rebase
from jessy_tui.dataset.merging.report import FileMerge
from jessy_tui.dataset.openfile import OpenFile, Slot
from jessy_tui.dataset.order import RowOrder, in_order

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

MOST_CHANGED: Final = 20_000
"""Of so many changed rows at the most, each is kept in memory; of more, the file is opened anew."""
_MOST_ALIGNED: Final = 100_000
"""So many rows between the first and the last that differ are compared as texts with gaps."""


@dataclass
class RowsCompared:
    """Which row of a file as it was is which in the file as it is now."""

    fresh: LargeFile
    ids: "Numbers"
    """The ids on disk as it was, in their order."""
    places: "Numbers"
    """For each of these, its row in the fresh file; -1 where it is gone."""
    same: "NDArray[np.bool_]"
    """Whether its bytes are the same."""
    added: list[int]
    """Rows of the fresh file that were not there."""
    digest: str | None
    """Of the file as it was."""


def compare_rows(
    file: OpenFile, fresh: LargeFile, mine: Mapping[int, Version]
) -> RowsCompared | None:
    """Find out which row is which; None where the file is better opened anew. It takes seconds.

    `mine` is what entries are here that were edited.

    Raises:
        ExampleFileError: one of the files cannot be read any more.
    """
    import numpy as np

    large, saved = file.large, file.saved
    assert large is not None  # noqa: S101 - the caller has looked
    assert saved is not None  # noqa: S101 - as of every large file
    if not (large.intact() and len(saved) and fresh.rows):
        return None
    old, new = _Rows.of(large), _Rows.of(fresh)
    if len(old.hashes) != len(saved):
        return None
    ids = np.fromiter(saved, np.int64, len(saved))
    edited = {
        row: Looks(mine[entry_id])
        for row, entry_id in enumerate(saved if mine else ())
        if entry_id in mine
    }
    places = _places(old, new, edited)
    if places is None:
        return None
    known = places >= 0
    same_bytes = np.zeros(len(ids), bool)
    same_bytes[known] = old.hashes[known] == new.hashes[places[known]]
    there = np.zeros(len(new.hashes), bool)
    there[places[known]] = True
    added: list[int] = np.flatnonzero(~there).tolist()
    if np.count_nonzero(~same_bytes) + len(added) > MOST_CHANGED:
        return None
    return RowsCompared(fresh, ids, places, same_bytes, added, file.digest)


@dataclass
class _Rows:
    """The rows of a file in their order on disk."""

    large: LargeFile
    begins: "Numbers"
    ends: "Numbers"
    hashes: "Numbers"

    @classmethod
    def of(cls, large: LargeFile) -> "_Rows":
        import numpy as np

        scan = LineScan(large.body)
        begins, ends, hashes = [], [], []
        rest, rest_at = b"", large.body
        for place in range(0, large.size, BLOCK):
            block = large.read(place, min(place + BLOCK, large.size))
            if not place:
                block = block[large.body :]
            found = scan.feed(block)
            content = rest + block
            for begin, end in zip(found.begins.tolist(), found.ends.tolist(), strict=True):
                hashes.append(hash(content[begin - rest_at : end - rest_at].strip()))
            begins.append(found.begins)
            ends.append(found.ends)
            if found.ends.size:
                cut = int(found.ends[-1]) + 1 - rest_at
                content, rest_at = content[cut:], rest_at + cut
            rest = content
        last = scan.finish()
        begins.append(last.begins)
        ends.append(last.ends)
        if last.ends.size:
            hashes.append(hash(rest.strip()))
        return cls(large, np.concatenate(begins), np.concatenate(ends), np.array(hashes, np.int64))

    def looks(self, row: int) -> "_RowLooks":
        return _RowLooks(self, row)


class _RowLooks(Looks):
    """A row that is only decoded where its bytes do not say enough."""

    def __init__(self, rows: _Rows, row: int) -> None:
        self._rows, self._row = rows, row

    @property
    def source(self) -> int:
        return int(self._rows.hashes[self._row])

    @cached_property
    def version(self) -> Version:  # type: ignore[override]  # read when it is asked for
        begin, end = int(self._rows.begins[self._row]), int(self._rows.ends[self._row])
        text = self._rows.large.read(begin, end).strip().decode(errors="surrogateescape")
        return Version(read_example(text, lambda reason: f"{reason}."), Piece(text))


def _places(old: _Rows, new: _Rows, mine: Mapping[int, Looks]) -> "Numbers | None":
    """Where each row is now; None where too much differs. `mine`: rows that were edited here."""
    import numpy as np

    ones, others = old.hashes, new.hashes
    places = np.full(len(ones), -1, np.int64)
    shortest = min(len(ones), len(others))
    differ = np.flatnonzero(ones[:shortest] != others[:shortest])
    front = int(differ[0]) if differ.size else shortest
    left = shortest - front
    differ = np.flatnonzero(ones[len(ones) - left :] != others[len(others) - left :])
    back = left - 1 - int(differ[-1]) if differ.size else left
    places[:front] = np.arange(front)
    if back:
        places[-back:] = np.arange(len(others) - back, len(others))
    end, other_end = len(ones) - back, len(others) - back
    if end - front == other_end - front:
        # As many rows as before: most stand where they stood.
        equal = ones[front:end] == others[front:other_end]
        if np.count_nonzero(equal) * 2 >= len(equal):
            at = np.flatnonzero(equal) + front
            places[at] = at
            for first, last in _runs(np.flatnonzero(~equal) + front):
                _align(old, new, range(first, last), range(first, last), places, mine)
            return places
    _anchor(ones[front:end], others[front:other_end], places[front:end], front)
    return places if _align_gaps(old, new, (front, end), (front, other_end), places, mine) else None


def _anchor(ones: "Numbers", others: "Numbers", places: "Numbers", shift: int) -> None:
    """Recognise rows that are there once on each side, wherever they stand."""
    import numpy as np

    singles = [
        (values[counts == 1], at[counts == 1])
        for values, at, counts in (
            np.unique(side, return_index=True, return_counts=True) for side in (ones, others)
        )
    ]
    (values, at), (values_there, at_there) = singles
    _, here, there = np.intersect1d(values, values_there, assume_unique=True, return_indices=True)
    places[at[here]] = at_there[there] + shift


def _align_gaps(
    old: _Rows,
    new: _Rows,
    base: tuple[int, int],
    theirs: tuple[int, int],
    places: "Numbers",
    mine: Mapping[int, Looks],
) -> bool:
    """Recognise what is left between rows that are; False where that is too much."""
    import numpy as np

    known = np.flatnonzero(places[base[0] : base[1]] >= 0) + base[0]
    kept = in_order(places[known].tolist())
    known = known[np.isin(places[known], np.array(kept, np.int64))]
    taken = np.zeros(len(new.hashes) + 1, bool)
    taken[places[places >= 0]] = True
    rows = np.concatenate([[base[0] - 1], known, [base[1]]]).tolist()
    spots = np.concatenate([[theirs[0] - 1], places[known], [theirs[1]]]).tolist()
    gaps = []
    for number in np.flatnonzero((np.diff(rows) > 1) | (np.diff(spots) > 1)).tolist():
        left = [row for row in range(rows[number] + 1, rows[number + 1]) if places[row] < 0]
        span = range(spots[number] + 1, spots[number + 1])
        left_there = [row for row in span if not taken[row]]
        if left and left_there:
            gaps.append((left, left_there))
    if sum(len(left) + len(there) for left, there in gaps) > _MOST_ALIGNED:
        return False
    for left, there in gaps:
        _align(old, new, left, there, places, mine)
    return True


def _runs(rows: "Numbers") -> Iterator[tuple[int, int]]:
    """Rows that follow each other: the first, and the one after the last."""
    import numpy as np

    if rows.size:
        for run in np.split(rows, np.flatnonzero(np.diff(rows) != 1) + 1):
            yield int(run[0]), int(run[-1]) + 1


def _align(
    old: _Rows,
    new: _Rows,
    base: Sequence[int],
    theirs: Sequence[int],
    places: "Numbers",
    mine: Mapping[int, Looks],
) -> None:
    found = align(
        [old.looks(row) for row in base],
        [new.looks(row) for row in theirs],
        [mine.get(row) for row in base],
    )
    for row, place in zip(base, found, strict=True):
        if place is not None:
            places[row] = theirs[place]


@dataclass
class RowsMerge:
    """A merge that is worked out, and can be made as long as nothing changes."""

    file: OpenFile
    compared: RowsCompared
    fates: dict[int, Fate]
    slots: dict[int, Slot]
    saved: RowOrder
    order: RowOrder
    rebased: Rebased
    begins: "Numbers"
    ends: "Numbers"
    report: FileMerge

    def make(self, entries: Entries, history: History) -> FileMerge:
        """Take the file in; nothing here fails, or takes long."""
        from jessy_tui.dataset.large.table import Column

        file, columns = self.file, (Column("int64"), Column("int64"))
        assert file.large is not None  # noqa: S101 - by plan_rows
        columns[0].append(self.begins)
        columns[1].append(self.ends)
        history.done, history.undone = self.rebased.done, self.rebased.undone
        file.large.became(self.compared.fresh, *columns)
        entries.slots.update(self.slots)
        file.order, file.saved = self.order, self.saved
        file.gone = {one for one, slot in self.slots.items() if slot.disk and slot.now is None}
        for entry_id, fate in self.fates.items():
            settle(entries, entry_id, fate)
        entries.renewed(file)
        return self.report


def plan_rows(
    entries: Entries, history: History, file: OpenFile, compared: RowsCompared
) -> RowsMerge:
    """Work out the merge of a file that is read row by row. It changes nothing."""
    import numpy as np

    large, was_order, fresh = file.large, file.order, compared.fresh
    assert large is not None  # noqa: S101 - by compare_rows
    assert isinstance(was_order, RowOrder)  # noqa: S101 - as of every large file
    fates, id_at = _fates(entries, file, compared)
    added = {place: fresh.version(place) for place in compared.added}
    recognise_added(entries, file, fresh.frame, added, fates, id_at)

    in_file = np.full(fresh.rows, -1, np.int64)
    known = compared.places >= 0
    in_file[compared.places[known]] = compared.ids[known]
    slots: dict[int, Slot] = {}
    for place, version in added.items():
        entry_id = id_at.get(place, -1)
        if entry_id < 0:
            entry_id = entries.new_id()
            slots[entry_id] = Slot(file, version, version)
        in_file[place] = entry_id
    for entry_id, fate in fates.items():
        slots[entry_id] = Slot(file, fate.now, fate.disk)
    saved = RowOrder.of(was_order.first_id, was_order.rows, in_file)
    for entry_id in saved.put_in:
        if entry_id not in slots:  # moved: what is known of rows is known of their old place
            slot = entries.slot(entry_id)
            slots[entry_id] = Slot(file, slot.now, slot.disk)

    order = saved.copy()
    for entry_id in compared.ids.tolist() if file.gone else ():
        if (slot_now := slots.get(entry_id)) and slot_now.now is None and slot_now.disk:
            del order[order.index(entry_id)]
    only_here = (
        (was_order.index(entry_id), entry_id)
        for entry_id in entries.touched(file)
        if entries.slots[entry_id].now is not None
        and (slots.get(entry_id) or entries.slots[entry_id]).disk is None
        and (slots.get(entry_id) or entries.slots[entry_id]).now is not None
    )
    for index, entry_id in sorted(only_here):
        order.insert(_behind(was_order, index, order), entry_id)
    rebased = rebase(history, file.path, fates, was_order.copy(), order.copy(), saved)
    before = {
        entry_id: (was_order.index(entry_id), now)
        for entry_id in fates
        if (now := entries.slot(entry_id).now) is not None
    }
    after = {
        entry_id: (order.index(entry_id), slot.now)
        for entry_id, slot in slots.items()
        if slot.now is not None
    }
    report = report_of(file, fresh.digest, fates, before, after)
    report.dropped = rebased.dropped
    begins, ends = _extents(fresh, was_order, in_file)
    return RowsMerge(file, compared, fates, slots, saved, order, rebased, begins, ends, report)


def _fates(
    entries: Entries, file: OpenFile, compared: RowsCompared
) -> tuple[dict[int, Fate], dict[int | None, int]]:
    """What becomes of the rows that are in memory, or changed, or stand at an end of the file."""
    import numpy as np

    fresh, places = compared.fresh, compared.places
    looked_at = ~compared.same
    looked_at |= (places == 0) | (places == fresh.rows - 1)
    looked_at[[0, -1]] = True
    touched = [one for one in entries.touched(file) if entries.slots[one].disk is not None]
    looked_at |= np.isin(compared.ids, touched)
    fates: dict[int, Fate] = {}
    id_at: dict[int | None, int] = {}
    at = np.flatnonzero(looked_at)
    for entry_id, place in zip(compared.ids[at].tolist(), places[at].tolist(), strict=True):
        slot = entries.slot(entry_id)
        disk = fresh.version(place) if place >= 0 else None
        fates[entry_id] = fate_of(fresh.frame, slot.disk, slot.now, disk)
        if place >= 0:
            id_at[place] = entry_id
    return fates, id_at


def _behind(was: RowOrder, index: int, order: RowOrder) -> int:
    """The place in an order that follows what stood before `index` in another."""
    for place in range(index - 1, -1, -1):
        try:
            return order.index(was[place]) + 1
        except KeyError:
            continue
    return 0


def _extents(fresh: LargeFile, order: RowOrder, in_file: "Numbers") -> "tuple[Numbers, Numbers]":
    """Where the rows stand now that are known by their number; the others stand nowhere."""
    import numpy as np

    begins, ends = np.zeros(order.rows, np.int64), np.zeros(order.rows, np.int64)
    fresh_begins, fresh_ends = (column.view() for column in fresh.extents())
    at = np.flatnonzero((in_file >= order.first_id) & (in_file < order.first_id + order.rows))
    rows = in_file[at] - order.first_id
    begins[rows], ends[rows] = fresh_begins[at], fresh_ends[at]
    return begins, ends
