"""Bars as text."""

from hypothesis import given
from hypothesis import strategies as st

from jessy_tui.bars import MARK, bar, compact, shade


@given(st.floats(0, 1), st.integers(1, 60), st.none() | st.floats(0, 1))
def test_a_bar_is_exactly_as_wide_as_it_should_be(
    share: float, width: int, mark: float | None
) -> None:
    drawn = bar(share, width, mark)
    assert len(drawn) == width
    assert (MARK in drawn) is (mark is not None)


def test_what_is_there_is_never_drawn_as_nothing() -> None:
    assert bar(0, 4) == "    "
    assert bar(0.0001, 4) == "▏   "
    assert bar(1, 4) == "████"
    assert bar(0.5, 4, 0.75) == "██ │"
    assert bar(1, 4, 0.5) == "██│█"
    assert bar(0.5, 0) == ""


def test_shades_grow_and_only_nothing_is_blank() -> None:
    assert [shade(share) for share in (0, 0.01, 0.3, 0.6, 1)] == list(" ░▒▓█")


def test_a_count_is_short_however_large_it_is() -> None:
    numbers = [0, 7, 999, 1_000, 12_400, 999_400, 999_600, 3_000_000]
    assert [compact(one) for one in numbers] == ["0", "7", "999", "1k", "12k", "999k", "1M", "3M"]
