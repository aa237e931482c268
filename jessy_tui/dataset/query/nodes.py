"""What a query says, as data: a tree of frozen nodes.

A store of many rows may evaluate these on columns and bytes of its own; `evaluation` says what
each of them means on one example. `str` of a node is its normal form, which parses to the same
node.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from jessy_tui.dataset.query.lexer import lex
from jessy_tui.dataset.turkish import fold, question_key
from jessy_tui.iteration import Complexity

MOST_DECIMALS: Final = 6
"""After the point of a number that is compared."""


@dataclass(frozen=True)
class Everything:
    """The empty query."""

    def __str__(self) -> str:
        return ""


@dataclass(frozen=True)
class And:
    """All parts hold; two at the least. An `And` among them is taken apart."""

    parts: "tuple[Node, ...]"

    def __post_init__(self) -> None:
        flat: list[Node] = []
        for part in self.parts:
            flat += part.parts if isinstance(part, And) else (part,)
        object.__setattr__(self, "parts", tuple(flat))
        _check_size(self.parts)

    def __str__(self) -> str:
        return " ".join(_grouped(part, Or) for part in self.parts)


@dataclass(frozen=True)
class Or:
    """One part holds at the least; two at the least. An `Or` among them is taken apart."""

    parts: "tuple[Node, ...]"

    def __post_init__(self) -> None:
        flat: list[Node] = []
        for part in self.parts:
            flat += part.parts if isinstance(part, Or) else (part,)
        object.__setattr__(self, "parts", tuple(flat))
        _check_size(self.parts)

    def __str__(self) -> str:
        return " or ".join(str(part) for part in self.parts)


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: "Node"

    def __str__(self) -> str:
        return f"-{_grouped(self.part, And, Or, Not)}"


@dataclass(frozen=True)
class Text:
    """A word or a phrase, as it was typed; found where its fold is in a message's fold."""

    text: str

    @cached_property
    def folded(self) -> str:
        """What is looked for."""
        return fold(self.text)

    def __str__(self) -> str:
        return self.text if _is_word(self.text) else _quoted(self.text)


@dataclass(frozen=True)
class Regex:
    """A regular expression in RE2's syntax, looked for in the messages as they are written."""

    pattern: str
    r"""With `/` for the `\/` that is typed."""

    def __str__(self) -> str:
        return "/" + re.sub(r"\\.|/", _escaped_slash, self.pattern, flags=re.DOTALL) + "/"


@dataclass(frozen=True)
class Is:
    """The label's complexity is this one."""

    complexity: Complexity

    def __str__(self) -> str:
        return f"is:{self.complexity.lower()}"


@dataclass(frozen=True)
class Number:
    """A number is from `low` to `high`, both inclusive; one of them may be open."""

    key: str
    """iterations, len, turns, weight or `#` (the number in the list)."""
    low: int | None
    high: int | None

    def __post_init__(self) -> None:
        if self.low is None and self.high is None:
            raise ValueError("a number that is compared has a lower or an upper end")

    def holds(self, value: int | None) -> bool:
        """Whether `value` is in the range; None, a number that is missing, is in none."""
        if value is None or (self.low is not None and value < self.low):
            return False
        return self.high is None or value <= self.high

    def __str__(self) -> str:
        if self.low is None:
            text = f"<={self.high}"
        elif self.high is None:
            text = f">={self.low}"
        elif self.low == self.high:
            text = f"{self.low}"
        else:
            text = f"{self.low}..{self.high}"
        return f"#{text}" if self.key == "#" else f"{self.key}:{text}"


@dataclass(frozen=True)
class Name:
    """A name: the category or part begins so, the file's name has it, the language is it.

    Of `opening` and `word`: the words that the answer begins with, or that stand in a message.
    """

    key: str
    """category, part, file, lang, opening or word."""
    value: str
    exact: bool = False
    """Whether it is this name, letter for letter; "" is none at all. Not of words."""

    @cached_property
    def folded(self) -> str:
        """What is looked for."""
        return fold(self.value)

    def __str__(self) -> str:
        return f"{self.key}:{'=' if self.exact else ''}{as_value(self.value)}"

    @cached_property
    def words(self) -> str:
        """The words that are looked for, folded, with one space between them."""
        return question_key(self.value)


@dataclass(frozen=True)
class Meta:
    """A key of the label has a value that begins so; of a list any, of an object any key."""

    key: str
    value: str

    @cached_property
    def folded(self) -> str:
        """What is looked for."""
        return fold(self.value)

    def __str__(self) -> str:
        return f"meta.{self.key}:{as_value(self.value)}"


@dataclass(frozen=True)
class MetaNumber:
    """A key of the label is a number from `low` to `high`; one of them may be open."""

    key: str
    low: float | None
    high: float | None
    strict: bool = False
    """Whether the ends themselves are left out; only where one of them is open."""

    def __post_init__(self) -> None:
        if (self.low is None) + (self.high is None) not in ((1,) if self.strict else (0, 1)):
            raise ValueError("a number has one end, or two that are not strict")

    def holds(self, value: float) -> bool:
        """Whether `value` is in the range."""
        if self.strict and value in (self.low, self.high):
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def __str__(self) -> str:
        equal = "" if self.strict else "="
        if self.low is None or self.high is None:
            text = f">{equal}{_decimal(self.low)}" if self.high is None else ""
            text = text or f"<{equal}{_decimal(self.high)}"
        elif self.low == self.high:
            text = f"={_decimal(self.low)}"
        else:
            text = f"{_decimal(self.low)}..{_decimal(self.high)}"
        return f"meta.{self.key}:{text}"


@dataclass(frozen=True)
class Has:
    """The example has this: a severity, finding, a check's name, label or code."""

    what: str

    def __str__(self) -> str:
        return f"has:{self.what}"


@dataclass(frozen=True)
class Edited:
    """The example differs from disk, or does not."""

    edited: bool

    def __str__(self) -> str:
        return "edited:yes" if self.edited else "edited:no"


Field = Is | Number | Name | Meta | MetaNumber | Has | Edited
Node = Everything | And | Or | Not | Text | Regex | Field


def as_value(text: str) -> str:
    """A value as it stands after its key: in quotes where it would read as something else."""
    if _is_word(text) and ".." not in text and not text.startswith(("<", ">", "=", ":", "//")):
        return text
    return _quoted(text)


def _check_size(parts: tuple[Node, ...]) -> None:
    if len(parts) < 2:
        raise ValueError("what is joined has two parts at the least")


def _grouped(node: Node, *kinds: type) -> str:
    return f"({node})" if isinstance(node, kinds) else str(node)


def _is_word(text: str) -> bool:
    """Whether a text reads as one word without quotes."""
    # A dash or an arrow would exclude; an open parenthesis would take in the one of a group.
    if text[:1] in ("-", ">") or text.count("(") != text.count(")"):
        return False
    tokens = lex(text)
    return len(tokens) == 1 and tokens[0].kind == "word" and tokens[0].value == text


def _decimal(number: float | None) -> str:
    return f"{number:.{MOST_DECIMALS}f}".rstrip("0").rstrip(".")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _escaped_slash(match: re.Match[str]) -> str:
    return "\\/" if match[0] == "/" else match[0]
