"""The findings in the app, as one types."""

import pytest

from jessy_tui.dataset.checks import following
from jessy_tui.workspace import Workspace
from tests.conftest import MakeWorkspace, example
from tests.ui.driving import notices, opened, press, shown, type_text, until

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


MENDABLE = [
    example("how does a mutex work here", "It locks. ", "LOW", 1, "chat"),
    example("kahve mi çay mı", "Çay.", "LOW", "2", "chat"),  # type: ignore[arg-type]
    example("naber", "\u200bİyi. ", "LOW", 1, "chat"),
]


async def test_x_lists_the_findings_by_check_and_enter_goes_to_the_example(
    make_workspace: MakeWorkspace,
) -> None:
    async with opened(make_workspace(a_json=TWINS)) as pilot:
        await press(pilot, "x")
        assert "Findings · 1 error, 1 warning" in shown(pilot)
        assert "! band" in shown(pilot)
        assert "7 iterations are outside the band of LOW" in shown(pilot)
        await press(pilot, "j", "l")
        assert "asks nearly the same" in shown(pilot)
        await press(pilot, "enter")
        await until(pilot, lambda: "Examples 2/3" in shown(pilot))


async def test_enter_on_a_check_shows_its_examples(make_workspace: MakeWorkspace) -> None:
    async with opened(make_workspace(a_json=TWINS)) as pilot:
        await press(pilot, "x", "j", "enter")
        await until(pilot, lambda: "1 of 3" in shown(pilot))
        assert "has:near-duplicate" in shown(pilot)


async def test_going_to_an_example_takes_off_a_filter_that_hides_it(
    make_workspace: MakeWorkspace,
) -> None:
    async with opened(make_workspace(a_json=TWINS)) as pilot:
        await press(pilot, "slash")
        await type_text(pilot, "mutex")
        await press(pilot, "enter")
        await until(pilot, lambda: "2 of 3" in shown(pilot))
        await press(pilot, "x", "l", "enter")
        await until(pilot, lambda: "Examples 3/3" in shown(pilot))


async def test_safe_fixes_are_shown_made_and_undone(make_workspace: MakeWorkspace) -> None:
    async with opened(make_workspace(a_json=MENDABLE)) as pilot:
        store = pilot.app.store  # type: ignore[attr-defined]
        await press(pilot, "x", "F")
        await until(pilot, lambda: "4 fixes in 3 examples" in shown(pilot))
        assert '+ "Çay."' not in shown(pilot)
        assert '- "It locks. "' in shown(pilot)
        await press(pilot, "escape")
        assert store.unsaved == 0
        await press(pilot, "F")
        await until(pilot, lambda: "4 fixes" in shown(pilot))
        await press(pilot, "y")
        await until(pilot, lambda: "Nothing found" in shown(pilot))
        assert [entry.example.answer for entry in store] == ["It locks.", "Çay.", "İyi."]
        await press(pilot, "escape", "u")
        await until(pilot, lambda: "1 error" in shown(pilot))
        assert store.unsaved == 0


async def test_one_finding_or_one_check_is_fixed_alone(make_workspace: MakeWorkspace) -> None:
    async with opened(make_workspace(a_json=MENDABLE)) as pilot:
        store = pilot.app.store  # type: ignore[attr-defined]
        await press(pilot, "x", "G", "f")
        await until(pilot, lambda: "2 fixes in 2 examples" in shown(pilot))
        await press(pilot, "escape", "l", "f")
        await until(pilot, lambda: "1 fix in 1 example" in shown(pilot))
        await press(pilot, "y")
        assert [entry.edited for entry in store] == [True, False, False]


async def test_a_finding_is_waived_with_a_reason_and_an_error_never(
    make_workspace: MakeWorkspace,
) -> None:
    async with opened(make_workspace(a_json=TWINS)) as pilot:
        store = pilot.app.store  # type: ignore[attr-defined]
        await press(pilot, "x", "w")
        assert any("cannot be waived" in notice for notice in notices(pilot))
        await press(pilot, "j", "w", "enter")
        assert "A waiver needs a reason." in shown(pilot)
        await type_text(pilot, "both asked")
        await press(pilot, "enter")
        await until(pilot, lambda: "near-duplicate" not in shown(pilot))
        assert store[1].example.metadata["waive"] == {"near-duplicate": "both asked"}


async def test_files_and_probes_have_findings_too(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(
        a_json=TWINS[:1], b_json=b"[1,", probes_json=b'{"probes": [{"id": "x"}]}'
    )
    async with opened(workspace) as pilot:
        await press(pilot, "x")
        assert "! file" in shown(pilot)
        assert "! probe-shape" in shown(pilot)
        await press(pilot, "l", "enter", "w", "f")
        assert any("not about an example" in notice for notice in notices(pilot))
        assert any("Only findings of examples" in notice for notice in notices(pilot))


async def test_nothing_found_is_said(make_workspace: MakeWorkspace) -> None:
    async with opened(make_workspace(a_json=TWINS[:1])) as pilot:
        await press(pilot, "x")
        assert "Nothing found" in shown(pilot)
        await press(pilot, "f", "F", "w", "r", "enter", "l", "enter", "escape")
        assert "Examples 1/1" in shown(pilot)


async def test_the_form_shows_what_the_checks_would_say_while_one_types(
    make_workspace: MakeWorkspace,
) -> None:
    async with opened(make_workspace(a_json=TWINS)) as pilot:
        store = pilot.app.store  # type: ignore[attr-defined]
        await press(pilot, "a")
        await type_text(pilot, "kahve mi çay mı")
        await press(pilot, "tab")
        await type_text(pilot, "Çay.")
        await press(pilot, "tab", "1", "tab")
        await type_text(pilot, "chat")
        await until(pilot, lambda: "Example 3 of a.json has the same question" in shown(pilot))
        await press(pilot, "escape", "escape")
        assert len(store) == 3
        assert pilot.app.findings.counts()["warning"] == 1  # type: ignore[attr-defined]


async def test_too_many_examples_are_checked_when_c_is_pressed(
    make_workspace: MakeWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "MOST_FOLLOWED", 2)
    async with opened(make_workspace(a_json=TWINS)) as pilot:
        await press(pilot, "x")
        assert "3 examples are too many to be checked while you type" in shown(pilot)
        await press(pilot, "c")
        await until(pilot, lambda: "Findings · 1 error, 1 warning" in shown(pilot))
        assert "? near-duplicate" in shown(pilot)
        await press(pilot, "j", "l", "enter")
        await until(pilot, lambda: "Examples 2/3 · 1 error, 1 warning" in shown(pilot))
