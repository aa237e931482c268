"""Import, export and split as pictures, wide and narrow; see test_snapshots.py."""

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from jessy_tui.app import JessyApp
from jessy_tui.workspace import Workspace
from tests.conftest import REPOSITORY
from tests.ui.driving import NARROW, WIDE, press, shown, type_text, until

pytestmark = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])
Drive = Callable[[Pilot[None]], Awaitable[None]]
Compare = Callable[[Workspace, Drive], bool]
FOREIGN = Path(__file__).parent.parent / "dataset" / "formats" / "foreign"


@pytest.fixture
def compare(snap_compare: Any, size: tuple[int, int]) -> Compare:
    """Compares the app, after it was driven, with its picture."""

    def compare_app(workspace: Workspace, drive: Drive) -> bool:
        app = JessyApp(workspace)

        async def run_before(pilot: Pilot[None]) -> None:
            await until(pilot, lambda: app.store is not None)
            await drive(pilot)
            for field in pilot.app.screen.query(Input):
                field.cursor_blink = False
            await pilot.pause()

        return bool(snap_compare(app, terminal_size=size, run_before=run_before))

    return compare_app


def test_an_import(compare: Compare, workspace: Workspace) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await press(pilot, "I")
        await type_text(pilot, "foreign/openai.jsonl")
        await until(pilot, lambda: "4 rows: 4 examples" in shown(pilot))

    shutil.copytree(FOREIGN, workspace.root / "foreign")
    assert compare(workspace, drive)


def test_an_import_with_bad_rows(compare: Compare, workspace: Workspace) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await press(pilot, "I")
        await type_text(pilot, "foreign/bad-rows.jsonl")
        await until(pilot, lambda: "5 rows: 2 examples" in shown(pilot))

    shutil.copytree(FOREIGN, workspace.root / "foreign")
    assert compare(workspace, drive)


def test_an_export_that_loses_something(compare: Compare, workspace: Workspace) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await press(pilot, "X", "alt+b")
        await until(pilot, lambda: "lost: `category` of the label (8)" in shown(pilot))

    assert compare(workspace, drive)


def test_the_split_of_the_400(compare: Compare, tmp_path: Path) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await press(pilot, "percent_sign")
        await until(pilot, lambda: "Largest difference" in shown(pilot))
        await press(pilot, "j", "j")

    shutil.copytree(REPOSITORY / "data", tmp_path / "data")
    assert compare(Workspace(tmp_path), drive)
