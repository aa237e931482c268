"""The findings view and the preview of fixes as pictures, wide and narrow."""

from typing import Any

import pytest
from textual.pilot import Pilot

from jessy_tui.app import JessyApp
from jessy_tui.workspace import Workspace
from tests.conftest import MakeWorkspace
from tests.ui.driving import NARROW, WIDE, press, shown, until
from tests.ui.test_findings import MENDABLE, TWINS

pytestmark = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])


@pytest.fixture
def workspace(make_workspace: MakeWorkspace) -> Workspace:
    return make_workspace(chat_json=[*TWINS, *MENDABLE])


def test_the_findings_by_check(
    snap_compare: Any, workspace: Workspace, size: tuple[int, int]
) -> None:
    app = JessyApp(workspace)

    async def drive(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.findings.settled)
        await press(pilot, "x", "G", "l", "j")

    assert snap_compare(app, terminal_size=size, run_before=drive)


def test_the_preview_of_fixes(
    snap_compare: Any, workspace: Workspace, size: tuple[int, int]
) -> None:
    app = JessyApp(workspace)

    async def drive(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.findings.settled)
        await press(pilot, "x", "F")
        await until(pilot, lambda: "4 fixes in 3 examples" in shown(pilot))

    assert snap_compare(app, terminal_size=size, run_before=drive)
