"""Rows of JSON: one a line, or an array that is read element by element and never whole."""

import codecs
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Final

import orjson

from jessy_tui.dataset.files import ExampleFileError
from jessy_tui.dataset.formats.source import UTF8, Source, SourceRow, why_undecodable
from jessy_tui.dataset.jsontext import BLANK, JsonTextError, read_value, skip_whitespace
from jessy_tui.dataset.layout import COMPACT, write

_BLOCK: Final = 1 << 18
_MOST: Final = 1 << 28
"""So many characters one row may have."""
_EDGE: Final = 16
"""An error so near the end of what is read may be one of what is not read yet."""
_CUT: Final = "it ends in the middle"


def read_lines(source: Source) -> Iterator[SourceRow]:
    """One row a line; blank lines hold none."""
    with source.open() as stream:
        for number, line in enumerate(_lines(source, stream), start=1):
            if isinstance(line, SourceRow):
                yield SourceRow(number, None, line.problem)
            elif text := line.strip(BLANK):
                yield _row(number, text)


def _lines(source: Source, stream: BinaryIO) -> Iterator[str | SourceRow]:
    if source.encoding == UTF8:  # line by line, so that one that is not UTF-8 spoils no other
        place = 0
        for number, line in enumerate(stream):
            place += len(line)
            source.place = place
            try:
                yield line.decode(UTF8 if number == 0 else "utf-8")
            except UnicodeDecodeError as error:
                yield SourceRow(0, None, why_undecodable(error, UTF8))
        return
    number = 0
    try:
        for number, text in enumerate(source.text(stream), start=1):  # noqa: B007 - for the error
            source.place = stream.tell()
            yield text
    except UnicodeDecodeError as error:
        raise source.undecodable(error, number + 1) from None


def _row(line: int, text: str) -> SourceRow:
    try:
        value, end = read_value(text, 0, len(text))
    except JsonTextError as refused:
        return SourceRow(line, None, refused.reason)
    if skip_whitespace(text, end) < len(text):
        return SourceRow(line, None, "more than one value is on it; put each on a line of its own")
    return SourceRow(line, value)


def read_array(source: Source) -> Iterator[SourceRow]:
    """The elements of a JSON array, or of the one list that an object holds."""
    with source.open() as stream:
        yield from _Elements(source, stream).rows()


class _Elements:
    """Reads an array through a window that moves on."""

    def __init__(self, source: Source, stream: BinaryIO) -> None:
        self._source, self._stream = source, stream
        self._decoder = codecs.getincrementaldecoder(source.encoding)()
        self._text, self._at, self._line = "", 0, 1
        self._ended = False

    def rows(self) -> Iterator[SourceRow]:
        self._more()
        self._find_array()
        if self._skip() == "]":
            self._finish()
            return
        while True:
            self._skip()
            line, value = self._line, self._value()
            yield SourceRow(line, value)
            mark = self._skip()
            if mark == "]":
                self._finish()
                return
            if mark != ",":
                ended = "the file ends before the array is closed; restore the rest from a copy"
                raise self._error(ended if not mark else f"a comma or ] is missing before {mark!r}")
            self._move(self._at + 1)
            if self._skip() == "]":
                raise self._error("a comma stands before a closing bracket; take it out")

    def _find_array(self) -> None:
        mark = self._skip()
        if mark == "{":
            # {"data": [...]}: what stands before the list is passed over, value by value.
            self._move(self._at + 1)
            while (mark := self._skip()) == '"':
                self._value()
                if self._skip() != ":":
                    break
                self._move(self._at + 1)
                if (mark := self._skip()) == "[":
                    break
                self._value()
                if self._skip() == ",":
                    self._move(self._at + 1)
        if mark != "[":
            found = f"not with {mark!r}" if mark else "and it is empty"
            raise self._error(f"a JSON array of rows begins with [, {found}")
        self._move(self._at + 1)

    def _finish(self) -> None:
        """All after the array is passed over: the rest of an object that holds it."""
        self._source.place = self._source.size

    def _value(self) -> Any:
        while True:
            try:
                value, end = read_value(self._text, self._at)
            except JsonTextError as refused:
                position = refused.position
                near_end = position is None or position >= len(self._text) - _EDGE
                may_go_on = near_end or refused.reason.startswith(_CUT)
                if may_go_on and len(self._text) - self._at < _MOST and self._more():
                    continue
                if position is not None:
                    self._move(position)
                raise self._error(refused.reason) from None
            # A number near the end may go on in what is not read yet.
            whole = isinstance(value, dict | list | str) or end < len(self._text) - _EDGE
            if not whole and self._more():
                continue
            self._move(end)
            return value

    def _skip(self) -> str:
        """Go to what is not blank, and look at it; "" at the end."""
        while True:
            self._move(skip_whitespace(self._text, self._at))
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _move(self, to: int) -> None:
        self._line += self._text.count("\n", self._at, to)
        self._at = to

    def _more(self) -> bool:
        """Read on; False at the end of the file. What was gone through is let go."""
        if self._ended:
            return False
        wanted = max(_BLOCK, len(self._text) - self._at)
        block = self._stream.read(wanted)
        self._source.place = self._stream.tell()
        self._ended = not block
        try:
            more = self._decoder.decode(block, final=self._ended)
        except UnicodeDecodeError as error:
            line = self._line + self._text.count("\n", self._at)
            line += error.object[: error.start].count(b"\n")
            raise self._source.undecodable(error, line) from None
        if block:
            self._text = self._text[self._at :] + more
            self._at = 0
        return bool(block)

    def _error(self, reason: str) -> ExampleFileError:
        return ExampleFileError(self._source.path, reason, line=self._line)


def as_json(value: Any) -> bytes:
    """A row as JSON in UTF-8 on one line."""
    try:
        return orjson.dumps(value)
    except TypeError:  # numbers that say more than a float, or that are longer than 64 bits
        return write(value, COMPACT).encode()


def lines_blocks(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """Rows as JSONL."""
    for row in rows:
        yield as_json(row) + b"\n"


def array_blocks(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """Rows as a JSON array, indented as the files of the workspace are."""
    before = b"[\n  "
    for row in rows:
        yield before + _indented(row)
        before = b",\n  "
    yield b"\n]\n" if before != b"[\n  " else b"[]\n"


def _indented(row: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(row, option=orjson.OPT_INDENT_2).replace(b"\n", b"\n  ")
    except TypeError:
        from jessy_tui.dataset.layout import Style

        return write(row, Style()).encode()
