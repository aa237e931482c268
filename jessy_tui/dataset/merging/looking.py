"""Looking at the disk: which files are no longer what was read, and what they are now."""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from jessy_tui.dataset.entries import Entries
from jessy_tui.dataset.files import ExampleFile, ExampleFileError, load_examples
from jessy_tui.dataset.history import History
from jessy_tui.dataset.large.file import LargeFile, is_large
from jessy_tui.dataset.merging.finding import RowsOf
from jessy_tui.dataset.merging.merge import Base, Theirs
from jessy_tui.dataset.merging.reopen import Carried
from jessy_tui.dataset.merging.rows import RowsCompared, RowsMerge, compare_rows, plan_rows
from jessy_tui.dataset.openfile import OpenFile, Signature, signature_of
from jessy_tui.errors import JessyError

SETTLES: Final = 0.15
"""Seconds that a file has to be left alone before it is read: who writes it may not be done."""
GRACE: Final = 0.3
"""Seconds that a file may be gone or half written; editors and git put files back that soon."""
_MOST_WAITED: Final = 2.0


@dataclass
class Seen:
    """A file that is not what was read of it."""

    path: Path
    file: OpenFile | None
    """None for one that is not open yet."""
    theirs: Theirs | None = None
    problem: str | None = None
    """Why it cannot be read as it is."""
    signature: Signature | None = None
    fresh: LargeFile | None = None
    """It, where it is large."""
    changes: int = -1
    """The state of the file's entries that it was compared with."""
    base: Base | None = None
    places: list[int | None] = field(default_factory=list)
    compared: RowsCompared | None = None
    rows: RowsMerge | None = None
    """The merge worked out, where both are large and not too much differs."""
    carried: Carried | None = None
    """The unsaved edits found in it, where it is opened anew."""

    @property
    def digest(self) -> str | None:
        """Of the file as it is on disk; None where there is none."""
        if self.fresh is not None:
            return self.fresh.digest
        return self.theirs.digest if self.theirs is not None else None


@dataclass
class Looked:
    """What one look at the disk found; false where all is as it was."""

    files: list[Seen]

    def __bool__(self) -> bool:
        return bool(self.files)


class Looking:
    """Looks at the files of a store. One thread at a time; not one that paints."""

    def __init__(
        self, entries: Entries, lock: threading.RLock, history: Callable[[], History]
    ) -> None:
        self._entries, self._lock, self._history = entries, lock, history
        self._refused: dict[Path, Signature | None] = {}
        """Files that could not be read, as they were then: it is said once."""
        self._waiting: set[Path] = set()
        """Large files that are taken in once very many of their rows are as on disk again."""

    def look(self, paths: Iterable[Path], *, again: bool = False) -> Looked:
        """Compare the open files, and those that `paths` name besides, with the disk.

        A file that cannot be read is named once, until it is another; or `again`.
        """
        if again:
            self._refused.clear()
        with self._lock:
            files = {file.path: file for file in self._entries.files}
        seen = []
        for path in dict.fromkeys([*files, *paths]):
            found = self._look_at(path, files.get(path))
            if found is not None:
                seen.append(found)
        return Looked(seen)

    def _look_at(self, path: Path, file: OpenFile | None) -> Seen | None:
        signature = signature_of(path)
        if signature is None:
            if file is None or file.new:
                return None
            time.sleep(GRACE)
            signature = signature_of(path)
            if signature is None:
                return self._gone(path, file)
        large = file.large if file is not None else None
        if large is not None and file is not None and file.seen == signature:
            return None
        signature = _settled(path, signature)
        many = file is not None and file.depths is not None
        if path in self._waiting and not many:
            self._waiting.discard(path)
            self._refused.pop(path, None)
        if path in self._refused and self._refused[path] == signature:
            return None
        seen = Seen(path, file, signature=signature)
        if many:
            self._waiting.add(path)
            self._refused[path] = signature
            seen.problem = (
                f"{path.name} was changed by another program while very many of its examples "
                "are changed here; u undoes that, and what the other did is taken in."
            )
            return seen
        try:
            if large is not None:
                large.wait()
            if is_large(path) and (file is None or large is not None):
                seen.fresh = _found(path)
                digest = seen.fresh.digest
            else:
                loaded = _load(path)
                versions = [loaded.version(index) for index in range(len(loaded.examples))]
                seen.theirs = Theirs(loaded.frame, loaded.digest, versions)
                digest = loaded.digest
            if file is not None and digest == file.digest:
                self._refused.pop(path, None)
                file.seen = signature
                return None
            self.compare(seen)
        except JessyError as error:
            self._refused[path] = signature_of(path)
            seen.problem = str(error)
            return seen
        self._refused.pop(path, None)
        return seen

    def _gone(self, path: Path, file: OpenFile) -> Seen:
        seen = Seen(path, file, Theirs(file.frame, None, []))
        self.compare(seen)
        return seen

    def compare(self, seen: Seen) -> None:
        """Find out which entry is which in the file as it is now. It may take seconds.

        Raises:
            ExampleFileError: the old or the new file cannot be read any more.
        """
        file = seen.file
        if file is None:
            return
        if file.large is None:
            assert seen.theirs is not None  # noqa: S101 - what is not large stays so until it is saved
            with self._lock:
                seen.changes, seen.base = file.changes, Base.of(self._entries, file)
            seen.places = seen.base.places_in(seen.theirs)
        elif seen.fresh is None:
            self.compare_anew(seen)
        else:
            if seen.compared is None or seen.compared.digest != file.digest:
                with self._lock:
                    slots = [
                        (one, self._entries.slots[one]) for one in self._entries.dirty_of(file)
                    ]
                mine = {one: slot.now for one, slot in slots if slot.now is not None}
                seen.compared = compare_rows(file, seen.fresh, mine)
            if seen.compared is None:
                self.compare_anew(seen)
            else:
                with self._lock:
                    seen.changes = file.changes
                    seen.rows = plan_rows(self._entries, self._history(), file, seen.compared)

    def compare_anew(self, seen: Seen) -> None:
        """Find the unsaved edits of a large file in what is quite another, and may be small."""
        file = seen.file
        assert file is not None  # noqa: S101 - by the callers
        if seen.fresh is not None:
            rows = RowsOf.fresh(seen.fresh)
        else:
            rows = RowsOf.versions(seen.theirs.versions if seen.theirs else ())
        seen.changes = file.changes
        seen.carried = Carried.find(self._entries, file, rows)


def _found(path: Path) -> LargeFile:
    """A large file with all of its rows found.

    Raises:
        ExampleFileError: it cannot be read.
    """
    large = LargeFile(path)
    large.find_rows(lambda _: None)
    large.wait()
    return large


def _load(path: Path) -> ExampleFile:
    """Read a file; one that cannot be read is given a moment to be written to its end.

    Raises:
        ExampleFileError: it cannot be read after that moment either.
    """
    try:
        return load_examples(path)
    except ExampleFileError:
        time.sleep(GRACE)
        return load_examples(path)


def _settled(path: Path, signature: Signature) -> Signature:
    """The look of a file once it was left alone for a moment; it may be gone by then, too."""
    end = time.monotonic() + _MOST_WAITED
    while time.monotonic() < end and 0 <= time.time() - signature[2] / 1e9 < SETTLES:
        time.sleep(SETTLES / 3)
        signature = signature_of(path) or signature
    return signature
