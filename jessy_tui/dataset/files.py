"""Example files: a JSON array (`*.json`) or one example a line (`*.jsonl`), in UTF-8.

What was not changed is written back byte for byte: a file remembers its text and where in it each
example stands, and `render` copies those spans. What is new is written in the file's own style.
"""

import bisect
import hashlib
import itertools
import re
import stat
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.jsontext import JsonTextError, read_value, skip_whitespace
from jessy_tui.dataset.layout import Style, newline_of, style_of, write
from jessy_tui.errors import JessyError

LINES_SUFFIXES: Final = (".jsonl", ".ndjson")
"""Files of these names hold one example a line; all others a JSON array."""

BLANK: Final = " \t\r\n"
"""What JSON takes for blank space."""

_BOM = "\ufeff"


class ExampleFileError(JessyError):
    """An example file that cannot be read. Lines and columns count from 1, `index` from 0."""

    def __init__(
        self,
        path: Path,
        reason: str,
        *,
        line: int | None = None,
        column: int | None = None,
        index: int | None = None,
    ) -> None:
        self.path, self.reason = path, reason
        self.line, self.column, self.index = line, column, index
        place = str(path)
        if line is not None:
            place += f", line {line}" + (f", column {column}" if column is not None else "")
        if index is not None:
            place += f" (example {index + 1})"
        super().__init__(f"{place}: {reason}.")


@dataclass(frozen=True, slots=True)
class Piece:
    """One example as it stands in a file: its text, and the blank space around it."""

    source: str
    lead: str | None = None
    """What stands between the separator before it and the text; None for the file's habit, and
    for the first example, which follows the head."""
    trail: str | None = None
    """What stands between the text and the separator after it; None for the file's habit, and
    for the last example, which the tail follows."""

    def between(self, other: "Piece") -> "Piece":
        """This text with the blank space of another."""
        return Piece(self.source, other.lead, other.trail)


@dataclass(frozen=True, slots=True)
class Frame:
    """What a file has around its examples, and the habits that new ones follow."""

    lines: bool
    """One example a line rather than a JSON array."""
    head: str
    """All before the first example."""
    tail: str
    """All after the last example."""
    lead: str
    """What stands before an example by habit, after the separator."""
    trail: str
    """What stands after an example by habit, before the separator."""
    style: Style
    empty: str | None = None
    """The text of a file without examples; None where the file had some when it was read."""

    @property
    def separator(self) -> str:
        """What stands between two examples."""
        return "\n" if self.lines else ","

    def join(self, pieces: Sequence[Piece]) -> str:
        """The text of the file with these examples."""
        if not pieces:
            return self._without_examples() if self.empty is None else self.empty
        parts = [self.head, pieces[0].source]
        for before, piece in itertools.pairwise(pieces):
            parts.append(self.trail if before.trail is None else before.trail)
            parts.append(self.separator)
            parts.append(self.lead if piece.lead is None else piece.lead)
            parts.append(piece.source)
        parts.append(self.tail)
        return "".join(parts)

    def _without_examples(self) -> str:
        if not self.lines:
            return self.head.rstrip(BLANK) + self.tail
        # A file of no bytes at all would be refused when it is next read.
        return self.head.rstrip(BLANK) + (self.tail or self.style.newline)


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
    lines = path.suffix.lower() in LINES_SUFFIXES
    body = len(_BOM) if text.startswith(_BOM) else 0
    reader = _Reader(path, text)
    if lines:
        reader.read_lines(body)
    else:
        reader.read_array(body)
    return ExampleFile(
        path=path,
        digest=digest_of(content),
        examples=tuple(reader.examples),
        frame=_frame(path, text, lines, reader),
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
        pieces.append(new_piece(file.frame, example) if index is None else file.piece(index))
    return encode(file.frame.join(pieces))


def new_piece(frame: Frame, example: Example) -> Piece:
    """An example that was in no file, written in the habits of `frame`.

    Raises:
        JessyError: the example holds what JSON cannot.
    """
    try:
        source = write(example.raw, frame.style)
        source.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise JessyError(f"The example cannot be written as JSON: {error}.") from error
    return Piece(source)


def new_frame(path: Path) -> Frame:
    """The frame of a file that does not exist yet."""
    return _empty_frame("\n" if path.suffix.lower() in LINES_SUFFIXES else "[]\n", path)


def encode(text: str) -> bytes:
    """The bytes of a file's text."""
    return text.encode()


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


def _frame(path: Path, text: str, lines: bool, reader: "_Reader") -> Frame:
    if not reader.starts:
        return _empty_frame(text, path)
    first, last = reader.starts[0], reader.ends[-1]
    style = style_of(text, reader.starts, reader.ends)
    lead, trail = style.newline + style.base, ""
    if lines:
        lead, trail = "", "\r" if style.newline == "\r\n" else ""
    elif len(reader.starts) > 1:
        trail, _, lead = text[reader.ends[0] : reader.starts[1]].partition(",")
    elif style.inline_from == 0:
        blank = text[len(text[:first].rstrip(BLANK)) : first]
        lead = blank or style.comma[1:]
    return Frame(lines, text[:first], text[last:], lead, trail, style)


def _empty_frame(text: str, path: Path) -> Frame:
    newline = newline_of(text)
    if path.suffix.lower() in LINES_SUFFIXES:
        head = text.rstrip(BLANK)
        style = Style(newline=newline, inline_from=0)
        return Frame(True, head, newline, "", newline[:-1], style, empty=text)  # noqa: FBT003
    opening, _, closing = text.partition("[")
    style = Style(newline=newline)
    lead = newline + style.base
    tail = newline + closing.lstrip(BLANK)
    return Frame(False, opening + "[" + lead, tail, lead, "", style, empty=text)  # noqa: FBT003


class _Reader:
    """Finds the examples of a text, their spans, and the first thing wrong."""

    def __init__(self, path: Path, text: str) -> None:
        self.path, self.text = path, text
        self.examples: list[Example] = []
        self.starts = array("q")
        self.ends = array("q")

    def read_array(self, position: int) -> None:
        """Read a JSON array."""
        text = self.text
        opening = skip_whitespace(text, position)
        if opening == len(text):
            raise ExampleFileError(
                self.path, "the file holds only blank space; write [] into it for no examples"
            )
        if text[opening] != "[":
            raise self._error(
                opening,
                f"a JSON array of examples begins with [, not with {text[opening]!r}; "
                "if it holds one example a line, name it *.jsonl",
            )
        position = closing = skip_whitespace(text, opening + 1)
        while text[closing : closing + 1] != "]":
            closing = skip_whitespace(text, self._read(position))
            if text[closing : closing + 1] == ",":
                position = skip_whitespace(text, closing + 1)
            elif text[closing : closing + 1] != "]":
                raise self._missing_separator(closing)
        rest = skip_whitespace(text, closing + 1)
        if rest < len(text):
            raise self._error(rest, "something follows the closing ] of the array; take it out")

    def read_lines(self, position: int) -> None:
        """Read one value a line; blank lines hold none."""
        text = self.text
        while position < len(text):
            end = text.find("\n", position)
            end = len(text) if end < 0 else end
            start = skip_whitespace(text, position)
            if start < end:
                rest = skip_whitespace(text, self._read(start, end))
                if rest < end:
                    raise self._error(
                        rest, "one example a line is expected, but more follows; put it on its own"
                    )
            position = end + 1

    def _read(self, start: int, end: int | None = None) -> int:
        try:
            value, stop = read_value(self.text, start, end)
        except JsonTextError as refused:
            position = start if refused.position is None else refused.position
            index = len(self.examples)
            exact = refused.position is not None
            raise self._error(position, refused.reason, index=index, exact=exact) from None
        self.examples.append(Example(value))
        self.starts.append(start)
        self.ends.append(stop)
        return stop

    def _missing_separator(self, position: int) -> ExampleFileError:
        if position == len(self.text):
            return self._error(
                position,
                "the file ends before the array is closed; restore the rest from a copy, "
                "or close it with ]",
            )
        found = self.text[position]
        return self._error(position, f"a comma or ] is missing before {found!r}")

    def _error(
        self, position: int, reason: str, *, index: int | None = None, exact: bool = True
    ) -> ExampleFileError:
        line = self.text.count("\n", 0, position) + 1
        column = position - self.text.rfind("\n", 0, position) if exact else None
        return ExampleFileError(self.path, reason, line=line, column=column, index=index)
