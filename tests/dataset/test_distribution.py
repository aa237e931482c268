"""Counts and shares."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from jessy_tui.dataset.distribution import Count, distributions_of, file_distribution
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.files import load_examples
from tests.conftest import EXAMPLES, example
from tests.dataset.strategies import VALUES


def test_every_complexity_and_iteration_is_counted_also_where_there_is_none() -> None:
    found = distributions_of(Example(example(*row)) for row in EXAMPLES)
    assert found.examples == 8
    assert found.complexity.counts == (
        Count("LOW", 4, 0.5),
        Count("MEDIUM", 3, 0.375),
        Count("HIGH", 1, 0.125),
    )
    assert [(one.value, one.count) for one in found.iterations.counts] == [
        ("1", 2),
        ("2", 2),
        ("3", 1),
        ("4", 1),
        ("5", 1),
        ("6", 0),
        ("7", 0),
        ("8", 0),
        ("9", 1),
    ]
    assert found.complexity.missing == 0


def test_categories_and_languages_come_by_frequency() -> None:
    rows = [
        example("a", "x", "LOW", 1, "chat", language="tr"),
        example("b", "x", "LOW", 1, "fact", language="en"),
        example("c", "x", "LOW", 1, "fact", language="tr"),
        example("d", "x", "LOW", 1, "aside"),
    ]
    found = distributions_of(Example(row) for row in rows)
    assert [one.value for one in found.category.counts] == ["fact", "aside", "chat"]
    assert found.language.counts == (Count("tr", 2, 0.5), Count("en", 1, 0.25))
    assert found.language.missing == 1


def test_no_examples_have_no_shares() -> None:
    found = distributions_of([])
    assert found.examples == 0
    assert all(one.share == 0 for one in found.complexity.counts)
    assert found.category.counts == ()


@given(st.lists(VALUES))
def test_whatever_the_values_are_all_of_them_are_counted(values: list[object]) -> None:
    found = distributions_of(Example(value) for value in values)
    for distribution in (found.complexity, found.iterations, found.category, found.language):
        assert distribution.total == len(values)


def test_files_are_counted_in_their_order(tmp_path: Path) -> None:
    for name, count in (("z", 1), ("a", 3)):
        rows = [example(*row) for row in EXAMPLES[:count]]
        (tmp_path / f"{name}.json").write_text(json.dumps(rows))
    files = [load_examples(tmp_path / f"{name}.json") for name in "za"]
    found = file_distribution(files)
    assert [(Path(one.value).name, one.share) for one in found.counts] == [
        ("z.json", 0.25),
        ("a.json", 0.75),
    ]
