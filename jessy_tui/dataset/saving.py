"""Writing an example file back, unless somebody else has changed it."""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from jessy_tui.dataset.entries import Entries, OpenFile
from jessy_tui.dataset.files import ExampleFileError, digest_of, read_bytes
from jessy_tui.dataset.large.writing import LargeWriting
from jessy_tui.errors import JessyError
from jessy_tui.files import write_atomically


class Writing(Protocol):
    """The new content of a file that is about to be written."""

    path: Path
    digest: str
    """The SHA-256 of the content, in hexadecimal."""

    def commit(self) -> None:
        """Put it into its place, or raise a JessyError and leave the file as it was."""

    def discard(self) -> None:
        """Leave the file as it was; does nothing after `commit`."""


def prepare(entries: Entries, file: OpenFile) -> Writing:
    """What a save writes into a file; its folder is made if need be.

    Raises:
        JessyError: it cannot be written.
    """
    try:
        file.path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise JessyError(f"{file.path.parent} could not be made ({error.strerror}).") from error
    return LargeWriting(entries, file) if file.large else SmallWriting(entries, file)


class SmallWriting:
    """Content that is all in memory."""

    def __init__(self, entries: Entries, file: OpenFile) -> None:
        self.path, self._content = file.path, entries.content(file)
        self.digest = digest_of(self._content)

    def commit(self) -> None:
        write_atomically(self.path, self._content)

    def discard(self) -> None:
        """Nothing is on the disk yet."""


class ChangedOnDiskError(JessyError):
    """A file on disk is no longer the one that was read; nothing was saved."""


class ConflictsError(JessyError):
    """Entries were changed here and by other hands, and nobody settled it; nothing was saved."""


def refuse_conflicts(entries: Entries, files: Iterable[OpenFile]) -> None:
    """Make sure that no entry of the files is in conflict.

    Raises:
        ConflictsError: some are.
    """
    numbers = {
        file.path.name: number for file in files if (number := len(entries.conflicts_in(file)))
    }
    if numbers:
        number, names = sum(numbers.values()), ", ".join(numbers)
        what = f"{number} examples of {names} were" if number > 1 else f"An example of {names} was"
        raise ConflictsError(
            f"{what} changed here and by another program. Settle that first; nothing was saved, "
            "and the edits stay in the journal."
        )


def refuse_if_changed(file: OpenFile) -> None:
    """Make sure that a file on disk is still the one that was read.

    Raises:
        ChangedOnDiskError: it is another one now, or it is gone.
    """
    if file.new:
        if file.path.exists():
            raise ChangedOnDiskError(
                f"{file.path} was made by another program meanwhile, so nothing was saved."
            )
        return
    try:
        same = _digest_on_disk(file) == file.digest
    except ExampleFileError as error:
        raise ChangedOnDiskError(f"{error} Nothing was saved.") from error
    if not same:
        raise ChangedOnDiskError(
            f"{file.path} was changed by another program since it was opened, so nothing was "
            "saved. The edits stay in the journal."
        )


@contextlib.contextmanager
def saving_in(folders: Iterable[Path]) -> Iterator[None]:
    """Take turns with other apps that save into these folders.

    The lock is on the folder itself, so that nothing is left lying there, and ends with the
    process. Where a folder cannot be locked (some network file systems), there are no turns.
    """
    with contextlib.ExitStack() as stack:
        for folder in sorted({folder.resolve() for folder in folders}):
            with contextlib.suppress(OSError):
                descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
                stack.callback(os.close, descriptor)
                fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


def _digest_on_disk(file: OpenFile) -> str:
    if not file.large:
        return digest_of(read_bytes(file.path))
    try:
        with file.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return digest_of(read_bytes(file.path))  # which says what is wrong
