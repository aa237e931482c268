"""What each cell of complexity x iterations x category should hold, and what is missing."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jessy_tui.dataset.census import ALL_ITERATIONS, Cell, Census
from jessy_tui.dataset.gaps import Gap, grid_of, whole
from jessy_tui.iteration import Complexity
from jessy_tui.workspace import CategoryTarget, TargetSettings

CATEGORIES = ("rust", "ethics", "greeting", "ışık")


def census_of_cells(cells: dict[tuple[str | None, int | None], int]) -> Census:
    census = Census([Path("a.json")])
    for (category, iterations), count in cells.items():
        complexity = Complexity.of(iterations) if iterations else None
        if count:
            census.cells[Cell(0, category, complexity, iterations)] += count
    return census


CELLS = st.dictionaries(
    st.tuples(st.sampled_from([*CATEGORIES, None]), st.sampled_from([*ALL_ITERATIONS, None])),
    st.integers(0, 200),
    max_size=20,
)
SHARES = st.floats(0.05, 1)
SETTINGS = st.builds(
    TargetSettings,
    examples=st.sampled_from([0, 1000]),
    categories=st.dictionaries(
        st.sampled_from([*CATEGORIES, "new"]),
        st.builds(
            CategoryTarget,
            share=st.none() | SHARES,
            iterations=st.none()
            | st.lists(st.sampled_from(ALL_ITERATIONS), min_size=1, unique=True).map(tuple),
        ),
        max_size=3,
    ),
)


@given(CELLS, SETTINGS)
def test_the_targets_of_all_cells_add_up_to_those_of_their_iterations(
    cells: dict[tuple[str | None, int | None], int], settings: TargetSettings
) -> None:
    census = census_of_cells(cells)
    grid = grid_of(census, settings)
    total = max(settings.examples, census.examples)
    if not any(name is not None for name in grid.categories):
        assert grid.targets == {}
        return
    for complexity in Complexity:
        for iterations in complexity.band:
            column = sum(
                target for (_, number), target in grid.targets.items() if number == iterations
            )
            wanted = settings.aim_of(complexity) * total / len(complexity.band)
            assert column == pytest.approx(wanted)
    assert sum(grid.targets.values()) == pytest.approx(total)


@given(CELLS, SETTINGS)
def test_the_counts_of_all_cells_add_up_to_all_examples(
    cells: dict[tuple[str | None, int | None], int], settings: TargetSettings
) -> None:
    census = census_of_cells(cells)
    grid = grid_of(census, settings)
    shown = sum(
        grid.count(category, number) for category in grid.categories for number in grid.columns
    )
    assert shown == census.examples


@given(CELLS, SETTINGS)
def test_gaps_are_the_cells_that_are_short_the_furthest_first(
    cells: dict[tuple[str | None, int | None], int], settings: TargetSettings
) -> None:
    grid = grid_of(census_of_cells(cells), settings)
    gaps = grid.gaps
    assert {(gap.category, gap.iterations) for gap in gaps} == {
        (category, number)
        for category in grid.categories
        for number in grid.columns
        if category is not None and number is not None and grid.short(category, number)
    }
    missing = [gap.target - gap.count for gap in gaps]
    assert missing == sorted(missing, reverse=True)
    assert all(gap.short >= 1 and gap.wanted == gap.count + gap.short for gap in gaps)


@given(CELLS.filter(lambda cells: any(cells.values())), st.sampled_from(CATEGORIES))
def test_writing_for_a_gap_makes_it_smaller(
    cells: dict[tuple[str | None, int | None], int], category: str
) -> None:
    # With targets of its own, what is written moves no other target.
    settings = TargetSettings(
        examples=5000, categories={name: CategoryTarget(share=0.25) for name in CATEGORIES}
    )
    cells = {(name, n): c for (name, n), c in cells.items() if name in CATEGORIES and n}
    grid = grid_of(census_of_cells(cells), settings)
    gap = next((gap for gap in grid.gaps if gap.category == category), None)
    if gap is None:
        return
    more = Counter(cells)
    more[category, gap.iterations] += 1
    after = grid_of(census_of_cells(dict(more)), settings)
    if gap.count:  # otherwise the category is written for more than it was before
        assert after.short(category, gap.iterations) == gap.short - 1


def test_a_target_is_the_product_of_three_shares() -> None:
    cells = {("rust", n): 10 for n in (3, 4, 5)} | {("howto", 4): 30, ("chat", 1): 40}
    settings = TargetSettings(
        complexity={"LOW": (0, 1), "MEDIUM": (0, 1), "HIGH": (0, 1)},
        aim={"LOW": 0.4, "MEDIUM": 0.6, "HIGH": 0.0},
    )
    grid = grid_of(census_of_cells(cells), settings)
    # 100 examples, 60 % of them MEDIUM, a third of these each of 3, 4 and 5.
    assert grid.target("rust", 3) == pytest.approx(100 * 0.6 / 3)
    # Of the 4, rust and howto have a half each, since either has 30 MEDIUM examples.
    assert grid.target("rust", 4) == grid.target("howto", 4) == pytest.approx(10)
    # Nobody asks howto for a 3 or a 5; nor anybody for HIGH.
    assert grid.target("howto", 3) == grid.target("rust", 9) == 0
    # A 2 is wanted of the category that has LOW ones.
    assert grid.target("chat", 2) == pytest.approx(20)
    assert grid.gaps[0] == Gap("chat", 2, 0, grid.target("chat", 2))


def test_a_category_is_written_for_what_lies_between_what_it_has() -> None:
    cells = {("ethics", 6): 20, ("ethics", 9): 20, ("mind", 8): 5}
    grid = grid_of(census_of_cells(cells), TargetSettings())
    assert grid.target("ethics", 7) > 0
    assert grid.target("ethics", 8) > grid.target("mind", 8) > 0
    assert grid.target("mind", 9) == 0


def test_what_the_settings_say_of_a_category_holds() -> None:
    settings = TargetSettings(
        categories={
            "rust": CategoryTarget(share=0.5, iterations=(4, 5)),
            "new": CategoryTarget(iterations=(9,)),
        }
    )
    cells: dict[tuple[str | None, int | None], int]
    cells = {("rust", 3): 50, ("howto", 3): 50, ("howto", 5): 50}
    grid = grid_of(census_of_cells(cells), settings)
    assert grid.target("rust", 3) == 0
    assert grid.target("rust", 4) > 0
    assert grid.target("new", 9) > 0
    assert grid.categories == ("howto", "rust", "new")


def test_halves_are_wanted_whole() -> None:
    assert [whole(target) for target in (0.49, 0.5, 1.5, 2.4)] == [0, 1, 2, 2]


def test_no_examples_have_no_gaps() -> None:
    assert grid_of(Census(), TargetSettings()).gaps == ()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"complexity": {"LOW": (0.6, 0.4)}}, "LOW goes from 0.6 to 0.4"),
        ({"aim": {"low": 0.5}}, '"low" is no complexity'),
    ],
)
def test_targets_that_cannot_be_met_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        TargetSettings(**given)


def test_the_aim_always_meets_the_target() -> None:
    settings = TargetSettings(complexity={"LOW": (0.6, 0.7), "HIGH": (0.1, 0.3)}, aim={"LOW": 0.5})
    assert settings.aim_of("LOW") == 0.6
    assert settings.aim_of("HIGH") == 0.2
    assert settings.aim_of("MEDIUM") == 0
