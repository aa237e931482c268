"""What other hands changed, as pictures: the notice, and the view of the conflicts."""

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from jessy_tui.app import JessyApp
from jessy_tui.workspace import Workspace
from tests.ui.driving import NARROW, WIDE, press, type_text, until
from tests.ui.test_other_hands import ROWS, answered, file_of, labelled, noticed, write

pytestmark = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])
Compare = Callable[..., bool]


async def _in_conflict(pilot: Pilot[None], workspace: Workspace) -> None:
    app = pilot.app
    assert isinstance(app, JessyApp)
    await until(pilot, lambda: app.store is not None)
    for text in ("Tabii, ", "İyiyim, ", "Başkent "):
        await press(pilot, "e", "ctrl+home")
        await type_text(pilot, text)
        await press(pilot, "ctrl+s", "j")
    theirs: list[Any] = [
        labelled(answered(ROWS[0], "Sor kanka, buradayım."), category="chat", language="tr"),
        answered(ROWS[1], "Fena değil, senden naber?"),
        *ROWS[3:],
    ]
    write(file_of(workspace), theirs)
    await noticed(pilot, "3 conflicts with your edits")
    await press(pilot, "g")
    await until(pilot, lambda: app.findings.settled)


def test_the_notice_of_a_conflict(
    workspace: Workspace, snap_compare: Compare, size: tuple[int, int]
) -> None:
    async def before(pilot: Pilot[None]) -> None:
        await _in_conflict(pilot, workspace)

    assert snap_compare(JessyApp(workspace), run_before=before, terminal_size=size)


def test_a_conflict_field_by_field(
    workspace: Workspace, snap_compare: Compare, size: tuple[int, int]
) -> None:
    async def before(pilot: Pilot[None]) -> None:
        await _in_conflict(pilot, workspace)
        pilot.app.clear_notifications()
        await press(pilot, "equals_sign", "enter")

    assert snap_compare(JessyApp(workspace), run_before=before, terminal_size=size)


def test_a_conflict_with_a_deletion(
    workspace: Workspace, snap_compare: Compare, size: tuple[int, int]
) -> None:
    async def before(pilot: Pilot[None]) -> None:
        await _in_conflict(pilot, workspace)
        pilot.app.clear_notifications()
        await press(pilot, "equals_sign", "p")

    assert snap_compare(JessyApp(workspace), run_before=before, terminal_size=size)
