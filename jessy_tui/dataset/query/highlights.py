"""Where a query's words stand in a text, to be shown."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from jessy_tui.dataset.query.folded import FoldedText
from jessy_tui.dataset.query.nodes import And, Name, Node, Not, Or, Regex, Text
from jessy_tui.dataset.query.query import Query
from jessy_tui.dataset.query.regexes import compile_regex

MOST: Final = 10_000
"""So many places of each term are shown; a screen has fewer."""


def sought(node: Node, *, wanted: bool = True) -> Iterator[Text | Regex]:
    """The words, phrases and regexes that are looked for; none that is excluded."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from sought(part, wanted=wanted)
        case Not(part):
            yield from sought(part, wanted=not wanted)
        case Text() | Regex():
            if wanted:
                yield node
        case Name("word", value):
            if wanted:
                yield Text(value)


def highlights(query: Query, text: str) -> list[tuple[int, int]]:
    """The parts of `text` that are what the query looks for: start and end, in characters.

    They are in order and do not overlap. Whole letters are covered: a ligature of which one
    letter is sought, and a letter with its marks.
    """
    terms = list(sought(query.node))
    if not terms or not text:
        return []
    folded = FoldedText(text)
    spans: list[tuple[int, int]] = []
    for term in terms:
        match term:
            case Text():
                spans += islice(_places(term.folded, folded), MOST)
            case Regex(pattern):
                spans += compile_regex(pattern).spans(text, MOST)
    return _merged(spans)


def _places(term: str, text: FoldedText) -> Iterator[tuple[int, int]]:
    place = text.folded.find(term) if term else -1
    while place >= 0:
        end = place + len(term)
        yield text.span(place, end)
        place = text.folded.find(term, end)


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
