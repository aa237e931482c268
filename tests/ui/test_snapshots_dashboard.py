"""The dashboard as pictures, wide and narrow, in each of its states."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from jessy_tui.app import JessyApp
from jessy_tui.dataset.large.indexing import Indexing, Progress
from jessy_tui.ui.dashboard.panel import Panel
from jessy_tui.ui.dashboard.screen import COUNTING, DashboardScreen
from jessy_tui.ui.themes import JESSY_LIGHT
from jessy_tui.workspace import Workspace
from tests.conftest import EXAMPLES, REPOSITORY, MakeWorkspace, example
from tests.ui.driving import NARROW, WIDE, press, until

both = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])
wide = pytest.mark.parametrize("size", [WIDE], ids=["120x40"])
narrow = pytest.mark.parametrize("size", [NARROW], ids=["80x24"])
Compare = Callable[..., bool]


def is_counted(pilot: Pilot[None]) -> bool:
    """Whether everything that is shown is known."""
    screen = pilot.app.screen
    return (
        isinstance(screen, DashboardScreen)
        and not screen._counting
        and all(panel.notice != COUNTING for panel in screen.query(Panel))
    )


@pytest.fixture
def compare(snap_compare: Any, size: tuple[int, int]) -> Compare:
    """Compares the dashboard of a workspace, after keys were pressed, with its picture."""

    def compare_dashboard(
        workspace: Workspace,
        *pressed: str,
        ready: Callable[[Pilot[None]], bool] = is_counted,
        theme: str | None = None,
        panel: str = "category",
    ) -> bool:
        app = JessyApp(workspace)

        async def run_before(pilot: Pilot[None]) -> None:
            if theme is not None:
                app.theme = theme
            await press(pilot, "f2")
            await until(pilot, lambda: app.store is not None and app.findings.settled)
            await until(pilot, lambda: ready(pilot))
            app.clear_notifications()
            if panel != "category":
                app.screen.query_one(f"#{panel}", Panel).focus()
                await pilot.pause()
            await press(pilot, *pressed)

        return bool(snap_compare(app, terminal_size=size, run_before=run_before))

    return compare_dashboard


@pytest.fixture
def bundled(tmp_path: Path) -> Workspace:
    """The 400 examples that come with Jessy."""
    workspace = Workspace(tmp_path / "bundled")
    workspace.data.mkdir(parents=True)
    for path in (REPOSITORY / "data").glob("*.json"):
        shutil.copy(path, workspace.data)
    return workspace


@both
def test_the_dashboard(compare: Compare, bundled: Workspace) -> None:
    assert compare(bundled)


@both
def test_a_cell_of_the_heat_map(compare: Compare, bundled: Workspace) -> None:
    assert compare(bundled, "j", "j", "l", "l", panel="heat")


@both
def test_the_gaps(compare: Compare, bundled: Workspace) -> None:
    assert compare(bundled, "j", panel="gaps")


@narrow
def test_the_heat_map_enlarged(compare: Compare, bundled: Workspace) -> None:
    assert compare(bundled, "l", "z", panel="heat")


@narrow
def test_the_texts_below(compare: Compare, bundled: Workspace) -> None:
    assert compare(bundled, "j", panel="words")


@wide
def test_it_is_read_without_colour(
    compare: Compare, bundled: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert compare(bundled, "j", "l", panel="heat")


@wide
def test_it_is_light(compare: Compare, bundled: Workspace) -> None:
    assert compare(bundled, theme=JESSY_LIGHT.name)


@both
def test_nothing_to_count(compare: Compare, make_workspace: MakeWorkspace) -> None:
    assert compare(make_workspace(), ready=lambda _: True)


@both
def test_one_file_that_cannot_be_read_and_targets_that_are_missed(
    compare: Compare, make_workspace: MakeWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The notice names the folder, which is another one each time.
    monkeypatch.setattr(JessyApp, "notify", lambda *_, **__: None)
    rows = [example(*row) for row in EXAMPLES]
    rows += [example(f"soru {place}", "Cevap.", "HIGH", 7, "şaka") for place in range(30)]
    rows += [{"conversations": [{"from": "human", "value": "yarım"}]}]
    assert compare(make_workspace(a_json=b"[", chat_json=rows), panel="findings")


@both
def test_rows_that_are_still_arriving(
    compare: Compare, make_workspace: MakeWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    half = Progress(rows=8, labelled=8, bytes=40, total=100)
    monkeypatch.setattr(Indexing, "progress", property(lambda _: half))
    workspace = make_workspace(chat_json=[example(*row) for row in EXAMPLES])

    def ready(pilot: Pilot[None]) -> bool:
        screen = pilot.app.screen
        return isinstance(screen, DashboardScreen) and not screen._counting

    assert compare(workspace, ready=ready)
