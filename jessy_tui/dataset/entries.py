"""The entries behind the store: which examples stand where, and which of them differ from disk.

Here is no undo, no journal and no writing: `Entries` knows one state and how an edit changes it.
"""

import bisect
import contextlib
import itertools
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jessy_tui.dataset.bulk import Bulk
from jessy_tui.dataset.changes import Change, Edit
from jessy_tui.dataset.example import Example, Unreadable
from jessy_tui.dataset.files import load_examples
from jessy_tui.dataset.frame import Frame, Version, new_frame, new_version
from jessy_tui.dataset.large.content import Content
from jessy_tui.dataset.large.file import LargeFile, is_large
from jessy_tui.dataset.layout import same_json
from jessy_tui.dataset.openfile import Entry, OpenFile, Slot, signature_of
from jessy_tui.dataset.order import ListOrder, RowOrder
from jessy_tui.errors import JessyError
from jessy_tui.files import real

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Entries", "Entry", "OpenFile", "Slot"]

_ROW_BITS: Final = 40
_ROW_MASK: Final = (1 << _ROW_BITS) - 1


class Entries:
    """All entries of all open files, in the order of the files.

    Entries of large files have a slot only once they are touched. Their ids are the number of
    the file, shifted, plus the row; all other ids are small numbers.
    """

    def __init__(self) -> None:
        self.files: list[OpenFile] = []
        self.slots: dict[int, Slot] = {}
        self.dirty: set[int] = set()
        """The ids that differ from disk, deleted ones among them."""
        self.conflicts: dict[int, Version | None] = {}
        """Entries that were changed here and by other hands, with what both began with."""
        self._large: dict[int, OpenFile] = {}
        self._last_large = 0
        self._ends: list[int] = []
        self._next_id = 0
        self._counting = threading.Lock()

    def open(self, path: Path) -> None:
        """Read a file and add its entries; a file that is open already stays as it is.

        Of a large file, the rows that are not found yet come when `grow` is called.

        Raises:
            ExampleFileError: it cannot be read.
        """
        if self.find(path):
            return
        if is_large(path):
            self._open_large(path)
        else:
            seen = signature_of(path)
            loaded = load_examples(path)
            order = ListOrder(self.new_id() for _ in loaded.examples)
            file = OpenFile(path, loaded.frame, loaded.digest, order)
            file.seen = seen
            self.files.append(file)
            for index, entry_id in enumerate(order):
                version = loaded.version(index)
                self.slots[entry_id] = Slot(file, version, version, index)
        self._count()

    def _open_large(self, path: Path) -> None:
        seen = signature_of(path)
        file = self._large_file(LargeFile(path))
        file.seen = seen
        self.files.append(file)

    def _large_file(self, large: LargeFile) -> OpenFile:
        self._last_large += 1
        order = RowOrder(self._last_large << _ROW_BITS, large.rows)
        file = self._large[self._last_large] = OpenFile(large.path, None, None, order, large)
        return file

    def add_large(self, large: LargeFile, place: int) -> OpenFile:
        """Open a file whose rows are all found, in its place among the files."""
        file = self._large_file(large)
        self.files.insert(place, file)
        self._count()
        return file

    def grow(self, file: OpenFile, rows: int) -> None:
        """So many rows of a large file are found; called from the thread that looks for them."""
        for order in (file.order, file.saved):
            if isinstance(order, RowOrder):
                order.rows = rows
        self._count()

    def new_id(self) -> int:
        """An id for an entry that comes."""
        self._next_id += 1
        return self._next_id - 1

    def find(self, path: Path) -> OpenFile | None:
        """The open file of that name, symbolic links followed."""
        for file in self.files:
            if file.path == path or real(file.path) == real(path):
                return file
        return None

    def add_empty(self, path: Path) -> OpenFile:
        """Open a file whose entries come later, in its place by name."""
        file = OpenFile(path, new_frame(path), None, ListOrder())
        self.files.insert(self.place_by_name(path), file)
        self._count()
        return file

    def add_loaded(
        self,
        path: Path,
        frame: Frame,
        digest: str | None,
        versions: Iterable[Version],
        place: int,
    ) -> OpenFile:
        """Open a file that was read already, in its place among the files."""
        file = OpenFile(path, frame, digest, ListOrder())
        for index, version in enumerate(versions):
            entry_id = self.new_id()
            self.slots[entry_id] = Slot(file, version, version, index)
            file.order.insert(index, entry_id)
        self.files.insert(place, file)
        self._count()
        return file

    def place_by_name(self, path: Path) -> int:
        """The place among the files that a new one takes."""
        after = (place for place, other in enumerate(self.files) if other.path > path)
        return next(after, len(self.files))

    def file(self, path: Path) -> OpenFile:
        """The open file of that name, or a new one where none is on disk.

        Raises:
            JessyError: there is such a file on disk, but it is not open.
        """
        file = self.find(path)
        if file is None:
            if path.exists():
                raise JessyError(f"{path} is not open here; open it first, or name another file.")
            file = OpenFile(path, new_frame(path), None, ListOrder())
            self.files.append(file)
            self._count()
        return file

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, position: int) -> Entry:
        size = len(self)
        if not -size <= position < size:
            raise IndexError(f"there is no entry {position} among {size}")
        file, index = self._at(position % size)
        return self._entry(file.order[index], index)

    def __iter__(self) -> Iterator[Entry]:
        for file in self.files:
            for index, entry_id in enumerate(file.order):
                yield self._entry(entry_id, index)

    def entry(self, entry_id: int) -> Entry:
        return self._entry(entry_id, self.index_of(entry_id))

    def id_at(self, position: int) -> int:
        """The id at a position, from 0, without reading the entry."""
        file, index = self._at(position)
        return file.order[index]

    def position_of(self, entry_id: int) -> int:
        index = self.index_of(entry_id)
        return index + self.start_of(self.file_of(entry_id))

    def start_of(self, file: OpenFile) -> int:
        """The position of the first entry of a file."""
        number = self.files.index(file)
        return self._ends[number - 1] if number else 0

    def _at(self, position: int) -> tuple[OpenFile, int]:
        ends = self._ends
        number = bisect.bisect_right(ends, position)
        return self.files[number], position - (ends[number - 1] if number else 0)

    def file_of(self, entry_id: int) -> OpenFile:
        """The file of an entry, also of a deleted one.

        Raises:
            KeyError: there never was such an entry.
        """
        slot = self.slots.get(entry_id)
        return slot.file if slot else self._row_of(entry_id)[0]

    def _row_of(self, entry_id: int) -> tuple[OpenFile, int]:
        """The large file and the row that an id stands for."""
        file = self._large.get(entry_id >> _ROW_BITS)
        row = entry_id & _ROW_MASK
        if file is None or file.large is None or row >= file.large.rows:
            raise KeyError(entry_id)
        return file, row

    def index_of(self, entry_id: int) -> int:
        """The place of an entry in its file, from 0.

        Raises:
            KeyError: there is no such entry, or it is deleted.
        """
        slot = self.slots.get(entry_id)
        if slot and slot.now is None:
            raise KeyError(entry_id)
        return self.file_of(entry_id).order.index(entry_id)

    def slot(self, entry_id: int) -> Slot:
        """What is known of an id; of an untouched row, made up for the moment.

        Raises:
            KeyError: there never was such an entry.
        """
        slot = self.slots.get(entry_id)
        if slot is None:
            file, row = self._row_of(entry_id)
            assert file.large is not None  # noqa: S101 - by _row_of
            version = file.large.version(row)
            slot = Slot(file, version, version)
        return slot

    def known(self, entry_id: int) -> Slot | None:
        """The same, or None where there never was such an entry."""
        try:
            return self.slot(entry_id)
        except KeyError:
            return None

    def version(self, entry_id: int) -> Version:
        """What an entry that is not deleted holds."""
        version = self.slot(entry_id).now
        if version is None:
            raise KeyError(entry_id)
        return version

    def to_edit(self, entry_id: int) -> tuple[OpenFile, int, Version]:
        """The file, the place in it and the version of an entry that is about to be edited.

        Raises:
            KeyError: there is no such entry, or it is deleted.
            JessyError: it cannot be edited, since its bytes are no text or not all were read.
        """
        file = self.file_of(entry_id)
        if file.large:
            file.large.wait()
        version = self.version(entry_id)
        if isinstance(version.example, Unreadable) and not version.example.exact:
            raise JessyError(f"{version.example.problem} Nothing was changed.")
        return file, self.index_of(entry_id), version

    def place_on_disk(self, entry_id: int) -> int | None:
        """The place of an entry in its file on disk, from 0; None where it is not there."""
        slot = self.known(entry_id)
        if slot is None or slot.disk is None:
            return None
        return slot.file.saved.index(entry_id) if slot.file.saved else slot.disk_index

    def changed_to(self, entry_id: int, example: Example) -> Version | None:
        """The version of an entry with another example; None where it would be the same JSON.

        Raises:
            JessyError: the example cannot be written.
        """
        slot, was = self.slot(entry_id), self.version(entry_id)
        now = new_version(slot.file.frame, example, was)
        if same_json(was.example.raw, example.raw):
            return None
        if slot.disk and same_json(slot.disk.example.raw, example.raw):
            return slot.disk
        return now

    def edit_to(self, entry_id: int, example: Example | None) -> Edit | None:
        """The edit that makes an entry `example`, or for None deletes it; None if it is so.

        Raises:
            JessyError: the example cannot be written.
        """
        slot = self.slot(entry_id)
        path, was, index = slot.file.path, slot.now, self.place_of(entry_id)
        if was is None and example is not None:
            now: Version | None = new_version(slot.file.frame, example, slot.disk)
            if slot.disk and same_json(slot.disk.example.raw, example.raw):
                now = slot.disk
            return Edit(entry_id, path, index, None, now)
        now = self.changed_to(entry_id, example) if example is not None else None
        if was is None or (now is None and example is not None):
            return None
        return Edit(entry_id, path, index, was, now)

    def make(self, change: Change) -> None:
        """Make a change that fits this state, or undo it."""
        if change.how == "do":
            self.forget_agreed(change.edits)
        if change.how == "undo":
            self.apply(change.steps())
            for bulk in reversed(change.bulks):
                self.put(bulk, back=True)
        else:
            for bulk in change.bulks:
                self.put(bulk)
            self.apply(change.steps())
        for entry_id, base in change.settles:
            if change.how == "undo":
                self.conflicts[entry_id] = base
            else:
                self.conflicts.pop(entry_id, None)

    def put(self, bulk: Bulk, *, back: bool = False) -> None:
        """Change very many rows of a large file, or take that back.

        Raises:
            JessyError: the content they were read from was overwritten by another program.
        """
        import numpy as np

        file = self.file(bulk.file)
        order, large = file.order, file.large
        assert isinstance(order, RowOrder)  # noqa: S101 - as every large file's
        assert large is not None  # noqa: S101
        left, entered = large.content_now, bulk.before if back else bulk.after
        if entered is not left:
            large.put(entered)
            self._set_aside(file, left, entered)
        if bulk.deletes:
            (order.put_back if back else order.take_out)(bulk.rows)
            touched = np.array(self.touched(file), np.int64)
            for entry_id in touched[np.isin(touched - order.first_id, bulk.rows)].tolist():
                self.slots.pop(entry_id)  # it was pinned by a save that failed
        file.add_depth(bulk.rows, -1 if back else 1)
        file.changes += 1
        self._count()

    def _set_aside(self, file: OpenFile, left: Content, entered: Content) -> None:
        """Rows that are in memory though nothing was edited in them are those of one content."""
        first_id = file.order.first_id if isinstance(file.order, RowOrder) else 0
        rows = file.large.rows if file.large else 0
        for entry_id in self.touched(file):
            slot = self.slots[entry_id]
            if slot.now is slot.disk and first_id <= entry_id < first_id + rows:
                left.aside[entry_id] = self.slots.pop(entry_id)
        for entry_id, slot in entered.aside.items():
            self.slots.setdefault(entry_id, slot)
        entered.aside = {}

    @property
    def unsaved(self) -> int:
        """How many entries differ from what is on disk; deleted ones count."""
        deep = 0
        for file in self.files:
            if file.depths is not None and isinstance(file.order, RowOrder):
                deep += int((file.depths != 0).sum())
                rows = (entry_id - file.order.first_id for entry_id in self.dirty)
                deep -= sum(file.is_deep(row) for row in rows)
        return len(self.dirty) + deep

    def forget_agreed(self, edits: Iterable[Edit]) -> None:
        """Where both sides of a conflict agree, what is edited next is a new edit."""
        for edit in edits:
            if edit.entry_id not in self.dirty:
                self.conflicts.pop(edit.entry_id, None)

    def apply(self, edits: Iterable[Edit]) -> None:
        """Make edits that fit this state."""
        for edit in edits:
            entry_id = edit.entry_id
            slot = self.slots.get(entry_id)
            if slot is None:
                untouched = entry_id >> _ROW_BITS in self._large
                file = self.file_of(entry_id) if untouched else self.file(edit.file)
                slot = Slot(file, disk=edit.was if untouched else None)
                self.slots[entry_id] = slot
                self._next_id = max(self._next_id, 0 if untouched else entry_id + 1)
            if edit.was is None:
                slot.file.order.insert(edit.index, entry_id)
            elif edit.now is None:
                del slot.file.order[edit.index]
            slot.now = edit.now
            slot.file.changes += 1
            self._mark(entry_id, slot)
        self._count()

    def open_conflicts(self) -> list[int]:
        """The ids in conflict, in order; those whose two sides agree by now are no conflicts."""
        return [entry_id for file in self.files for entry_id in self.conflicts_in(file)]

    def in_conflict(self, entry_id: int) -> bool:
        """Whether an entry was changed here and by other hands, and the sides still differ."""
        return entry_id in self.conflicts and entry_id in self.dirty

    def conflicts_in(self, file: OpenFile) -> list[int]:
        """Those of one file, in order; deleted ones that would stand at one place, as on disk."""

        def place(entry_id: int) -> tuple[int, int]:
            on_disk = self.place_on_disk(entry_id)
            return self.place_of(entry_id), len(file.order) if on_disk is None else on_disk

        ids = [one for one in self.conflicts if one in self.dirty and self.file_of(one) is file]
        return sorted(ids, key=place)

    def place_of(self, entry_id: int) -> int:
        """The place of an entry in its file, from 0; of a deleted one, where it would stand."""
        slot = self.slot(entry_id)
        if slot.now is not None:
            return slot.file.order.index(entry_id)
        return self._place_back(entry_id, slot)

    def _place_back(self, entry_id: int, slot: Slot) -> int:
        """Behind the entry that stands before it on disk and is still here."""
        order, saved = slot.file.order, slot.file.saved
        if slot.disk is None:
            return len(order)
        if saved is not None:
            for place in range(saved.index(entry_id) - 1, -1, -1):
                with contextlib.suppress(KeyError):
                    return order.index(saved[place]) + 1
            return 0
        places = enumerate(self.slots[other].disk_index for other in order)
        before = [place for place, index in places if 0 <= index < slot.disk_index]
        return before[-1] + 1 if before else 0

    def changed_files(self) -> list[OpenFile]:
        """The files that differ from disk."""
        touched = {id(self.slots[entry_id].file) for entry_id in self.dirty}
        return [file for file in self.files if id(file) in touched or file.depths is not None]

    def content(self, file: OpenFile) -> bytes:
        """The bytes that a file should have which is all in memory."""
        return file.frame.join([self.version(entry).piece for entry in file.order]).encode()

    def touched(self, file: OpenFile) -> list[int]:
        """The ids of a file that have a slot."""
        # A copy first, in one step of the interpreter: other threads ask while one edits.
        return [entry_id for entry_id, slot in list(self.slots.items()) if slot.file is file]

    def dirty_of(self, file: OpenFile) -> list[int]:
        """The ids of a file that differ from disk, in the order of their places."""
        ids = (one for one in self.dirty if self.slots[one].file is file)
        return sorted(ids, key=self.place_of)

    def pin(self, entry_id: int) -> None:
        """Keep an entry in memory, as its file will not have all of the text it stands in."""
        if entry_id not in self.slots:
            slot = self.slots[entry_id] = self.slot(entry_id)
            try:
                slot.file.order.index(entry_id)
            except KeyError:
                slot.now = None  # it was taken out with very many others

    def saved(self, file: OpenFile, digest: str) -> None:
        """A file is on disk now as it is here."""
        file.digest = digest
        file.changes += 1
        file.depths = None
        for entry_id in [one for one in self.conflicts if self.file_of(one) is file]:
            del self.conflicts[entry_id]
        for entry_id in self.touched(file) if file.large else [*file.order, *file.gone]:
            slot = self.slots[entry_id]
            slot.disk, slot.disk_index = slot.now, -1
            self._mark(entry_id, slot)
        if isinstance(file.order, RowOrder):
            file.saved = file.order.copy()
        else:
            for index, entry_id in enumerate(file.order):
                self.slots[entry_id].disk_index = index

    def renewed(self, file: OpenFile) -> None:
        """A file and the slots of its entries were exchanged for others."""
        for entry_id in self.touched(file):
            self._mark(entry_id, self.slots[entry_id])
        file.changes += 1
        self._count()

    def drop(self, entry_id: int) -> None:
        """Forget an entry that neither is on disk any more nor was changed here."""
        self.slots.pop(entry_id, None)
        self.dirty.discard(entry_id)
        self.conflicts.pop(entry_id, None)

    def close(self, file: OpenFile) -> None:
        """Take out a file; what its entries were is forgotten."""
        for entry_id in self.touched(file):
            self.drop(entry_id)
        for number in [number for number, other in self._large.items() if other is file]:
            del self._large[number]
        self.files.remove(file)
        self._count()

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
        slot = self.slot(entry_id)
        if slot.now is None:
            raise KeyError(entry_id)
        return Entry(
            entry_id,
            slot.now.example,
            slot.file.path,
            index,
            edited=entry_id in self.dirty or self._is_deep(slot.file, entry_id),
            added=slot.disk is None,
            conflict=entry_id in self.conflicts and entry_id in self.dirty,
        )

    def are_edited(self, ids: "NDArray[np.int64]") -> "NDArray[np.bool_]":
        """Which of some entries differ from disk."""
        import numpy as np

        edited = np.isin(ids, list(self.dirty))
        for file in self.files:
            if file.depths is not None and isinstance(file.order, RowOrder):
                rows = ids - file.order.first_id
                here = (rows >= 0) & (rows < len(file.depths))
                edited[here] |= file.depths[rows[here]] != 0
        return edited

    def _is_deep(self, file: OpenFile, entry_id: int) -> bool:
        order = file.order
        return isinstance(order, RowOrder) and file.is_deep(entry_id - order.first_id)

    def _count(self) -> None:
        with self._counting:
            self._ends = list(itertools.accumulate(len(file.order) for file in self.files))
