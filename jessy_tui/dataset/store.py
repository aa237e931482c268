"""The examples of a workspace while somebody works on them: browse, edit, undo, save.

The store knows nothing of the screen. Every entry has an id that stays the same while the store is
open, whatever is inserted before it. Changes are kept in a journal until they are saved, so that
no confirmed edit is lost. A store belongs to one thread.
"""

import bisect
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jessy_tui.dataset.changes import Change, Edit, Version, summarize
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.files import (
    Frame,
    digest_of,
    encode,
    load_examples,
    new_frame,
    new_piece,
    read_bytes,
)
from jessy_tui.dataset.layout import same_json
from jessy_tui.errors import JessyError
from jessy_tui.files import write_atomically


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


@dataclass(slots=True)
class _Slot:
    """What the store knows of one id."""

    file: "_OpenFile"
    now: Version | None
    """None once it is deleted."""
    disk: Version | None
    """None where no file on disk has it."""


@dataclass(slots=True, eq=False)
class _OpenFile:
    path: Path
    frame: Frame
    digest: str | None
    """None for a file that is not on disk yet."""
    ids: list[int]


class ExampleStore:
    """The entries of all files, in the order of the files."""

    def __init__(self) -> None:
        """An empty store; `open` is what fills one."""
        self.problems: tuple[str, ...] = ()
        """A sentence for each file that could not be read."""
        self.recovered = 0
        """How many edits of an earlier session were found unsaved and made again."""
        self._files: list[_OpenFile] = []
        self._starts: list[int] = []
        self._slots: dict[int, _Slot] = {}
        self._indexes: dict[int, int] = {}
        self._dirty: set[int] = set()
        self._undo: list[Change] = []
        self._redo: list[Change] = []
        self._numbers = itertools.count(1)
        self._subscribers: list[Callable[[Change], None]] = []

    @classmethod
    def open(cls, paths: Iterable[Path], *, journal: Path | None = None) -> "ExampleStore":
        """Open example files; those that cannot be read are named in `problems`."""
        store = cls()
        problems = []
        for path in paths:
            try:
                store._open_file(path)
            except JessyError as error:
                problems.append(str(error))
        store.problems = tuple(problems)
        store._reindex()
        return store

    def _open_file(self, path: Path) -> None:
        if any(file.path.resolve() == path.resolve() for file in self._files):
            return
        loaded = load_examples(path)
        file = _OpenFile(path, loaded.frame, loaded.digest, [])
        self._files.append(file)
        for index, example in enumerate(loaded.examples):
            version = Version(example, loaded.piece(index))
            entry_id = len(self._slots)
            self._slots[entry_id] = _Slot(file, version, version)
            file.ids.append(entry_id)

    # --- looking -------------------------------------------------------------------------------

    def __len__(self) -> int:
        return self._starts[-1] if self._starts else 0

    def __getitem__(self, position: int) -> Entry:
        """The entry at a position, from 0, over all files.

        Raises:
            IndexError: there is no such position.
        """
        size = len(self)
        if not -size <= position < size:
            raise IndexError(f"there is no entry {position} among {size}")
        position %= size
        number = bisect.bisect_right(self._starts, position)
        index = position - (self._starts[number - 1] if number else 0)
        return self._entry(self._files[number].ids[index], index)

    def __iter__(self) -> Iterator[Entry]:
        for file in self._files:
            for index, entry_id in enumerate(file.ids):
                yield self._entry(entry_id, index)

    def entry(self, entry_id: int) -> Entry:
        """The entry of an id.

        Raises:
            KeyError: there is no such entry, or it is deleted.
        """
        return self._entry(entry_id, self._index_of(entry_id))

    def position_of(self, entry_id: int) -> int:
        """Where the entry stands, from 0, over all files.

        Raises:
            KeyError: there is no such entry, or it is deleted.
        """
        index = self._index_of(entry_id)
        number = self._files.index(self._slots[entry_id].file)
        return index + (self._starts[number - 1] if number else 0)

    def examples(self) -> Iterator[Example]:
        """All examples, in order."""
        return (entry.example for entry in self)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that are open, in order."""
        return tuple(file.path for file in self._files)

    @property
    def unsaved(self) -> int:
        """How many entries differ from what is on disk; deleted ones count."""
        return len(self._dirty)

    def _entry(self, entry_id: int, index: int) -> Entry:
        slot = self._slots[entry_id]
        assert slot.now is not None  # noqa: S101
        return Entry(entry_id, slot.now.example, slot.file.path, index, entry_id in self._dirty)

    def _index_of(self, entry_id: int) -> int:
        """Its index in its file."""
        slot = self._slots[entry_id]
        if slot.now is None:
            raise KeyError(entry_id)
        index = self._indexes.get(entry_id, -1)
        ids = slot.file.ids
        if not (0 <= index < len(ids) and ids[index] == entry_id):
            # Something was inserted or deleted before it: number its file again.
            self._indexes.update((other, place) for place, other in enumerate(ids))
            index = self._indexes[entry_id]
        return index

    def _reindex(self) -> None:
        self._starts = list(itertools.accumulate(len(file.ids) for file in self._files))

    # --- changing ------------------------------------------------------------------------------

    def replace(self, entry_id: int, example: Example) -> None:
        """Put another example in the place of an entry's; the same JSON changes nothing.

        Raises:
            KeyError: there is no such entry.
            JessyError: the example cannot be written, or the edit could not be journalled.
        """
        index = self._index_of(entry_id)
        slot = self._slots[entry_id]
        was = slot.now
        assert was is not None  # noqa: S101
        if same_json(was.example.raw, example.raw):
            return
        if slot.disk is not None and same_json(slot.disk.example.raw, example.raw):
            now = slot.disk
        else:
            piece = new_piece(slot.file.frame, example)
            now = Version(example, piece.between(was.piece))
        self._do([Edit(entry_id, slot.file.path, index, was, now)])

    def insert(self, after: int | None, file: Path, example: Example) -> int:
        """Add an example to a file and return its id.

        It stands behind the entry `after`, or at the end of the file where `after` is None. A
        file that is not open is made by the next `save`, where there is none on disk yet.

        Raises:
            KeyError: there is no entry `after`.
            JessyError: `after` is in another file; the file exists but is not open; the example
                cannot be written, or the edit could not be journalled.
        """
        target = self._file(file)
        index = len(target.ids)
        if after is not None:
            index = self._index_of(after) + 1
            if self._slots[after].file is not target:
                raise JessyError(f"{file}: the entry to insert after is in another file.")
        version = Version(example, new_piece(target.frame, example))
        entry_id = len(self._slots)
        self._do([Edit(entry_id, target.path, index, None, version)])
        return entry_id

    def delete(self, entry_id: int) -> None:
        """Take an entry out.

        Raises:
            KeyError: there is no such entry.
            JessyError: the edit could not be journalled.
        """
        index = self._index_of(entry_id)
        slot = self._slots[entry_id]
        self._do([Edit(entry_id, slot.file.path, index, slot.now, None)])

    def undo(self) -> Change | None:
        """Take the last change back; None where there is none."""
        if not self._undo:
            return None
        change = self._undo[-1].as_("undo")
        self._apply(change)
        self._redo.append(self._undo.pop())
        self._tell(change)
        return change

    def redo(self) -> Change | None:
        """Make the change again that was taken back last; None where there is none."""
        if not self._redo:
            return None
        change = self._redo[-1].as_("redo")
        self._apply(change)
        self._undo.append(self._redo.pop())
        self._tell(change)
        return change

    def _do(self, edits: list[Edit]) -> None:
        change = Change(next(self._numbers), "do", summarize(edits), tuple(edits))
        self._apply(change)
        self._undo.append(change)
        self._redo.clear()
        self._tell(change)

    def _apply(self, change: Change) -> None:
        for edit in change.steps():
            self._apply_edit(edit)
        self._reindex()

    def _apply_edit(self, edit: Edit) -> None:
        entry_id = edit.entry_id
        slot = self._slots.get(entry_id)
        if slot is None:
            slot = self._slots[entry_id] = _Slot(self._file(edit.file), None, None)
        if edit.was is None:
            slot.file.ids.insert(edit.index, entry_id)
        elif edit.now is None:
            del slot.file.ids[edit.index]
        slot.now = edit.now
        if slot.now is slot.disk:
            self._dirty.discard(entry_id)
        else:
            self._dirty.add(entry_id)

    def _file(self, path: Path) -> _OpenFile:
        for file in self._files:
            if file.path == path or file.path.resolve() == path.resolve():
                return file
        if path.exists():
            raise JessyError(f"{path} is not open here; open it first, or name another file.")
        file = _OpenFile(path, new_frame(path), None, [])
        self._files.append(file)
        self._reindex()
        return file

    # --- saving --------------------------------------------------------------------------------

    def save(self) -> list[Path]:
        """Write the files that changed, and only those; returns them.

        Raises:
            JessyError: a file is no longer the one that was read (nothing is written then), or
                could not be written.
        """
        changed = self._changed()
        for file, _ in changed:
            self._refuse_if_changed_on_disk(file)
        for file, content in changed:
            write_atomically(file.path, content)
            file.digest = digest_of(content)
            for slot in self._slots.values():
                if slot.file is file:
                    slot.disk = slot.now
        self._dirty = {
            entry_id for entry_id, slot in self._slots.items() if slot.now is not slot.disk
        }
        paths = [file.path for file, _ in changed]
        if paths:
            self._tell(Change(next(self._numbers), "save", _saved(paths), ()))
        return paths

    def _changed(self) -> list[tuple[_OpenFile, bytes]]:
        touched = {id(self._slots[entry_id].file) for entry_id in self._dirty}
        changed = []
        for file in self._files:
            if id(file) in touched:
                versions = (self._slots[entry_id].now for entry_id in file.ids)
                pieces = [version.piece for version in versions if version is not None]
                content = encode(file.frame.join(pieces))
                changed.append((file, content))
        return changed

    def _refuse_if_changed_on_disk(self, file: _OpenFile) -> None:
        if file.digest is None:
            if file.path.exists():
                raise JessyError(
                    f"{file.path} has been made by another program meanwhile; nothing was saved."
                )
            return
        if digest_of(read_bytes(file.path)) != file.digest:
            raise JessyError(
                f"{file.path} has changed on disk since it was opened; nothing was saved. "
                "Put the file back as it was, and save again."
            )

    # --- telling -------------------------------------------------------------------------------

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Call `callback` after each change, undo, redo and save; returns the unsubscriber."""
        self._subscribers.append(callback)

        def unsubscribe() -> None:
            if callback in self._subscribers:
                self._subscribers.remove(callback)

        return unsubscribe

    def _tell(self, change: Change) -> None:
        for callback in tuple(self._subscribers):
            callback(change)


def _saved(paths: list[Path]) -> str:
    if len(paths) == 1:
        return f"saved {paths[0].name}"
    return f"saved {len(paths)} files"
