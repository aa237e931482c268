"""What examples can be sorted by, and what each field reads of one of them."""

from collections.abc import Callable, Mapping
from typing import Final, Literal, get_args

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.large.labels import COMPLEXITIES

SortField = Literal[
    "number",
    "label",
    "complexity",
    "iterations",
    "category",
    "question",
    "answer",
    "file",
    "language",
    "part",
    "length",
    "turns",
    "weight",
    "edited",
    "findings",
    "tokens",
]
SORT_FIELDS: Final[tuple[SortField, ...]] = get_args(SortField)

_LABEL_FACTOR: Final = 16


def complexity_number(example: Example) -> int:
    """1 to 3; 0 for none."""
    complexity = example.complexity
    return COMPLEXITIES.index(complexity) + 1 if complexity else 0


def label_number(complexity: int, iterations: int) -> int:
    """The whole label as one number, by complexity first. Also takes arrays."""
    return complexity * _LABEL_FACTOR + iterations


def _text_at(example: Example, key: str) -> str:
    value = example.metadata.get(key)
    return value if isinstance(value, str) else ""


NUMBERS: Final[Mapping[str, Callable[[Example], int]]] = {
    "label": lambda one: label_number(complexity_number(one), one.iterations or 0),
    "complexity": complexity_number,
    "iterations": lambda one: one.iterations or 0,
    "length": lambda one: len(one.answer),
    "turns": lambda one: len(one.turns),
    "weight": lambda one: one.weight,
}
"""Fields that are numbers; what is missing is 0, and so comes first."""

NAMES: Final[Mapping[str, Callable[[Example], str]]] = {
    "category": lambda one: one.category or "",
    "language": lambda one: one.language or "",
    "part": lambda one: _text_at(one, "part"),
}
"""Fields of which many examples have the same text."""

TEXTS: Final[Mapping[str, Callable[[Example], str]]] = {
    "question": lambda one: one.question,
    "answer": lambda one: one.answer,
}
