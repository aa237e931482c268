"""Taking up what an app that died left in its journal.

A journal names the digest of each file its edits were made on. Edits of a file that still has
this digest are made again, in their order, undone ones and all. Edits that a save had written are
known by the digest the save announced. Where a file is neither, other hands changed it while
nobody looked: the journal has the old texts of what was edited, by which the entries are found in
the file as it is now, and the edits are merged with it. Edits that fit nothing that is there, as
the file cannot be read, are kept aside under another name, and a sentence says so.
"""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from jessy_tui.dataset.aside import set_aside, set_damaged_aside
from jessy_tui.dataset.bulk import Bulk
from jessy_tui.dataset.bulk_journal import decode_bulk, encode_bulk
from jessy_tui.dataset.changes import Change, Edit, Settled
from jessy_tui.dataset.entries import Entries
from jessy_tui.dataset.frame import Piece, Version
from jessy_tui.dataset.history import History
from jessy_tui.dataset.journal import (
    BulkRecord,
    Changed,
    ConflictRecord,
    EditRecord,
    Journal,
    Opened,
    PieceRecord,
    Record,
    Saving,
    TakenUp,
    changes_in,
    label_of,
    waiting,
)
from jessy_tui.dataset.large.line import read_example
from jessy_tui.dataset.merging.foreign import Foreign
from jessy_tui.dataset.order import RowOrder
from jessy_tui.errors import JessyError
from jessy_tui.files import real


@dataclass
class Recovery:
    """What was found; `journals` are locked, and to be removed once it is journalled again."""

    history: History = field(default_factory=History)
    journals: list[Journal] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    """A sentence for each file whose edits were merged with what other hands made of it."""
    blocked: str | None = None
    """Why nothing may be journalled: what was found could not be kept safe. The journals stay."""


def recover(entries: Entries, first: Path, tried: Iterable[Path]) -> Recovery:
    """Make the edits of all waiting journals again on `entries`.

    `tried` are the files that were to be opened, those that could not be read among them.
    """
    recovery = Recovery()
    tried_paths = {real(path) for path in tried}
    found = [(journal, *journal.read()) for journal in waiting(first)]
    taken = {
        name
        for _, records, _ in found
        for record in records
        if isinstance(record, TakenUp)
        for name in record.journals
    }
    for journal, records, broken in found:
        opened = [record for record in records if isinstance(record, Opened)]
        journal.name = opened[0].journal if opened else journal.name
        replay = _Replay(entries, recovery.history, journal)
        if journal.name in taken or not (records or broken):
            journal.remove()
        elif replay.has_edits_elsewhere(records, tried_paths):
            journal.release()  # it waits for whoever opens those files
        else:
            replay.play(records)
            recovery.journals.append(journal)
            recovery.merged += replay.merged
            if replay.lost or broken:
                try:
                    sentence = (
                        set_damaged_aside(journal, records)
                        if broken
                        else set_aside(journal, records, replay.lost)
                    )
                except JessyError as error:
                    sentence = recovery.blocked = str(error)
                recovery.problems.append(sentence)
    return recovery


def encode_history(entries: Entries, history: History, journal: Path) -> list[Changed]:
    """A history as a journal keeps it."""
    undone = [encode_change(entries, change, journal) for change in reversed(history.undone)]
    return [
        *(encode_change(entries, change, journal) for change in history.done),
        *undone,
        *(encode_change(entries, change.as_("undo"), journal) for change in history.undone),
    ]


def encode_change(entries: Entries, change: Change, journal: Path) -> Changed:
    """A change as a journal keeps it, with the edits that it really makes."""
    edits = []
    for edit in change.steps():
        place = entries.place_on_disk(edit.entry_id)
        edits.append(
            EditRecord(
                file=label_of(edit.file, journal),
                key=f"new {edit.entry_id}" if place is None else place,
                index=edit.index,
                was=_piece_record(edit.was),
                now=_piece_record(edit.now),
            )
        )
    settles = [_conflict_record(entries, *settled, journal) for settled in change.settles]
    back = change.how == "undo"
    bulks = [
        encode_bulk(entries, bulk, journal, back=back)
        for bulk in (reversed(change.bulks) if back else change.bulks)
    ]
    return Changed(change.number, change.how, change.summary, edits, settles, bulks)


def encode_conflicts(entries: Entries, journal: Path) -> list[ConflictRecord]:
    """The open conflicts as a journal keeps them."""
    return [
        _conflict_record(entries, entry_id, entries.conflicts[entry_id], journal)
        for entry_id in entries.open_conflicts()
    ]


def _conflict_record(
    entries: Entries, entry_id: int, base: Version | None, journal: Path
) -> ConflictRecord:
    place = entries.place_on_disk(entry_id)
    return ConflictRecord(
        file=label_of(entries.file_of(entry_id).path, journal),
        key=f"new {entry_id}" if place is None else place,
        base=_piece_record(base),
    )


def _piece_record(version: Version | None) -> PieceRecord | None:
    if version is None:
        return None
    piece = version.piece
    return PieceRecord(piece.source, piece.lead, piece.trail)


class _Replay:
    """One journal, made again."""

    def __init__(self, entries: Entries, history: History, journal: Journal) -> None:
        self.entries, self.history, self.journal = entries, history, journal
        self.lost: set[str] = set()
        """The files whose edits fit nothing on disk."""
        self.merged: list[str] = []
        self._base: dict[str, int] = {}
        self._foreign: dict[str, Foreign] = {}
        """The files that other hands changed since."""
        self._numbers: dict[int, int] = {}
        self._new: dict[str, int] = {}
        self._on_disk = {
            (id(slot.file), slot.disk_index): entry_id
            for entry_id, slot in entries.slots.items()
            if slot.disk is not None
        }

    def has_edits_elsewhere(self, records: Iterable[Record], tried: set[Path]) -> bool:
        """Whether it has edits of a file that is there, but that nobody tried to open here."""
        labels = {edit.file for record in records for edit in _edits(record)}
        labels |= {bulk.file for record in records for bulk in _bulks(record)}
        paths = (self.journal.file_of(label) for label in labels)
        return any(path not in tried and path.exists() for path in paths)

    def play(self, records: list[Record]) -> None:
        """Make all changes again, merged with what other hands did to their files."""
        for position, record in enumerate(records):
            for label, digest in _digests(record):
                if digest == self._digest(label):
                    self._base[label] = position
        for position, record in enumerate(records):
            for label, _ in _digests(record):
                if label not in self._base:
                    self._merge_with_file(label, records, position)
        for position, record in enumerate(records):
            for change in changes_in(record):
                self._change(change, position)
            if isinstance(record, TakenUp):
                self._open_conflicts(record.conflicts, position)
        for label, foreign in self._foreign.items():
            for entry_id, base in foreign.conflicts().items():
                self.entries.conflicts.setdefault(entry_id, base)
            number = foreign.forget_put_back()
            self.merged.append(foreign.sentence(self.journal.file_of(label), number))

    def _digest(self, label: str) -> str | None:
        path = self.journal.file_of(label)
        file = self.entries.find(path)
        if file is not None:
            with contextlib.suppress(JessyError):
                return file.digest
        return "unreadable" if path.exists() else None

    def _merge_with_file(self, label: str, records: list[Record], position: int) -> None:
        """Find the entries that were edited in a file that is another now, if it is readable."""
        edits = [edit for record in records for edit in _edits(record) if edit.file == label]
        path = self.journal.file_of(label)
        if not edits or (path.exists() and self.entries.find(path) is None):
            return
        bases: dict[int, Version] = {}
        added: dict[str, Version] = {}
        for edit in edits:
            if isinstance(edit.key, int) and edit.was is not None and edit.key not in bases:
                bases[edit.key] = _version_of(edit.was)
            elif isinstance(edit.key, str) and edit.now is not None:
                added[edit.key] = _version_of(edit.now)
        try:
            self._foreign[label] = Foreign(self.entries, self.entries.file(path), bases, added)
        except JessyError:
            return  # it is large, and cannot be read to its end
        self._base[label] = position

    def _change(self, record: Changed, position: int) -> None:
        edits = [edit for edit in record.edits if self._fits(edit, position)]
        settles = self._settles(record.settles, position)
        bulks = [bulk for bulk in record.bulks if self._fits(bulk, position)]
        if not edits and not settles and not bulks:
            return
        history, number = self.history, self._numbers.get(record.number)
        if record.how == "undo" and _is(history.done, number, edits, bulks):
            change = history.done.pop()
            self.entries.make(change.as_("undo"))
            history.undone.append(change)
        elif record.how == "redo" and _is(history.undone, number, edits, bulks):
            change = history.undone.pop()
            self.entries.make(change.as_("redo"))
            history.done.append(change)
        else:
            # Also the undoing of a change that was saved before this journal began.
            put = tuple(bulk for bulk in map(self._bulk, bulks) if bulk is not None)
            made = [edit for edit in map(self._edit, edits) if edit is not None]
            if record.how == "undo":  # what it had settled is open again
                self.entries.conflicts.update(settles)
                settles = ()
            if made or settles or put:
                number = self._numbers[record.number] = history.next_number()
                change = Change(number, "do", record.summary, tuple(made), settles, put)
                for entry_id, _ in settles:
                    self.entries.conflicts.pop(entry_id, None)
                history.done.append(change)
                history.undone.clear()

    def _settles(self, records: Iterable[ConflictRecord], position: int) -> tuple[Settled, ...]:
        found = (self._settled(record, position) for record in records)
        return tuple(settled for settled in found if settled is not None)

    def _settled(self, record: ConflictRecord, position: int) -> Settled | None:
        base = self._base.get(record.file)
        if base is None or position < base:
            return None
        try:
            entry_id = self._id_of(record.file, record.key)
        except KeyError:
            return None
        return entry_id, None if record.base is None else _version_of(record.base)

    def _open_conflicts(self, records: Iterable[ConflictRecord], position: int) -> None:
        for settled in self._settles(records, position):
            self.entries.conflicts[settled[0]] = settled[1]

    def _bulk(self, record: BulkRecord) -> Bulk | None:
        """Change very many rows again; where that fits nothing, they are lost."""
        bulk = None
        if record.file not in self._foreign:
            file = self.entries.find(self.journal.file_of(record.file))
            with contextlib.suppress(JessyError):
                bulk = decode_bulk(file, record, self.journal.path.parent) if file else None
        if bulk is None:
            self.lost.add(record.file)
        else:
            self.entries.put(bulk)
        return bulk

    def _fits(self, edit: EditRecord | BulkRecord, position: int) -> bool:
        base = self._base.get(edit.file)
        if base is None:
            self.lost.add(edit.file)
        return base is not None and position >= base

    def _edit(self, record: EditRecord) -> Edit | None:
        """Make one edit again; one that fits nothing is lost, which only a second journal does."""
        try:
            edit = self._resolve(record)
        except KeyError:
            self.lost.add(record.file)
            return None
        if edit is None:
            return None
        self.entries.forget_agreed([edit])
        self.entries.apply([edit])
        return edit

    def _id_of(self, label: str, key: int | str) -> int:
        if label in self._foreign and self._foreign[label].knows(key):
            return self._foreign[label].id_of(key)
        if isinstance(key, str):
            return self._new[key]
        file = self.entries.file(self.journal.file_of(label))
        if isinstance(file.order, RowOrder):
            return file.order.first_id + key
        return self._on_disk[id(file), key]

    def _resolve(self, record: EditRecord) -> Edit | None:
        entries = self.entries
        file = entries.file(self.journal.file_of(record.file))
        foreign = self._foreign.get(record.file)
        if foreign is not None and not foreign.knows(record.key):
            foreign = None
        if isinstance(record.key, str) and record.was is None and foreign is None:
            entry_id = self._new.setdefault(record.key, entries.new_id())
        else:
            entry_id = self._id_of(record.file, record.key)
        slot = entries.known(entry_id)
        if foreign is not None:
            was = slot.now if slot else None
            wanted = None if record.now is None else _version_of(record.now)
            now = foreign.version(record.key, wanted)
            if was is now:
                return None
        else:
            was = entries.version(entry_id) if record.was is not None else None
            now = self._version(record.now, slot.disk if slot else None)
        if was is not None:
            return Edit(entry_id, file.path, entries.index_of(entry_id), was, now)
        if slot is not None and slot.now is not None:
            raise KeyError(entry_id)
        return Edit(entry_id, file.path, min(record.index, len(file.order)), None, now)

    def _version(self, record: PieceRecord | None, disk: Version | None) -> Version | None:
        if record is None:
            return None
        version = _version_of(record)
        if disk is not None and disk.piece == version.piece:
            return disk
        return version


def _version_of(record: PieceRecord) -> Version:
    # A line that could not be read was written as it was, and is written so again.
    example = read_example(record.source, lambda reason: f"{reason}.")
    return Version(example, Piece(record.source, record.lead, record.trail))


def _edits(record: Record) -> Iterable[EditRecord]:
    return (edit for change in changes_in(record) for edit in change.edits)


def _bulks(record: Record) -> Iterable[BulkRecord]:
    return (bulk for change in changes_in(record) for bulk in change.bulks)


def _digests(record: Record) -> Iterable[tuple[str, str | None]]:
    return record.files.items() if isinstance(record, (Opened, Saving)) else ()


def _is(
    changes: list[Change], number: int | None, edits: list[EditRecord], bulks: list[BulkRecord]
) -> bool:
    """Whether the last change is the one of this number, with all that it changed."""
    if not changes or changes[-1].number != number:
        return False
    return len(changes[-1].edits) == len(edits) and len(changes[-1].bulks) == len(bulks)
