"""The Training tab as a picture, in the states a run can be in beside a good end."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from textual.pilot import Pilot

from jessy_tui.app import JessyApp
from jessy_tui.training.events import AnyEvent, EventLog, Failed, Paused
from jessy_tui.training.machine import Machine
from jessy_tui.training.preflight import Measured, Preflight
from jessy_tui.training.recipe import Recipe
from jessy_tui.training.record import RunState
from jessy_tui.workspace import Workspace
from tests.ui.driving import NARROW, WIDE, press, shown, until
from tests.ui.recorded import put_run

pytestmark = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])

STEP = 300
"""Where runs that did not end stand."""
MACHINE = Machine(
    cores=2,
    processors=0.83,
    memory_used=9_100_000_000,
    memory_total=16_000_000_000,
    driver_processors=1.6,
    driver_memory=612_000_000,
)


@pytest.fixture(autouse=True)
def _as_anywhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The log shows local times, and figures those of the machine; no queue is worked off."""
    monkeypatch.setattr("jessy_tui.ui.training.watch.MachineReader.read", lambda *_: MACHINE)
    for module in ("training.queue", "ui.training.sentinel"):
        monkeypatch.setattr(f"jessy_tui.{module}.work_off", lambda _: None)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def put_unfinished(workspace: Workspace, last: AnyEvent | None, **changes: Any) -> None:
    """The recorded run as it stood at a step, with its last words."""
    changes = {"step": STEP, "seconds": None, "checkpoint": None} | changes
    run = put_run(workspace, **changes)
    lines = run.events.read_bytes().splitlines(keepends=True)
    until_then = next(n for n, line in enumerate(lines) if f'"step":{STEP},'.encode() in line)
    run.events.write_bytes(b"".join(lines[: until_then + 1]))
    if last is not None:
        with EventLog(run.events, clock=lambda: 1_795_591_247.0) as log:
            log.write(last)


def keep_alive(monkeypatch: pytest.MonkeyPatch, silent: float) -> dict[str, Any]:
    """What a record says of a driver that lives, and said something so many seconds ago."""
    monkeypatch.setattr("jessy_tui.training.run.is_alive", lambda *_: True)
    monkeypatch.setattr("jessy_tui.training.run.Run._silent_for", silent)
    return {"pid": 4711, "process_started": 1_795_591_179.66}


def compared(
    snap_compare: Any, workspace: Workspace, size: tuple[int, int], words: str, *keys: str
) -> bool:
    async def drive(pilot: Pilot[None]) -> None:
        await press(pilot, "3")
        await until(pilot, lambda: words in " ".join(shown(pilot).split()))
        await press(pilot, *keys)

    return bool(snap_compare(JessyApp(workspace), terminal_size=size, run_before=drive))


def test_runs_side_by_side(snap_compare: Any, workspace: Workspace, size: tuple[int, int]) -> None:
    put_run(workspace, "other", created=1.0, recipe=Recipe(learning_rate=3e-4), best_loss=4.0)
    put_run(workspace)
    assert compared(snap_compare, workspace, size, "first · finished", "space", "j", "space", "x")


def test_a_run_that_waits(snap_compare: Any, workspace: Workspace, size: tuple[int, int]) -> None:
    run = put_run(workspace, "later", state=RunState.QUEUED, step=0, seconds=None, pid=None)
    run.events.unlink()
    put_run(workspace, created=1.0)
    assert compared(snap_compare, workspace, size, "later · queued")


def test_a_run_that_pauses(
    snap_compare: Any,
    workspace: Workspace,
    size: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alive = keep_alive(monkeypatch, silent=2.0)
    put_unfinished(workspace, Paused(step=STEP), state=RunState.PAUSED, **alive)
    assert compared(snap_compare, workspace, size, "first · paused")


def test_a_run_that_failed(snap_compare: Any, workspace: Workspace, size: tuple[int, int]) -> None:
    why = "The loss is not a number since step 297; lower learning_rate, or set warmup_steps."
    put_unfinished(
        workspace,
        Failed(step=STEP, reason=why, checkpoint="best"),
        state=RunState.FAILED,
        reason=why,
        pid=None,
    )
    assert compared(snap_compare, workspace, size, "first · failed")


def test_a_run_whose_driver_is_silent(
    snap_compare: Any,
    workspace: Workspace,
    size: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_unfinished(workspace, None, state=RunState.RUNNING, **keep_alive(monkeypatch, silent=312.0))
    assert compared(snap_compare, workspace, size, "first · lost")


def test_what_is_found_out_before_a_run_starts(
    snap_compare: Any,
    workspace: Workspace,
    size: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_run(workspace)
    recipe = Recipe(fine_tune_type="lora", max_seq_length=128, batch_size=4, epochs=7)
    known = Preflight(
        base="nano",
        recipe=recipe,
        digest="eff8da600842",
        examples=400,
        warnings=2,
        rows=365,
        validation_rows=40,
        steps_per_epoch=92,
        steps=644,
        memory_free=6_000_000_000,
        disk=31_000_000,
        disk_free=80_000_000_000,
        measured=Measured(
            tokens=24_500,
            longest=131,
            shortened=1,
            cut=0,
            dropped=0,
            rows=365,
            steps=644,
            trainable=151_000,
            memory=412_000_000,
            seconds_per_step=0.16,
            seconds=111.0,
            method="all layers are computed in each step",
        ),
        notes=("The checks have 2 warnings of the examples; see: jessy check.",),
    )

    def found(*_: object, **__: object) -> Iterator[Preflight]:
        yield known

    monkeypatch.setattr("jessy_tui.ui.training.preflight.preflight", found)
    assert compared(snap_compare, workspace, size, "first · finished", "n", "ctrl+r")
