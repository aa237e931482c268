"""Tab 2: the distributions, live."""

from jessy_tui.workspace import Workspace
from tests.conftest import MakeWorkspace
from tests.ui.driving import NARROW, opened, press, shown


def line_with(text: str, *words: str) -> str:
    return next(line for line in text.splitlines() if all(word in line for word in words))


async def test_every_band_and_category_has_its_count_and_share(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "2")
        text = shown(pilot)
        assert "50%" in line_with(text, "LOW", "4")
        assert "38%" in line_with(text, "MEDIUM", "3")
        assert "12%" in line_with(text, "HIGH", "1")
        assert "3" in line_with(text, "technology")


async def test_iterations_nobody_used_are_shown_as_none(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "2")
        assert line_with(shown(pilot), "7 ", "0   0%")


async def test_the_bars_follow_an_edit_at_once(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "2", "1", "i", "7", "2")
        assert "25%" in line_with(shown(pilot), "HIGH", "2")
        await press(pilot, "1", "u", "2")
        assert "12%" in line_with(shown(pilot), "HIGH", "1")


async def test_the_dashboard_of_nothing_says_what_to_press(make_workspace: MakeWorkspace) -> None:
    async with opened(make_workspace()) as pilot:
        await press(pilot, "2")
        assert "Nothing to count yet" in shown(pilot)


async def test_a_narrow_terminal_scrolls_to_every_distribution(workspace: Workspace) -> None:
    async with opened(workspace, NARROW) as pilot:
        await press(pilot, "2")
        assert "Complexity" in shown(pilot)
        await press(pilot, *"jjjjjjjjjjjjjjjjjjjj")
        assert "existence" in shown(pilot)
