"""From any tab to the examples of a filter, and to the form of a new one."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from jessy_tui.app import JessyApp
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.store import ExampleStore
from jessy_tui.errors import JessyError
from jessy_tui.iteration import Complexity
from jessy_tui.ui.examples.example_editor import ExampleEditor
from jessy_tui.workspace import Workspace
from tests.conftest import EXAMPLES, MakeWorkspace, example
from tests.ui.driving import notices, opened, press, shown, type_text, until


def app_of(pilot: Pilot[None]) -> JessyApp:
    assert isinstance(pilot.app, JessyApp)
    return pilot.app


async def write(pilot: Pilot[None], **label: Any) -> None:
    app_of(pilot).write_example(**label)
    await until(pilot, lambda: isinstance(pilot.app.screen, ExampleEditor))
    await until(pilot, lambda: "New example" in shown(pilot))


async def test_a_filter_is_shown_from_another_tab(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "2")
        app_of(pilot).show_examples("category:fact is:low")
        await until(pilot, lambda: "Examples 1/2" in shown(pilot))
        assert "category:fact is:low" in shown(pilot)
        await press(pilot, "j")
        assert "Examples 2/2" in shown(pilot)


async def test_a_new_example_has_its_label_and_goes_into_the_file_of_its_category(
    make_workspace: MakeWorkspace,
) -> None:
    rows = [example(*row) for row in EXAMPLES]
    workspace = make_workspace(a_json=rows[:2] * 3, b_json=rows[2:])
    async with opened(workspace) as pilot:
        await press(pilot, "2")
        await write(pilot, complexity=Complexity.MEDIUM, iterations=5, category="technology")
        assert "New example in b.json" in shown(pilot)
        assert "MEDIUM 3-5" in shown(pilot)
        await type_text(pilot, "neden yavas")
        await press(pilot, "tab")
        await type_text(pilot, "Dizin yok.")
        await press(pilot, "ctrl+s")
        store = app_of(pilot).store
        assert store is not None
        last = store[len(store) - 1]
        assert (last.file.name, last.index) == ("b.json", 6)
        assert (last.example.question, last.example.category) == ("neden yavas", "technology")
        assert (last.example.complexity, last.example.iterations) == (Complexity.MEDIUM, 5)
        assert store.unsaved == 1
        assert any("b.json" in notice for notice in notices(pilot))


async def test_leaving_the_form_of_a_new_example_adds_nothing(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await write(pilot, complexity=Complexity.HIGH, iterations=7, category="ethics")
        await press(pilot, "escape")
        store = app_of(pilot).store
        assert store is not None
        assert store.unsaved == 0


async def test_what_cannot_be_added_comes_back_into_the_form(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise JessyError("The disk is full.")

    async with opened(workspace) as pilot:
        await write(
            pilot,
            complexity=Complexity.LOW,
            iterations=1,
            category="greeting",
            file=Path(workspace.data / "chat.json"),
        )
        await type_text(pilot, "selam")
        await press(pilot, "tab")
        await type_text(pilot, "Selam!")
        with monkeypatch.context() as patch:
            patch.setattr(ExampleStore, "insert", refuse)
            await press(pilot, "ctrl+s")
            await until(pilot, lambda: notices(pilot))
        assert notices(pilot) == ["The disk is full."]
        await until(pilot, lambda: isinstance(pilot.app.screen, ExampleEditor))
        assert "Selam!" in shown(pilot)
        await press(pilot, "ctrl+s")
        store = app_of(pilot).store
        assert store is not None
        await until(pilot, lambda: store.unsaved == 1)


async def test_examples_from_elsewhere_are_added_unsaved_and_undone_in_one_go(
    make_workspace: MakeWorkspace,
) -> None:
    rows = [example(*row) for row in EXAMPLES]
    workspace = make_workspace(a_json=rows[:2] * 3, b_json=rows[2:])
    new = [
        Example(example("selam", "Selam.", "LOW", 1, "greeting")),
        Example(example("TCP nedir", "Bir protokol.", "MEDIUM", 3, "technology", origin="mine")),
    ]
    added: list[int] = []
    async with opened(workspace) as pilot:
        await press(pilot, "2")
        app_of(pilot).add_examples(new, origin={"from": "chat"}, then=added.extend)
        await until(pilot, lambda: added)
        store = app_of(pilot).store
        assert store is not None
        entries = [store.entry(one) for one in added]
        assert [entry.file.name for entry in entries] == ["a.json", "b.json"]
        assert entries[0].example.metadata["origin"] == {"from": "chat"}
        assert entries[1].example.metadata["origin"] == "mine"
        assert store.unsaved == 2
        assert any("Added 2 examples to a.json, b.json." in one for one in notices(pilot))
        await press(pilot, "f1", "u")
        assert len(store) == 12
        assert store.unsaved == 0


async def test_examples_that_cannot_be_added_say_so_and_change_nothing(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(workspace) as pilot:
        store = app_of(pilot).store
        assert store is not None
        elsewhere = workspace.root / "data" / "other.json"
        elsewhere.write_bytes(b"[]")
        app_of(pilot).add_examples([Example(example(*EXAMPLES[0]))], elsewhere, origin={})
        await until(pilot, lambda: notices(pilot))
        assert len(store) == 8


async def test_a_draft_opens_in_the_form_with_the_empty_field_in_focus(
    workspace: Workspace,
) -> None:
    draft = Example(example("naber", "", "LOW", 1, "greeting", origin={"from": "chat"}))
    async with opened(workspace) as pilot:
        app_of(pilot).write_draft(draft)
        await until(pilot, lambda: isinstance(pilot.app.screen, ExampleEditor))
        await until(pilot, lambda: pilot.app.focused is not None)
        await type_text(pilot, "iyi")
        await press(pilot, "ctrl+s")
        store = app_of(pilot).store
        assert store is not None
        last = store[len(store) - 1].example
        assert (last.question, last.answer) == ("naber", "iyi")
        assert last.metadata["origin"] == {"from": "chat"}
