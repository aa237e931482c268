"""Whether an example is what a query asks for."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Protocol, assert_never
from weakref import WeakKeyDictionary

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.query.folded import fold_name
from jessy_tui.dataset.query.keys import PARTS, number_of
from jessy_tui.dataset.query.nodes import (
    And,
    Edited,
    Everything,
    Field,
    Has,
    Is,
    Meta,
    MetaNumber,
    Name,
    Node,
    Not,
    Number,
    Or,
    Regex,
    Text,
)
from jessy_tui.dataset.query.regexes import compile_regex
from jessy_tui.dataset.turkish import fold, question_key

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CODE_FENCE: Final = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
_FOLDED: Final[WeakKeyDictionary[Example, tuple[str, ...]]] = WeakKeyDictionary()
"""The folded messages of the examples that are held in memory: folding is what takes long."""


class Said(Protocol):
    """What a query reads of a finding; `checks.Finding` is one."""

    @property
    def check(self) -> str: ...
    @property
    def severity(self) -> str: ...


class FindingsSource(Protocol):
    """Somebody who keeps what all checks say of the entries of a store."""

    def known_of(self, entry_id: int) -> Iterable[Said] | None:
        """What the checks say of an entry; None where that is not known yet."""

    def having(self, what: str, ids: range) -> "NDArray[np.bool_] | None":
        """Which of some entries have a finding that `has:what` asks for; None where not known."""


def is_asked_for(said: Said, what: str) -> bool:
    """Whether a finding is one that `has:what` asks for."""
    return what in ("finding", said.severity, said.check)


class Candidate(Protocol):
    """One example as a query sees it."""

    @property
    def example(self) -> Example: ...
    @property
    def file_name(self) -> str: ...
    @property
    def number(self) -> int:
        """As the list shows it, from 1."""

    @property
    def edited(self) -> bool: ...
    def findings(self) -> Iterable[Said]:
        """What the checks say of it; called only where the query asks for that."""


class Seen:
    """A candidate with what several terms need of it, worked out once."""

    def __init__(self, candidate: Candidate) -> None:
        self.candidate = candidate

    @cached_property
    def example(self) -> Example:
        return self.candidate.example

    @cached_property
    def texts(self) -> list[str]:
        """All messages that have text, of whatever role."""
        return [turn.text for turn in self.example.turns if turn.text is not None]

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """The folds of these."""
        folded = _FOLDED.get(self.example)
        if folded is None:
            folded = _FOLDED[self.example] = tuple(fold(text) for text in self.texts)
        return folded


Test = Callable[[Seen], bool]


def needs_findings(node: Node) -> bool:
    """Whether the checks must have run for this to be answered."""
    match node:
        case And(parts) | Or(parts):
            return any(needs_findings(part) for part in parts)
        case Not(part):
            return needs_findings(part)
        case Has(what):
            return what not in PARTS
    return False


def test_of(node: Node) -> Test:
    """The node as a function, in which what is cheap is looked at first."""
    match node:
        case Everything():
            return lambda seen: True
        case And(parts):
            wanted = [test_of(part) for part in sorted(parts, key=_cost)]
            return lambda seen: all(test(seen) for test in wanted)
        case Or(parts):
            choices = [test_of(part) for part in sorted(parts, key=_cost)]
            return lambda seen: any(test(seen) for test in choices)
        case Not(part):
            unwanted = test_of(part)
            return lambda seen: not unwanted(seen)
        case Text():
            folded = node.folded
            return lambda seen: any(folded in text for text in seen.folded)
        case Regex(pattern):
            regex = compile_regex(pattern)
            return lambda seen: any(regex.found_in(text) for text in seen.texts)
    return _test_of_field(node)


def _test_of_field(node: Field) -> Test:
    match node:
        case Is(complexity):
            return lambda seen: seen.example.complexity is complexity
        case Number("#"):
            return lambda seen: node.holds(seen.candidate.number)
        case Number(key):
            return lambda seen: node.holds(number_of(seen.example, key))
        case Name():
            return _test_of_name(node)
        case Meta(key):
            folded = node.folded
            return lambda seen: _begins(seen.example.metadata, key, folded)
        case MetaNumber(key):
            return lambda seen: _has_number(seen.example.metadata.get(key), node)
        case Has(what):
            return _test_of_has(what)
        case Edited(edited):
            return lambda seen: seen.candidate.edited is edited
    assert_never(node)


def _test_of_name(node: Name) -> Test:
    folded = node.folded
    if node.exact:
        wanted = node.value
        return lambda seen: _exact_name(seen, node.key) == wanted
    match node.key:
        case "category":
            return lambda seen: _name(seen.example.category, folded)
        case "part":
            return lambda seen: _name(seen.example.metadata.get("part"), folded)
        case "lang":
            return lambda seen: fold_name(seen.example.language or "") == folded
        case "file":
            return lambda seen: folded in fold_name(seen.candidate.file_name)
        case "opening":
            words = f"{node.words} "
            return lambda seen: f"{question_key(seen.example.answer)} ".startswith(words)
        case "word":
            whole = f" {node.words} "
            first = node.words.partition(" ")[0]
            return lambda seen: any(
                first in text and whole in f" {question_key(text)} " for text in seen.folded
            )
    raise ValueError(f"there is no name {node.key}")


def _exact_name(seen: Seen, key: str) -> str:
    """What a name of the label is, letter for letter; "" where there is none."""
    match key:
        case "category":
            name: Any = seen.example.category
        case "file":
            name = seen.candidate.file_name
        case _:
            name = seen.example.metadata.get("language" if key == "lang" else key)
    return name if isinstance(name, str) else ""


def _test_of_has(what: str) -> Test:
    match what:
        case "label":
            return lambda seen: seen.example.plan is not None and seen.example.category is not None
        case "code":
            return lambda seen: any(_CODE_FENCE.search(text) for text in seen.texts)
    return lambda seen: any(is_asked_for(said, what) for said in seen.candidate.findings())


def _cost(node: Node) -> int:
    """How long a node takes, roughly: findings over regexes over words over the label."""
    match node:
        case And(parts) | Or(parts):
            return max(_cost(part) for part in parts)
        case Not(part):
            return _cost(part)
        case Has("label"):
            return 0
        case Has("code") | Text() | Name("opening" | "word"):
            return 1
        case Regex():
            return 2
        case Has():
            return 3
    return 0


def _name(name: Any, folded: str) -> bool:
    return isinstance(name, str) and bool(name) and fold_name(name).startswith(folded)


def _begins(metadata: Mapping[str, Any], key: str, folded: str) -> bool:
    """Whether the value of a key, or one of its values, begins so; anything begins with ""."""
    if key not in metadata:
        return False
    return not folded or any(fold(text).startswith(folded) for text in _texts(metadata[key]))


def _texts(value: Any) -> list[str]:
    """A JSON value as the texts it may be asked for by."""
    match value:
        case str():
            return [value]
        case bool():
            return ["true" if value else "false"]
        case None:
            return ["null"]
        case list() | dict():
            return [
                text for one in value if not isinstance(one, list | dict) for text in _texts(one)
            ]
    return [str(value)]


def _has_number(value: Any, node: MetaNumber) -> bool:
    if isinstance(value, list):
        return any(_has_number(one, node) for one in value if not isinstance(one, list))
    return isinstance(value, int | float) and not isinstance(value, bool) and node.holds(value)
