"""Taking up what an app that died left in its journal.

A journal names the digest of each file its edits were made on. Edits of a file that still has
this digest are made again, in their order, undone ones and all. Edits that a save had written are
known by the digest the save announced. Where a file is neither, its edits fit nothing that is
there: the journal is kept aside under another name, and a sentence says so.
"""

import contextlib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from jessy_tui.dataset.aside import set_aside, set_damaged_aside
from jessy_tui.dataset.changes import Change, Edit
from jessy_tui.dataset.entries import Entries
from jessy_tui.dataset.frame import Piece, Version
from jessy_tui.dataset.journal import (
    Changed,
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
from jessy_tui.dataset.order import RowOrder
from jessy_tui.errors import JessyError


@dataclass
class History:
    """What can be undone and made again, the latest last."""

    done: list[Change] = field(default_factory=list)
    undone: list[Change] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def next_number(self) -> int:
        """A number that no change has."""
        return next(self._numbers)


@dataclass
class Recovery:
    """What was found; `journals` are locked, and to be removed once it is journalled again."""

    history: History = field(default_factory=History)
    journals: list[Journal] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    blocked: str | None = None
    """Why nothing may be journalled: what was found could not be kept safe. The journals stay."""


def recover(entries: Entries, first: Path, tried: Iterable[Path]) -> Recovery:
    """Make the edits of all waiting journals again on `entries`.

    `tried` are the files that were to be opened, those that could not be read among them.
    """
    recovery = Recovery()
    tried_paths = {path.resolve() for path in tried}
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
    return Changed(change.number, change.how, change.summary, edits)


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
        self._base: dict[str, int] = {}
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
        paths = (self.journal.file_of(label) for label in labels)
        return any(path not in tried and path.exists() for path in paths)

    def play(self, records: list[Record]) -> None:
        """Make all changes again that fit what is on disk."""
        for position, record in enumerate(records):
            for label, digest in _digests(record):
                if digest == self._digest(label):
                    self._base[label] = position
        for position, record in enumerate(records):
            for change in changes_in(record):
                self._change(change, position)

    def _digest(self, label: str) -> str | None:
        path = self.journal.file_of(label)
        file = self.entries.find(path)
        if file is not None:
            with contextlib.suppress(JessyError):
                return file.digest
        return "unreadable" if path.exists() else None

    def _change(self, record: Changed, position: int) -> None:
        edits = [edit for edit in record.edits if self._fits(edit, position)]
        if not edits:
            return
        history, number = self.history, self._numbers.get(record.number)
        if record.how == "undo" and _is(history.done, number, edits):
            change = history.done.pop()
            self.entries.apply(change.as_("undo").steps())
            history.undone.append(change)
        elif record.how == "redo" and _is(history.undone, number, edits):
            change = history.undone.pop()
            self.entries.apply(change.steps())
            history.done.append(change)
        else:
            # Also the undoing of a change that was saved before this journal began.
            made = [edit for edit in map(self._edit, edits) if edit is not None]
            if made:
                number = self._numbers[record.number] = history.next_number()
                history.done.append(Change(number, "do", record.summary, tuple(made)))
                history.undone.clear()

    def _fits(self, edit: EditRecord, position: int) -> bool:
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
        self.entries.apply([edit])
        return edit

    def _resolve(self, record: EditRecord) -> Edit:
        entries = self.entries
        file = entries.file(self.journal.file_of(record.file))
        if isinstance(record.key, int):
            entry_id = (
                file.order.first_id + record.key
                if isinstance(file.order, RowOrder)
                else self._on_disk[id(file), record.key]
            )
        elif record.was is None:
            entry_id = self._new.setdefault(record.key, entries.new_id())
        else:
            entry_id = self._new[record.key]
        slot = entries.known(entry_id)
        now = self._version(record.now, slot.disk if slot else None)
        if record.was is not None:
            index = entries.index_of(entry_id)
            return Edit(entry_id, file.path, index, entries.version(entry_id), now)
        if slot is not None and slot.now is not None:
            raise KeyError(entry_id)
        return Edit(entry_id, file.path, min(record.index, len(file.order)), None, now)

    def _version(self, record: PieceRecord | None, disk: Version | None) -> Version | None:
        if record is None:
            return None
        piece = Piece(record.source, record.lead, record.trail)
        if disk is not None and disk.piece == piece:
            return disk
        # A line that could not be read was written as it was, and is written so again.
        return Version(read_example(record.source, lambda reason: f"{reason}."), piece)


def _edits(record: Record) -> Iterable[EditRecord]:
    return (edit for change in changes_in(record) for edit in change.edits)


def _digests(record: Record) -> Iterable[tuple[str, str | None]]:
    return record.files.items() if isinstance(record, (Opened, Saving)) else ()


def _is(changes: list[Change], number: int | None, edits: list[EditRecord]) -> bool:
    """Whether the last change is the one of this number, with all of its edits."""
    return bool(changes) and changes[-1].number == number and len(changes[-1].edits) == len(edits)
