"""What changed from one draft to the next, by words."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from rapidfuzz.distance import LCSseq

Fate = Literal["kept", "removed", "added"]
# A word with the blank space behind it; what the text begins with may be blank space alone.
_WORD = re.compile(r"\S+\s*|\s+")


class Piece(NamedTuple):
    """Some words in a row that share a fate."""

    fate: Fate
    text: str


def changed_words(before: str, after: str) -> list[Piece]:
    """The two texts as one: what was kept, removed and added, along a longest common subsequence of
    words (rapidfuzz's `LCSseq.opcodes`).

    The kept and added pieces are `after`; the kept and removed ones are `before`, but for the
    blank space between words, which is that of `after`.
    """
    old, new = _WORD.findall(before), _WORD.findall(after)
    return list(_merged(_pieces(old, new)))


def _pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    opcodes = LCSseq.opcodes([word.rstrip() for word in old], [word.rstrip() for word in new])
    for code in opcodes:
        if code.tag == "equal":
            yield Piece("kept", "".join(new[code.dest_start : code.dest_end]))
            continue
        yield Piece("removed", "".join(old[code.src_start : code.src_end]))
        yield Piece("added", "".join(new[code.dest_start : code.dest_end]))


def _merged(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Removed before added, each as one piece between two kept ones."""
    removed = added = ""
    for fate, text in pieces:
        if fate == "removed":
            removed += text
        elif fate == "added":
            added += text
        elif text:
            yield from _changed(removed, added)
            removed = added = ""
            yield Piece("kept", text)
    yield from _changed(removed, added)


def _changed(removed: str, added: str) -> Iterator[Piece]:
    if removed:
        yield Piece("removed", removed)
    if added:
        yield Piece("added", added)
