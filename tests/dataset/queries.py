"""What the tests of the filter language share: examples to be filtered, and trees of queries."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from jessy_tui.dataset.example import HUMAN, JESSY, Example
from jessy_tui.dataset.query import (
    And,
    Edited,
    Has,
    Is,
    Meta,
    MetaNumber,
    Name,
    Node,
    Not,
    Number,
    Or,
    QueryError,
    Regex,
    Text,
    parse,
)
from jessy_tui.dataset.turkish import question_key
from jessy_tui.iteration import Complexity


@dataclass
class Said:
    check: str
    severity: str


@dataclass
class OneExample:
    """A candidate that counts how often its findings were asked for."""

    example: Example
    file_name: str = "jessy_technical_qa.json"
    number: int = 12
    edited: bool = False
    said: list[Said] = field(default_factory=list)
    asked: int = 0

    def findings(self) -> Iterable[Said]:
        self.asked += 1
        return self.said


def talk(*texts: str, **metadata: Any) -> Example:
    """A conversation of these messages, question and answer in turn, with this label."""
    messages: list[dict[str, Any]] = [
        {"from": JESSY if index % 2 else HUMAN, "value": text} for index, text in enumerate(texts)
    ]
    messages[-1]["metadata"] = metadata
    return Example({"conversations": messages})


# Letters that fold in every way: to one, to several, to nothing; and what means something to the
# language, to JSON or to regular expressions.
_LETTERS = "abcefilmnrsstuvyzABCEFILMNSTXZ0129çğıöşüÇĞİÖŞÜâîûéñßẞſﬁﬃﬆŉǰẖẚΆΐᾳιςΣйёЇԱև"
_MARKS = "\u0307\u0327\u0301\u0345\u0340\u0483\u05b0\u3099\u0338"
_OTHERS = "かがदक\u0958한각\u1112\u1161\u11ab豈\uf900😀𐐀\u212a\u212b\u2126"
_SIGNS = " \n\t\"\\/-:#().*+?[]{}|^$'_,"
LETTERS = st.sampled_from(_LETTERS + _MARKS + _OTHERS + _SIGNS)
LETTER_TEXTS = st.text(LETTERS, max_size=10)
ANY_TEXTS = st.text(st.characters(codec="utf-8"), max_size=10) | LETTER_TEXTS

_KEYS = st.from_regex(r"[^\s:\"()]{1,5}", fullmatch=True)
_VALUES = ANY_TEXTS | st.sampled_from([">3", "3", "3..5", "", "<x", ":", "//", "or", "(", "a:b"])
_NUMBERS = st.integers(1, 9)
_DECIMALS = st.decimals(-999, 999, places=3).map(float)


_NUMBER_KEYS = st.sampled_from(["iterations", "len", "turns", "weight", "#"])

Ends = st.SearchStrategy[tuple[Any, Any]]


def _open(numbers: st.SearchStrategy[Any]) -> Ends:
    return st.tuples(numbers, st.none()) | st.tuples(st.none(), numbers)


def _ends(numbers: st.SearchStrategy[Any]) -> Ends:
    both = st.tuples(numbers, numbers).map(lambda ends: (min(ends), max(ends)))
    return _open(numbers) | both


def _is_regex(pattern: str) -> bool:
    try:
        return parse(str(Regex(pattern))).node == Regex(pattern)
    except QueryError:
        return False


REGEXES = st.text("abiıIİş .*+?|()[]^$\\-/{}dw1,", min_size=1, max_size=8).filter(_is_regex)
LEAVES = st.one_of(
    ANY_TEXTS.map(Text),
    st.sampled_from(["or", "OR", "-", "--x", "->", "a)", "f(x)", "(", "/", "//", "/a/", "#1"]).map(
        Text
    ),
    REGEXES.map(Regex),
    st.sampled_from(Complexity).map(Is),
    st.builds(Name, st.sampled_from(["category", "part", "file", "lang"]), _VALUES, st.booleans()),
    st.builds(Name, st.sampled_from(["opening", "word"]), _VALUES.filter(question_key)),
    st.builds(Meta, _KEYS, _VALUES),
    st.builds(lambda key, ends: Number(key, *ends), _NUMBER_KEYS, _ends(_NUMBERS)),
    st.builds(lambda key, ends: MetaNumber(key, *ends), _KEYS, _ends(_DECIMALS)),
    st.builds(lambda key, ends: MetaNumber(key, *ends, strict=True), _KEYS, _open(_DECIMALS)),
    st.sampled_from(["error", "warning", "note", "finding", "label", "code", "band"]).map(Has),
    st.booleans().map(Edited),
)


def _joined(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, min_size=2, max_size=4).map(tuple)
    return st.one_of(several.map(And), several.map(Or), inner.map(Not))


NODES: st.SearchStrategy[Node] = st.recursive(LEAVES, _joined, max_leaves=12)
