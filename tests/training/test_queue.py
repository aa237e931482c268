"""The queue, worked off by its real process with real drivers on a tiny base."""

import os
import signal
from collections.abc import Iterator

import psutil
import pytest

from jessy_tui.errors import JessyError
from jessy_tui.training.queue import (
    being_worked_off,
    enqueue_run,
    move_in_queue,
    queued_runs,
    unqueue_run,
    work_off,
)
from jessy_tui.training.recipe import Recipe
from jessy_tui.training.record import RunState
from jessy_tui.training.run import Run
from jessy_tui.training.runs import create_run, stop_run
from jessy_tui.workspace import Workspace
from tests.training.conftest import Train, wait_for, wait_for_end, wait_for_step

SHORT = Recipe(batch_size=4, report_every=1, epochs=2, max_seq_length=64)


def made(workspace: Workspace, name: str) -> Run:
    return create_run(workspace, name=name, recipe=SHORT)


def at_work(workspace: Workspace) -> list[psutil.Process]:
    """The processes that work off the queue of this workspace."""
    root = str(workspace.root.resolve())
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = process.info["cmdline"] or []
        if "jessy_tui.training.queue" in line and root in line:
            found.append(process)
    return found


@pytest.fixture
def queue(ready: Workspace, train: Train) -> Iterator[Workspace]:
    """A workspace whose queue is at rest when the test ends."""
    yield ready
    for process in at_work(ready):
        process.kill()
        process.wait()


def test_runs_that_wait_are_trained_one_after_another(queue: Workspace) -> None:
    first, second = made(queue, "first"), made(queue, "second")
    enqueue_run(queue, first)
    enqueue_run(queue, second)
    assert first.state in (RunState.QUEUED, RunState.PREPARING, RunState.RUNNING)
    for run in (first, second):
        wait_for(lambda run=run: run.state is RunState.FINISHED)
    assert first.record.process_started is not None
    assert second.record.process_started is not None
    # The driver of the second came when that of the first had gone.
    ended = first.record.process_started + (first.record.seconds or 0)
    assert second.record.process_started >= ended
    wait_for(lambda: not being_worked_off(queue))


def test_a_run_that_was_started_by_hand_is_waited_for(queue: Workspace, train: Train) -> None:
    by_hand = train("epochs=10000", name="by-hand")
    wait_for_step(by_hand, 1)
    waiting = made(queue, "waiting")
    enqueue_run(queue, waiting)
    wait_for(lambda: being_worked_off(queue))
    assert waiting.state is RunState.QUEUED
    assert "waits" in waiting.explain()
    stop_run(by_hand)
    wait_for_end(by_hand)
    wait_for(lambda: waiting.state is RunState.FINISHED)


def test_a_queue_whose_process_was_killed_is_taken_up_by_the_next_to_look(
    queue: Workspace, train: Train
) -> None:
    by_hand = train("epochs=10000", name="by-hand")
    enqueue_run(queue, made(queue, "waiting"))
    wait_for(lambda: being_worked_off(queue))
    for process in at_work(queue):
        process.send_signal(signal.SIGKILL)
    wait_for(lambda: not being_worked_off(queue))
    assert [run.name for run in queued_runs(queue)] == ["waiting"]
    work_off(queue)
    wait_for(lambda: being_worked_off(queue))
    stop_run(by_hand)
    wait_for(lambda: not queued_runs(queue))


def test_a_run_whose_driver_cannot_be_started_fails_with_the_reason_and_the_next_goes_on(
    queue: Workspace, train: Train
) -> None:
    by_hand = train("epochs=10000", name="by-hand")
    bad, good = made(queue, "bad"), made(queue, "good")
    enqueue_run(queue, bad)
    enqueue_run(queue, good)
    bad.log.mkdir()  # nothing can be logged: the driver cannot even be started
    stop_run(by_hand)
    wait_for(lambda: good.state is RunState.FINISHED)
    assert bad.state is RunState.FAILED
    assert "could not be started" in bad.explain()


class TestWithoutAProcess:
    """The order of what waits; nothing works it off."""

    @pytest.fixture(autouse=True)
    def _at_rest(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("jessy_tui.training.queue.work_off", lambda _: None)

    def test_the_order_is_that_of_queueing_and_can_be_changed(self, workspace: Workspace) -> None:
        runs = [create_run(workspace, name=name) for name in ("a", "b", "c")]
        for run in runs:
            enqueue_run(workspace, run)
        assert move_in_queue(workspace, runs[2], -1)
        assert [run.name for run in queued_runs(workspace)] == ["a", "c", "b"]
        assert move_in_queue(workspace, runs[0], 1)
        assert [run.name for run in queued_runs(workspace)] == ["c", "a", "b"]
        assert not move_in_queue(workspace, runs[2], -1)
        assert not move_in_queue(workspace, runs[1], 1)

    def test_a_run_taken_out_stays_as_one_that_was_stopped(self, workspace: Workspace) -> None:
        run = create_run(workspace, name="first")
        enqueue_run(workspace, run)
        unqueue_run(run)
        assert run.state is RunState.STOPPED
        assert queued_runs(workspace) == []
        with pytest.raises(JessyError, match="first does not wait in the queue: it is stopped"):
            unqueue_run(run)
        with pytest.raises(JessyError, match="first cannot be queued: it is stopped"):
            enqueue_run(workspace, run)

    def test_a_queued_run_is_not_active_however_long_it_waits(self, workspace: Workspace) -> None:
        run = create_run(workspace, name="first")
        enqueue_run(workspace, run)
        os.utime(run.folder / "run.json", (0, 0))
        assert run.state is RunState.QUEUED
        assert not run.state.active
        assert run.pid is None
