"""Looking at the disk: which files are no longer what was read, and what they are now."""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from jessy_tui.dataset.entries import Entries
from jessy_tui.dataset.files import ExampleFile, ExampleFileError, load_examples
from jessy_tui.dataset.merging.merge import Base, Theirs
from jessy_tui.dataset.openfile import OpenFile, Signature, signature_of

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
    base: Base | None = None
    places: list[int | None] = field(default_factory=list)


@dataclass
class Looked:
    """What one look at the disk found; false where all is as it was."""

    files: list[Seen]
    generation: int
    """The state of the entries that it was compared with."""

    def __bool__(self) -> bool:
        return bool(self.files)


class Looking:
    """Looks at the files of a store. One thread at a time; not one that paints."""

    def __init__(self, entries: Entries, lock: threading.RLock) -> None:
        self._entries, self._lock = entries, lock
        self._refused: dict[Path, Signature | None] = {}
        """Files that could not be read, as they were then: it is said once."""

    def look(self, paths: Iterable[Path], *, again: bool = False) -> Looked:
        """Compare the open files, and those that `paths` name besides, with the disk.

        A file that cannot be read is named once, until it is another; or `again`.
        """
        if again:
            self._refused.clear()
        with self._lock:
            files = {file.path: file for file in self._entries.files}
            generation = self._entries.generation
        seen = []
        for path in dict.fromkeys([*files, *paths]):
            found = self._look_at(path, files.get(path))
            if found is not None:
                seen.append(found)
        return Looked(seen, generation)

    def _look_at(self, path: Path, file: OpenFile | None) -> Seen | None:
        if file is not None and file.large is not None:
            return None
        signature = signature_of(path)
        if signature is None:
            if file is None or file.new:
                return None
            time.sleep(GRACE)
            signature = signature_of(path)
            if signature is None:
                return self._gone(path, file)
        signature = _settled(path, signature)
        if path in self._refused and self._refused[path] == signature:
            return None
        try:
            loaded = _load(path)
        except ExampleFileError as error:
            self._refused[path] = signature_of(path)
            return Seen(path, file, problem=str(error))
        self._refused.pop(path, None)
        if file is not None and loaded.digest == file.digest:
            return None
        versions = [loaded.version(index) for index in range(len(loaded.examples))]
        theirs = Theirs(loaded.frame, loaded.digest, versions)
        seen = Seen(path, file, theirs, signature=signature)
        if file is not None:
            self.compare(seen)
        return seen

    def _gone(self, path: Path, file: OpenFile) -> Seen:
        seen = Seen(path, file, Theirs(file.frame, None, []))
        self.compare(seen)
        return seen

    def compare(self, seen: Seen) -> None:
        """Find out which entry is which in the file as it is now."""
        assert seen.file is not None  # noqa: S101 - by the callers
        assert seen.theirs is not None  # noqa: S101
        with self._lock:
            seen.base = Base.of(self._entries, seen.file)
        seen.places = seen.base.places_in(seen.theirs)


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
