"""The Training tab by its keys, on runs as real drivers left them."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from jessy_tui.training.about import read_about
from jessy_tui.training.events import EventLog, Finished, Heartbeat, Trained
from jessy_tui.training.processes import started_at
from jessy_tui.training.queue import enqueue_run, queued_runs
from jessy_tui.training.recipe import Recipe
from jessy_tui.training.record import RunState, write_record
from jessy_tui.training.runs import create_run, find_run
from jessy_tui.ui.desktop import notice
from jessy_tui.ui.training.run_plot import RunPlot
from jessy_tui.ui.training.screen import TrainingScreen
from jessy_tui.workspace import Workspace
from tests.ui.driving import NARROW, WIDE, notices, opened, press, shown, type_text, until
from tests.ui.recorded import put_run


@asynccontextmanager
async def at_training(
    workspace: Workspace, size: tuple[int, int] = WIDE
) -> AsyncIterator[Pilot[None]]:
    async with opened(workspace, size) as pilot:
        await press(pilot, "3")
        await until(pilot, lambda: "Runs" in shown(pilot))
        yield pilot


def plot_of(pilot: Pilot[None]) -> RunPlot:
    return pilot.app.screen.query_one(RunPlot)


async def test_a_finished_run_is_told_in_words_curves_and_events(workspace: Workspace) -> None:
    put_run(workspace)
    async with at_training(workspace) as pilot:
        await until(pilot, lambda: "Finished 644 steps in 1 min 51 s" in shown(pilot))
        text = shown(pilot)
        assert "best validation 5.210 at step 184" in text
        assert "★ best 5.210 at step 184" in text
        assert "✓ finished" in text
        assert "finished in 1 min 51 s" in text
        assert "★" in text.split("★ best")[0]  # in the plot, too


async def test_every_figure_is_plotted_in_turn(workspace: Workspace) -> None:
    put_run(workspace)
    async with at_training(workspace) as pilot:
        for title in ("learning rate", "steps/s", "tokens/s", "peak memory, GB", "loss · train"):
            await press(pilot, "v")
            await until(pilot, lambda title=title: f"─ {title}" in shown(pilot))  # type: ignore[misc]
            await until(pilot, lambda: any("⠉" in line or "⢸" in line for line in lines(pilot)))


def lines(pilot: Pilot[None]) -> list[str]:
    return shown(pilot).splitlines()


async def test_smoothing_log_scale_and_freezing_are_said_in_the_border(
    workspace: Workspace,
) -> None:
    put_run(workspace)
    async with at_training(workspace) as pilot:
        await press(pilot, "w", "o")
        await until(pilot, lambda: "smoothed · log scale" in shown(pilot))
        await until(pilot, lambda: "0.5 ┫" in shown(pilot))
        await press(pilot, "f")
        await until(pilot, lambda: "log scale · frozen" in shown(pilot))
        await press(pilot, "f", "w", "o")
        await until(pilot, lambda: "smoothed" not in shown(pilot))
        assert "frozen" not in shown(pilot)


async def test_a_zoomed_plot_says_so_and_zero_shows_all_again(workspace: Workspace) -> None:
    put_run(workspace)
    async with at_training(workspace) as pilot:
        await until(pilot, lambda: "★" in shown(pilot))
        await press(pilot, "tab")
        assert plot_of(pilot).has_focus
        await press(pilot, "plus", "plus", "l", "h", "k", "j", "minus")
        await until(pilot, lambda: "zoomed; 0 shows all" in shown(pilot))
        assert plot_of(pilot).wanted().limits is not None
        await press(pilot, "0")
        await until(pilot, lambda: "zoomed" not in shown(pilot))
        assert plot_of(pilot).wanted().limits is None


async def test_a_frozen_plot_stays_while_the_run_goes_on(workspace: Workspace) -> None:
    run = put_run(workspace)
    async with at_training(workspace) as pilot:
        await until(pilot, lambda: "★" in shown(pilot))
        await press(pilot, "f")
        before = [line[42:] for line in lines(pilot)[1:20]]
        with EventLog(run.events) as log:
            log.write(step_of(2000, 9.0))
        await until(pilot, lambda: "step 2,000  train 9.000" in shown(pilot))
        assert [line[42:] for line in lines(pilot)[1:20]] == before
        await press(pilot, "f")
        await until(pilot, lambda: "1500" in shown(pilot))


def step_of(step: int, loss: float | None) -> Trained:
    return Trained(
        step=step,
        epoch=step / 92,
        loss=loss,
        learning_rate=1e-3,
        steps_per_second=5.0,
        tokens_per_second=1000.0,
        trained_tokens=100 * step,
        peak_memory=10**8,
        seconds=step / 5,
    )


async def test_marked_runs_are_drawn_over_each_other_with_their_numbers(
    workspace: Workspace,
) -> None:
    put_run(workspace, "other", created=1.0)
    put_run(workspace)
    async with at_training(workspace) as pilot:
        await press(pilot, "space")
        await until(pilot, lambda: "1 marked; x compares" in shown(pilot))
        await until(pilot, lambda: "loss · 1 other 2 first" in shown(pilot))
        assert "•first" in shown(pilot).replace(" ", "")


async def test_marked_runs_are_compared_side_by_side(workspace: Workspace) -> None:
    put_run(workspace, "other", created=1.0, recipe=Recipe(learning_rate=3e-4), best_loss=4.0)
    put_run(workspace)
    async with at_training(workspace) as pilot:
        await press(pilot, "x")
        assert notices(pilot)[-1] == "Mark runs with space, then x compares them."
        await press(pilot, "space", "x")
        await until(pilot, lambda: "2 runs side by side" in shown(pilot))
        text = " ".join(shown(pilot).split())
        assert "≠ learning_rate 0.001 0.0003" in text
        assert "≠ best validation loss 5.210 4.000" in text
        assert "batch_size" not in text
        await press(pilot, "a")
        assert "batch_size" in shown(pilot)
        await press(pilot, "j", "k", "l", "h", "escape")
        assert "side by side" not in shown(pilot)


async def test_a_run_is_renamed_noted_and_tagged(workspace: Workspace) -> None:
    put_run(workspace)
    async with at_training(workspace) as pilot:
        await press(pilot, "R", "f7")
        await press(pilot, "ctrl+u")
        await type_text(pilot, "a b")
        await press(pilot, "enter")
        assert "cannot name a run" in shown(pilot)
        await press(pilot, "ctrl+u")
        await type_text(pilot, "calm")
        await press(pilot, "enter")
        await until(pilot, lambda: "first is called calm now." in notices(pilot))
        await until(pilot, lambda: "calm · finished" in shown(pilot))
        await press(pilot, "N")
        await type_text(pilot, "ışığı öğrendi")
        await press(pilot, "enter")
        await until(pilot, lambda: "ışığı öğrendi" in shown(pilot))
        await press(pilot, "T")
        await type_text(pilot, "iyi nano")
        await press(pilot, "enter")
        await until(pilot, lambda: "#iyi #nano" in shown(pilot))
    about = read_about(workspace.runs / "calm")
    assert (about.note, about.tags) == ("ışığı öğrendi", ("iyi", "nano"))


async def test_a_run_is_deleted_only_when_sure(workspace: Workspace) -> None:
    put_run(workspace)
    async with at_training(workspace) as pilot:
        await press(pilot, "d")
        assert "Delete first?" in shown(pilot)
        assert "with 3 checkpoints" in shown(pilot)
        await press(pilot, "escape")
        assert (workspace.runs / "first").is_dir()
        await press(pilot, "d", "y")
        await until(pilot, lambda: "No runs yet" in shown(pilot))
        assert not (workspace.runs / "first").exists()
        assert any("first is deleted" in words for words in notices(pilot))


async def test_a_run_at_work_is_not_deleted_and_the_reason_is_said(workspace: Workspace) -> None:
    at_work = {"pid": os.getpid(), "process_started": started_at(os.getpid())}
    put_run(workspace, state=RunState.RUNNING, **at_work)
    async with at_training(workspace) as pilot:
        await press(pilot, "d", "y")
        await until(pilot, lambda: any("Stop it first" in words for words in notices(pilot)))
        assert (workspace.runs / "first").is_dir()
        await until(pilot, lambda: "driver" in shown(pilot) and "machine" in shown(pilot))


async def test_queued_runs_change_places_and_leave_the_queue(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jessy_tui.training.queue.work_off", lambda _: None)
    monkeypatch.setattr("jessy_tui.ui.training.sentinel.work_off", lambda _: None)
    for name in ("early", "late"):
        enqueue_run(workspace, create_run(workspace, name=name))
    async with at_training(workspace) as pilot:
        await until(pilot, lambda: "late · queued" in shown(pilot))
        assert "⋯ queued" in shown(pilot)
        assert "Queued: it starts when the runs before it have ended" in shown(pilot)
        await press(pilot, "less_than_sign")
        await until(pilot, lambda: "late starts sooner now." in notices(pilot))
        assert [run.name for run in queued_runs(workspace)] == ["late", "early"]
        await press(pilot, "less_than_sign")
        await until(pilot, lambda: "late is the first of the queue already." in notices(pilot))
        await press(pilot, "greater_than_sign")
        await until(pilot, lambda: "late starts later now." in notices(pilot))
        await press(pilot, "s", "y")
        await until(pilot, lambda: "late has left the queue." in notices(pilot))
    assert [run.name for run in queued_runs(workspace)] == ["early"]
    assert find_run(workspace, "late").state is RunState.STOPPED


async def test_the_log_is_the_events_or_what_the_driver_prints(workspace: Workspace) -> None:
    put_run(workspace)
    async with at_training(workspace) as pilot:
        await until(pilot, lambda: "─ Events" in shown(pilot))
        await press(pilot, "t")
        await until(pilot, lambda: "finished at step 644" in shown(pilot))
        assert "What the driver prints" in shown(pilot)
        await press(pilot, "t")
        await until(pilot, lambda: "─ Events" in shown(pilot))


async def test_where_it_is_narrow_the_log_takes_the_place_of_the_plot(workspace: Workspace) -> None:
    put_run(workspace)
    async with at_training(workspace, NARROW) as pilot:
        await until(pilot, lambda: "★ best" in shown(pilot))
        await press(pilot, "t")
        await until(pilot, lambda: "─ Events" in shown(pilot))
        assert "★ best" not in shown(pilot)
        await press(pilot, "t", "t")
        await until(pilot, lambda: "★ best" in shown(pilot))


async def test_the_end_of_a_run_is_told_in_every_tab(workspace: Workspace) -> None:
    at_work = {"pid": os.getpid(), "process_started": started_at(os.getpid())}
    run = put_run(workspace, state=RunState.RUNNING, step=640, **at_work)
    record = run.record
    async with opened(workspace) as pilot:
        from jessy_tui.ui.training.sentinel import RunSentinel

        sentinel = RunSentinel(pilot.app)  # type: ignore[arg-type]
        assert sentinel.look() == []
        write_record(run.folder, record_of_end(record))
        [end] = sentinel.look()
        assert (end.name, end.state) == ("first", RunState.FINISHED)
        sentinel._looked([end], "")
        await pilot.pause()
        assert "It has made all its 644 steps." in notices(pilot)
        assert sentinel.look() == []


def record_of_end(record: object) -> object:
    import msgspec

    return msgspec.structs.replace(record, state=RunState.FINISHED, step=644)  # type: ignore[type-var]


def test_a_notice_of_the_desktop_is_asked_of_the_terminal_in_its_own_words() -> None:
    assert notice("first: finished", "Done; all", {}) == "\x1b]9;first: finished: Done, all\x07"
    urxvt = {"TERM": "rxvt-unicode-256color"}
    assert notice("first", "Done", urxvt) == "\x1b]777;notify;first;Done\x07"
    assert notice("a", "b", {"TMUX": "x"}) == "\x1bPtmux;\x1b\x1b]9;a: b\x07\x1b\\"
    assert "\x1b[31m" not in notice("a", "\x1b[31m", {})


async def test_a_run_of_many_events_comes_in_by_and_by_while_the_screen_stays_live(
    workspace: Workspace,
) -> None:
    run = put_run(workspace)
    with run.events.open("ab") as file:
        import msgspec

        encode = msgspec.json.Encoder().encode
        for step in range(700, 60_700):
            file.write(encode(step_of(step, None if step % 1000 == 0 else 2.0)) + b"\n")
        file.write(encode(Heartbeat(step=60_699)) + b"\n")
        file.write(encode(Finished(step=60_699, checkpoint="final", seconds=9.0)) + b"\n")
    async with at_training(workspace) as pilot:
        await press(pilot, "v", "v")  # it obeys while it reads
        await until(pilot, lambda: "─ steps/s" in shown(pilot))
        await until(pilot, lambda: "Finished 60,699 steps" in shown(pilot))
        drawn = sum(len(dataset.x) for dataset in plot_of(pilot)._datasets)
        assert drawn < 2000


async def test_every_key_of_the_tab_is_in_the_help(workspace: Workspace) -> None:
    put_run(workspace)
    async with at_training(workspace) as pilot:
        for binding in TrainingScreen.BINDINGS:
            assert binding.description  # type: ignore[union-attr]
        await press(pilot, "question_mark")
        text = shown(pilot)
        assert "Hold the curves still, or follow" in text


def unstarted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are made and queued, but nothing trains."""
    for module in ("training.queue", "ui.training.sentinel"):
        monkeypatch.setattr(f"jessy_tui.{module}.work_off", lambda _: None)
    monkeypatch.setattr("jessy_tui.training.ordering.start_run", lambda *_: 0)


async def test_a_run_like_another_begins_with_its_recipe_and_base(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    unstarted(monkeypatch)
    put_run(workspace, recipe=Recipe(epochs=4, learning_rate=3e-4))
    async with at_training(workspace) as pilot:
        await press(pilot, "D")
        assert "New run like first" in shown(pilot)
        assert "as first" in shown(pilot)
        await type_text(pilot, "second")
        await press(pilot, "enter")
        await until(pilot, lambda: any("second has started" in words for words in notices(pilot)))
    assert find_run(workspace, "second").recipe == Recipe(epochs=4, learning_rate=3e-4)


async def test_a_run_can_wait_for_those_before_it(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    unstarted(monkeypatch)
    async with opened(workspace) as pilot:
        await press(pilot, "3")
        await until(pilot, lambda: "No runs yet" in shown(pilot))
        await press(pilot, "n")
        await type_text(pilot, "later")
        assert "[ ] wait for the runs before it" in shown(pilot)
        await press(pilot, "tab", "tab", "tab", "tab", "tab", "tab", "space")
        assert "[X] wait for the runs before it" in shown(pilot)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "later · queued" in shown(pilot))
    assert find_run(workspace, "later").state is RunState.QUEUED


async def test_a_sweep_makes_a_run_of_every_combination_tagged_and_noted(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    unstarted(monkeypatch)
    async with opened(workspace) as pilot:
        await press(pilot, "3")
        await until(pilot, lambda: "No runs yet" in shown(pilot))
        await press(pilot, "n")
        await type_text(pilot, "grid")
        await press(pilot, "tab", "tab", "tab", "tab", "tab")
        await type_text(pilot, "seed=1,2 rank")
        assert "'rank' is no axis of a sweep" in " ".join(shown(pilot).replace("│", "").split())
        await press(pilot, "enter")
        assert "New run" in shown(pilot)
        await type_text(pilot, "=4")
        assert "2 runs, one after another" in shown(pilot)
        await press(pilot, "enter")
        await until(pilot, lambda: len(queued_runs(workspace)) == 2)
        await until(pilot, lambda: "#grid" in shown(pilot))
    runs = queued_runs(workspace)
    assert [run.name for run in runs] == ["grid-1", "grid-2"]
    assert [run.recipe.seed for run in runs] == [1, 2]
    assert read_about(runs[1].folder).note == "seed=2 rank=4"


async def test_a_run_says_that_the_examples_have_changed_since(workspace: Workspace) -> None:
    put_run(workspace)
    async with at_training(workspace) as pilot:
        await until(pilot, lambda: "first · finished" in shown(pilot))
        await press(pilot, "1", "i", "9", "9", "ctrl+s")
        await until(pilot, lambda: any("Saved" in notice for notice in notices(pilot)))
        assert "the examples have changed since" not in shown(pilot)
        await press(pilot, "3")
        await until(pilot, lambda: "the examples have changed since" in shown(pilot))
