"""Every screen as a picture, wide and narrow. After a wanted change: `pytest tests/ui
--snapshot-update`, and look at each picture that changed."""

import os
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from jessy_tui.app import JessyApp
from jessy_tui.training.events import (
    EventLog,
    Finished,
    Preparing,
    Saved,
    Started,
    Trained,
    Validated,
)
from jessy_tui.training.recipe import Recipe
from jessy_tui.training.record import (
    BaseReference,
    DataReference,
    RunRecord,
    RunState,
    write_record,
)
from jessy_tui.workspace import Workspace
from tests.conftest import MakeWorkspace
from tests.ui.driving import NARROW, WIDE, press, shown, type_text, until

pytestmark = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])
Compare = Callable[..., bool]


@pytest.fixture(autouse=True)
def _utc() -> Iterator[None]:
    """The log shows local times."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.fixture
def compare(snap_compare: Any, size: tuple[int, int]) -> Compare:
    """Compares the app on a workspace, after keys were pressed, with its picture."""

    def compare_app(workspace: Workspace, drive: Callable[[Pilot[None]], Awaitable[None]]) -> bool:
        app = JessyApp(workspace)

        async def run_before(pilot: Pilot[None]) -> None:
            await until(pilot, lambda: app.findings.settled)
            await drive(pilot)
            await until(pilot, lambda: app.findings.settled)
            for field in [*app.screen.query(Input), *app.screen.query(TextArea)]:
                field.cursor_blink = False
            await pilot.pause()

        result = snap_compare(app, terminal_size=size, run_before=run_before)
        assert isinstance(result, bool)
        return result

    return compare_app


def keys(*pressed: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    async def drive(pilot: Pilot[None]) -> None:
        await press(pilot, *pressed)

    return drive


def test_the_list_with_an_example(compare: Compare, workspace: Workspace) -> None:
    assert compare(workspace, keys("j", "j", "j", "j"))


def test_unsaved_edits_are_marked(compare: Compare, workspace: Workspace) -> None:
    assert compare(workspace, keys("i", "7", "7", "j", "i", "2"))


def test_the_label_picker(compare: Compare, workspace: Workspace) -> None:
    assert compare(workspace, keys("i"))


def test_the_form_of_an_example(compare: Compare, workspace: Workspace) -> None:
    assert compare(workspace, keys("G", "e"))


def test_the_form_with_a_refusal(compare: Compare, workspace: Workspace) -> None:
    assert compare(workspace, keys("a", "ctrl+s"))


def test_no_examples(compare: Compare, make_workspace: MakeWorkspace) -> None:
    assert compare(make_workspace(), keys())


def test_the_keys(compare: Compare, workspace: Workspace) -> None:
    assert compare(workspace, keys("question_mark"))


def test_leaving_with_unsaved_edits(compare: Compare, workspace: Workspace) -> None:
    assert compare(workspace, keys("i", "7", "7", "q"))


def test_no_runs(compare: Compare, workspace: Workspace) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await press(pilot, "3")
        await until(pilot, lambda: "No runs yet" in shown(pilot))

    assert compare(workspace, drive)


def test_the_form_of_a_run(compare: Compare, workspace: Workspace) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await press(pilot, "3")
        await until(pilot, lambda: "No runs yet" in shown(pilot))
        await press(pilot, "n")
        await type_text(pilot, "first")

    assert compare(workspace, drive)


def test_a_finished_run(compare: Compare, workspace: Workspace) -> None:
    write_run(workspace)

    async def drive(pilot: Pilot[None]) -> None:
        await press(pilot, "3")
        await until(pilot, lambda: "Finished 120 steps" in shown(pilot))

    assert compare(workspace, drive)


def test_nothing_to_chat_with(compare: Compare, workspace: Workspace) -> None:
    assert compare(workspace, keys("4"))


def write_run(workspace: Workspace) -> None:
    """A run as the driver leaves it, with curves that were once a real nano's."""
    folder = workspace.runs / "first"
    folder.mkdir(parents=True)
    write_record(
        folder,
        RunRecord(
            name="first",
            created=1_795_000_000.0,
            base=BaseReference(name="nano", folder="../../bases/nano", fingerprint="00"),
            recipe=Recipe(),
            data=DataReference(digest="00", examples=8, rows=12, validation_rows=1),
            state=RunState.FINISHED,
            step=120,
            steps=120,
            best_step=60,
            best_loss=2.31,
            checkpoint="final",
            seconds=31.5,
        ),
    )
    losses = [6.9, 5.2, 4.1, 3.4, 2.9, 2.4, 2.0, 1.6, 1.3, 1.0, 0.8, 0.7]
    validation = {20: 4.6, 40: 3.1, 60: 2.31, 80: 2.4, 100: 2.52, 120: 2.6}
    clock = iter(range(1_795_000_001, 1_795_001_000))
    with EventLog(folder / "events.jsonl", clock=lambda: float(next(clock))) as log:
        log.write(Preparing(doing="loading the base"))
        log.write(
            Started(
                steps=120,
                steps_per_epoch=10,
                epochs=12,
                rows=12,
                validation_rows=1,
                tokens_per_epoch=900,
                parameters=3_500_000,
                trainable=3_500_000,
                blas="OpenBLAS 0.3.33 from ngsolve-openblas",
                versions={"mlx": "0.32"},
            )
        )
        best = float("inf")
        for place, loss in enumerate(losses):
            step = 10 * (place + 1)
            log.write(
                Trained(
                    step=step,
                    epoch=step / 10,
                    loss=loss,
                    learning_rate=1e-3,
                    steps_per_second=4.2,
                    tokens_per_second=3150.0,
                    trained_tokens=90 * step,
                    peak_memory=412_000_000,
                    seconds=step / 4,
                )
            )
            if step in validation:
                better = validation[step] < best
                best = min(best, validation[step])
                log.write(
                    Validated(
                        step=step,
                        epoch=step / 10,
                        loss=validation[step],
                        duration=0.2,
                        best=better,
                        seconds=step / 4,
                    )
                )
                if better:
                    log.write(Saved(step=step, path="best", kind="best"))
        log.write(Saved(step=120, path="final", kind="final"))
        log.write(
            Finished(step=120, checkpoint="final", seconds=31.5, best_step=60, best_loss=2.31)
        )
