"""Two real apps, each in a terminal of its own, on one workspace."""

import orjson
import pytest

from jessy_tui.dataset.example import Example
from jessy_tui.workspace import Workspace
from tests.ui.terminal import Terminal

pytestmark = pytest.mark.alone


def test_two_apps_in_two_terminals_lose_nothing_of_each_other(workspace: Workspace) -> None:
    def label(app: Terminal, iterations: str) -> None:
        """A digit that contradicts the complexity is taken when it is pressed again."""
        app.send("i")
        app.shows("How much thinking?")
        app.send(iterations)
        app.shows("again makes it")
        app.send(iterations)
        app.shows("1 unsaved")

    one, two = Terminal(workspace, (80, 24)), Terminal(workspace)
    try:
        for app in (one, two):
            app.shows("8 examples")
            app.shows("Sor kanka")
        label(one, "9")
        two.send("j")
        two.send("d")
        two.shows("7 examples · 1 unsaved")
        one.send("\x13")
        one.shows("Saved chat.json")
        two.shows("changed on disk: 1 example")
        two.send("\x13")
        two.shows("Saved chat.json")
        one.shows("7 examples")
        # And the same example in both: the second to save is asked.
        label(one, "3")
        two.send("g")
        label(two, "5")
        one.send("\x13")
        one.until(lambda text: "unsaved" not in text)
        two.shows("≠")
        two.send("\x13")
        two.shows("Conflict 1 of 1")
        two.send("H")
        two.shows("All conflicts are settled")
        two.send("\x13")
        two.until(lambda text: "unsaved" not in text)
        one.shows("MEDIUM 5")
    finally:
        for app in (one, two):
            app.process.close(force=True)
    rows = orjson.loads((workspace.data / "chat.json").read_bytes())
    assert len(rows) == 7
    assert Example(rows[0]).iterations == 5
    assert [path.suffix for path in workspace.state.iterdir() if path.suffix == ".aside"] == []
