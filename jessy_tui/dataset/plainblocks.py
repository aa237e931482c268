"""The lines of an example's readable form: where a message begins and ends, and what is escaped."""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Final

from jessy_tui.errors import JessyError

MESSAGE_JSON: Final = "## message json"
"""Begins a message that is written as JSON."""
EXAMPLE_JSON: Final = "## example json"
"""Begins an example that is written as JSON as a whole."""

# Whatever looks like the beginning of a message, so that a slip of the pen is not taken for text.
_HEADER: Final = re.compile(
    r'##[ \t]*(?:human\b|jessy\b|role[ \t]*"|(?:message|example)[ \t]+json\b)', re.IGNORECASE
)
_ESCAPED: Final = re.compile(rf"\\+(?={_HEADER.pattern})", re.IGNORECASE)
_TO_ESCAPE: Final = re.compile(rf"^(?=\\*{_HEADER.pattern})", re.IGNORECASE | re.MULTILINE)
_LINE_END: Final = re.compile(r"\r\n?")
_BARE_LINE_FEED: Final = re.compile(r"(?<!\r)\n")


class Block:
    """One message: the line it begins with, its `key: value` lines, and its text.

    Two blocks are the same where they differ in line ends only, which editors like to change.
    """

    def __init__(
        self, header: str, fields: tuple[str, ...], body: str, line: int = 0, body_line: int = 0
    ) -> None:
        self.header: Final = header
        self.fields: Final = fields
        self.body: Final = body
        self.line: Final = line
        """Where it begins, from 1."""
        self.body_line: Final = body_line
        """Where its text begins, from 1."""

    @cached_property
    def _key(self) -> tuple[str, ...]:
        return (self.header, *self.fields, _LINE_END.sub("\n", self.body))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Block) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


def same_lines(one: str, other: str) -> bool:
    """Whether two texts differ in nothing but line ends."""
    return one == other or _LINE_END.sub("\n", one) == _LINE_END.sub("\n", other)


def join_blocks(blocks: Iterable[Block]) -> str:
    """The blocks as the lines of a file."""
    return "\n".join(
        "\n".join([block.header, *block.fields, "", *_escaped(block.body), ""]) for block in blocks
    )


def take_apart(text: str) -> list[Block]:
    """The blocks that the lines of a file hold.

    Raises:
        JessyError: something stands before the first message.
    """
    text = text.removeprefix("\ufeff")
    if "\r\n" in text and not _BARE_LINE_FEED.search(text):
        text = text.replace("\r\n", "\n")  # an editor gave the whole file other line ends
    lines = text.split("\n")
    first = _after_help(lines)
    starts = [place for place in range(first, len(lines)) if _HEADER.match(lines[place])]
    for place in range(first, starts[0] if starts else len(lines)):
        if lines[place].strip():
            raise JessyError(
                f'Line {place + 1}: "{lines[place][:40]}" stands before the first message; begin '
                'one with a line "## human" or "## jessy".'
            )
    ends = [*starts[1:], len(lines)]
    return [_block(lines, start, end) for start, end in zip(starts, ends, strict=False)]


def _after_help(lines: list[str]) -> int:
    """Where the comment at the top ends; 0 where there is none."""
    if not lines[0].startswith("<!--"):
        return 0
    for place, line in enumerate(lines):
        if line.rstrip().endswith("-->"):
            return place + 1
    raise JessyError('Line 1: the comment has no end; put "-->" after it or take it out.')


# Empty lines around a text are there for the eye. Where a text itself begins or ends with an empty
# line, a backslash stands on it; where that line is nothing but backslashes, one more.


def _block(lines: list[str], start: int, end: int) -> Block:
    body_start = start + 1
    while body_start < end and lines[body_start].strip():
        body_start += 1
    fields = tuple(lines[start + 1 : body_start])
    body_start = min(body_start + 1, end)
    body = _unescaped(lines[body_start:end])
    return Block(lines[start].rstrip(), fields, body, start + 1, body_start + 1)


def _escaped(text: str) -> list[str]:
    lines = _TO_ESCAPE.sub(r"\\", text).split("\n")
    for place in {0, len(lines) - 1} if text else ():
        if not lines[place].strip("\\"):
            lines[place] += "\\"
    return lines


def _unescaped(lines: list[str]) -> str:
    start, end = 0, len(lines)
    while start < end and not lines[start]:
        start += 1
    while end > start and not lines[end - 1]:
        end -= 1
    text = [line[1:] if _ESCAPED.match(line) else line for line in lines[start:end]]
    for place in {0, len(text) - 1} if text else ():
        if not text[place].strip("\\"):
            text[place] = text[place][1:]
    return "\n".join(text)
