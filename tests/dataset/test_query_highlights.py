"""Where matches are shown: all of what is sought, and nothing else."""

import pytest
from hypothesis import given, settings

from jessy_tui.dataset.query import Query, Text, highlights, parse
from jessy_tui.dataset.query.folded import FoldedText
from jessy_tui.dataset.turkish import fold
from tests.dataset.queries import ANY_TEXTS, LETTER_TEXTS, NODES


def shown(query: str, text: str) -> list[str]:
    return [text[start:end] for start, end in highlights(parse(query), text)]


@pytest.mark.parametrize(
    ("query", "text", "parts"),
    [
        ("sey", "Bir şey, bir ŞEY, bir s\u0327ey.", ["şey", "ŞEY", "s\u0327ey"]),
        ("isik", "IŞIK İŞİK ışık", ["IŞIK", "İŞİK", "ışık"]),
        ("i", "I\u0307i\u0307", ["I\u0307", "i\u0307"]),
        ("f", "a ﬃ f", ["ﬃ", "f"]),
        ("ss", "Straße", ["ß"]),
        ("s", "Straße", ["S", "ß"]),
        ("ras", "Straße", ["raß"]),
        ("한", "\u1112\u1161\u11ab한", ["\u1112\u1161\u11ab", "한"]),
        ("aa", "aaaaa", ["aa", "aa"]),
        ("ab bc", "abc", ["abc"]),
        ("a -b", "abc", ["a"]),
        ("a -(b -c) or d", "abcd", ["a", "c", "d"]),
        ("/s+/ is:low", "ßsSşss", ["sS", "ss"]),
        ("/sık/", "SIK sık sik", ["SIK", "sık"]),
        ("/x*/", "axxa", ["xx"]),
        ("/b/", "😀b\ud800b", ["b", "b"]),
        ("is:low", "is:low", []),
        ("a", "", []),
        ('""', "a", []),
        ("\u0301", "a\u0301", []),
    ],
)
def test_what_is_sought_is_shown(query: str, text: str, parts: list[str]) -> None:
    assert shown(query, text) == parts


@settings(deadline=None)
@given(LETTER_TEXTS | ANY_TEXTS, LETTER_TEXTS | ANY_TEXTS)
def test_what_is_shown_of_a_word_folds_to_it_and_is_shown_where_it_is_found(
    term: str, text: str
) -> None:
    for sought in (term, text[1:3], fold(text)[1:3]):
        spans = highlights(Query(Text(sought)), text)
        assert bool(spans) is (fold(sought) != "" and fold(sought) in fold(text))
        for start, end in spans:
            assert fold(sought) in fold(text[start:end])


@settings(deadline=None)
@given(NODES, ANY_TEXTS)
def test_what_is_shown_is_in_order_and_within_the_text(node: object, text: str) -> None:
    end = 0
    for start, stop in highlights(Query(node), text):  # type: ignore[arg-type] # a Node
        assert end <= start < stop <= len(text)
        end = stop


@settings(deadline=None)
@given(LETTER_TEXTS | ANY_TEXTS)
def test_each_letter_of_a_fold_comes_from_a_part_that_folds_to_it(text: str) -> None:
    folded = FoldedText(text)
    last = 0
    for place, letter in enumerate(folded.folded):
        start, end = folded.span(place, place + 1)
        assert last <= start < end <= len(text)
        assert letter in fold(text[start:end])
        last = start


def test_a_long_text_is_shown_its_first_ten_thousand_matches() -> None:
    assert len(highlights(parse("a"), "aş" * 20_000)) == 10_000
    assert len(highlights(parse("/a/"), "aş" * 20_000)) == 10_000
