"""A process that labels and searches rows for another one: `python -m ... DESCRIPTOR`.

It reads requests from its input and writes replies to its output, each as its length in four
bytes and a MessagePack value, until the input ends. The file is an open descriptor that it
inherits, so that it reads what the other process has open, whatever the name stands for by now.
"""

import gc
import os
import struct
import sys
from array import array
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec

from jessy_tui.dataset.bulk import SetLabel
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.jsontext import BLANK
from jessy_tui.dataset.large.labels import Labels, exact_value, labels_of
from jessy_tui.dataset.layout import Style

if TYPE_CHECKING:
    from jessy_tui.dataset.checks import Finding
    from jessy_tui.dataset.query import Query

_LENGTH: Final = struct.Struct("<I")


class LabelRows(msgspec.Struct, frozen=True, tag="labels"):
    """Asks for the `Labels` of the rows from one byte to another."""

    begin: int
    end: int


class FindWords(msgspec.Struct, frozen=True, tag="words"):
    """Asks, for each of some patterns, where each row begins that it matches, from `begin`."""

    begin: int
    end: int
    patterns: list[bytes]


class FindRegexes(msgspec.Struct, frozen=True, tag="regexes"):
    """Asks, for each of some regular expressions, which rows it is found in, numbered from 0.

    Each must be one that `query.line_regex` takes.
    """

    begin: int
    end: int
    plain: bytes
    """One byte a row: 1 where its messages stand in its bytes as `query.lines_of` reads them."""
    patterns: list[str]


class RelabelRows(msgspec.Struct, frozen=True, tag="relabel"):
    """Asks for rows with the label that a rule sets: `Relabelled`."""

    begin: int
    end: int
    flags: bytes
    """One byte a row, made of `relabelling.WANTED` and `PLAIN`."""
    rule: SetLabel
    style: Style


class SearchRows(msgspec.Struct, frozen=True, tag="search"):
    """Asks where each row begins that a query matches, from `begin`."""

    begin: int
    end: int
    query: str
    patterns: list[bytes]
    """What the bytes of a row have to match, all of it, to be decoded and looked at."""
    file_name: str


class SortTexts(msgspec.Struct, frozen=True, tag="sort"):
    """Asks for the collation keys of the rows from one byte to another, one after the other."""

    begin: int
    end: int
    field: str
    """One of those in `sortkeys.TEXTS`."""


Request = LabelRows | FindWords | FindRegexes | SearchRows | SortTexts | RelabelRows

_REQUESTS: Final[msgspec.msgpack.Decoder[Request]] = msgspec.msgpack.Decoder(Request)
LABELS: Final = msgspec.msgpack.Decoder(Labels)
OFFSETS: Final = msgspec.msgpack.Decoder(list[bytes])
"""For each pattern, or for the one query: offsets or rows, as an array of eight bytes each."""


def answer(request: Request, descriptor: int) -> bytes:
    """The reply to a request, encoded."""
    content = read(descriptor, request.begin, request.end)
    if isinstance(request, LabelRows):
        return msgspec.msgpack.encode(labels_of(content))
    if isinstance(request, RelabelRows):
        from jessy_tui.dataset.large.relabelling import relabel

        return msgspec.msgpack.encode(relabel(content, request.flags, request.rule, request.style))
    if isinstance(request, SortTexts):
        from jessy_tui.dataset.large.texts import text_keys

        return text_keys(content, request.field)
    found: Iterable[Iterable[int]]
    match request:
        case FindWords():
            found = [_lines_with(pattern, content) for pattern in request.patterns]
        case FindRegexes():
            from jessy_tui.dataset.large.regexes import rows_with

            found = rows_with(content, request.plain, request.patterns)
        case _:
            found = [_search(request, content)]
    return msgspec.msgpack.encode([array("q", places).tobytes() for places in found])


def read(descriptor: int, begin: int, end: int) -> bytes:
    """The bytes there; fewer where the file has been cut short."""
    parts = []
    while begin < end and (part := os.pread(descriptor, end - begin, begin)):
        parts.append(part)
        begin += len(part)
    return b"".join(parts)


class _Row:
    """A row as a query sees it. Its number is not known here, and nobody has edited it."""

    number = 0
    edited = False

    def __init__(self, example: Example, file_name: str) -> None:
        self.example = example
        self.file_name = file_name

    def findings(self) -> "Iterable[Finding]":
        from jessy_tui.dataset.checks import check_example

        return check_example(self.example)


def _search(request: SearchRows, content: bytes) -> Iterator[int]:
    query = _parsed(request.query)
    found = [set(_lines_with(pattern, content)) for pattern in request.patterns]
    for start in sorted(set.intersection(*found)) if found else _lines(content):
        example = Example(exact_value(_line(content, start)))
        if query.matches(_Row(example, request.file_name)):
            yield start


def _lines_with(pattern: bytes, content: bytes) -> Iterator[int]:
    from jessy_tui.dataset.query import lines_with

    return lines_with(pattern, content, 0, len(content))


def _lines(content: bytes) -> Iterator[int]:
    start = 0
    for line in content.split(b"\n"):
        if line.strip(BLANK.encode()):
            yield start
        start += len(line) + 1


def _line(content: bytes, start: int) -> bytes:
    end = content.find(b"\n", start)
    return content[start:] if end < 0 else content[start:end]


@lru_cache(4)
def _parsed(query: str) -> "Query":
    from jessy_tui.dataset.query import parse

    return parse(query)


def send(stream: BinaryIO, message: bytes) -> None:
    """Write one message."""
    stream.write(_LENGTH.pack(len(message)) + message)
    stream.flush()


def receive(stream: BinaryIO) -> bytes | None:
    """Read one message; None where the stream ends."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    message = stream.read(length)
    return message if len(message) == length else None


def main() -> None:
    """Answer requests until there are no more."""
    gc.disable()  # everything made here is a tree
    descriptor = int(sys.argv[1])
    while (message := receive(sys.stdin.buffer)) is not None:
        send(sys.stdout.buffer, answer(_REQUESTS.decode(message), descriptor))


if __name__ == "__main__":
    main()
