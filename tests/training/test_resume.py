"""Runs that are killed or stopped and go on: what comes of them is the same, byte for byte."""

import os
import random
import resource
import signal
import sys
import time

import pytest

from jessy_tui.errors import JessyError
from jessy_tui.training.curves import Curves
from jessy_tui.training.events import (
    Continued,
    EventReader,
    Failed,
    Finished,
    Paused,
    Resumed,
    Saved,
    Trained,
    Validated,
)
from jessy_tui.training.recipe import Recipe
from jessy_tui.training.run import Run
from jessy_tui.training.runs import (
    checkpoint_now,
    continue_run,
    create_run,
    pause_run,
    resume_run,
    stop_run,
)
from jessy_tui.training.settings import with_settings
from jessy_tui.workspace import Workspace
from tests.training.conftest import LONG, Train, wait_for, wait_for_end, wait_for_step
from tests.training.test_driver import of

# Chance (dropout), gradients that gather over steps, validations between epochs: all that a
# checkpoint has to remember.
RECIPE = (
    *("fine_tune_type=lora", "layers=1", "rank=4", "dropout=0.2", "batch_size=2", "epochs=30"),
    *("accumulation=2", "validate_every=6", "checkpoint_every=4", "report_every=3"),
    *("learning_rate=0.01", "keep_checkpoints=2"),
)


def final_of(run: Run) -> bytes:
    return (run.folder / "final" / "adapters.safetensors").read_bytes()


def curves(run: Run) -> list[list[tuple[float, float]]]:
    """The losses over the steps, as the monitor draws them."""
    found = Curves()
    found.take(EventReader(run.events).all())
    return [
        list(zip(curve.steps.tolist(), curve.figure("loss").tolist(), strict=True))
        for curve in (found.training, found.validation)
    ]


# Each costs the start of a driver; to be thorough: JESSY_KILLS=10.
KILLS = int(os.environ.get("JESSY_KILLS", "3"))


def test_kills_at_any_step_change_no_byte(train: Train, ready: Workspace) -> None:
    chance = random.Random(11)
    whole = wait_for_end(train(*RECIPE, name="whole"))
    assert whole.state == "finished", whole.log.read_text()
    run = train(*RECIPE, name="killed")
    for _ in range(KILLS):
        # At once now and then, so that it is killed while it prepares or saves as well.
        step = run.record.step + chance.randrange(1, 14)
        wait_for(lambda step=step: run.figures().step >= step or not run.state.active)  # type: ignore[misc]
        time.sleep(chance.random() * 0.05)
        if (pid := run.pid) is None:
            break
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: run.state == "died")
        assert run.explain().startswith("Its driver")
        resume_run(ready, run)
    wait_for_end(run)
    assert run.state == "finished", run.log.read_text()
    assert run.record.resumed >= KILLS - 2
    assert final_of(run) == final_of(whole)
    # A reader sees one curve, without a trace of what was made twice.
    assert curves(run) == curves(whole)
    assert (run.record.best_step, run.record.best_loss) == (
        whole.record.best_step,
        whole.record.best_loss,
    )
    assert run.checkpoints() == whole.checkpoints()
    # Only what was made since the last checkpoint is made again.
    steps = [event.step for event in of(run, Resumed)]
    assert steps == sorted(steps)
    assert {path.name for path in run.folder.iterdir() if path.name.startswith(".")} == {".lock"}


def test_a_stopped_run_goes_on_to_the_same_end(train: Train, ready: Workspace) -> None:
    settings = ("batch_size=2", "epochs=6", "plan_repeat=1", "checkpoint_every=0", "report_every=5")
    whole = wait_for_end(train(*settings, name="whole"))
    run = wait_for_step(train(*settings, name="stopped"), 3)
    stop_run(run)
    wait_for_end(run)
    if run.state == "stopped":
        stopped_at = run.record.step
        resume_run(ready, run)
        wait_for_end(run)
        [resumed] = of(run, Resumed)
        assert (resumed.step, resumed.checkpoint) == (stopped_at, f"checkpoints/{stopped_at}")
    assert run.state == "finished", run.log.read_text()
    assert final_of(run) == final_of(whole)
    with pytest.raises(JessyError, match=r"cannot go on: it is finished\. It has made all its 42"):
        resume_run(ready, run)


def test_a_run_that_was_killed_before_its_first_checkpoint_begins_anew(
    train: Train, ready: Workspace
) -> None:
    run = wait_for_step(train("epochs=40", "checkpoint_every=0", "validate_every=10000"), 2)
    assert run.pid is not None
    os.kill(run.pid, signal.SIGKILL)
    wait_for(lambda: run.state == "died")
    resume_run(ready, run)
    wait_for_end(run)
    assert run.state == "finished", run.log.read_text()
    assert [event.step for event in of(run, Resumed)] == [0]
    train_curve, _ = curves(run)
    assert [step for step, _ in train_curve] == list(range(1, 81))


def test_a_pause_saves_and_waits_and_a_checkpoint_comes_when_it_is_asked_for(train: Train) -> None:
    run = wait_for_step(train(*LONG, "checkpoint_every=0", "validate_every=100000"), 1)
    checkpoint_now(run)
    wait_for(lambda: of(run, Saved))
    pause_run(run)
    wait_for(lambda: run.state == "paused")
    [paused] = of(run, Paused)
    assert str(paused.step) in run.checkpoints()
    assert "pauses, and has saved" in run.explain()
    with pytest.raises(JessyError, match="pauses already"):
        pause_run(run)
    time.sleep(0.5)
    assert max(event.step for event in of(run, Trained)) == paused.step
    continue_run(run)
    wait_for(lambda: of(run, Continued))
    wait_for_step(run, paused.step + 1)
    with pytest.raises(JessyError, match="does not pause"):
        continue_run(run)
    pause_run(run)
    wait_for(lambda: run.state == "paused")
    stop_run(run)  # also a paused run can be stopped
    wait_for_end(run)
    assert run.state == "stopped"
    assert not {"stop", "pause", "checkpoint"} & {path.name for path in run.folder.iterdir()}


def test_a_run_ends_early_when_nothing_gets_better(train: Train) -> None:
    run = wait_for_end(
        train("epochs=500", "learning_rate=0.05", "validate_every=3", "patience=9", "min_delta=0.1")
    )
    assert run.state == "finished", run.log.read_text()
    [finished] = of(run, Finished)
    best, last = finished.best_step or 0, finished.step
    assert last - best >= 9
    assert last < run.record.steps
    assert finished.early is not None
    assert finished.early.startswith(f"No better validation for {last - best} steps")
    assert run.explain().startswith(f"It ended early, at step {last} of {run.record.steps}. No ")
    assert [event.step for event in of(run, Validated)][-1] == last
    assert run.checkpoints()[-2:] == ["best", "final"]


def test_a_disk_that_fills_up_keeps_the_last_good_checkpoint(
    train: Train, ready: Workspace
) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux can limit a process from outside")
    run = wait_for_step(train(*LONG, "checkpoint_every=20", "validate_every=100000"), 1)
    wait_for(lambda: len(of(run, Saved)) >= 2)
    pid = run.pid
    assert pid is not None
    kept = run.checkpoints()
    hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1 << 16, hard))
    wait_for_end(run)
    assert run.state == "failed"
    [failed] = of(run, Failed)
    assert "is full, or takes no file of that size" in failed.reason
    assert failed.checkpoint in [event.path for event in of(run, Saved)]
    assert set(kept) <= set(run.checkpoints())
    # With room again, it goes on from there.
    resume_run(ready, run)
    wait_for(lambda: of(run, Resumed))
    [resumed] = of(run, Resumed)
    assert resumed.checkpoint == failed.checkpoint


def test_a_driver_that_says_nothing_is_lost_not_dead(train: Train) -> None:
    run = wait_for_step(train(*LONG), 1)
    pid = run.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    long_ago = time.time() - 100
    time.sleep(0.2)
    os.utime(run.events, (long_ago, long_ago))
    assert run.state == "lost"
    assert "no sign of life for 100 seconds" in run.explain()
    os.kill(pid, signal.SIGCONT)
    wait_for(lambda: run.state == "running")


def test_a_run_is_resumed_only_when_no_driver_is_at_work(ready: Workspace, train: Train) -> None:
    run = wait_for_step(train(*LONG), 1)
    with pytest.raises(JessyError, match="cannot go on: it is running"):
        resume_run(ready, run)
    fresh = create_run(ready, recipe=with_settings(Recipe(), ["epochs=1"]))
    with pytest.raises(JessyError, match="cannot be paused: it is preparing"):
        pause_run(fresh)
