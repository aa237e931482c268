"""The form of a run looks ahead: how long it will be, what it takes, and what would stop it."""

import psutil
import pytest
from textual.pilot import Pilot

from jessy_tui.training.runs import list_runs
from jessy_tui.workspace import Workspace
from tests.conftest import EXAMPLES, MakeWorkspace, example
from tests.ui.driving import NARROW, WIDE, notices, opened, press, shown, type_text, until

SHORT = "fine_tune_type=lora layers=1 max_seq_length=56"


async def fill_in(pilot: Pilot[None], settings: str) -> None:
    await press(pilot, "3")
    await until(pilot, lambda: "No runs yet" in shown(pilot))
    await press(pilot, "n", "tab", "tab", "tab", "tab")
    await type_text(pilot, settings)


def rehearsals() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children(recursive=True)
        if child.is_running()
        and child.status() != psutil.STATUS_ZOMBIE
        and "jessy_tui.training.rehearsal" in child.cmdline()
    ]


def words(pilot: Pilot[None]) -> str:
    return " ".join(shown(pilot).replace("│", " ").split())


async def test_labels_that_a_recipe_repeats_count_in_its_length(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await fill_in(pilot, "batch_size=1 epochs=1 repeat=")
        await until(pilot, lambda: "1 epochs of 7 steps" in words(pilot))
        await type_text(pilot, "LOW:3")  # four of the eight
        await until(pilot, lambda: "1 epochs of 14 steps" in words(pilot))
        await press(pilot, "backspace", *"4,HIGH:2")
        await until(pilot, lambda: "1 epochs of 19 steps" in words(pilot))


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])
async def test_a_run_is_rehearsed_and_then_started_from_what_was_found(
    workspace: Workspace, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered = []
    monkeypatch.setattr(
        "jessy_tui.ui.training.starting.carry_out",
        lambda _, order, told: ordered.append(order),
    )
    async with opened(workspace, size) as pilot:
        await fill_in(pilot, SHORT)
        await press(pilot, "ctrl+r")
        await until(pilot, lambda: "Nothing stands in its way" in shown(pilot), 90)
        text = words(pilot)
        assert "7 to train on, 1 to validate with" in text
        assert "an epoch; the longest row has" in text
        assert "measured in the longest step" in text
        assert "to the end" in text
        await press(pilot, "j", "k", "enter")
        await until(pilot, lambda: len(ordered) == 1)
        assert "Preflight ·" not in shown(pilot)
    assert ordered[0].recipe.max_seq_length == 56
    assert not rehearsals()


async def test_leaving_ends_the_rehearsal_and_the_form_is_as_it_was(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await fill_in(pilot, SHORT)
        await press(pilot, "ctrl+r")
        await until(pilot, rehearsals)
        await press(pilot, "escape")
        await until(pilot, lambda: not rehearsals())
        assert SHORT in shown(pilot)
        await press(pilot, "escape", "q")
    assert not list_runs(workspace)


async def test_what_would_stop_it_is_said_and_nothing_is_started(
    make_workspace: MakeWorkspace,
) -> None:
    rows = [example(*row) for row in EXAMPLES]
    rows[2]["conversations"][1]["metadata"]["iterations"] = 12  # type: ignore[index]
    workspace = make_workspace(chat_json=rows)
    async with opened(workspace) as pilot:
        await fill_in(pilot, SHORT)
        await press(pilot, "ctrl+r")
        await until(pilot, lambda: "It would not run." in shown(pilot))
        assert "chat.json (example 3)" in words(pilot)
        await press(pilot, "enter")
        assert "Preflight ·" in shown(pilot)
        assert notices(pilot)[-1].startswith("It is not started. ")
        await press(pilot, "escape")
        assert "New run" in shown(pilot)


async def test_a_form_that_cannot_be_says_so_before_anything_is_looked_at(
    workspace: Workspace,
) -> None:
    async with opened(workspace) as pilot:
        await fill_in(pilot, "rank=none")
        await press(pilot, "ctrl+r")
        assert "Preflight ·" not in shown(pilot)
        assert "rank" in words(pilot).split("new run", 1)[-1]
