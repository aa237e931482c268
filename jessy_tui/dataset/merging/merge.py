"""Merging a file as other hands left it into what is open here; of files that are in memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jessy_tui.dataset.changes import Edit
from jessy_tui.dataset.entries import Entries
from jessy_tui.dataset.frame import Frame, Version
from jessy_tui.dataset.history import History
from jessy_tui.dataset.merging.alignment import align
from jessy_tui.dataset.merging.fate import Fate, fate_of
from jessy_tui.dataset.merging.likeness import Looks, same
from jessy_tui.dataset.merging.rebase import rebase
from jessy_tui.dataset.merging.report import FileMerge
from jessy_tui.dataset.openfile import OpenFile, Slot
from jessy_tui.dataset.order import ListOrder


@dataclass
class Theirs:
    """A file as it is on disk now."""

    frame: Frame
    digest: str | None
    """None where there is no such file any more."""
    versions: Sequence[Version]


@dataclass
class Base:
    """The entries that are on disk as far as is known here, in the order they have there."""

    ids: list[int]
    disk: list[Version]
    now: list[Version | None]

    @classmethod
    def of(cls, entries: Entries, file: OpenFile) -> "Base":
        """Those of a file that is in memory."""
        slots = [
            (entry_id, slot)
            for entry_id in (*file.order, *file.gone)
            if (slot := entries.slots[entry_id]).disk is not None
        ]
        slots.sort(key=lambda pair: pair[1].disk_index)
        return cls(
            [entry_id for entry_id, _ in slots],
            [slot.disk for _, slot in slots if slot.disk is not None],
            [slot.now for _, slot in slots],
        )

    def places_in(self, theirs: Theirs) -> list[int | None]:
        """Where each of them is in the file as it is now. It may take seconds."""
        mine = [
            Looks(now) if now is not None and now is not disk else None
            for disk, now in zip(self.disk, self.now, strict=True)
        ]
        base = [Looks(version) for version in self.disk]
        return align(base, [Looks(version) for version in theirs.versions], mine)


def merge_file(
    entries: Entries,
    history: History,
    file: OpenFile,
    theirs: Theirs,
    base: Base,
    places: list[int | None],
) -> FileMerge:
    """Take a file in as it is on disk; nothing is changed if this fails.

    `places` says where the entries of `base`, which is the present state, are in `theirs`.
    """
    fates = {
        entry_id: fate_of(
            theirs.frame, disk, now, theirs.versions[place] if place is not None else None
        )
        for entry_id, disk, now, place in zip(base.ids, base.disk, base.now, places, strict=True)
    }
    id_at = {place: entry_id for entry_id, place in zip(base.ids, places, strict=True)}
    added = {place: one for place, one in enumerate(theirs.versions) if place not in id_at}
    recognise_added(entries, file, theirs.frame, added, fates, id_at)
    new_slots: dict[int, Slot] = {}
    in_file: list[int] = []
    for place, version in enumerate(theirs.versions):
        entry_id = id_at.get(place)
        if entry_id is None:
            entry_id = entries.new_id()
            new_slots[entry_id] = Slot(file, version, version, place)
        else:
            new_slots[entry_id] = Slot(file, fates[entry_id].now, version, place)
        in_file.append(entry_id)
    for entry_id, fate in fates.items():
        if fate.disk is None:
            new_slots[entry_id] = Slot(file, fate.now, None)
    was_order = list(file.order)
    here = {entry_id for entry_id in in_file if new_slots[entry_id].now is not None}
    kept = {
        entry_id
        for entry_id in was_order
        if entry_id not in fates or new_slots[entry_id].now is not None
    }
    order = _woven([entry_id for entry_id in in_file if entry_id in here], was_order, kept - here)
    orders = ListOrder(was_order), ListOrder(order), ListOrder(in_file)
    rebased = rebase(history, file.path, fates, *orders)
    slots = {entry_id: entries.slots[entry_id] for entry_id in was_order}
    before = {entry_id: slot.now for entry_id, slot in slots.items()}
    slots.update(new_slots)
    after = {entry_id: slots[entry_id].now for entry_id in order}
    report = report_of(
        file,
        theirs.digest,
        fates,
        {entry_id: (index, now) for index, (entry_id, now) in enumerate(before.items())},
        {entry_id: (index, now) for index, (entry_id, now) in enumerate(after.items())},
    )
    report.dropped = rebased.dropped

    # From here on nothing fails.
    history.done, history.undone = rebased.done, rebased.undone
    gone = {entry_id for entry_id in in_file if entry_id not in here}
    known = {edit.entry_id for change in (*history.done, *history.undone) for edit in change.edits}
    entries.slots.update(new_slots)
    file.renew(theirs.frame, theirs.digest, ListOrder(order), gone)
    for entry_id, fate in fates.items():
        settle(entries, entry_id, fate)
        if fate.now is None and fate.disk is None and entry_id not in known:
            entries.drop(entry_id)
    entries.renewed(file)
    return report


def recognise_added(
    entries: Entries,
    file: OpenFile,
    frame: Frame,
    theirs: Mapping[int, Version],
    fates: dict[int, Fate],
    id_at: dict[int | None, int],
) -> None:
    """What was added here and there alike is one entry; `theirs` has what was added there."""
    added = [
        entry_id
        for entry_id in entries.touched(file)
        if (slot := entries.slots[entry_id]).disk is None and slot.now is not None
    ]
    if not added:
        return
    there: dict[object, list[int]] = {}
    for place, version in theirs.items():
        there.setdefault(Looks(version).value, []).append(place)
    for entry_id in added:
        now = entries.slots[entry_id].now
        places = there.get(Looks(now).value) if now is not None else None
        if places:
            place = places.pop(0)
            id_at[place] = entry_id
            fates[entry_id] = fate_of(frame, None, now, theirs[place])


def _woven(theirs: list[int], mine: Iterable[int], extra: set[int]) -> list[int]:
    """Their order, with what is only here behind what it stood behind here."""
    behind: dict[int | None, list[int]] = {}
    there, anchor = set(theirs), None
    for entry_id in mine:
        if entry_id in extra:
            behind.setdefault(anchor, []).append(entry_id)
        elif entry_id in there:
            anchor = entry_id
    order = behind.get(None, [])
    for entry_id in theirs:
        order.append(entry_id)
        order += behind.get(entry_id, ())
    return order


def settle(entries: Entries, entry_id: int, fate: Fate) -> None:
    """Keep what is known of a conflict true."""
    if fate.conflict and not entries.in_conflict(entry_id):
        entries.conflicts[entry_id] = fate.was_disk
    elif entry_id in entries.conflicts and fate.changed:
        base = entries.conflicts[entry_id]
        if not fate.conflict or _back(base, fate.disk):
            del entries.conflicts[entry_id]


def _back(base: Version | None, disk: Version | None) -> bool:
    """Whether the other hands have put back what both sides began with."""
    return base is not None and disk is not None and Looks(base).value == Looks(disk).value


Shown = Mapping[int, tuple[int, Version | None]]
"""Entries as they are shown, each with its place in the file."""


def report_of(
    file: OpenFile, digest: str | None, fates: Mapping[int, Fate], before: Shown, after: Shown
) -> FileMerge:
    """What became of a file; of its entries those that may have changed are enough."""
    report = FileMerge(file.path, "gone" if digest is None else "changed")
    if file.new and digest is not None:
        report.happened = "new"
    for fate in fates.values():
        if fate.was_disk is not None:
            report.gone += fate.disk is None
            report.changed += fate.disk is not None and fate.changed
        report.conflicts += fate.conflict and fate.changed
    for entry_id, (index, was) in before.items():
        if entry_id not in after:
            report.edits.append(Edit(entry_id, file.path, index, was, None))
    for entry_id, (index, now) in after.items():
        was = before[entry_id][1] if entry_id in before else None
        if entry_id not in fates and was is None:
            report.added += 1
        if was is None or now is None or not same(was, now):
            report.edits.append(Edit(entry_id, file.path, index, was, now))
    return report
