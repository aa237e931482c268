"""The entries behind the store: which examples stand where, and which of them differ from disk.

Here is no undo, no journal and no writing: `Entries` knows one state and how an edit changes it.
"""

import bisect
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from jessy_tui.dataset.changes import Edit
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.files import load_examples
from jessy_tui.dataset.frame import Frame, Version, new_frame, new_version
from jessy_tui.dataset.layout import same_json
from jessy_tui.errors import JessyError


@dataclass(frozen=True, slots=True)
class Entry:
    """One example as the store shows it."""

    id: int
    """Stays the same as long as the store is open."""
    example: Example
    file: Path
    index: int
    """Its place in its file, from 0, as it would be saved now."""
    edited: bool
    """Whether it differs from what is on disk."""


@dataclass(slots=True, eq=False)
class OpenFile:
    """One file and the entries it would be saved with."""

    path: Path
    frame: Frame
    digest: str | None
    """Of the bytes on disk, as far as is known; None for a file that is not there yet."""
    ids: list[int] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    """Entries that are on disk and deleted here."""

    @property
    def new(self) -> bool:
        """Whether the next save makes the file."""
        return self.digest is None


@dataclass(slots=True)
class Slot:
    """What is known of one id."""

    file: OpenFile
    now: Version | None = None
    """None once it is deleted."""
    disk: Version | None = None
    """None where the file on disk does not have it."""
    disk_index: int = -1
    """Its place in the file on disk, where it has one."""


class Entries:
    """All entries of all open files, in the order of the files."""

    def __init__(self) -> None:
        self.files: list[OpenFile] = []
        self.slots: dict[int, Slot] = {}
        self.dirty: set[int] = set()
        """The ids that differ from disk, deleted ones among them."""
        self._ends: list[int] = []
        self._indexes: dict[int, int] = {}

    def open(self, path: Path) -> None:
        """Read a file and add its entries; a file that is open already stays as it is.

        Raises:
            ExampleFileError: it cannot be read.
        """
        if self.find(path):
            return
        loaded = load_examples(path)
        file = OpenFile(path, loaded.frame, loaded.digest)
        self.files.append(file)
        for index in range(len(loaded.examples)):
            version = loaded.version(index)
            entry_id = len(self.slots)
            self.slots[entry_id] = Slot(file, version, version, index)
            file.ids.append(entry_id)
        self._count()

    def find(self, path: Path) -> OpenFile | None:
        """The open file of that name, symbolic links followed."""
        for file in self.files:
            if file.path == path or file.path.resolve() == path.resolve():
                return file
        return None

    def file(self, path: Path) -> OpenFile:
        """The open file of that name, or a new one where none is on disk.

        Raises:
            JessyError: there is such a file on disk, but it is not open.
        """
        file = self.find(path)
        if file is None:
            if path.exists():
                raise JessyError(f"{path} is not open here; open it first, or name another file.")
            file = OpenFile(path, new_frame(path), None)
            self.files.append(file)
            self._count()
        return file

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, position: int) -> Entry:
        size = len(self)
        if not -size <= position < size:
            raise IndexError(f"there is no entry {position} among {size}")
        position %= size
        number = bisect.bisect_right(self._ends, position)
        index = position - (self._ends[number - 1] if number else 0)
        return self._entry(self.files[number].ids[index], index)

    def __iter__(self) -> Iterator[Entry]:
        for file in self.files:
            for index, entry_id in enumerate(file.ids):
                yield self._entry(entry_id, index)

    def entry(self, entry_id: int) -> Entry:
        return self._entry(entry_id, self.index_of(entry_id))

    def position_of(self, entry_id: int) -> int:
        index = self.index_of(entry_id)
        number = self.files.index(self.slots[entry_id].file)
        return index + (self._ends[number - 1] if number else 0)

    def index_of(self, entry_id: int) -> int:
        """The place of an entry in its file, from 0.

        Raises:
            KeyError: there is no such entry, or it is deleted.
        """
        slot = self.slots[entry_id]
        if slot.now is None:
            raise KeyError(entry_id)
        ids = slot.file.ids
        index = self._indexes.get(entry_id, -1)
        if not (0 <= index < len(ids) and ids[index] == entry_id):
            # Something came or went before it: number its file again.
            self._indexes.update((other, place) for place, other in enumerate(ids))
            index = self._indexes[entry_id]
        return index

    def version(self, entry_id: int) -> Version:
        """What an entry that is not deleted holds."""
        version = self.slots[entry_id].now
        if version is None:
            raise KeyError(entry_id)
        return version

    def changed_to(self, entry_id: int, example: Example) -> Version | None:
        """The version of an entry with another example; None where it would be the same JSON.

        Raises:
            JessyError: the example cannot be written.
        """
        slot, was = self.slots[entry_id], self.version(entry_id)
        now = new_version(slot.file.frame, example, was)
        if same_json(was.example.raw, example.raw):
            return None
        if slot.disk and same_json(slot.disk.example.raw, example.raw):
            return slot.disk
        return now

    def apply(self, edits: Iterable[Edit]) -> None:
        """Make edits that fit this state."""
        for edit in edits:
            slot = self.slots.get(edit.entry_id)
            if slot is None:
                slot = self.slots[edit.entry_id] = Slot(self.file(edit.file))
            if edit.was is None:
                slot.file.ids.insert(edit.index, edit.entry_id)
            elif edit.now is None:
                del slot.file.ids[edit.index]
            slot.now = edit.now
            self._mark(edit.entry_id, slot)
        self._count()

    def changed_files(self) -> list[tuple[OpenFile, bytes]]:
        """The files that differ from disk, with the bytes they should have."""
        touched = {id(self.slots[entry_id].file) for entry_id in self.dirty}
        return [
            (file, file.frame.join([self.version(entry).piece for entry in file.ids]).encode())
            for file in self.files
            if id(file) in touched
        ]

    def saved(self, file: OpenFile, digest: str) -> None:
        """A file is on disk now as it is here."""
        file.digest = digest
        for entry_id in [*file.ids, *file.gone]:
            slot = self.slots[entry_id]
            slot.disk, slot.disk_index = slot.now, -1
            self._mark(entry_id, slot)
        for index, entry_id in enumerate(file.ids):
            self.slots[entry_id].disk_index = index

    def _mark(self, entry_id: int, slot: Slot) -> None:
        if slot.now is slot.disk:
            self.dirty.discard(entry_id)
        else:
            self.dirty.add(entry_id)
        if slot.disk is not None and slot.now is None:
            slot.file.gone.add(entry_id)
        else:
            slot.file.gone.discard(entry_id)

    def _entry(self, entry_id: int, index: int) -> Entry:
        file, version = self.slots[entry_id].file, self.version(entry_id)
        return Entry(entry_id, version.example, file.path, index, entry_id in self.dirty)

    def _count(self) -> None:
        self._ends = list(itertools.accumulate(len(file.ids) for file in self.files))
