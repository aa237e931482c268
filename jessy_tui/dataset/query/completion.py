"""What could stand where the cursor is in a query."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from jessy_tui.dataset.query.folded import fold_name
from jessy_tui.dataset.query.keys import (
    BOUNDS,
    COMPLEXITIES,
    DESCRIPTIONS,
    EXACT,
    FINDINGS,
    META,
    PARTS,
    SYNONYMS,
    UNLABELLED,
    check_names,
    check_texts,
)
from jessy_tui.dataset.query.lexer import Token, lex
from jessy_tui.dataset.query.nodes import as_value
from jessy_tui.dataset.turkish import fold
from jessy_tui.iteration import describe_band

MOST: Final = 20
"""Completions that are offered at once."""
_ALIKE: Final = 60.0

_FORMS: Final = {
    "iterations": {">=6": "6 or more", "3..5": "3 to 5", "<3": "less than 3"},
    "len": {">800": "longer than 800 characters", "<20": "shorter than 20 characters"},
    "turns": {">2": "more than one question and one answer"},
    "weight": {">1": "counts more than once in training"},
}
_FIXED: Final = {
    "is": {
        typed: f"{describe_band(complexity)} iterations"
        for typed, complexity in COMPLEXITIES.items()
    }
    | {UNLABELLED: "complexity, iterations or category are missing"},
    "edited": {"yes": "differs from disk", "no": "is as on disk"},
    **_FORMS,
}
_OF_HAS: Final = {
    **dict.fromkeys(FINDINGS, "of the checks"),
    "finding": "of any severity",
    **dict(zip(PARTS, ("complexity, iterations and category", "a fenced block"), strict=True)),
}


@dataclass(frozen=True, slots=True)
class Completion:
    """A text that may take the place of the characters from `start` to `end` of the query."""

    text: str
    start: int
    end: int
    description: str


@dataclass(frozen=True)
class Vocabulary:
    """The names that are in use, each kind in the order in which it should be offered."""

    categories: Sequence[str] = ()
    parts: Sequence[str] = ()
    files: Sequence[str] = ()
    languages: Sequence[str] = ("tr", "en", "mixed")
    checks: Sequence[str] = field(default_factory=lambda: sorted(check_names()))
    meta_keys: Sequence[str] = ()

    @cached_property
    def choices(self) -> Mapping[str, "Choices"]:
        """What each key may be followed by; the keys of the label under `meta.`."""
        named = {
            "category": (self.categories, "category"),
            "part": (self.parts, "part"),
            "file": (self.files, "file"),
            "lang": (self.languages, "language"),
            META: (self.meta_keys, "key of the label"),
        }
        choices = {key: Choices(dict.fromkeys(*those)) for key, those in named.items()}
        choices |= {key: Choices(values) for key, values in _FIXED.items()}
        about = check_texts()
        named_checks = {name: about.get(name, "a finding of this check") for name in self.checks}
        choices["has"] = Choices(_OF_HAS | named_checks)
        return choices


class Choices:
    """Some texts with what they are, ready to be searched."""

    def __init__(self, described: Mapping[str, str]) -> None:
        self.described: Final = described
        self._folded: Final = {text: fold_name(text) for text in described}

    def like(self, typed: str) -> Iterator[str]:
        """Those that begin with what is typed, then those that have it in them, or else alike."""
        sought = fold(typed)
        within: list[str] = []
        found = False
        for text, folded in self._folded.items():
            if sought in folded:
                found = True
                if not folded.startswith(sought):
                    within.append(text)
                else:
                    yield text
        yield from within
        if not found:
            from rapidfuzz import fuzz, process  # for a quick start

            alike = process.extract(
                sought, self._folded, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=MOST
            )
            yield from (text for _, _, text in alike)


_KEYS: Final = Choices(
    {key if key == META else f"{key}:": text for key, text in DESCRIPTIONS.items()}
)


def complete(text: str, cursor: int, vocabulary: Vocabulary) -> list[Completion]:
    """What could stand at `cursor`, a place in the query `text`, the likeliest first.

    Where nothing is typed yet these are the keys; after a key they are its values. A phrase or
    a regex has none. Any text will do, whether it parses or not.
    """
    found = _fitting(text, cursor, vocabulary)
    return [one for one in found if one.text != text[one.start : one.end]]


def _fitting(text: str, cursor: int, vocabulary: Vocabulary) -> list[Completion]:
    token = next((token for token in lex(text) if token.start < cursor <= token.end), None)
    if token is None or token.kind in ("open", "minus"):
        return _offer(_KEYS, "", cursor, cursor)
    if token.kind == "field" and token.key != "#":
        return _in_field(text, cursor, token, vocabulary)
    if token.kind in ("word", "or"):
        return _in_key(text[token.start : cursor], token.start, token.end, vocabulary)
    return []


def _in_field(text: str, cursor: int, token: Token, vocabulary: Vocabulary) -> list[Completion]:
    if cursor < token.value_start:
        typed = text[token.start : cursor]
        return _in_key(typed, token.start, token.value_start, vocabulary)
    key = SYNONYMS.get(fold(token.key), fold(token.key))
    choices = vocabulary.choices.get(key)
    if choices is None:
        return []
    at_end = cursor == token.end
    typed = token.value if at_end else text[token.value_start : cursor].removeprefix('"')
    start = token.value_start
    if key in EXACT and text[start : start + 1] == "=":
        start, typed = start + 1, typed.removeprefix("=")
    # An open quote has swallowed the rest of the query.
    end = token.end if token.closed else cursor
    return _offer(choices, typed, start, end, is_name=key not in BOUNDS)


def _in_key(typed: str, start: int, end: int, vocabulary: Vocabulary) -> list[Completion]:
    if fold(typed).startswith(META):
        typed = typed[len(META) :]
        return [
            Completion(f"{META}{one.text}:", start, end, one.description)
            for one in _offer(vocabulary.choices[META], typed, start, end)
            if not set(one.text) & set(' \t\n:"()')
        ]
    sought = fold(typed)
    return [one for one in _offer(_KEYS, typed, start, end) if one.text.startswith(sought)]


def _offer(
    choices: Choices, typed: str, start: int, end: int, *, is_name: bool = False
) -> list[Completion]:
    completions: list[Completion] = []
    for text in choices.like(typed):
        if len(completions) == MOST:
            break
        written = as_value(text) if is_name else text
        completions.append(Completion(written, start, end, choices.described[text]))
    return completions
