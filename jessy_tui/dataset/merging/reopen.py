"""Opening a file anew that is quite another on disk, with the edits that were made here.

Its entries get new ids, and what can be undone of it is one step: the edits that were carried
over. That is for large files, of which nobody has more in memory than a few rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from jessy_tui.dataset.changes import Change, Edit
from jessy_tui.dataset.entries import Entries
from jessy_tui.dataset.frame import Version, new_version
from jessy_tui.dataset.history import History
from jessy_tui.dataset.merging.finding import RowsOf, find_added, find_places
from jessy_tui.dataset.merging.likeness import same
from jessy_tui.dataset.merging.report import FileMerge
from jessy_tui.dataset.openfile import OpenFile

_MOST_TOLD: Final = 25_000
"""Of so many entries at the most it is told what became of each."""


@dataclass
class Unsaved:
    """An entry that differs from the disk as it was."""

    place: int | None
    """On disk, from 0; None where it was added here."""
    index: int
    disk: Version | None
    now: Version | None


@dataclass
class Carried:
    """The unsaved edits of a file, and where their entries are in the file as it is now."""

    unsaved: Sequence[Unsaved]
    places: dict[int, int]
    """By the place on disk as it was; without those that are gone."""
    added: dict[str, int]
    """By the number in `unsaved`: what was added there, too."""

    @classmethod
    def find(cls, entries: Entries, file: OpenFile, rows: RowsOf) -> "Carried":
        """Look for them; it may take seconds."""
        unsaved = [_unsaved(entries, file, one) for one in entries.dirty_of(file)]
        bases = {one.place: one.disk for one in unsaved if one.place is not None and one.disk}
        places = find_places(rows, bases)
        added = {
            str(number): one.now
            for number, one in enumerate(unsaved)
            if one.disk is None and one.now is not None
        }
        return cls(unsaved, places, find_added(rows, added, set(places.values())))


def reopen(
    entries: Entries,
    history: History,
    file: OpenFile,
    target: OpenFile,
    carried: Carried,
    *,
    gone: bool,
) -> FileMerge:
    """Put `target`, which is open already, in the place of `file`; make the edits again."""
    report = FileMerge(file.path, "gone" if gone else "reopened")
    told = len(file.order) + len(target.order) <= _MOST_TOLD
    if told:
        report.edits += _all_edits(entries, file, deleted=True)
    dropped = _forget(entries, history, file)
    on_disk = len(file.saved if file.saved is not None else file.order)
    entries.close(file)
    there = len(target.order)
    edits = _Carrying(entries, target, carried).edits
    if edits:
        what = f"carried {len(edits)} edit{'s' if len(edits) > 1 else ''} over to "
        what += f"{file.path.name} as it is on disk"
        history.done.append(Change(history.next_number(), "do", what, tuple(edits)))
        history.undone.clear()
    report.conflicts = len(entries.conflicts_in(target))
    report.carried = len(edits)
    if gone:
        report.gone = on_disk
    else:
        report.added = there
    if not edits:
        report.dropped = dropped  # otherwise the step that carries them stands for them
    if told:
        report.edits += _all_edits(entries, target, deleted=False)
    return report


def _unsaved(entries: Entries, file: OpenFile, entry_id: int) -> Unsaved:
    slot = entries.slots[entry_id]
    index = entries.place_of(entry_id)
    return Unsaved(entries.place_on_disk(entry_id), index, slot.disk, slot.now)


def _all_edits(entries: Entries, file: OpenFile, *, deleted: bool) -> list[Edit]:
    edits = []
    for index, entry_id in enumerate(file.order):
        version = entries.version(entry_id)
        was, now = (version, None) if deleted else (None, version)
        edits.append(Edit(entry_id, file.path, index, was, now))
    return edits


def _forget(entries: Entries, history: History, file: OpenFile) -> int:
    """Leave the edits of a file out of the history; returns how many changes had some."""
    dropped = 0
    for changes in (history.done, history.undone):
        kept = []
        for change in changes:
            edits = tuple(edit for edit in change.edits if edit.file != file.path)
            settles = tuple(one for one in change.settles if entries.file_of(one[0]) is not file)
            lost = len(edits) < len(change.edits) or len(settles) < len(change.settles)
            dropped += lost
            if edits or settles or change.bulks or not lost:
                kept.append(replace(change, edits=edits, settles=settles))
        changes[:] = kept
    return dropped


class _Carrying:
    """Makes unsaved edits again on a file that is another."""

    def __init__(self, entries: Entries, file: OpenFile, carried: Carried) -> None:
        self._entries, self._file = entries, file
        self.edits: list[Edit] = []
        ids = {place: file.order[index] for place, index in carried.places.items()}
        for number, one in sorted(enumerate(carried.unsaved), key=lambda pair: pair[1].index):
            if one.disk is None:
                if str(number) not in carried.added and one.now is not None:
                    self._insert(one)
            elif one.place in ids:
                self._edit(ids[one.place], one.disk, one.now)
            elif one.now is not None:
                self._entries.conflicts[self._insert(one)] = one.disk

    def _insert(self, one: Unsaved) -> int:
        entry_id = self._entries.new_id()
        index = min(one.index, len(self._file.order))
        self._make(Edit(entry_id, self._file.path, index, None, one.now))
        return entry_id

    def _edit(self, entry_id: int, base: Version, now: Version | None) -> None:
        disk = self._entries.version(entry_id)
        if now is not None:
            if same(now, disk):
                return
            now = new_version(self._file.frame, now.example, disk)
        index = self._entries.index_of(entry_id)
        self._make(Edit(entry_id, self._file.path, index, disk, now))
        if not same(base, disk):
            self._entries.conflicts[entry_id] = base

    def _make(self, edit: Edit) -> None:
        self._entries.apply([edit])
        self.edits.append(edit)
