"""The dialogs that edit as pictures, wide and narrow; see test_snapshots.py."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Input, TextArea

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.store import ExampleStore
from jessy_tui.ui.examples.category_picker import CategoryPicker
from jessy_tui.ui.examples.example_editor import ExampleEditor
from jessy_tui.ui.examples.replace import ReplaceScreen
from jessy_tui.workspace import Workspace
from tests.conftest import example
from tests.ui.driving import NARROW, WIDE, press, type_text
from tests.ui.hosting import Host
from tests.ui.test_editing_form import CATEGORIES, LONG
from tests.ui.test_editing_replace import found

pytestmark = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])
Drive = Callable[[Pilot[None]], Awaitable[None]]
Compare = Callable[[ModalScreen[Any], Drive], bool]


@pytest.fixture
def compare(snap_compare: Any, size: tuple[int, int]) -> Compare:
    """Compares a dialog, after it was driven, with its picture."""

    def compare_dialog(dialog: ModalScreen[Any], drive: Drive) -> bool:
        async def run_before(pilot: Pilot[None]) -> None:
            await pilot.pause()
            await drive(pilot)
            for field in [*pilot.app.screen.query(Input), *pilot.app.screen.query(TextArea)]:
                field.cursor_blink = False
            await pilot.pause()

        return bool(snap_compare(Host(dialog), terminal_size=size, run_before=run_before))

    return compare_dialog


def keys(*pressed: str) -> Drive:
    async def drive(pilot: Pilot[None]) -> None:
        await press(pilot, *pressed)

    return drive


def test_the_form_of_a_conversation(compare: Compare) -> None:
    assert compare(ExampleEditor(LONG, CATEGORIES), keys("shift+tab"))


def test_the_form_with_a_contradiction(compare: Compare) -> None:
    wrong = Example(example("özgür irade var mı", "Bence var.", "LOW", 9, "existence"))
    assert compare(ExampleEditor(wrong, CATEGORIES), keys())


def test_the_form_with_the_keys_beside_the_label(compare: Compare) -> None:
    assert compare(ExampleEditor(LONG, CATEGORIES), keys("alt+m", "x"))


def test_the_category_picker(compare: Compare) -> None:
    assert compare(CategoryPicker(CATEGORIES, "greeting"), keys("r"))


def test_the_hits_of_a_replacement(compare: Compare, workspace: Workspace) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await type_text(pilot, "mi")
        await press(pilot, "tab")
        await type_text(pilot, "mı?")
        await found(pilot)
        await press(pilot, "enter", "space")

    store = ExampleStore.open(workspace.example_files())
    assert compare(ReplaceScreen(store, "all 8 examples"), drive)
