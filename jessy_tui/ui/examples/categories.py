"""The names of categories while they are typed: what exists, and what a new name may be."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from rapidfuzz import fuzz
from textual.suggester import Suggester

from jessy_tui.dataset.turkish import fold

_NAME: Final = re.compile(r"[^\W\d_](?:[\w-]*\w)?")
_ALIKE: Final = 70  # of 100; below it, what rapidfuzz finds has little to do with what was typed


def name_problem(name: str) -> str | None:
    """Why a text is no name for a new category, as a sentence; None if it is one."""
    if _NAME.fullmatch(name) and name == name.lower():
        return None
    return f'"{name[:30]}" is no category name; write one word in lowercase, such as greeting.'


def matching(categories: Mapping[str, int], typed: str) -> Sequence[str]:
    """The categories that what was typed may mean, the likeliest first; all, by size, for ""."""
    by_size = sorted(categories, key=lambda name: (-categories[name], name))
    wanted = fold(typed.strip())
    if not wanted:
        return by_size
    scores = {name: _likeness(wanted, fold(name)) for name in by_size}
    return sorted(
        (name for name in by_size if scores[name] >= _ALIKE), key=lambda name: -scores[name]
    )


def _likeness(wanted: str, name: str) -> float:
    """From 0 to 400: whole, beginning, inside, letters in this order, and at last similar."""
    if name == wanted:
        return 400.0
    if name.startswith(wanted):
        return 300.0
    if wanted in name:
        return 250.0
    letters = iter(name)
    if all(letter in letters for letter in wanted):
        return 200.0
    return fuzz.ratio(wanted, name)


class CategorySuggester(Suggester):
    """Completes the beginning of a category, whatever its case and dots."""

    def __init__(self, categories: Mapping[str, int]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._by_size = matching(categories, "")

    async def get_suggestion(self, value: str) -> str | None:
        """The largest category that begins with what was typed."""
        wanted = fold(value)
        names = (name for name in self._by_size if fold(name).startswith(wanted))
        return next(names, None) if wanted else None
