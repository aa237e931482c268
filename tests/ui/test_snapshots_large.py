"""The examples of a file that is never read whole, as pictures, wide and narrow."""

from typing import Any

import orjson
import pytest
from textual.pilot import Pilot

from jessy_tui.app import JessyApp
from jessy_tui.dataset.large.workers import Workers
from tests.conftest import EXAMPLES, MakeWorkspace, example
from tests.ui.driving import NARROW, WIDE, press, shown, until

ROWS = 30_000
"""Enough for a file to be a large one; a million look like it, but for the numbers."""


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])
def test_very_many_examples_of_which_all_were_relabelled(
    make_workspace: MakeWorkspace,
    snap_compare: Any,
    size: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Workers, "_start", lambda self: None)
    rows = [
        orjson.dumps(example(f"{question} {number}", *rest))
        for number, (question, *rest) in enumerate(EXAMPLES * (ROWS // len(EXAMPLES)))
    ]
    app = JessyApp(make_workspace(million_jsonl=b"\n".join(rows) + b"\n"))

    async def run_before(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "/30,000" in shown(pilot))  # of the list: the bar is full
        await until(pilot, lambda: app.store is not None and app.store.indexing is None)
        await until(pilot, lambda: app.findings.settled and "indexed" not in shown(pilot))
        await press(pilot, "G", "asterisk")
        await until(pilot, lambda: "30,000 marked" in shown(pilot))
        await press(pilot, "i")
        await until(pilot, lambda: "30,000 examples" in "\n".join(shown(pilot).splitlines()[1:]))
        await press(pilot, "7", "7")
        await until(pilot, lambda: "30,000 unsaved" in shown(pilot))
        app.clear_notifications()
        await pilot.pause(0.3)

    assert snap_compare(app, terminal_size=size, run_before=run_before)
