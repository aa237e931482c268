"""What is offered while a query is typed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jessy_tui.dataset.query import Vocabulary, complete, parse
from jessy_tui.dataset.query.completion import MOST
from tests.dataset.test_query_errors import HALF_QUERIES

VOCABULARY = Vocabulary(
    categories=["greeting", "rust", "async-rust", "ışık", "two words", "or", "a-b"],
    parts=["openers", "closers"],
    files=["jessy_technical_qa.json", "jessy_philosophical_qa.json"],
    checks=["band", "duplicate-question", "duplicate-answer"],
    meta_keys=["origin", "Waive", "not possible"],
)


def offered(text: str) -> list[str]:
    """What the query becomes with each completion; the cursor is at | or at the end."""
    cursor = text.find("|") if "|" in text else len(text)
    query = text.replace("|", "")
    return [
        query[: one.start] + one.text + query[one.end :]
        for one in complete(query, cursor, VOCABULARY)
    ]


@pytest.mark.parametrize(
    ("typed", "queries"),
    [
        ("i", ["is:", "iterations:"]),
        ("sey I", ["sey is:", "sey iterations:"]),
        ("(-ca", ["(-category:"]),
        ("i|s:low", ["iterations:low"]),
        ("is:", ["is:low", "is:medium", "is:high", "is:unlabelled"]),
        ("is:H", ["is:high"]),
        ("is:hgih", ["is:high"]),
        ("complexity:m", ["complexity:medium"]),
        ("edited:", ["edited:yes", "edited:no"]),
        ("category:rus", ["category:rust", "category:async-rust"]),
        ("category:=rus", ["category:=rust", "category:=async-rust"]),
        ("category:rust", ["category:async-rust"]),
        ("category:isi", ["category:ışık"]),
        ("category:gretting", ["category:greeting"]),
        ("category:zebra", []),
        ('category:"two', ['category:"two words"']),
        ("category:tw", ['category:"two words"']),
        ("category:or", ['category:"or"', 'category:"two words"']),
        ('category:"two words"', []),
        ('part:"clo| is:low', ["part:closers is:low"]),
        ("part:c|l sey", ["part:closers sey"]),
        ("file:tech", ["file:jessy_technical_qa.json"]),
        ("lang:", ["lang:tr", "lang:en", "lang:mixed"]),
        ("has:dup", ["has:duplicate-question", "has:duplicate-answer"]),
        (
            "has:e",
            [
                "has:error",
                "has:note",
                "has:label",
                "has:code",
                "has:duplicate-question",
                "has:duplicate-answer",
            ],
        ),
        ("iterations:", ["iterations:>=6", "iterations:3..5", "iterations:<3"]),
        ("turns:>", ["turns:>2"]),
        ("met", ["meta."]),
        ("meta.", ["meta.origin:", "meta.Waive:"]),
        ("meta.wa", ["meta.Waive:"]),
        ("meta.origin:", []),
        ("kedi", []),
        ('"is:', []),
        ("/is", []),
        ("#1", []),
        ("zebra:", []),
    ],
)
def test_what_fits_is_offered(typed: str, queries: list[str]) -> None:
    assert offered(typed) == queries


@pytest.mark.parametrize("typed", ["", "sey ", "(", "-", "a or ", "| is:low"])
def test_where_nothing_is_typed_all_keys_are_offered(typed: str) -> None:
    keys = offered(typed)
    assert [query.replace("|", "").split()[-1].lstrip("(-") for query in keys if ":" in query]
    assert len(keys) == 14


def test_a_completion_says_what_it_is() -> None:
    descriptions = {one.text: one.description for one in complete("", 0, VOCABULARY)}
    assert descriptions["is:"] == "complexity: low, medium or high; or unlabelled"
    assert complete("is:l", 4, VOCABULARY)[0].description == "1-2 iterations"


def test_of_many_categories_only_the_first_are_offered() -> None:
    many = Vocabulary(categories=[f"category-{number}" for number in range(10_000)])
    assert [one.text for one in complete("category:99", 11, many)][:2] == [
        "category-99",
        "category-199",
    ]
    assert len(complete("category:", 9, many)) == MOST


@settings(deadline=None)
@given(HALF_QUERIES, st.integers(0, 40))
def test_whatever_is_typed_completions_fit_into_it(text: str, cursor: int) -> None:
    cursor = min(cursor, len(text))
    for one in complete(text, cursor, VOCABULARY):
        assert 0 <= one.start <= cursor <= one.end <= len(text)
        assert one.text
        assert one.description


@pytest.mark.parametrize("key", ["is", "category", "part", "file", "lang", "has", "edited", "len"])
def test_what_is_offered_parses(key: str) -> None:
    for query in offered(f"{key}:"):
        assert str(parse(query))
