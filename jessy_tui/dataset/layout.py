"""How a file writes its JSON, so that what is added or changed looks like the rest of it."""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jessy_tui.dataset.jsontext import ExactFloat

EVERYTHING = 1_000_000
"""As `Style.inline_from`: no brackets are deep enough to stay on one line."""


@dataclass(frozen=True, slots=True)
class Style:
    """The habits of one file."""

    newline: str = "\n"
    unit: str = "  "
    """What one level of indentation is."""
    base: str = "  "
    """The indentation of an example's own brackets."""
    inline_from: int = EVERYTHING
    """The level from which brackets stay on one line; 0 puts an example on one line."""
    comma: str = ", "
    """What stands between two values on one line."""
    colon: str = ": "
    ascii_only: bool = False
    """Whether letters beyond ASCII are written as escapes."""


COMPACT = Style(inline_from=0, comma=",", colon=":")


def same_json(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON.

    Unlike `==`, it tells 1, 1.0 and true apart, and the order of keys counts.
    """
    return one is other or write(one, COMPACT) == write(other, COMPACT)


def write(value: Any, style: Style, level: int = 0) -> str:
    """`value` as JSON, its brackets at `level` levels below an example's own.

    Raises:
        ValueError: a number is no JSON number (NaN, Infinity).
        TypeError: something is no JSON value at all.
    """
    match value:
        case str():
            return json.dumps(value, ensure_ascii=style.ascii_only)
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case ExactFloat():
            return value.literal
        case int():
            return int.__repr__(value)
        case float():
            if not math.isfinite(value):
                raise ValueError(f"{value} is no JSON number")
            return float.__repr__(value)
        case dict():
            for key in value:
                if not isinstance(key, str):
                    raise TypeError(f"a JSON key is a text, not {key!r}")
            members = [
                f"{write(key, style)}{style.colon}{write(item, style, level + 1)}"
                for key, item in value.items()
            ]
            return _bracket("{", members, "}", style, level)
        case list() | tuple():
            return _bracket(
                "[", [write(item, style, level + 1) for item in value], "]", style, level
            )
    raise TypeError(f"{type(value).__name__} is no JSON value")


def _bracket(opening: str, members: list[str], closing: str, style: Style, level: int) -> str:
    if not members:
        return opening + closing
    if level >= style.inline_from:
        return opening + style.comma.join(members) + closing
    outer = style.newline + style.base + style.unit * level
    inner = outer + style.unit
    return opening + inner + ("," + inner).join(members) + outer + closing


_ESCAPED_LETTER = re.compile(r"\\u(?!00[0-7])[0-9a-fA-F]{4}")


def newline_of(text: str) -> str:
    """The line end a text uses first; a line feed where it has none."""
    match = re.search(r"\r\n|\n|\r", text)
    return match[0] if match else "\n"


def ascii_only(text: str) -> bool:
    """Whether a text has letters beyond ASCII, and all of them as escapes."""
    return text.isascii() and _ESCAPED_LETTER.search(text) is not None


def style_of(text: str, starts: Sequence[int], ends: Sequence[int]) -> Style:
    """The habits of a text whose examples stand at these spans."""
    newline, letters = newline_of(text), ascii_only(text)
    for start, end in zip(starts, ends, strict=True):
        if text[start] in "{[" and end - start > 2:
            return _style_of_example(text, start, end, newline, letters)
    return Style(newline, inline_from=0, ascii_only=letters)


def _style_of_example(text: str, start: int, end: int, newline: str, letters: bool) -> Style:
    """Scan one example outside its texts: which brackets break the line, and what separates."""
    level, deepest_broken, any_inline = 0, -1, False
    unit = base = ""
    comma, colon = None, None
    for match in _TOKEN.finditer(text, start, end):
        mark, gap = match["mark"], match["gap"]
        if mark is None:
            continue  # a text
        broken = "\n" in gap or "\r" in gap
        if mark in ("{", "["):
            if broken:
                deepest_broken = max(deepest_broken, level)
                if level == 0:
                    unit = re.split(r"[\r\n]", gap)[-1]
            elif text[match.end()] not in "}]":
                any_inline = True
            level += 1
        elif mark in ("}", "]"):
            level -= 1
        elif mark == "," and not broken and comma is None:
            comma = "," + gap
        elif mark == ":" and colon is None:
            colon = ":" + gap
    last = text[start : end - 1].rstrip(" \t\r\n")
    closing_gap = text[start + len(last) : end - 1]
    if deepest_broken >= 0:
        base = re.split(r"[\r\n]", closing_gap)[-1]
        unit = unit.removeprefix(base)
    colon = ": " if colon is None else colon
    if comma is None:
        comma = ", " if colon != ":" else ","
    inline_from = deepest_broken + 1 if any_inline else EVERYTHING
    return Style(newline, unit, base, inline_from, comma, colon, letters)


# A text is skipped whole; every other token with the blank space after it.
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|(?P<mark>[{}\[\],:])(?P<gap>[ \t\r\n]*)')
