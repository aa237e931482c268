"""Lengths in tokens, as a figure."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.query import parse
from jessy_tui.dataset.rows import Row
from jessy_tui.dataset.token_figure import token_figure, token_lengths
from tests.conftest import EXAMPLES, example
from tests.dataset.queries import OneExample, talk


def words_in(rows: Sequence[Row]) -> list[int]:
    """A tokenizer for tests: one token a word of all messages."""
    return [sum(len(one["content"].split()) for one in row["messages"]) for row in rows]


def test_an_example_is_as_long_as_its_longest_row() -> None:
    label = {"complexity": "LOW", "iterations": 1, "category": "chat"}
    several = talk("a b", "c", "d e f", "g", **label)
    unlabelled = Example({"conversations": [{"from": "human", "value": "x"}]})
    lengths = token_lengths([several, unlabelled, Example(example(*EXAMPLES[0]))], words_in)
    # Only the labelled answer is a row, with all that was said before it and its plan.
    assert lengths[0] == 2 + 1 + 3 + 1 + 3 - 1
    assert lengths[1] == 0
    assert lengths[2] > 0


@given(st.lists(st.integers(0, 3000), max_size=60))
def test_the_rows_add_up_and_their_filters_name_the_examples(lengths: list[int]) -> None:
    figure = token_figure(lengths, "Tokens", whole=True)
    assert sum(row.count for row in figure.rows) == len(lengths)
    for row in figure.rows:
        if row.count:
            query = parse(row.query)
            found = [
                number
                for number in range(1, len(lengths) + 1)
                if query.matches(OneExample(Example({}), number=number))
            ]
            assert len(found) == row.count
            assert all(_is_in(lengths[number - 1], row.name) for number in found)


def _is_in(length: int, name: str) -> bool:
    if name == "(none)":
        return length == 0
    low, _, high = name.rstrip("+").replace(",", "").partition("-")
    return int(low) <= length <= (int(high) if high else length)


def test_of_a_sample_no_filter_is_offered() -> None:
    rows = token_figure([10, 500], "Tokens", whole=False).rows
    assert [row.query for row in rows if row.count] == ["", ""]
    assert token_figure([10, 500], "Tokens", whole=False).verdict == "longest of 2 examples 500"


def test_what_is_too_scattered_for_one_filter_has_none() -> None:
    lengths = [10 if place % 2 else 100 for place in range(3000)]
    assert {row.query for row in token_figure(lengths, "Tokens", whole=True).rows} == {""}


def test_nothing_has_no_rows() -> None:
    assert token_figure([], "Tokens", whole=True).rows == ()
