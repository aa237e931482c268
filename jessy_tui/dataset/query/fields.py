"""From `key:value` to a node."""

import re
from typing import Final

from jessy_tui.dataset.query.errors import QueryError, any_of, did_you_mean, nearest
from jessy_tui.dataset.query.keys import (
    BOUNDS,
    COMPLEXITIES,
    EXACT,
    FINDINGS,
    KEYS,
    META,
    NAMES,
    PARTS,
    SYNONYMS,
    UNLABELLED,
    check_names,
)
from jessy_tui.dataset.query.lexer import Token
from jessy_tui.dataset.query.nodes import (
    MOST_DECIMALS,
    Edited,
    Has,
    Is,
    Meta,
    MetaNumber,
    Name,
    Node,
    Not,
    Number,
)
from jessy_tui.dataset.turkish import fold
from jessy_tui.iteration import Complexity

_COMPARED: Final = re.compile(r"(>=|<=|>|<|=)?([0-9]+)")
_RANGE: Final = re.compile(r"([0-9]+)\.\.([0-9]+)")
_MOST_DIGITS: Final = 12
_DECIMAL: Final = rf"(-?[0-9]{{1,{_MOST_DIGITS}}}(?:\.[0-9]{{1,{MOST_DECIMALS}}})?)"
_META_COMPARED: Final = re.compile(rf"(>=|<=|>|<|=){_DECIMAL}")
_META_RANGE: Final = re.compile(rf"{_DECIMAL}\.\.{_DECIMAL}")
_YES_OR_NO: Final = {"yes": True, "no": False}
_SAMPLES: Final = {
    "category": "rust",
    "part": "openers",
    "file": "technical",
    "lang": "tr",
    "opening": "bence",
    "word": "API",
}
_LONGEST_SHOWN: Final = 40


def field_node(token: Token) -> Node:
    """What a field says.

    Raises:
        QueryError: there is no such key, or it does not take such a value.
    """
    stem, dot, rest = token.key.partition(".")
    key = SYNONYMS.get(fold(stem), fold(stem))
    if dot and key + dot == META:
        return _meta(rest, token)
    if dot or key not in (*KEYS, "#"):
        raise _unknown_key(token)
    _refuse_half(token)
    if key in BOUNDS:
        return _bounded(key, token)
    if key in NAMES:
        return _name(key, token)
    match key:
        case "is":
            if fold(token.value) == UNLABELLED:
                return Not(Has("label"))
            return Is(_complexity(token))
        case "edited":
            return Edited(_YES_OR_NO[_one_of(tuple(_YES_OR_NO), token)])
        case _:
            return _has(token)


def _name(key: str, token: Token) -> Name:
    if key not in EXACT:
        name = Name(key, token.value)
        if not name.words or token.exact:
            raise _empty(token, f"a word, such as {key}:{_SAMPLES[key]}")
        return name
    exact = token.exact or (token.value.startswith("=") and not token.quoted)
    value = token.value if token.quoted else token.value.removeprefix("=")
    if not value and not token.quoted:
        raise _empty(token, f"a name, such as {key}:{_SAMPLES[key]}")
    return Name(key, value, exact)


def _complexity(token: Token) -> Complexity:
    return COMPLEXITIES[_one_of((*COMPLEXITIES, UNLABELLED), token)]


def _one_of(allowed: tuple[str, ...], token: Token) -> str:
    value = fold(token.value)
    if value not in allowed:
        raise _wrong(token, any_of(allowed), allowed)
    return value


def _has(token: Token) -> Has:
    what = fold(token.value)
    if what in (*FINDINGS, *PARTS):
        return Has(what)
    known = (*FINDINGS, *PARTS, *sorted(check_names()))
    if what not in known:
        raise _wrong(token, f"{', '.join((*FINDINGS, *PARTS))} or the name of a check", known)
    return Has(what)


def _meta(key: str, token: Token) -> Node:
    if not key:
        message = "meta. takes a key of the label and a value, such as meta.origin:mail."
        raise QueryError(message, token.start, token.end)
    _refuse_half(token)
    if token.exact:
        raise _empty(token, f'a value without =, such as {token.key}:mail, or "" for any')
    if token.quoted:
        return Meta(key, token.value)
    if not token.value:
        raise _empty(token, f'a value, such as {token.key}:mail, or "" for any')
    if range_ := _META_RANGE.fullmatch(token.value):
        low, high = float(range_[1]), float(range_[2])
        if low > high:
            raise _empty_range(token, range_)
        return MetaNumber(key, low, high)
    if compared := _META_COMPARED.fullmatch(token.value):
        number, sign = float(compared[2]), compared[1]
        at_least, at_most = None if "<" in sign else number, None if ">" in sign else number
        return MetaNumber(key, at_least, at_most, strict="=" not in sign)
    # A number alone is the beginning of a text: meta.version:2 finds "2.1".
    return Meta(key, token.value)


def _bounded(key: str, token: Token) -> Number:
    bounds = BOUNDS[key]
    low, high = _ends(token)
    if (high is not None and high < bounds.low) or (
        low is not None and bounds.high is not None and low > bounds.high
    ):
        message = f"There are no {bounds.what} {token.value}; they go from {bounds}."
        raise QueryError(message, token.value_start, token.end)
    return Number(key, low, high)


def _ends(token: Token) -> tuple[int | None, int | None]:
    """The lowest and the highest number that a value takes in."""
    if range_ := _RANGE.fullmatch(token.value):
        low, high = _number(range_[1], token), _number(range_[2], token)
        if low > high:
            raise _empty_range(token, range_)
        return low, high
    compared = _COMPARED.fullmatch(token.value)
    if not compared:
        raise _wrong(token, "a number, such as 3, >=6, <4 or 3..5")
    number = _number(compared[2], token)
    match compared[1]:
        case ">=":
            return number, None
        case ">":
            return number + 1, None
        case "<=":
            return None, number
        case "<":
            return None, number - 1
    return number, number


def _number(digits: str, token: Token) -> int:
    if len(digits) > _MOST_DIGITS:
        message = f"A number has {_MOST_DIGITS} digits at the most."
        raise QueryError(message, token.value_start, token.end)
    return int(digits)


def _refuse_half(token: Token) -> None:
    if not token.closed:
        message = f'The closing " of the value of {token.key}: is missing.'
        raise QueryError(message, token.value_start, token.end)
    if not token.quoted and token.value.startswith("("):
        message = (
            f"{token.key}: takes one value; write ({token.key}:this or {token.key}:that), "
            "or put the value in quotes."
        )
        raise QueryError(message, token.value_start, token.end)


def _empty_range(token: Token, range_: re.Match[str]) -> QueryError:
    message = f"{token.value} is empty; write {range_[2]}..{range_[1]}."
    return QueryError(message, token.value_start, token.end)


def _unknown_key(token: Token) -> QueryError:
    start, end = token.start, token.value_start - 1
    meant = nearest(token.key, KEYS)
    message = f"There is no key '{_shortened(token.key)}'; "
    message += f"did you mean {meant}? " if meant else f"the keys are {', '.join(KEYS)}. "
    return QueryError(message + "To search for the text, put it in quotes.", start, end)


def _empty(token: Token, allowed: str) -> QueryError:
    return QueryError(f"{_typed(token)} takes {allowed}.", token.start, token.end)


def _wrong(token: Token, allowed: str, known: tuple[str, ...] = ()) -> QueryError:
    if not token.value:
        return _empty(token, allowed)
    shown = _shortened(token.value)
    message = f"{_typed(token)} takes {allowed}, not '{shown}'{did_you_mean(token.value, known)}"
    return QueryError(message, token.value_start, token.end)


def _typed(token: Token) -> str:
    return "#" if token.key == "#" else f"{token.key}:"


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
