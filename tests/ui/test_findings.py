"""The findings in the app, as one types."""

from jessy_tui.workspace import Workspace
from tests.conftest import MakeWorkspace, example
from tests.ui.driving import opened, press, shown, type_text, until

TWINS = [
    example("how does a mutex work here", "It locks.", "LOW", 1, "chat"),
    example("so how does a mutex work here", "It waits.", "LOW", 1, "chat"),
    example("kahve mi çay mı", "Çay.", "LOW", 7, "chat"),
]


async def test_the_list_and_the_example_say_what_the_checks_say(
    make_workspace: MakeWorkspace,
) -> None:
    async with opened(make_workspace(a_json=TWINS)) as pilot:
        assert "Examples 1/3 · 1 error, 1 warning" in shown(pilot)
        await press(pilot, "j")
        await until(pilot, lambda: "asks nearly the same" in shown(pilot))
        assert "? " in shown(pilot).splitlines()[4]
        assert "! " in shown(pilot).splitlines()[5]


async def test_findings_follow_an_edit_and_its_undo(make_workspace: MakeWorkspace) -> None:
    async with opened(make_workspace(a_json=TWINS)) as pilot:
        await press(pilot, "d")
        await until(pilot, lambda: "Examples 1/2 · 1 error" in shown(pilot))
        assert "warning" not in shown(pilot)
        await press(pilot, "u")
        await until(pilot, lambda: "1 error, 1 warning" in shown(pilot))


async def test_a_filter_for_a_check_between_examples_follows_edits(
    make_workspace: MakeWorkspace,
) -> None:
    async with opened(make_workspace(a_json=TWINS)) as pilot:
        await press(pilot, "slash")
        await type_text(pilot, "has:near-duplicate")
        await press(pilot, "enter")
        await until(pilot, lambda: "1 of 3" in shown(pilot))
        assert "so how does a mutex" in shown(pilot)
        await press(pilot, "d")
        await until(pilot, lambda: "0 of 2" in shown(pilot))


async def test_a_clean_workspace_says_nothing(make_workspace: MakeWorkspace) -> None:
    async with opened(make_workspace(a_json=TWINS[:1])) as pilot:
        assert "Examples 1/1 ─" in shown(pilot)


async def test_the_app_can_be_left_while_the_checks_are_made(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        pilot.app.findings.check_anew()  # type: ignore[attr-defined]
        await press(pilot, "q")
