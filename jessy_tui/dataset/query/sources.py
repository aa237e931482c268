"""Which letters fold to which: the inverse of `turkish.fold`, one letter at a time."""

import re
import unicodedata
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from jessy_tui.dataset.turkish import fold

_END_OF_LETTERS: Final = 0x32400
"""Nothing above has a case or a decomposition; a test looks at every code point."""
_BLOCK: Final = 256
_SURROGATES: Final = range(0xD800, 0xE000)

# Letters that are put together with the one before them, as marks are.
JOINING: Final = re.compile("[\u1160-\u11ff\ud7b0-\ud7fb\U00016d63-\U00016d6a]")


@dataclass(frozen=True, slots=True)
class Sources:
    """What the letters of a folded text may have been before."""

    single: dict[str, tuple[str, ...]]
    """By folded letter: the other letters that fold to it. Most letters fold to themselves too."""
    several: dict[str, str]
    """By letter: the several letters it folds to, such as ß to "ss"."""

    def of(self, letter: str) -> tuple[str, ...]:
        """All letters that fold to this folded one, itself first."""
        return (letter, *self.single.get(letter, ()))


@cache
def sources() -> Sources:
    """The table, worked out once from the Unicode data of this Python (about 40 ms)."""
    single: dict[str, list[str]] = {}
    several: dict[str, str] = {}
    for letter in _changing_letters():
        folded = fold(letter)
        if len(folded) == 1:
            if folded != letter:
                single.setdefault(folded, []).append(letter)
        elif folded:
            several[letter] = folded
    return Sources({folded: tuple(letters) for folded, letters in single.items()}, several)


def stands_alone(letter: str) -> bool:
    """Whether a folded letter comes from letters of `sources` alone, wherever it stands.

    A mark does not: it may have changed places with other marks, or been part of a letter. Nor
    does what is put together, as Hangul is; nor iota, which is also a mark under Greek vowels.
    """
    return letter.isascii() or (
        not (
            unicodedata.category(letter)[0] == "M"
            or letter == "ι"
            or ord(letter) in _SURROGATES
            or JOINING.match(letter)
        )
        and unicodedata.is_normalized("NFD", letter)
    )


def _changing_letters() -> Iterator[str]:
    """The letters that fold to something else, and a few that do not."""
    yield "ı"  # which has no other case by itself
    letters = array("I", range(_END_OF_LETTERS)).tobytes().decode("utf-32", "surrogatepass")
    for start in range(0, len(letters), _BLOCK):
        block = letters[start : start + _BLOCK]
        if block.casefold() == block and unicodedata.is_normalized("NFD", block):
            continue
        for letter in block:
            if letter.casefold() != letter or unicodedata.decomposition(letter):
                yield letter
