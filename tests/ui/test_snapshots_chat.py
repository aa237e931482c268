"""The Chat tab as pictures, wide and narrow, from talks that were kept and models that wait."""

import pytest
from textual.pilot import Pilot

from jessy_tui.chats.session import Session
from jessy_tui.workspace import Workspace
from tests.chats.making import BASE, RUN, turn
from tests.ui.driving import NARROW, WIDE, press, shown, type_text, until
from tests.ui.talking import LOW, chat, script_of, to_chat, with_run
from tests.ui.test_snapshots import Compare, _utc, compare

__all__ = ["_utc", "compare"]

pytestmark = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])
MEDIUM = "<think>MEDIUM 3</think>\nBir **sözleşme**."
NINE = ["aye, aye"] + [f"aye, aye, {'aye, ' * number}…" for number in range(1, 9)]


def kept(workspace: Workspace) -> Session:
    """A talk with a comparison and an answer of three passes."""
    session = Session(workspace.chats / "20251125-120000-aa.jsonl")
    session.add(
        turn("sana bisi sorucam", *NINE, target=BASE, question_id="q", fresh=True, seconds=4.6,
             ended_why="Without a plan the loop makes 9 passes.")
    )  # fmt: skip
    session.add(
        turn("sana bisi sorucam", LOW, target=RUN, question_id="q", fresh=True, seconds=0.9,
             ended_why="The plan LOW 1 asks for one pass.")
    )  # fmt: skip
    session.judge(session.turns[1], "accepted")
    session.add(
        turn("API nedir", MEDIUM, "Bir **arayüz** sözleşmesi.", "Programların arayüz sözleşmesi.",
             at=1_764_072_060.0, ended_why="The plan MEDIUM 3 asks for 3 passes.")
    )  # fmt: skip
    return session


async def reopen(pilot: Pilot[None]) -> None:
    screen = await to_chat(pilot)
    await press(pilot, "ctrl+g")
    await until(pilot, lambda: "of 1 talk" in shown(pilot))
    await press(pilot, "enter")
    await until(pilot, lambda: len(screen.transcript.exchanges) == 2)
    await until(pilot, lambda: "sözleşmesi." in shown(pilot))
    await until(pilot, lambda: "ready" in str(screen.transcript.border_subtitle))


def test_a_new_talk(
    compare: Compare, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    script_of(monkeypatch, first=[LOW])

    async def drive(pilot: Pilot[None]) -> None:
        await to_chat(pilot)
        await until(pilot, lambda: "sana bisi" in shown(pilot))

    assert compare(with_run(workspace), drive)


def test_a_talk_that_was_kept(
    compare: Compare, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    script_of(monkeypatch, first=[LOW])
    kept(with_run(workspace))
    assert compare(workspace, reopen)


def test_a_comparison_with_its_differences(
    compare: Compare, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    script_of(monkeypatch, first=[LOW])
    kept(with_run(workspace))

    async def drive(pilot: Pilot[None]) -> None:
        await reopen(pilot)
        await press(pilot, "escape", "K", "g")

    assert compare(workspace, drive)


def test_a_pass_with_what_changed(
    compare: Compare, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    script_of(monkeypatch, first=[LOW])
    kept(with_run(workspace))

    async def drive(pilot: Pilot[None]) -> None:
        await reopen(pilot)
        await press(pilot, "escape", "p")
        await until(pilot, lambda: "pass 3 of 3" in shown(pilot))

    assert compare(workspace, drive)


def test_two_answers_that_are_coming(
    compare: Compare, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    script_of(monkeypatch, first=["<think>LOW 1</think>\nSor …kanka."], chain=["aye", "aye, …aye"])

    async def drive(pilot: Pilot[None]) -> None:
        screen = await to_chat(pilot)
        await press(pilot, "ctrl+b")
        await until(pilot, lambda: len(screen.columns) == 2)
        words = screen.transcript
        await until(pilot, lambda: str(words.border_subtitle) == "ready, loaded in 1.2 s")
        await press(pilot, "f6")
        await until(pilot, lambda: "pass 2 of 9" in shown(pilot))
        await until(pilot, lambda: "LOW 1" in shown(pilot))
        await until(pilot, lambda: "aye," in shown(pilot))

    assert compare(with_run(workspace), drive)


def test_one_that_failed_and_a_question_given_back(
    compare: Compare, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = script_of(monkeypatch, first=["<think>LOW 1</think>\nSor …kanka."])

    async def drive(pilot: Pilot[None]) -> None:
        await to_chat(pilot)
        await type_text(pilot, "selam")
        await press(pilot, "enter")
        await until(pilot, lambda: "LOW 1" in shown(pilot) and "Sor" in shown(pilot))
        script.started[0].die()
        await until(pilot, lambda: not chat(pilot).is_asking)
        await until(pilot, lambda: "selam" in chat(pilot).prompt.text)

    assert compare(with_run(workspace), drive)


def test_the_sheet(compare: Compare, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    script_of(monkeypatch, first=[LOW])
    kept(with_run(workspace))

    async def drive(pilot: Pilot[None]) -> None:
        await reopen(pilot)
        await press(pilot, "ctrl+t")
        await until(pilot, lambda: "How to ask" in shown(pilot))

    assert compare(workspace, drive)


def test_the_talks(compare: Compare, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    script_of(monkeypatch, first=[LOW])
    kept(with_run(workspace))

    async def drive(pilot: Pilot[None]) -> None:
        await to_chat(pilot)
        await press(pilot, "ctrl+g")
        await until(pilot, lambda: "of 1 talk" in shown(pilot))

    assert compare(workspace, drive)


def test_the_choice_of_what_to_compare(
    compare: Compare, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    script_of(monkeypatch, first=[LOW])

    async def drive(pilot: Pilot[None]) -> None:
        await to_chat(pilot)
        await press(pilot, "ctrl+o", "space", "space")
        await until(pilot, lambda: "side by side" in shown(pilot))

    assert compare(with_run(workspace), drive)
