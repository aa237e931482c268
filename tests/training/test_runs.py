"""Runs as their readers see them; no driver is started here."""

import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from jessy_tui.dataset.split import dataset_digest
from jessy_tui.errors import JessyError
from jessy_tui.training.events import EventLog, Heartbeat, Trained, Validated
from jessy_tui.training.names import check_name, make_name
from jessy_tui.training.processes import is_alive, started_at
from jessy_tui.training.record import RunState, read_record, write_record
from jessy_tui.training.rows import all_examples
from jessy_tui.training.run import STOP_NAME, Run
from jessy_tui.training.runs import create_run, find_run, list_runs, lock_run, start_run, stop_run
from jessy_tui.workspace import Workspace
from tests.conftest import EXAMPLES, MakeWorkspace, example


@pytest.fixture
def run(workspace: Workspace) -> Run:
    return create_run(workspace, name="first")


def note(run: Run, **changes: object) -> None:
    write_record(run.folder, msgspec.structs.replace(run.record, **changes))


def test_a_new_run_holds_all_it_is_trained_with(workspace: Workspace, run: Run) -> None:
    record = run.record
    assert run.folder == workspace.runs / "first"
    assert run.state == "preparing"
    assert record.data.digest == dataset_digest(all_examples(workspace))
    assert (record.data.examples, record.data.rows, record.data.validation_rows) == (8, 7, 1)
    assert sorted(path.name for path in (run.folder / "data").iterdir()) == [
        *("manifest.json", "train.jsonl", "valid.jsonl")
    ]
    assert run.base_folder == workspace.bases / "nano"
    assert record.base.fingerprint is None  # nano is not built yet: the driver will
    assert run.checkpoints() == []


def test_a_taken_name_is_refused_and_nothing_is_changed(workspace: Workspace, run: Run) -> None:
    before = (run.folder / "run.json").read_bytes()
    with pytest.raises(JessyError, match="There is a run 'first' already; give another name"):
        create_run(workspace, name="first")
    assert (run.folder / "run.json").read_bytes() == before
    assert [path.name for path in workspace.runs.iterdir()] == ["first"]


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "-x", ".hidden", "çay", "a b", "x" * 65])
def test_a_name_that_is_no_folder_name_is_refused(name: str) -> None:
    with pytest.raises(JessyError, match="cannot name a run"):
        check_name(name)


def test_names_that_are_made_up_can_be_said_and_are_not_taken(workspace: Workspace) -> None:
    names = {create_run(workspace).name for _ in range(3)}
    assert len(names) == 3
    assert all(check_name(name).count("-") == 1 for name in names)


def test_made_up_names_do_not_run_out() -> None:
    taken: set[str] = set()
    for _ in range(3000):
        taken.add(make_name(taken))
    assert len(taken) == 3000


def test_examples_with_errors_are_refused_with_the_first(make_workspace: MakeWorkspace) -> None:
    bad = example("naber", "İyidir.", "LOW", 7, "greeting")
    workspace = make_workspace(chat_json=[example(*EXAMPLES[0]), bad])
    with pytest.raises(JessyError, match=r"examples have errors: chat\.json \(example 2\)"):
        create_run(workspace)
    assert list(workspace.runs.iterdir()) == []


def test_a_workspace_without_examples_is_refused(make_workspace: MakeWorkspace) -> None:
    with pytest.raises(JessyError, match="There are no examples in"):
        create_run(make_workspace())


def test_an_unknown_base_is_refused(workspace: Workspace) -> None:
    with pytest.raises(JessyError, match="There is no base 'gemma'"):
        create_run(workspace, base="gemma")


def test_a_folder_that_cannot_be_made_is_refused(workspace: Workspace) -> None:
    workspace.runs.parent.mkdir()
    workspace.runs.touch()
    with pytest.raises(JessyError, match=r"nothing was changed|already"):
        create_run(workspace, name="first")


def test_runs_are_listed_the_latest_first_and_broken_ones_named(workspace: Workspace) -> None:
    for name in ("first", "second", "broken"):
        note(create_run(workspace, name=name), created=float(ord(name[0])))
    (workspace.runs / "broken" / "run.json").write_text("{")
    (workspace.runs / "no run").mkdir()
    problems: list[str] = []
    assert [run.name for run in list_runs(workspace, problems)] == ["second", "first"]
    assert len(problems) == 1
    assert "run.json cannot be read" in problems[0]


def test_an_unknown_run_is_refused_with_those_there_are(workspace: Workspace, run: Run) -> None:
    for name in ("nope", "", "..", "../runs/first"):
        with pytest.raises(JessyError, match="there are: first"):
            find_run(workspace, name)


def test_where_there_is_no_run_the_command_that_makes_one_is_told(workspace: Workspace) -> None:
    with pytest.raises(JessyError, match="none yet; start one with: jessy train"):
        find_run(workspace, "first")


def test_a_driver_that_is_gone_has_died_whatever_the_record_says(run: Run) -> None:
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    started = started_at(process.pid)
    assert started is not None
    note(run, state=RunState.RUNNING, pid=process.pid, process_started=started, steps=40)
    process.wait()
    with EventLog(run.events) as log:
        log.write(Heartbeat(step=12))
    assert run.state == "died"
    assert "last heard of at step 12 of 40" in run.explain()


def test_a_driver_that_was_asked_to_stop_before_it_could_listen_has_stopped(run: Run) -> None:
    note(run, pid=2**22 + 1, process_started=1.0)
    (run.folder / STOP_NAME).touch()
    assert run.state == "stopped"
    assert run.explain() == "It was stopped at its beginning."


def test_another_process_with_the_same_number_is_not_the_driver(run: Run) -> None:
    started = started_at(os.getpid())
    assert started is not None
    assert is_alive(os.getpid(), started)
    note(run, state=RunState.RUNNING, pid=os.getpid(), process_started=started)
    assert run.state == "running"
    note(run, process_started=started - 3600)
    assert run.state == "died"


def test_a_zombie_is_not_alive() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = started_at(process.pid)
    assert started is not None
    assert is_alive(process.pid, started)
    process.kill()
    end = time.monotonic() + 60
    while is_alive(process.pid, started):  # it has not been waited for
        assert time.monotonic() < end
        time.sleep(0.01)
    process.communicate()


def test_a_run_whose_driver_never_came_has_died(run: Run) -> None:
    note(run, created=time.time() - 3600)
    assert run.state == "died"
    assert run.explain() == "It was made, but its driver never started."


def test_what_does_not_run_cannot_be_stopped(run: Run) -> None:
    note(run, state=RunState.FINISHED)
    with pytest.raises(JessyError, match="cannot be stopped: it is finished"):
        stop_run(run)


def test_a_run_is_started_once(workspace: Workspace, run: Run) -> None:
    note(run, state=RunState.FINISHED)
    with pytest.raises(JessyError, match="has been started before; it is finished"):
        start_run(workspace, run)


def test_a_folder_is_locked_by_one(run: Run) -> None:
    with (
        lock_run(run.folder),
        pytest.raises(JessyError, match="driver at work"),
        lock_run(run.folder),
    ):
        pass
    with lock_run(run.folder):
        pass


def test_the_last_figures_are_read_from_the_events(run: Run) -> None:
    note(run, steps=20)
    assert (run.figures().step, run.figures().loss) == (0, None)
    with EventLog(run.events) as log:
        log.write(Validated(step=5, epoch=1, loss=3.0, duration=1, best=True, seconds=9))
        log.write(
            Trained(
                step=10,
                epoch=2,
                loss=2.0,
                learning_rate=1e-3,
                steps_per_second=1,
                tokens_per_second=1,
                trained_tokens=1,
                peak_memory=1,
                seconds=15,
            )
        )
        log.write(Heartbeat(step=12))
    figures = run.figures()
    assert (figures.step, figures.steps, figures.loss, figures.validation_loss) == (
        12,
        20,
        2.0,
        3.0,
    )
    assert figures.seconds_left == pytest.approx(10.0)


def test_a_run_is_asked_with_the_checkpoint_that_is_chosen_or_the_latest(run: Run) -> None:
    with pytest.raises(JessyError, match="has no checkpoint"):
        run.checkpoint()
    (run.folder / "best").mkdir()
    assert run.checkpoint().name == "best"
    for step in ("100", "20"):
        (run.folder / "checkpoints" / step).mkdir(parents=True)
    (run.folder / "checkpoints" / ".30.half-written").mkdir()
    assert run.checkpoints() == ["20", "100", "best"]
    assert run.checkpoint() == run.folder / "checkpoints" / "100"
    (run.folder / "final").mkdir()
    assert run.checkpoint() == run.folder / "final"
    assert run.checkpoint("20") == run.folder / "checkpoints" / "20"
    with pytest.raises(JessyError, match=r"no checkpoint '30'; there are: 20, 100, best, final"):
        run.checkpoint("30")


def test_a_record_that_is_missing_or_no_record_is_refused(run: Run, tmp_path: Path) -> None:
    with pytest.raises(JessyError, match="is no run"):
        read_record(tmp_path)
    (run.folder / "run.json").write_text('{"format": 1}')
    with pytest.raises(JessyError, match=r"run\.json cannot be read"):
        read_record(run.folder)
