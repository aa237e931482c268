"""Example files: a JSON array (`*.json`) or one example a line (`*.jsonl`), in UTF-8.

What was not changed is written back byte for byte: a file remembers its text and where in it each
example stands, and `render` copies those spans. What is new is written in the file's own style.
"""

import bisect
import hashlib
import re
import stat
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.frame import Frame, Piece, Version, frame_of, holds_lines, new_version
from jessy_tui.dataset.reading import ExampleFileError, Reader

__all__ = ["ExampleFile", "ExampleFileError", "load_examples", "render"]

_BOM = "\ufeff"


@dataclass(frozen=True, eq=False)
class ExampleFile:
    """One example file as it was read."""

    path: Path
    digest: str
    """The SHA-256 of the file's bytes, in hexadecimal."""
    examples: Sequence[Example]
    frame: Frame
    _text: str = field(repr=False)
    _starts: "array[int]" = field(repr=False)
    _ends: "array[int]" = field(repr=False)

    def piece(self, index: int) -> Piece:
        """Example `index` (from 0) as it stands in the file."""
        start, end = self._starts[index], self._ends[index]
        lead = trail = None
        if index:
            before = self._text[self._ends[index - 1] : start]
            lead = before.partition(self.frame.separator)[2]
        if index + 1 < len(self._starts):
            after = self._text[end : self._starts[index + 1]]
            trail = after.partition(self.frame.separator)[0]
        return Piece(self._text[start:end], lead, trail)

    def version(self, index: int) -> Version:
        """Example `index` (from 0) together with its text."""
        return Version(self.examples[index], self.piece(index))

    def line_of(self, index: int, offset: int = 0) -> int:
        """The line, from 1, at which example `index` begins, or `offset` characters later."""
        return bisect.bisect_left(self._line_ends, self._starts[index] + offset) + 1

    @cached_property
    def _line_ends(self) -> "array[int]":
        return array("q", (match.start() for match in re.finditer("\n", self._text)))

    @cached_property
    def _index_of(self) -> dict[int, int]:
        """Where the very objects of `examples` stand."""
        return {id(example): index for index, example in enumerate(self.examples)}


def load_examples(path: Path) -> ExampleFile:
    """Read an example file whole.

    Elements that are JSON but not shaped like an example are read too: the checks name them.

    Raises:
        ExampleFileError: one sentence with the file, the line or the index, and the remedy.
    """
    content = read_bytes(path)
    text = _decode(path, content)
    body = len(_BOM) if text.startswith(_BOM) else 0
    reader = Reader(path, text)
    if holds_lines(path):
        reader.read_lines(body)
    else:
        reader.read_array(body)
    return ExampleFile(
        path=path,
        digest=digest_of(content),
        examples=tuple(reader.examples),
        frame=frame_of(path, text, reader.starts, reader.ends),
        _text=text,
        _starts=reader.starts,
        _ends=reader.ends,
    )


def render(file: ExampleFile, examples: Sequence[Example]) -> bytes:
    """The bytes of `file` with `examples` in it; those that were read from it keep their bytes.

    An example counts as unchanged when it is the very object that `file.examples` holds.

    Raises:
        JessyError: an example holds what JSON cannot.
    """
    pieces = []
    for example in examples:
        index = file._index_of.get(id(example))
        piece = new_version(file.frame, example).piece if index is None else file.piece(index)
        pieces.append(piece)
    return file.frame.join(pieces).encode()


def digest_of(content: bytes) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def read_bytes(path: Path) -> bytes:
    """All bytes of a regular file.

    Raises:
        ExampleFileError: there is no such file, it is no file, or it may not be read.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise ExampleFileError(path, "it is a folder; name the example files in it")
        if not stat.S_ISREG(mode):
            raise ExampleFileError(path, "it is no regular file; copy its content into one")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ExampleFileError(path, "there is no such file; check the name") from error
    except PermissionError as error:
        raise ExampleFileError(path, "you may not read it; give yourself the permission") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise ExampleFileError(path, f"it could not be read ({reason})") from error


def _decode(path: Path, content: bytes) -> str:
    if not content:
        raise ExampleFileError(path, "the file is empty; write [] into it for no examples")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ExampleFileError(path, "it is UTF-16, not UTF-8; save it as UTF-8", line=1)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start]
        reason = (
            f"byte 0x{content[error.start]:02x} at offset {error.start} is not UTF-8; "
            "save the file as UTF-8"
        )
        line = before.count(b"\n") + 1
        raise ExampleFileError(path, reason, line=line) from error
