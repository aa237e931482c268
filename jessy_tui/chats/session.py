"""A talk in a file of its own: JSON lines, each written once and whole, none ever changed.

The first line says what it is, each further one is a turn, a new name, or what became of a turn.
Two apps may write into the same talk: each takes a lock for a line, and reads the other's.
"""

import contextlib
import fcntl
import os
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Self

import msgspec

from jessy_tui.chats.turn import Turn, Verdict
from jessy_tui.errors import JessyError

SUFFIX: Final = ".jsonl"


class _Line(msgspec.Struct, frozen=True, kw_only=True, tag_field="line", tag=str.lower):
    """A line that is no turn."""


class Began(_Line, frozen=True, kw_only=True):
    """The first line."""

    format: int = 1
    at: float


class Renamed(_Line, frozen=True, kw_only=True):
    """The talk has another name from here on."""

    name: str


class Judged(_Line, frozen=True, kw_only=True):
    """A person has made something of an answer."""

    turn: str
    verdict: Verdict


Line = Began | Renamed | Judged | Turn

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


class Session:
    """A talk. One that nothing was said in yet has no file.

    All that reads or writes may be called from any thread.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.began = time.time()
        self.name: str | None = None
        """The name that somebody gave it."""
        self.turns: list[Turn] = []
        self.verdicts: dict[str, Verdict] = {}
        """What became of answers, by the ids of their turns."""
        self.problems: list[str] = []
        """What was not read, as sentences."""
        self._lines: list[Line] = []
        self._read = 0
        """So many bytes of the file are known."""
        self._lock = threading.Lock()

    @classmethod
    def new(cls, folder: Path) -> Self:
        """A talk in which nothing was said yet."""
        stamp = time.strftime("%Y%m%d-%H%M%S")
        return cls(folder / f"{stamp}-{secrets.token_hex(2)}{SUFFIX}")

    @classmethod
    def read(cls, path: Path) -> Self:
        """The talk in a file.

        Lines that are none, and a last one that was not written to its end, are left out; see
        `problems`.

        Raises:
            JessyError: the file cannot be read, or is no talk.
        """
        session = cls(path)
        try:
            session._take(path.read_bytes())
        except OSError as error:
            raise JessyError(f"{path} cannot be read ({error.strerror or error}).") from error
        if not session._lines:
            raise JessyError(
                f"{path} holds no talk that can be read; look at it, or delete it with d."
            )
        return session

    @property
    def title(self) -> str:
        """Its name, or else the first thing that was asked in it."""
        if self.name:
            return self.name
        return " ".join(self.turns[0].question[:200].split())[:60] if self.turns else "new talk"

    @property
    def written(self) -> bool:
        """Whether there is a file of it, as far as is known."""
        return bool(self._lines)

    def add(self, turn: Turn) -> None:
        """Keep a turn.

        Raises:
            JessyError: it cannot be written; it is in `turns` all the same.
        """
        self._write(turn)

    def rename(self, name: str) -> None:
        """Give it a name.

        Raises:
            JessyError: it cannot be written.
        """
        self._write(Renamed(name=name.strip()))

    def judge(self, turn: Turn, verdict: Verdict) -> None:
        """Keep what became of an answer.

        Raises:
            JessyError: it cannot be written.
        """
        self._write(Judged(turn=turn.id, verdict=verdict))

    def catch_up(self) -> list[Turn]:
        """Read what another app has written since; returns its turns.

        Raises:
            JessyError: the file cannot be read.
        """
        with self._lock:
            known = len(self.turns)
            try:
                with self.path.open("rb") as stream:
                    stream.seek(self._read)
                    self._take(stream.read(), tail_may_come=True)
            except FileNotFoundError:
                return []
            except OSError as error:
                raise JessyError(
                    f"{self.path} cannot be read ({error.strerror or error})."
                ) from error
            return self.turns[known:]

    def delete(self) -> None:
        """Take the file away.

        Raises:
            JessyError: it cannot be taken away.
        """
        delete(self.path)

    def _write(self, line: Line) -> None:
        with self._lock:
            try:
                self._append(line)
            except OSError as error:
                self._keep(line)
                raise JessyError(
                    f"The talk could not be kept in {self.path} ({error.strerror or error}); it "
                    "is only on the screen."
                ) from error

    def _append(self, line: Line) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(self.path) as descriptor:
            size = os.fstat(descriptor).st_size
            if size < self._read:
                self._read = 0  # somebody deleted it: what is known here is written anew
            if size == 0:
                known: Sequence[Line] = self._lines or (Began(at=self.began),)
                content = b"".join(_encoder.encode(one) + b"\n" for one in known)
                if not self._lines:
                    self._keep(known[0])
            else:
                self._take(os.pread(descriptor, size - self._read, self._read))
                content = b"" if os.pread(descriptor, 1, size - 1) == b"\n" else b"\n"
            content += _encoder.encode(line) + b"\n"
            written = 0
            while written < len(content):
                written += os.write(descriptor, content[written:])
            os.fsync(descriptor)
            self._read = os.fstat(descriptor).st_size
        self._keep(line)

    def _take(self, content: bytes, *, tail_may_come: bool = False) -> None:
        """Read lines; a last one without its end is left out, and perhaps read later."""
        *whole, rest = content.split(b"\n")
        if rest and not tail_may_come and _is_whole(rest):
            whole, rest = [*whole, rest], b""  # only its line end is missing
        number = len(self._lines)
        for line in whole:
            number += 1
            if line.strip():
                try:
                    self._keep(_decoder.decode(line))
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    self.problems.append(
                        f"Line {number} of {self.path.name} is no part of a talk and was left out "
                        f"({error})."
                    )
        self._read += len(content) - len(rest)
        if rest and not tail_may_come:
            self.problems.append(
                f"The last line of {self.path.name} was not written to its end, as happens when "
                "the app is killed; it was left out."
            )

    def _keep(self, line: Line) -> None:
        self._lines.append(line)
        match line:
            case Turn():
                self.turns.append(line)
            case Renamed():
                self.name = line.name or None
            case Judged():
                self.verdicts[line.turn] = line.verdict
            case Began():
                self.began = line.at


def _is_whole(line: bytes) -> bool:
    try:
        _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


def delete(path: Path) -> None:
    """Take a talk away.

    Raises:
        JessyError: it cannot be taken away.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise JessyError(f"{path} cannot be deleted ({error.strerror or error}).") from error


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[int]:
    """The file, made where it is missing, for this process alone."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            try:
                here = path.stat().st_ino == os.fstat(descriptor).st_ino
            except FileNotFoundError:
                here = False
            if here:
                yield descriptor
                return
            # It was deleted while the lock was waited for: what is written now would be lost.
        finally:
            os.close(descriptor)
