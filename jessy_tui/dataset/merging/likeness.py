"""By what two examples are recognised as one: from their very text down to mere likeness."""

from collections.abc import Callable, Hashable
from functools import cached_property
from typing import Final

from jessy_tui.dataset.example import Unreadable
from jessy_tui.dataset.frame import Version
from jessy_tui.dataset.layout import COMPACT, write

ALIKE: Final = 60.0
"""From this likeness on, 0 to 100 (rapidfuzz's `ratio`), two texts may be one that was edited."""
_MOST_COMPARED: Final = 4_000
"""So many characters of a text are compared."""


class Looks:
    """What is looked at when an entry is recognised; each is worked out when it is asked for."""

    def __init__(self, version: Version) -> None:
        self.version = version

    @property
    def source(self) -> Hashable:
        """Its text to the letter."""
        return self.version.piece.source

    @cached_property
    def value(self) -> Hashable:
        """What it says, however it is spaced and spelled."""
        example = self.version.example
        if isinstance(example, Unreadable):
            return ("unreadable", example.raw)
        return write(example.raw, COMPACT)

    @cached_property
    def words(self) -> Hashable:
        """What was said in it, whatever its label; None for nothing."""
        return tuple((turn.role, turn.text) for turn in self.version.example.turns) or None

    @cached_property
    def question(self) -> Hashable:
        """Its first question; None for none."""
        return self.version.example.question or None

    @cached_property
    def text(self) -> str:
        """All that was said in it; its very text where nothing was."""
        said = "\n".join(turn.text or "" for turn in self.version.example.turns)
        return (said or self.version.piece.source)[:_MOST_COMPARED]


Key = Callable[[Looks], Hashable]

EXACT: Final[tuple[Key, ...]] = (lambda looks: looks.source, lambda looks: looks.value)
"""Two entries that look so are the same."""
EDITED: Final[tuple[Key, ...]] = (lambda looks: looks.words, lambda looks: looks.question)
"""Two entries that look so, and only they, are one that was edited."""


def same(one: Version, other: Version) -> bool:
    """Whether two versions say the same, however it is written."""
    if one is other or one.piece.source == other.piece.source:
        return True
    return Looks(one).value == Looks(other).value


def likeness(one: Looks, other: Looks) -> float:
    """How alike the texts of two entries are, 0 to 100; 0 for less than `ALIKE`."""
    from rapidfuzz import fuzz

    return fuzz.ratio(one.text, other.text, score_cutoff=ALIKE)
