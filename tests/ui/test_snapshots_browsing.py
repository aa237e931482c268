"""The list sorted, its dialogs, a filter that does not parse, and one that nothing matches."""

import pytest
from textual.pilot import Pilot

from jessy_tui.workspace import Workspace
from tests.conftest import EXAMPLES, MakeWorkspace, example
from tests.ui.driving import NARROW, WIDE, press, shown, type_text, until
from tests.ui.test_snapshots import Compare, compare  # noqa: F401 - a fixture

pytestmark = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])


@pytest.fixture
def two_files(make_workspace: MakeWorkspace) -> Workspace:
    """Eight examples in two files; the first of them has a label that cannot be."""
    odd = example("müsait misin", "Buyur.", "LOW", 7, "greeting", language="tr", part="openers")
    rows = [example(*row) for row in EXAMPLES]
    return make_workspace(chat_json=[odd, *rows[:4]], tech_json=rows[4:])


async def settled(pilot: Pilot[None]) -> None:
    """Until the checks have said what they find."""
    await until(pilot, lambda: "error" in shown(pilot))


def test_a_sorted_list(compare: Compare, two_files: Workspace) -> None:  # noqa: F811
    async def drive(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await press(pilot, "h", "h", "right_square_bracket")
        await until(pilot, lambda: "by label ↓" in shown(pilot))
        await press(pilot, "space", "j", "D")
        await until(pilot, lambda: "edited since" in shown(pilot))
        pilot.app.clear_notifications()
        await pilot.pause()

    assert compare(two_files, drive)


def test_the_columns(compare: Compare, two_files: Workspace) -> None:  # noqa: F811
    async def drive(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await press(pilot, "C", *["j"] * 12, "space", *["K"] * 10)

    assert compare(two_files, drive)


def test_what_to_sort_by(compare: Compare, two_files: Workspace) -> None:  # noqa: F811
    async def drive(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await press(pilot, "s")

    assert compare(two_files, drive)


def test_where_to_move(compare: Compare, two_files: Workspace) -> None:  # noqa: F811
    async def drive(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await press(pilot, "space", "space", "M")
        await type_text(pilot, "tech.jsonl")

    assert compare(two_files, drive)


def test_a_number_outside_the_band(compare: Compare, workspace: Workspace) -> None:  # noqa: F811
    async def drive(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "warning" in shown(pilot))
        await press(pilot, "i", "7")

    assert compare(workspace, drive)


def test_a_filter_that_does_not_parse(compare: Compare, two_files: Workspace) -> None:  # noqa: F811
    async def drive(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await press(pilot, "slash")
        await type_text(pilot, "iterations:>=x")

    assert compare(two_files, drive)


def test_a_filter_that_nothing_matches(compare: Compare, two_files: Workspace) -> None:  # noqa: F811
    async def drive(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await press(pilot, "slash")
        await type_text(pilot, "zebra")
        await until(pilot, lambda: "Nothing matches" in shown(pilot))
        await press(pilot, "enter")

    assert compare(two_files, drive)


def test_matches_in_markdown(compare: Compare, two_files: Workspace) -> None:  # noqa: F811
    async def drive(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await press(pilot, "slash")
        await type_text(pilot, "sozlesme api")
        await until(pilot, lambda: "1 of 9" in shown(pilot))
        await press(pilot, "enter")

    assert compare(two_files, drive)
