"""Searching the lines of a big file for a byte pattern, without decoding them."""

from collections.abc import Iterator
from mmap import mmap
from typing import Final

import re2  # type: ignore[import-untyped] # google-re2 ships no types

_BLOCK: Final = 256 * 1024
"""So many bytes are searched at once; RE2 lets other threads run meanwhile."""

_OPTIONS: Final = re2.Options()
_OPTIONS.encoding = re2.Options.Encoding.LATIN1
_OPTIONS.never_capture = True
_OPTIONS.log_errors = False


def lines_with(expression: bytes, source: bytes | mmap, start: int, end: int) -> Iterator[int]:
    """Where each line of `source[start:end]` begins that an expression of `json_bytes` matches in.

    `start` is where a line begins; `end` is where one ends, or the end of the source.
    """
    # All lines in a row at once: RE2 reads 400 MB in a second, but takes 5 µs to say what it found.
    rows = re2.compile(rb"(?:[^\n]*?(?:" + expression + rb")[^\n]*(?:\n|\z))+", _OPTIONS)
    place = start
    while place < end:
        stop = source.find(b"\n", min(end, place + _BLOCK), end) + 1 or end
        while place < stop and (match := rows.search(source, place, stop)):
            line, place = match.span()
            while line < place:
                yield line
                line = source.find(b"\n", line, place) + 1 or place
        place = stop
