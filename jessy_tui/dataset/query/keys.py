"""The keys of the language, and what stands after them."""

from dataclasses import dataclass
from functools import cache
from typing import Final

from jessy_tui.dataset.example import Example
from jessy_tui.iteration import MAX_ITERATIONS, MIN_ITERATIONS, Complexity

META: Final = "meta."

COMPLEXITIES: Final = {complexity.lower(): complexity for complexity in Complexity}
"""How the complexities are typed."""
UNLABELLED: Final = "unlabelled"
"""What `is:` takes besides: complexity, iterations or category are missing (`-has:label`)."""

NAMES: Final = ("category", "part", "file", "lang", "opening", "word")
EXACT: Final = ("category", "part", "file", "lang")
"""Those that are names of their own: `=` before one asks for exactly it, and `=""` for none."""

FINDINGS: Final = ("error", "warning", "note", "finding")
"""What `has:` takes that is said by the checks, besides their names."""
PARTS: Final = ("label", "code")
"""What `has:` takes that is seen in the example itself."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The numbers a key can have, both ends inclusive."""

    low: int
    high: int | None
    what: str
    """The subject of a sentence about them, in the plural."""

    def __str__(self) -> str:
        return f"{self.low} to {self.high}" if self.high else f"{self.low} and up"


BOUNDS: Final = {
    "iterations": Bounds(MIN_ITERATIONS, MAX_ITERATIONS, "iterations"),
    "len": Bounds(0, None, "lengths"),
    "turns": Bounds(0, None, "numbers of turns"),
    "weight": Bounds(1, None, "weights"),
    "#": Bounds(1, None, "numbers in the list"),
}

DESCRIPTIONS: Final = {
    "is": "complexity: low, medium or high; or unlabelled",
    "iterations": "iterations of the label: 3, >=6 or 3..5",
    "category": "category that begins so",
    "part": "part that begins so",
    "file": "file whose name has this in it",
    "lang": "language: tr, en or mixed",
    "opening": "words that the answer begins with",
    "word": "a whole word, unlike sorcam, which is found in sorcaman",
    "has": "error, warning, note, finding, label, code or a check",
    "len": "length of the answer in characters: >800",
    "turns": "messages in the conversation: >2",
    "weight": "times it counts in training: >1",
    "edited": "yes: differs from disk",
    "meta.": "any key of the label: meta.origin:mail",
}
"""What completion says of each key, in the order it offers them."""

SYNONYMS: Final = {"complexity": "is"}
"""Keys that people type for another; the normal form has the other."""

KEYS: Final = (*DESCRIPTIONS, *SYNONYMS)


@cache
def check_names() -> frozenset[str]:
    """The names of all checks there are; imported when they are asked for, for a quick start."""
    from jessy_tui.dataset.checks import DATASET_CHECKS, EXAMPLE_CHECKS, FILE_CHECK
    from jessy_tui.dataset.checks.length import TOO_LONG

    names = {FILE_CHECK, TOO_LONG.name}
    names.update(check.name for check in EXAMPLE_CHECKS)
    names.update(check.name for check in DATASET_CHECKS)
    return frozenset(names)


@cache
def check_texts() -> dict[str, str]:
    """What each check finds, without the full stop; imported when it is asked for."""
    from jessy_tui.dataset.checks import BY_NAME

    return {name: check.about.rstrip(".") for name, check in BY_NAME.items()}


def number_of(example: Example, key: str) -> int | None:
    """What a number key means for an example; None where the label does not say."""
    match key:
        case "iterations":
            return example.iterations
        case "len":
            return len(example.answer)
        case "turns":
            return len(example.turns)
        case "weight":
            return example.weight
    raise KeyError(key)
