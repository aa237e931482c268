"""Writing an example file back, unless somebody else has changed it."""

import hashlib
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


def refuse_if_changed(file: OpenFile) -> None:
    """Make sure that a file on disk is still the one that was read.

    Raises:
        JessyError: it is another one now, or it is gone.
    """
    if file.new:
        if file.path.exists():
            raise JessyError(
                f"{file.path} was made by another program meanwhile, so nothing was saved; "
                "move it away and save again."
            )
        return
    try:
        same = _digest_on_disk(file) == file.digest
    except ExampleFileError as error:
        raise JessyError(f"{error} Nothing was saved.") from error
    if not same:
        raise JessyError(
            f"{file.path} was changed by another program since it was opened, so nothing was "
            "saved; put it back as it was and save again. The edits stay in the journal."
        )


def _digest_on_disk(file: OpenFile) -> str:
    if not file.large:
        return digest_of(read_bytes(file.path))
    try:
        with file.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return digest_of(read_bytes(file.path))  # which says what is wrong
