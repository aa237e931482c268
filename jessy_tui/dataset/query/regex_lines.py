"""Searching the lines of a big file for a regular expression that people typed.

A line is made fit for that as a whole, not message by message: what the JSON escapes stands there
as it is meant, and the quotes and line ends of the JSON itself are two control characters that no
message has. In such lines RE2 looks for the expression between two quotes of a message, in all
lines at once, which takes a tenth of the time of reading them one by one.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import Any, Final

import re2  # type: ignore[import-untyped] # google-re2 ships no types

from jessy_tui.dataset.query.regex_atoms import Atom, Untranslatable, Way, alternatives
from jessy_tui.dataset.query.regexes import CompiledRegex, compile_regex

_ROW: Final = b"\x1e"
_QUOTE: Final = b"\x1f"
RESERVED: Final = "\x1e\x1f"
"""Characters that a message must not have to stand in such a line."""
_ESCAPE: Final = re.compile(rb'\\["\\/bfnrt]')
_MEANT: Final = {
    b"\\\\": b"\x01", b'\\"': b"\x02", b"\\n": b"\x03", b"\\/": b"/", b"\\t": b"\t",
    b"\\r": b"\r", b"\\b": b"\b", b"\\f": b"\f",
}  # fmt: skip
"""Escapes; what the JSON itself is made of, until it is not that any more, as another byte."""
_PLACES: Final = bytes.maketrans(b'"\n\x01\x02\x03', _QUOTE + _ROW + b'\\"\n')
_KEY: Final = r"\x1f(?-i:value)\x1f[ \t\r]*:[ \t\r]*\x1f"
_ANY: Final = r"[^\x1e\x1f]*?"
_MOST_MEMORY: Final = 1 << 26


class LineRegex:
    """A regular expression that can be looked for in whole lines."""

    def __init__(self, regex: CompiledRegex) -> None:
        """Translate `regex`.

        Raises:
            Untranslatable: it has a part that means another thing in the midst of a line.
        """
        ways = alternatives(regex.english)
        atoms = [atom for way in ways for atom in way.atoms]
        dotless = [atom for atom in atoms if atom.matches("ı") and not atom.matches("I")]
        dotted = [atom for atom in atoms if atom.matches("I") and not atom.matches("ı")]
        # To RE2 an I is a letter of a word, and an ı is not.
        bounded = any(r"\b" in way.body or r"\B" in way.body for way in ways)
        self._turkish: Any = None
        # An I in the pattern is an ı, too, and finds that also where no I stands.
        self._everywhere = regex.turkish != regex.english
        if regex.turkish != regex.english or bounded or (dotless and dotted):
            self._turkish = _rows_with(alternatives(regex.turkish))
        elif dotless:
            # No text is read in both ways at once: one expression can do for the two.
            ways = alternatives(regex.english, instead=_or_capital_i)
        self._english = _rows_with(ways)

    def rows(self, lines: bytes) -> Iterator[int]:
        """The numbers of the lines it is found in, from 0; each once, in no order."""
        found = set(_rows(self._english, lines))
        yield from found
        if self._turkish is not None:
            numbers, others = _to_read_again(lines, found, everywhere=self._everywhere)
            others = others.replace(b"I", "ı".encode())
            yield from (numbers[row] for row in _rows(self._turkish, others))


def _or_capital_i(atom: Atom) -> str | None:
    if atom.matches("ı") and not atom.matches("I"):
        return f"(?:{atom.text}|(?-i:I))"
    return None


def _to_read_again(
    lines: bytes, found: Collection[int], *, everywhere: bool
) -> tuple[list[int], bytes]:
    """The lines that Turkish reads otherwise, or all, but for those found; their numbers first."""
    for complexity in (b"MEDIUM", b"HIGH"):  # whose I is in no message
        lines = lines.replace(b"\x1fcomplexity\x1f:\x1f" + complexity + _QUOTE, b"")
    rows = lines.split(_ROW)
    numbers = [
        row for row, line in enumerate(rows) if (everywhere or b"I" in line) and row not in found
    ]
    return numbers, _ROW.join([rows[row] for row in numbers])


@lru_cache(16)
def line_regex(pattern: str) -> LineRegex | None:
    """A regular expression for whole lines; None where each message must be looked at alone."""
    try:
        return LineRegex(compile_regex(pattern))
    except (Untranslatable, re2.error):
        return None


def lines_of(content: bytes) -> bytes:
    """The rows of a file as lines to be searched.

    Right for rows of the usual shape that are written without the escapes of code points. Where
    a row is another one, so is its line, but not those beside it.
    """
    content = _ESCAPE.sub(lambda escape: _MEANT[escape[0]], content)
    return _with_dotted_i(content.translate(_PLACES))


def _with_dotted_i(lines: bytes) -> bytes:
    """With i in the place of İ, as regular expressions read it; looks for its rarer byte only."""
    first, second = "İ".encode()
    pieces = lines.split(bytes((second,)))
    for place, piece in enumerate(pieces[:-1]):
        capital = piece[-1:] == bytes((first,))
        pieces[place] = piece[:-1] + b"i" if capital else piece + bytes((second,))
    return b"".join(pieces)


def line_of(texts: Iterable[str]) -> bytes:
    """One row as a line, made from the texts of its messages; without a line end.

    None of them may have one of `RESERVED` in it.
    """
    return b"".join(
        b"\x1fvalue\x1f:\x1f" + text.replace("İ", "i").encode("utf-8", "replace") + _QUOTE
        for text in texts
    )


def join_lines(lines: Iterable[bytes]) -> bytes:
    """Lines as `LineRegex.rows` takes them."""
    return _ROW.join(lines)


def _rows_with(ways: Iterable[Way]) -> Any:
    """What matches all lines in a row that one of these is found in."""
    patterns = [
        ("" if way.at_start else _ANY) + f"(?:{way.body})" + (r"\x1f" if way.at_end else "")
        for way in ways
    ]
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.never_capture = True
    options.max_mem = _MOST_MEMORY
    found = rf"[^\x1e]*?{_KEY}(?:{'|'.join(patterns)})[^\x1e]*(?:\x1e|\z)"
    return re2.compile(f"(?:{found})+", options)


def _rows(regex: Any, lines: bytes) -> Iterator[int]:
    place, row = 0, 0
    while place < len(lines) and (match := regex.search(lines, place)):
        start, end = match.span()
        row += lines.count(_ROW, place, start)
        rows = lines.count(_ROW, start, end)
        ended = lines[end - 1 : end] == _ROW
        yield from range(row, row + rows + (not ended))
        row += rows
        place = end
