"""`jessy runs`."""

import time

import msgspec
import pytest

from jessy_tui.training.events import EventLog, Trained, Validated
from jessy_tui.training.record import RunState, write_record
from jessy_tui.training.run import Run
from jessy_tui.training.runs import create_run
from jessy_tui.workspace import Workspace
from tests.cli.conftest import Jessy


@pytest.fixture
def run(workspace: Workspace) -> Run:
    """A run whose driver is gone."""
    run = create_run(workspace, name="first")
    record = msgspec.structs.replace(
        run.record,
        state=RunState.RUNNING,
        created=time.time() - 90,
        pid=2**22 + 1,
        process_started=1.0,
        steps=40,
        best_step=10,
        best_loss=3.25,
    )
    write_record(run.folder, record)
    with EventLog(run.events) as log:
        log.write(Validated(step=10, epoch=1, loss=3.25, duration=1, best=True, seconds=9))
        log.write(
            Trained(
                step=12,
                epoch=1.2,
                loss=2.5,
                learning_rate=1e-3,
                steps_per_second=2,
                tokens_per_second=900,
                trained_tokens=4000,
                peak_memory=1 << 28,
                seconds=10,
            )
        )
    (run.folder / "best").mkdir()
    return run


def test_without_runs_the_command_that_starts_one_is_told(
    jessy: Jessy, workspace: Workspace
) -> None:
    ran = jessy("runs", folder=workspace.root)
    assert (ran.code, ran.out) == (
        0,
        "There are no runs yet; start one with: jessy train\n",
    )
    assert jessy("runs", "--json", folder=workspace.root).json == {"runs": [], "problems": []}


def test_runs_are_listed_with_their_last_figures(
    jessy: Jessy, workspace: Workspace, run: Run
) -> None:
    create_run(workspace, name="second")
    ran = jessy("runs", folder=workspace.root)
    assert ran.code == 0
    _, second, first = (line.split() for line in ran.out.splitlines())
    assert second[:7] == ["second", "preparing", "nano", "0/?", "-", "-", second[6]]
    assert first[:6] == ["first", "died", "nano", "12/40", "2.500", "3.250"]


def test_a_run_that_died_is_explained(jessy: Jessy, workspace: Workspace, run: Run) -> None:
    ran = jessy("runs", "first", folder=workspace.root)
    assert ran.code == 0
    assert "first: died. Its driver (process 4194305) is gone without a word" in ran.out
    assert "last heard of at step 12 of 40" in ran.out
    assert "(best 3.250 at step 10)" in ran.out
    assert "checkpoints: best; asked with best" in ran.out


def test_programs_get_all_of_a_run(jessy: Jessy, workspace: Workspace, run: Run) -> None:
    shown = jessy("runs", "first", "--json", folder=workspace.root).json
    assert shown["state"] == "died"
    assert (shown["step"], shown["steps"], shown["loss"]) == (12, 40, 2.5)
    assert (shown["best_step"], shown["best_loss"]) == (10, 3.25)
    assert shown["checkpoints"] == {"best": str(run.folder / "best")}
    assert shown["pid"] is None
    listed = jessy("runs", "--json", folder=workspace.root).json
    assert shown.pop("data_changed") is False
    assert listed == {"runs": [shown], "problems": []}


def test_a_broken_record_is_named_and_the_others_are_shown(
    jessy: Jessy, workspace: Workspace, run: Run
) -> None:
    broken = create_run(workspace, name="broken")
    (broken.folder / "run.json").write_text("{")
    ran = jessy("runs", folder=workspace.root)
    assert ran.code == 0
    assert "first" in ran.out
    assert "run.json cannot be read" in ran.err


def test_an_unknown_run_is_refused(jessy: Jessy, workspace: Workspace, run: Run) -> None:
    ran = jessy("runs", "nope", folder=workspace.root)
    assert (ran.code, ran.out) == (1, "")
    assert "There is no run 'nope'; there are: first." in ran.err


def test_it_is_said_whether_the_examples_have_changed_since(
    jessy: Jessy, workspace: Workspace, run: Run
) -> None:
    root = workspace.root
    assert jessy("runs", "first", "--json", folder=root).json["data_changed"] is False
    assert "the examples are those it was made from" in jessy("runs", "first", folder=root).out
    file = workspace.data / "chat.json"
    file.write_text(file.read_text().replace("naber", "nasılsın"))
    assert jessy("runs", "first", "--json", folder=root).json["data_changed"] is True
    assert "the examples have changed since" in jessy("runs", "first", folder=root).out
    file.write_text("[")
    assert jessy("runs", "first", "--json", folder=root).json["data_changed"] is None
