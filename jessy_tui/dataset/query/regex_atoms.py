r"""Taking a regular expression apart as far as is needed to look for it in a line of many texts.

Whatever stands for one character (a letter, `.`, `\d`, a class) is kept from matching the two
control characters that part the texts; what asks for the beginning or the end of a text is known
where it stands first or last. All else stays as it is.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import re2  # type: ignore[import-untyped] # google-re2 ships no types

_RESERVED: Final = r"\x1e\x1f"
_ESCAPE: Final = re.compile(
    r"\\(?:x\{[0-9A-Fa-f]+\}|x[0-9A-Fa-f]{2}|[pP]\{[^}]*\}|[pP].|[0-7]{1,3}|.)", re.DOTALL
)
_REPEAT: Final = re.compile(r"(?:[*+?]|\{\d+(?:,\d*)?\})")
_GROUP: Final = re.compile(r"\((?:\?(?::|P?<\w+>))?")
_POSIX: Final = re.compile(r"\[:\^?\w+:\]")
_OPPOSITES: Final = {"\\d": "\\D", "\\w": "\\W", "\\s": "\\S"}


class Untranslatable(ValueError):  # noqa: N818 - it is no error of the one who typed it
    """The expression has something that means another thing in the midst of a line."""


@dataclass(frozen=True, slots=True)
class Atom:
    """What stands for one character."""

    text: str

    def matches(self, character: str) -> bool:
        """Whether it matches this one."""
        return _atom(self.text).fullmatch(character) is not None


@dataclass(slots=True)
class Way:
    """One of the alternatives of an expression."""

    at_start: bool = False
    """Whether it matches at the beginning of a text only."""
    at_end: bool = False
    body: str = ""
    atoms: list[Atom] = field(default_factory=list)
    """As they were written."""


def alternatives(
    pattern: str, instead: Callable[[Atom], str | None] = lambda atom: None
) -> list[Way]:
    """The alternatives of an expression, each of which matches within one text.

    `instead` says what is to stand in the place of a character, where it is not None.

    Raises:
        Untranslatable: that cannot be told.
    """
    return _Scanner(pattern, instead).ways()


class _Scanner:
    def __init__(self, pattern: str, instead: Callable[[Atom], str | None]) -> None:
        self._pattern, self._place, self._depth = pattern, 0, 0
        self._instead = instead
        self._all = False
        """Whether a dot stands for a line end, too."""

    def ways(self) -> list[Way]:
        pattern = self._pattern
        for flag in ("(?i)", "(?s)", "(?is)", "(?si)"):
            if pattern.startswith(flag):
                self._place, self._all = len(flag), "s" in flag
        ways = [Way()]
        while self._place < len(pattern):
            character = pattern[self._place]
            if character == "|" and not self._depth:
                ways.append(Way())
                self._place += 1
            else:
                self._take(character, ways[-1])
        return ways

    def _take(self, character: str, way: Way) -> None:
        if way.at_end:
            raise Untranslatable
        match character:
            case "^":
                self._start(way, 1)
            case "$":
                self._end(way, 1)
            case "\\":
                self._escape(way)
            case "[":
                self._class(way)
            case ".":
                self._atom(way, "." if not self._all else "(?s:.)", f"[^{_dot(self._all)}]", 1)
            case "(":
                group = _GROUP.match(self._pattern, self._place)
                assert group  # noqa: S101 - it begins so
                if group[0] == "(" and self._pattern.startswith("(?", self._place):
                    raise Untranslatable  # flags
                self._depth += 1
                self._pass(way, group[0])
            case ")":
                self._depth -= 1
                self._pass(way, ")")
            case "|":
                self._pass(way, "|")
            case _:
                if repeat := _REPEAT.match(self._pattern, self._place):
                    self._pass(way, repeat[0])
                else:
                    self._atom(way, re2.escape(character), None, 1)

    def _pass(self, way: Way, text: str) -> None:
        way.body += text
        self._place += len(text)

    def _atom(self, way: Way, written: str, within: str | None, length: int) -> None:
        """Add what stands for one character, and for neither of the reserved ones."""
        atom = Atom(written)
        text = written if within is None else within
        if Atom(text).matches("\x1e") or Atom(text).matches("\x1f"):
            raise Untranslatable
        way.atoms.append(atom)
        way.body += self._instead(Atom(text)) or text
        self._place += length

    def _start(self, way: Way, length: int) -> None:
        self._place += length
        if way.body or way.at_start or self._depth or self._repeats():
            raise Untranslatable
        way.at_start = True

    def _end(self, way: Way, length: int) -> None:
        self._place += length
        if self._depth or self._repeats():
            raise Untranslatable
        way.at_end = True

    def _repeats(self) -> bool:
        return _REPEAT.match(self._pattern, self._place) is not None

    def _escape(self, way: Way) -> None:
        match = _ESCAPE.match(self._pattern, self._place)
        if match is None:
            raise Untranslatable
        escape = match[0]
        if escape == "\\Q":
            self._quoted(way)
        elif escape == "\\A":
            self._start(way, 2)
        elif escape == "\\z":
            self._end(way, 2)
        elif escape in ("\\b", "\\B"):
            self._pass(way, escape)
        elif escape[1] in "DWSP" or escape.startswith("\\p{^"):
            self._atom(way, escape, f"[^{_opposite(escape)}{_RESERVED}]", len(escape))
        else:
            self._atom(way, escape, None, len(escape))

    def _quoted(self, way: Way) -> None:
        r"""The characters from \Q to \E, or to the end."""
        start = self._place + 2
        end = self._pattern.find("\\E", start)
        text = self._pattern[start:] if end < 0 else self._pattern[start:end]
        for character in text:
            self._atom(way, re2.escape(character), None, 0)
        self._place = len(self._pattern) if end < 0 else end + 2

    def _class(self, way: Way) -> None:
        pattern, start = self._pattern, self._place
        place = start + 1
        negated = pattern.startswith("^", place)
        first = place = place + negated
        parts: list[str] = []
        while place < len(pattern) and (pattern[place] != "]" or place == first):
            posix = _POSIX.match(pattern, place)
            escape = _ESCAPE.match(pattern, place) if pattern[place] == "\\" else None
            if escape and escape[0] == "\\Q":
                raise Untranslatable
            parts.append((posix or escape or _ONE.match(pattern, place))[0])  # type: ignore[index]
            place += len(parts[-1])
        if place == len(pattern):
            raise Untranslatable
        written = pattern[start : place + 1]
        within = written
        if negated:
            within = written[:-1] + _RESERVED + "]"
        elif any(one in parts and other in parts for one, other in _OPPOSITES.items()):
            within = f"[^{_RESERVED}]"  # it stands for everything
        self._atom(way, written, within, len(written))


_ONE: Final = re.compile(".", re.DOTALL)


def _dot(everything: bool) -> str:
    return _RESERVED if everything else "\\n" + _RESERVED


def _opposite(escape: str) -> str:
    r"""`\d` for `\D`, `\p{L}` for `\P{L}` and for `\p{^L}`."""
    if escape.startswith("\\p{^"):
        return "\\p{" + escape[4:]
    if escape.startswith("\\P{^"):
        raise Untranslatable
    return "\\" + escape[1].lower() + escape[2:]


@lru_cache(1024)
def _atom(text: str) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    try:
        return re2.compile(text, options)
    except re2.error:
        raise Untranslatable from None
