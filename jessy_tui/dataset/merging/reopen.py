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
from jessy_tui.dataset.merging.foreign import find_added, find_entries
from jessy_tui.dataset.merging.likeness import same
from jessy_tui.dataset.merging.report import FileMerge
from jessy_tui.dataset.openfile import OpenFile

_MOST_TOLD: Final = 25_000
"""Of so many entries at the most it is told what became of each."""


@dataclass
class _Unsaved:
    """An entry that differs from the disk as it was."""

    place: int | None
    """On disk, from 0; None where it was added here."""
    index: int
    disk: Version | None
    now: Version | None


def reopen(
    entries: Entries, history: History, file: OpenFile, target: OpenFile, *, gone: bool
) -> FileMerge:
    """Put `target`, which is open already, in the place of `file`; carry its edits over."""
    report = FileMerge(file.path, "gone" if gone else "reopened")
    told = len(file.order) + len(target.order) <= _MOST_TOLD
    if told:
        report.edits += _all_edits(entries, file, deleted=True)
    unsaved = [_unsaved(entries, file, one) for one in entries.dirty_of(file)]
    dropped = _forget(entries, history, file)
    on_disk = len(file.saved if file.saved is not None else file.order)
    entries.close(file)
    edits = _Carrying(entries, target, unsaved).edits
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
        report.added = len(target.order)
    if not edits:
        report.dropped = dropped  # otherwise the step that carries them stands for them
    if told:
        report.edits += _all_edits(entries, target, deleted=False)
    return report


def _unsaved(entries: Entries, file: OpenFile, entry_id: int) -> _Unsaved:
    slot = entries.slots[entry_id]
    index = entries.place_of(entry_id)
    return _Unsaved(entries.place_on_disk(entry_id), index, slot.disk, slot.now)


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
            lost = len(edits) < len(change.edits)
            dropped += lost
            if edits or not lost:
                kept.append(replace(change, edits=edits))
        changes[:] = kept
    return dropped


class _Carrying:
    """Makes unsaved edits again on a file that is another."""

    def __init__(self, entries: Entries, file: OpenFile, unsaved: Sequence[_Unsaved]) -> None:
        self._entries, self._file = entries, file
        self.edits: list[Edit] = []
        bases = {one.place: one.disk for one in unsaved if one.place is not None and one.disk}
        ids = find_entries(entries, file, bases)
        added = {
            str(number): one.now
            for number, one in enumerate(unsaved)
            if one.disk is None and one.now is not None
        }
        there = find_added(entries, file, added, set(ids.values()))
        for number, one in sorted(enumerate(unsaved), key=lambda pair: pair[1].index):
            if one.disk is None:
                if str(number) not in there and one.now is not None:
                    self._insert(one)
            elif one.place in ids:
                self._edit(ids[one.place], one.disk, one.now)
            elif one.now is not None:
                self._entries.conflicts[self._insert(one)] = one.disk

    def _insert(self, one: _Unsaved) -> int:
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
