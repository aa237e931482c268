"""What a file has around its examples, and how a new example is written into it."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from jessy_tui.dataset.example import Example, Unreadable
from jessy_tui.dataset.jsontext import BLANK
from jessy_tui.dataset.layout import Style, newline_of, style_of, write
from jessy_tui.dataset.patch import rewrite
from jessy_tui.errors import JessyError

_LINES_SUFFIXES: Final = (".jsonl", ".ndjson")


def holds_lines(path: Path) -> bool:
    """Whether a file of this name holds one example a line; all others hold a JSON array."""
    return path.suffix.lower() in _LINES_SUFFIXES


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


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """An example together with the text it is written as."""

    example: Example
    piece: Piece


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


def new_version(frame: Frame, example: Example, was: Version | None = None) -> Version:
    """An example that was in no file, written in the habits of `frame`.

    Where it takes the place of another, `was`, all the text that need not change stays.

    Raises:
        JessyError: the example holds what JSON cannot.
    """
    try:
        if was is None:
            source, lead, trail = write(example.raw, frame.style), None, None
        else:
            piece, old = was.piece, was.example
            if isinstance(old, Unreadable):
                source = write(example.raw, frame.style)
            else:
                source = rewrite(piece.source, old.raw, example.raw, frame.style)
            lead, trail = piece.lead, piece.trail
        source.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise JessyError(f"The example cannot be written as JSON: {error}.") from error
    return Version(example, Piece(source, lead, trail))


def new_frame(path: Path) -> Frame:
    """The frame of a file that does not exist yet."""
    return _empty_frame(path, "\n" if holds_lines(path) else "[]\n")


def frame_of(path: Path, text: str, starts: Sequence[int], ends: Sequence[int]) -> Frame:
    """The frame of a text whose examples stand at these spans."""
    if not starts:
        return _empty_frame(path, text)
    head, tail = text[: starts[0]], text[ends[-1] :]
    style = style_of(text, starts, ends)
    if holds_lines(path):
        style = replace(style, inline_from=0)
        trail = "\r" if style.newline == "\r\n" else ""
        return Frame(lines=True, head=head, tail=tail, lead="", trail=trail, style=style)
    lead, trail = style.newline + style.base, ""
    if len(starts) > 1:
        trail, _, lead = text[ends[0] : starts[1]].partition(",")
    elif style.inline_from == 0:
        lead = head[len(head.rstrip(BLANK)) :] or style.comma[1:]
    return Frame(lines=False, head=head, tail=tail, lead=lead, trail=trail, style=style)


def _empty_frame(path: Path, text: str) -> Frame:
    newline = newline_of(text)
    if holds_lines(path):
        style = Style(newline=newline, inline_from=0)
        head, lead, tail, trail = text.rstrip(BLANK), "", newline, newline[:-1]
    else:
        style = Style(newline=newline)
        before, _, after = text.partition("[")
        lead, trail = newline + style.base, ""
        head, tail = before + "[" + lead, newline + after.lstrip(BLANK)
    return Frame(
        lines=holds_lines(path),
        head=head,
        tail=tail,
        lead=lead,
        trail=trail,
        style=style,
        empty=text,
    )
