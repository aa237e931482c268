"""The journal: every change that is not saved yet, on disk before it counts as made.

One JSON object a line, appended and synced, never rewritten. A line that a crash cut short is the
change that was never confirmed, and is ignored. Each process writes a journal of its own, held by
a lock that dies with the process: `journal.jsonl`, or `journal-2.jsonl` while another app on the
same workspace has the first, and so on. A journal whose lock is free belongs to an app that died;
the next one to open the workspace takes its edits up (recovery.py).
"""

import contextlib
import fcntl
import itertools
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from jessy_tui.errors import JessyError
from jessy_tui.files import real

FORMAT = 1


class PieceRecord(msgspec.Struct, frozen=True, array_like=True):
    """A text of an example with the blank space around it (`files.Piece`)."""

    source: str
    lead: str | None
    trail: str | None


class EditRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry replaced, added (no `was`) or deleted (no `now`)."""

    file: str
    """The file's path, seen from the journal's folder."""
    key: int | str
    """The place in the file on disk, from 0; or a name for an entry that is not on disk."""
    index: int
    """The place in the file at the moment of the edit, from 0."""
    was: PieceRecord | None = None
    now: PieceRecord | None = None


class ConflictRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """An entry that was changed here and by other hands: what both began with."""

    file: str
    key: int | str
    """As in an `EditRecord`."""
    base: PieceRecord | None = None


class BulkRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """Very many rows of a large file made another content, or taken out, or that taken back."""

    file: str
    rows: str
    """Base64 of zlib of one bit a row of the file on disk."""
    content: str = ""
    """What all rows are made of afterwards: a file in the journal's folder; "" as on disk."""
    deletes: bool = False
    back: bool = False
    """Whether it is taken back."""


class Opened(msgspec.Struct, frozen=True, tag="opened", tag_field="what"):
    """The digests of the files as they were read; null for one that was not on disk."""

    journal: str
    """A name that no other journal has."""
    files: dict[str, str | None]
    format: int = FORMAT
    """What a reader has to understand; another number is not read."""


class Changed(msgspec.Struct, frozen=True, tag="changed", tag_field="what", omit_defaults=True):
    """One change, confirmed. The edits are those really made, also for an undo."""

    number: int
    """An undo and a redo carry the number of the change they undo and redo."""
    how: str
    summary: str
    edits: list[EditRecord]
    settles: list[ConflictRecord] = []
    """The conflicts that it settles, or opens again where it is an undo."""
    bulks: list[BulkRecord] = []


class Saving(msgspec.Struct, frozen=True, tag="saving", tag_field="what"):
    """Files are about to be written; a file of this digest has all edits before this line."""

    files: dict[str, str]


class TakenUp(msgspec.Struct, frozen=True, tag="taken up", tag_field="what", omit_defaults=True):
    """What stood in other journals, which are not to be read again.

    Processes that died left them, or this one did: once a file on disk is another, the edits
    are written down anew, as they fit it.
    """

    journals: list[str]
    changes: list[Changed]
    conflicts: list[ConflictRecord] = []
    """Those that are open once the changes are made."""


Record = Opened | Changed | Saving | TakenUp

_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)


class Journal:
    """A journal file that this process holds the lock of."""

    def __init__(self, path: Path, descriptor: int) -> None:
        """Use `acquire` or `new`; `descriptor` is open for reading and appending, and locked."""
        self.path = path
        self.name = new_name()
        self._descriptor = descriptor
        self._size = os.fstat(descriptor).st_size

    @classmethod
    def acquire(cls, path: Path, *, make: bool = False) -> "Journal | None":
        """The journal at `path`; None where there is none, or a living process has it.

        Raises:
            OSError: the file cannot be opened, or made.
        """
        flags = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | (os.O_CREAT if make else 0)
        try:
            descriptor = os.open(path, flags, 0o600)
        except FileNotFoundError:
            if make:
                raise
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whoever had it may have removed it between the opening and the lock.
            if path.stat().st_ino == os.fstat(descriptor).st_ino:
                return cls(path, descriptor)
        except (BlockingIOError, FileNotFoundError):
            pass
        os.close(descriptor)
        return None

    @classmethod
    def new(cls, first: Path) -> "Journal":
        """An empty journal under the first free name: `first`, or the same with a number.

        Raises:
            JessyError: the folder cannot be written.
        """
        try:
            first.parent.mkdir(parents=True, exist_ok=True)
            for path in names(first):
                journal = cls.acquire(path, make=True)
                if journal is not None:
                    if not journal._size:
                        _sync_folder(path.parent)
                        return journal
                    journal.release()  # somebody's edits, not taken up yet
        except OSError as error:
            raise _unwritable(first, error) from error
        raise AssertionError  # names() does not end

    def append(self, *records: Record) -> None:
        """Add lines and return when they are on the disk.

        Raises:
            JessyError: they could not be written; the journal is as it was before.
        """
        lines = encode_lines(*records)
        try:
            written = 0
            while written < len(lines):
                written += os.write(self._descriptor, lines[written:])
            os.fsync(self._descriptor)
        except OSError as error:
            # What was written of a line would make all later lines unreadable.
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, self._size)
            raise _unwritable(self.path, error) from error
        self._size += len(lines)

    def read(self) -> tuple[list[Record], bool]:
        """All whole lines, and whether one of them could not be read.

        Such a line is left out with all that follow it. A last line without its end is no such
        line: it is a change that was never confirmed.
        """
        lines = self.content().split(b"\n")[:-1]
        records: list[Record] = []
        for line in lines:
            try:
                records.append(_DECODER.decode(line))
            except (msgspec.DecodeError, UnicodeDecodeError):
                return records, True
        return records, False

    def file_of(self, label: str) -> Path:
        """The file that this journal names so."""
        return Path(os.path.normpath(real(self.path.parent) / label))

    def content(self) -> bytes:
        """All bytes."""
        with os.fdopen(os.dup(self._descriptor), "rb") as stream:
            stream.seek(0)
            return stream.read()

    def remove(self) -> None:
        """Delete the file and let the lock go."""
        self.path.unlink(missing_ok=True)
        self.release()

    def release(self) -> None:
        """Let the lock go; the file stays."""
        os.close(self._descriptor)


def changes_in(record: Record) -> Sequence[Changed]:
    """The changes that a line tells of."""
    if isinstance(record, Changed):
        return (record,)
    return record.changes if isinstance(record, TakenUp) else ()


def label_of(path: Path, journal: Path) -> str:
    """How a journal names a file, so that a workspace can be moved."""
    return os.path.relpath(real(path), real(journal.parent))


def new_name() -> str:
    """A name that no other journal has."""
    return secrets.token_hex(8)


def encode_lines(*records: Record) -> bytes:
    """Records as the lines of a journal."""
    return b"".join(_ENCODER.encode(record) + b"\n" for record in records)


def names(first: Path) -> Iterator[Path]:
    """The names journals may have, without end: journal.jsonl, journal-2.jsonl, ..."""
    yield first
    for number in itertools.count(2):
        yield first.with_name(f"{first.stem}-{number}{first.suffix}")


def waiting(first: Path) -> list[Journal]:
    """All journals that no living process holds, locked for this one.

    Those that may not be opened are passed over: they are somebody else's.
    """
    pattern = re.compile(rf"{re.escape(first.stem)}(?:-(\d+))?{re.escape(first.suffix)}")
    found = []
    with contextlib.suppress(OSError):
        for path in first.parent.iterdir():
            match = pattern.fullmatch(path.name)
            if match:
                found.append((int(match[1] or 1), path))
    journals = []
    for _, path in sorted(found):
        with contextlib.suppress(OSError):
            journal = Journal.acquire(path)
            if journal:
                journals.append(journal)
    return journals


def _unwritable(path: Path, error: OSError) -> JessyError:
    return JessyError(
        f"Nothing was changed: {path}, which keeps unsaved edits from being lost in a crash, "
        f"could not be written ({error.strerror or error})."
    )


def _sync_folder(folder: Path) -> None:
    """Make a new name durable; some file systems refuse to sync a folder."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
