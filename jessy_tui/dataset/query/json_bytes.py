"""Patterns for the raw bytes of JSON, so that a big file is searched without being decoded."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from jessy_tui.dataset.query.sources import sources, stands_alone
from jessy_tui.dataset.turkish import fold

LONGEST: Final = 24
"""So many letters of a term are looked for; what is found is decoded and compared anyway."""
_LONGEST_TANGLE: Final = 5
"""So many letters in a row may overlap with letters that fold to several, as in "ssss"."""

_SHORT_ESCAPES: Final = {
    '"': '"', "\\": "\\", "/": "/", "\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t",
}  # fmt: skip
_MARKS: Final = (
    rb"(?:\xcc[\x80-\xbf]|\xcd[\x80-\x84\x86-\xaf]"
    rb"|\\u03(?:[0-356][0-9A-Fa-f]|4[0-46-9A-Fa-f]))*"
)
"""What folding drops, raw and escaped: U+0300 to U+036F but the small iota, U+0345."""
_BLANK: Final = rb"[ \t\r\n]*"
_IN_MESSAGE: Final = (
    rb'"value"' + _BLANK + b":" + _BLANK + rb'"(?:[^"\\\n]|\\[^u]|\\u[0-9A-Fa-f]{4})*?'
)
"""The beginning of a message's text, up to anywhere in it."""
END_OF_PLAIN: Final = "\u0530"
"""Below stand Latin, Greek and Cyrillic, whose marks are all dropped."""

_Choice = frozenset[int]
"""The bytes that may stand in one place."""
_Tree = dict[_Choice, "_Tree"]
_Steps = dict[int, set[str]]
"""By the place in the term where they lead to: the letters that cover it up to there."""


def byte_pattern(term: str) -> bytes:
    r"""A regular expression over bytes that finds `term` in UTF-8 JSON, however it is written.

    Wherever a string of the JSON holds the term by `turkish.fold`, the expression matches within
    the bytes of that string: other case, dots and accents, decomposed letters, \uXXXX and the
    short escapes. It also matches elsewhere now and then, and an empty expression matches
    everywhere: what is found must be decoded and looked at. The expression is plain ASCII and
    understood alike by `re` and by RE2 with Latin-1 encoding.
    """
    return _expression(_sought(fold(term)))


@dataclass(frozen=True, slots=True)
class MessagePattern:
    """A regular expression that finds a term in the messages of a row, and in no key or label."""

    expression: bytes
    exact: bool
    """Whether it finds nothing else, so that a row it matches need not be decoded."""


def message_pattern(term: str) -> MessagePattern:
    """Like `byte_pattern`, for the bytes of one example, or of a file of them.

    It is right for an example in which `"value"` stands as often as there are messages with text:
    not for one that has such a key in its label, or writes the key with escapes. A match begins
    where a message does, and ends where the term does.
    """
    folded = fold(term)
    run = _sought(folded)
    expression = _expression(run)
    exact = run == folded and max(run, default="") < END_OF_PLAIN
    return MessagePattern(_IN_MESSAGE + expression, exact)


def _sought(folded: str) -> str:
    """The longest piece of a folded term whose letters stand alone, or its beginning."""
    run = max(_runs(folded), key=len)[:LONGEST]
    return run[: _end_of_simple(run)]


def _runs(folded: str) -> Iterator[str]:
    """The pieces of a folded text whose letters stand alone."""
    start = 0
    for end, letter in enumerate(folded):
        if not stands_alone(letter):
            yield folded[start:end]
            start = end + 1
    yield folded[start:]


def _end_of_simple(run: str) -> int:
    """How much of a run can be looked for without trying too many ways to cover it."""
    steps = [_steps(run, place) for place in range(len(run))]
    start = 0
    while start < len(run):
        end = _end_of_tangle(steps, start)
        if end - start > _LONGEST_TANGLE:
            return start + _LONGEST_TANGLE - 1
        start = end
    return start


def _expression(run: str) -> bytes:
    steps = [_steps(run, place) for place in range(len(run))]
    pieces: list[bytes] = []
    start = 0
    while start < len(run):
        end = _end_of_tangle(steps, start)
        pieces.append(_ways(steps, start, end))
        start = end
    return _MARKS.join(pieces)


def _steps(run: str, place: int) -> _Steps:
    steps: _Steps = {place + 1: set(sources().of(run[place]))}
    rest = run[place:]
    for letter, folded in sources().several.items():
        # The term may begin within what one letter folds to, and end within it.
        for start in range(len(folded) if place == 0 else 1):
            part = folded[start : start + len(rest)]
            if rest.startswith(part):
                steps.setdefault(place + len(part), set()).add(letter)
    return steps


def _end_of_tangle(steps: list[_Steps], start: int) -> int:
    """The next place that no letter spans."""
    end = start + 1
    place = start
    while place < end:
        end = max(end, *steps[place])
        place += 1
    return end


def _ways(steps: list[_Steps], start: int, end: int) -> bytes:
    """All ways to cover the places from `start` to `end`."""
    ways = [
        _letters(frozenset(letters))
        + (_MARKS + _ways(steps, reached, end) if reached < end else b"")
        for reached, letters in steps[start].items()
    ]
    return ways[0] if len(ways) == 1 else b"(?:" + b"|".join(ways) + b")"


@lru_cache(4096)
def _letters(letters: frozenset[str]) -> bytes:
    """Any of these letters, in any spelling."""
    tree: _Tree = {}
    for letter in sorted(letters):
        for spelling in _spellings(letter):
            node = tree
            for choice in spelling:
                node = node.setdefault(choice, {})
    return _branches(tree)


def _spellings(letter: str) -> Iterator[list[_Choice]]:
    """How one letter may stand in the bytes of a JSON string."""
    if letter not in '"\\':
        yield [frozenset((byte,)) for byte in letter.encode()]
    if letter in _SHORT_ESCAPES:
        yield [frozenset((byte,)) for byte in b"\\" + _SHORT_ESCAPES[letter].encode()]
    units = letter.encode("utf-16-be").hex()
    escaped = "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
    yield [
        frozenset((char + char.upper()).encode()) if char in "abcdef" else frozenset(char.encode())
        for char in escaped
    ]


def _branches(tree: _Tree) -> bytes:
    merged: dict[bytes, _Choice] = {}
    for choice, below in tree.items():
        rest = _branches(below)
        merged[rest] = merged.get(rest, frozenset()) | choice
    ways = [_class(choice) + rest for rest, choice in merged.items()]
    return ways[0] if len(ways) == 1 else b"(?:" + b"|".join(ways) + b")" if ways else b""


def _class(choice: _Choice) -> bytes:
    """A set of bytes as an expression, such as `[A-Fa]`."""
    ranges: list[list[int]] = []
    for byte in sorted(choice):
        if ranges and byte == ranges[-1][1] + 1:
            ranges[-1][1] = byte
        else:
            ranges.append([byte, byte])
    if len(choice) == 1:
        return _escaped(*choice)
    return (
        b"["
        + b"".join(
            _escaped(first)
            if first == last
            else _escaped(first) + (b"-" if last > first + 1 else b"") + _escaped(last)
            for first, last in ranges
        )
        + b"]"
    )


def _escaped(byte: int) -> bytes:
    char = bytes((byte,))
    return char if char.isalnum() else b"\\x%02x" % byte
