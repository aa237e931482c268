"""The Evaluation tab as pictures, wide and narrow."""

import pytest
from textual.pilot import Pilot

from jessy_tui.workspace import Workspace
from tests.conftest import MakeWorkspace, example
from tests.ui.driving import NARROW, WIDE, press, shown, until
from tests.ui.evaluating import RIGHT, asked, to_evaluation, with_checkpoints
from tests.ui.test_snapshots import Compare, _utc, compare

__all__ = ["_utc", "compare"]

pytestmark = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])


def keyed(*keys: str, words: str = "right band for", column: str = "") -> object:
    async def drive(pilot: Pilot[None]) -> None:
        await to_evaluation(pilot)
        await until(pilot, lambda: "right band for" in shown(pilot))
        await press(pilot, *keys)
        await until(pilot, lambda: words in shown(pilot))
        if column:
            await until(pilot, lambda: f"{column} plans the right band for" in shown(pilot))

    return drive


@pytest.fixture
def known(make_workspace: MakeWorkspace) -> Workspace:
    rows = [example("naber", "İyi, senden?", "LOW", 1, "greeting")]
    workspace = with_checkpoints(make_workspace(chat_json=rows))
    asked(workspace, None, [None] * 5)
    asked(workspace, "10", [*RIGHT[:3], None, ("LOW", 1)])
    asked(workspace, "20", RIGHT)
    return workspace


def test_nothing_asked(compare: Compare, workspace: Workspace) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await to_evaluation(pilot)
        await until(pilot, lambda: "Nothing was asked yet" in shown(pilot))

    assert compare(workspace, drive)


def test_probes_and_scores(compare: Compare, known: Workspace) -> None:
    assert compare(known, keyed("h", "G", column="first@10"))


def test_an_answer(compare: Compare, known: Workspace) -> None:
    assert compare(known, keyed("h", "G", "enter", words="most like it in training"))


def test_before_and_after(compare: Compare, known: Workspace) -> None:
    assert compare(known, keyed("h", "m", "l", "x", words="FIXED 2"))


def test_the_checkpoints(compare: Compare, known: Workspace) -> None:
    assert compare(known, keyed("p", words="Best by behaviour"))
