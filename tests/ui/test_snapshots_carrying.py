"""Import, export and split as pictures, wide and narrow; see test_snapshots.py."""

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Input

from jessy_tui.dataset.store import ExampleStore
from jessy_tui.ui.carrying.export_screen import ExportScreen
from jessy_tui.ui.carrying.import_screen import ImportScreen
from jessy_tui.ui.split.split_screen import SplitScreen
from jessy_tui.workspace import Workspace
from tests.conftest import REPOSITORY
from tests.ui.driving import NARROW, WIDE, press, shown, type_text, until
from tests.ui.hosting import Host

pytestmark = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])
Drive = Callable[[Pilot[None]], Awaitable[None]]
Compare = Callable[[ModalScreen[Any], Drive], bool]
FOREIGN = Path(__file__).parent.parent / "dataset" / "formats" / "foreign"


@pytest.fixture
def compare(snap_compare: Any, size: tuple[int, int]) -> Compare:
    """Compares a dialog, after it was driven, with its picture."""

    def compare_dialog(dialog: ModalScreen[Any], drive: Drive) -> bool:
        async def run_before(pilot: Pilot[None]) -> None:
            await pilot.pause()
            await drive(pilot)
            for field in pilot.app.screen.query(Input):
                field.cursor_blink = False
            await pilot.pause()

        return bool(snap_compare(Host(dialog), terminal_size=size, run_before=run_before))

    return compare_dialog


def of_file(name: str, words: str) -> Drive:
    async def drive(pilot: Pilot[None]) -> None:
        await type_text(pilot, name)
        await until(pilot, lambda: words in shown(pilot))

    return drive


def test_an_import(compare: Compare) -> None:
    dialog = ImportScreen(FOREIGN, FOREIGN / "data")
    assert compare(dialog, of_file("openai.jsonl", "4 rows: 4 examples"))


def test_an_import_with_bad_rows(compare: Compare) -> None:
    dialog = ImportScreen(FOREIGN, FOREIGN / "data")
    assert compare(dialog, of_file("bad-rows.jsonl", "5 rows: 2 examples"))


def test_an_export_that_loses_something(compare: Compare, workspace: Workspace) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await press(pilot, "alt+b")
        await until(pilot, lambda: "lost: `category` of the label (8)" in shown(pilot))

    store = ExampleStore.open(workspace.example_files())
    assert compare(ExportScreen(workspace.root, lambda: iter(store), "all 8", 8), drive)


def test_the_split_of_the_400(compare: Compare, tmp_path: Path) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "Largest difference" in shown(pilot))
        await press(pilot, "j", "j")

    shutil.copytree(REPOSITORY / "data", tmp_path / "data")
    workspace = Workspace(tmp_path)
    store = ExampleStore.open(workspace.example_files())
    assert compare(SplitScreen(store, workspace, 4), drive)
