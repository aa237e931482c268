"""The rows of the figures: they add up, and each filter finds as many examples as its row says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jessy_tui.dataset.census import Census, census_of
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.figures import NONE, Overview, cell_query, overview_of, ranges, short_names
from jessy_tui.dataset.files import load_examples
from jessy_tui.dataset.query import parse
from jessy_tui.dataset.store import ExampleStore
from jessy_tui.dataset.words import uses_of
from jessy_tui.workspace import CategoryTarget, TargetSettings
from tests.conftest import REPOSITORY, example
from tests.dataset.queries import OneExample
from tests.dataset.strategies import VALUES

FILES = sorted((REPOSITORY / "data").glob("jessy_*.json"))


@pytest.fixture(scope="module")
def store() -> Iterator[ExampleStore]:
    store = ExampleStore.open(FILES)
    yield store
    store.close()


def found(store: ExampleStore, query: str) -> int:
    return sum(len(chunk) for chunk in store.select(parse(query)))


def test_every_row_of_every_figure_of_the_400_is_what_its_filter_finds(store: ExampleStore) -> None:
    overview = overview_of(store.census(), TargetSettings())
    assert list(overview.figures) == [
        "complexity", "iterations", "category", "file", "language", "length", "turns",
    ]  # fmt: skip
    for figure in overview.figures.values():
        assert figure.rows
        for row in figure.rows:
            assert found(store, row.query) == row.count, row


def test_every_cell_of_the_400_is_what_its_filter_finds(store: ExampleStore) -> None:
    grid = overview_of(store.census(), TargetSettings()).grid
    for category in grid.categories[:6]:
        for iterations in grid.columns:
            count = grid.count(category, iterations)
            assert found(store, cell_query(category, iterations)) == count


def test_every_word_and_opening_of_the_400_is_what_its_filter_finds(store: ExampleStore) -> None:
    uses = uses_of(store.examples())
    assert uses.examined == 400
    assert uses.words
    for use in (*uses.words, *uses.openings):
        assert found(store, use.query) == use.count, use


def test_the_bundled_files_meet_their_targets_in_groups(store: ExampleStore) -> None:
    files = overview_of(store.census(), TargetSettings()).figures["file"]
    assert [(row.name, row.depth, row.count) for row in files.rows] == [
        ("turkish_*", 0, 200),
        ("turkish_conversational", 1, 50),
        ("turkish_qa_chat", 1, 150),
        ("technical_qa", 0, 100),
        ("philosophical_qa", 0, 50),
        ("iteration_control", 0, 50),
    ]
    assert files.verdict == "targets met"


def adds_up(overview: Overview, total: int) -> None:
    for figure in overview.figures.values():
        rows = figure.rows
        # A group of files is the sum of the rows below it.
        groups = [
            place
            for place, row in enumerate(rows[:-1])
            if row.depth == 0 and rows[place + 1].depth == 1
        ]
        counts = [row.count for place, row in enumerate(rows) if place not in groups]
        assert sum(counts) == total, figure.title
        for row in rows:
            assert row.share == pytest.approx(row.count / total if total else 0)


LABELS = st.fixed_dictionaries(
    {},
    optional={
        "complexity": st.sampled_from(["LOW", "HIGH", "low", None, 3]),
        "iterations": st.sampled_from([1, 5, 9, 12, True, "3"]),
        "category": st.sampled_from(["rust", "Rust", "", "a b", 'say "x"', "=x", "(", None, 7]),
        "language": st.sampled_from(["tr", "TR", "", "en", None]),
    },
)
TEXTS = st.sampled_from(["", "naber", "Işık, hem de", "I'd say so", "I'd say no", "x" * 900])


@st.composite
def labelled(draw: st.DrawFn) -> Any:
    turns: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(0, 3))):
        turns.append({"from": "human", "value": draw(TEXTS)})
        turns.append({"from": "jessy", "value": draw(TEXTS), "metadata": draw(LABELS)})
    return {"conversations": turns}


@settings(deadline=None, max_examples=40)
@given(st.lists(labelled() | VALUES, max_size=12))
def test_whatever_the_examples_are_the_rows_add_up_and_find_what_they_say(rows: list[Any]) -> None:
    census = Census([Path("a.json")])
    examples = [Example(row) for row in rows]
    for one in examples:
        census.add(0, one)
    overview = overview_of(census, TargetSettings())
    adds_up(overview, len(examples))
    for figure in overview.figures.values():
        for row in figure.rows:
            query = parse(row.query)
            matching = sum(query.matches(OneExample(one, "a.json")) for one in examples)
            assert matching == row.count, (figure.key, row)
    for category in overview.grid.categories:
        for iterations in overview.grid.columns:
            query = parse(cell_query(category, iterations))
            matching = sum(query.matches(OneExample(one)) for one in examples)
            assert matching == overview.grid.count(category, iterations)
    uses = uses_of(examples)
    for use in (*uses.words, *uses.openings):
        query = parse(use.query)
        assert sum(query.matches(OneExample(one)) for one in examples) == use.count


def test_a_category_that_should_be_there_has_a_row_of_its_own() -> None:
    wanted = TargetSettings(categories={"şaka": CategoryTarget(share=0.25)})
    census = Census([Path("a.json")])
    for _ in range(8):
        census.add(0, Example(example("a", "b", "LOW", 1, "chat")))
    row = overview_of(census, wanted).figures["category"].rows[-1]
    assert (row.name, row.count) == ("şaka", 0)
    assert row.target is not None
    assert row.target.verdict == "2 short"


def test_no_examples_have_rows_without_shares() -> None:
    overview = overview_of(Census(), TargetSettings())
    adds_up(overview, 0)
    assert overview.figures["length"].rows[0].count == 0


def test_the_longest_filter_that_cannot_be_typed_is_none() -> None:
    files = [Path(f"jessy_turkish_{number:0100}.json") for number in range(60)]
    census = Census(files)
    for place in range(60):
        census.add(place, Example(example("a", "b", "LOW", 1, "chat")))
    group = overview_of(census, TargetSettings()).figures["file"].rows[0]
    assert (group.count, group.query) == (60, "")


def test_ranges_follow_each_other_as_far_as_there_is_something() -> None:
    assert [name for *_, name in ranges((1, 50, 100), 0)] == ["1-49"]
    assert [name for *_, name in ranges((1, 50, 100), 70)] == ["1-49", "50-99"]
    assert [name for *_, name in ranges((1, 50, 100), 5000)] == ["1-49", "50-99", "100+"]


def test_file_names_are_shortened_only_where_they_stay_apart() -> None:
    assert short_names([Path("a_x.json"), Path("a_y.json")]) == ["x", "y"]
    assert short_names([Path("a_.json"), Path("a_x.json")]) == ["a_.json", "a_x.json"]
    assert short_names([Path("one.jsonl")]) == ["one.jsonl"]
    assert short_names([Path("a.json"), Path("a.jsonl")]) == ["a.json", "a.jsonl"]


def test_a_census_of_files_and_of_a_store_agree(tmp_path: Path) -> None:
    rows = [example("a", "b", "LOW", 1, "chat"), {"odd": 1}, example("c", "d", "HIGH", 9, "x")]
    (tmp_path / "a.json").write_bytes(orjson.dumps(rows))
    (tmp_path / "b.json").write_bytes(b"[]")
    paths = [tmp_path / "a.json", tmp_path / "b.json"]
    store = ExampleStore.open(paths)
    read, kept = census_of(map(load_examples, paths)), store.census()
    assert read.cells == kept.cells
    assert (read.lengths, read.turns, read.languages) == (kept.lengths, kept.turns, kept.languages)
    assert read.files == kept.files == paths
    assert NONE in [
        row.name for row in overview_of(kept, TargetSettings()).figures["category"].rows
    ]
    assert kept.home_of("x") == paths[0]
    assert kept.home_of("nowhere") is None
    store.close()
