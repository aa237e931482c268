"""A folded text that knows where in the original each of its letters comes from."""

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from typing import Final

from jessy_tui.dataset.query.sources import JOINING
from jessy_tui.dataset.turkish import fold

# Each of these folds to one letter, so a run of them needs no table.
_PLAIN: Final = re.compile("[\x00-\x7fçğıöşüÇĞİÖŞÜâîûÂÎÛ‘’“”–—…]+")
_FIRST_MARK: Final = "\u0300"


class FoldedText:
    """`fold(text)`, with the way back."""

    def __init__(self, text: str) -> None:
        self.text: Final = text
        self.folded: Final = fold(text)
        self._folded_starts: list[int] = []
        self._pieces: list[tuple[int, int, bool]] = []
        """Start and end in the original, and whether each letter folds to one."""
        self._length = 0

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The smallest part of the original whose fold has the letters from `start` to `end`.

        Letters are not cut: all of ß belongs to either s, and a mark to its letter.
        """
        if self.text.isascii():
            return start, end
        if not self._pieces:
            self._take_apart()
        return self._bounds(start)[0], self._bounds(end - 1)[1]

    def _bounds(self, place: int) -> tuple[int, int]:
        number = bisect_right(self._folded_starts, place) - 1
        start, end, plain = self._pieces[number]
        if plain:
            start += place - self._folded_starts[number]
            end = start + 1
        return start, end

    def _take_apart(self) -> None:
        text, place = self.text, 0
        while place < len(text):
            run = _PLAIN.match(text, place)
            end = run.end() if run else place
            if end < len(text) and joins(text[end]):
                end -= 1  # the last letter of the run has marks
            if end > place:
                self._add(place, end, end - place, plain=True)
                place = end
                continue
            end = max(place, end) + 1
            while end < len(text) and joins(text[end]):
                end += 1
            self._add(place, end, len(fold_name(text[place:end])), plain=False)
            place = end

    def _add(self, start: int, end: int, folded_length: int, *, plain: bool) -> None:
        self._folded_starts.append(self._length)
        self._pieces.append((start, end, plain))
        self._length += folded_length


fold_name: Final = lru_cache(32_768)(fold)
"""`fold` for names, which come again and again."""


def joins(char: str) -> bool:
    """Whether a character may fold together with the one before it."""
    return char >= _FIRST_MARK and (
        unicodedata.category(char)[0] == "M" or JOINING.match(char) is not None
    )
