"""`jessy train`."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jessy_tui.training.runs import find_run, list_runs
from jessy_tui.workspace import Workspace
from tests.cli.conftest import Jessy
from tests.training import nanos
from tests.training.conftest import wait_for, wait_for_end, wait_for_step

QUICK = ("--set", "epochs=2", "--set", "batch_size=4", "--set", "report_every=1")


@pytest.fixture
def ready(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace that trains quickly; no driver is left behind."""
    shutil.copytree(nanos.tiny(tmp_path_factory), workspace.bases / "nano")
    yield workspace
    for run in list_runs(workspace):
        if (pid := run.pid) is not None:
            os.kill(pid, signal.SIGKILL)


def test_a_run_is_followed_to_its_end_and_the_next_command_is_told(
    jessy: Jessy, ready: Workspace
) -> None:
    ran = jessy("train", "--base", "nano", "--run", "first", *QUICK, folder=ready.root)
    assert ran.code == 0, ran.err
    told = " ".join(ran.err.split())
    assert "parrots the examples rather than generalises" in told
    assert "7 rows, 2 epochs of 2 steps: 4 steps" in told
    assert "step 4: validation" in told
    assert "first: It has made all its 4 steps. It took 0:0" in ran.out
    assert f"final: step 4, the one it is asked with: {ready.runs / 'first' / 'final'}" in ran.out
    assert ran.out.splitlines()[-1] == 'Ask it: jessy chat --run first "sana bisi sorucam"'

    ran = jessy("train", "--run", "first", *QUICK, folder=ready.root)
    assert ran.code == 1
    assert "There is a run 'first' already; give another name." in ran.err


def test_programs_get_one_object(jessy: Jessy, ready: Workspace) -> None:
    ran = jessy("train", *QUICK, "--json", folder=ready.root)
    assert ran.code == 0, ran.err
    assert (ran.json["state"], ran.json["step"], ran.json["steps"]) == ("finished", 4, 4)
    assert ran.json["run"] in {run.name for run in list_runs(ready)}
    assert set(ran.json["checkpoints"]) >= {"best", "final"}
    assert ran.json["loss"] > 0
    assert ran.json["recipe"]["epochs"] == 2


def test_a_detached_run_goes_on_by_itself(jessy: Jessy, ready: Workspace) -> None:
    ran = jessy("train", "--run", "alone", *QUICK, "--detach", folder=ready.root)
    assert ran.code == 0
    assert ran.out == "alone trains by itself. Look at it: jessy runs alone\n"
    assert wait_for_end(find_run(ready, "alone")).state == "finished"


def test_a_run_that_fails_ends_with_its_reason_and_1(jessy: Jessy, ready: Workspace) -> None:
    ran = jessy("train", "--run", "bad", *QUICK, "--set", "learning_rate=1e30", folder=ready.root)
    assert ran.code == 1
    assert "not a number" in ran.out or "not numbers" in ran.out


def test_ctrl_c_saves_and_says_where(ready: Workspace) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "jessy_tui", "train", "--run", "long", "--set", "epochs=10000"],
        cwd=ready.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(lambda: [run.name for run in list_runs(ready)] == ["long"])
    run = wait_for_step(find_run(ready, "long"), 2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert run.state == "stopped"
    assert "ends its step and saves" in " ".join(err.split())
    assert str(run.checkpoint("final")) in out


@pytest.mark.parametrize("setting", ["iters=5", "epochs=0", "epochs"])
def test_a_wrong_setting_is_wrong_use(jessy: Jessy, workspace: Workspace, setting: str) -> None:
    ran = jessy("train", "--set", setting, folder=workspace.root)
    assert ran.code == 2
    assert setting.partition("=")[0] in ran.err
    assert not workspace.runs.exists()


def test_what_cannot_be_trained_is_refused(jessy: Jessy, tmp_path: Path) -> None:
    ran = jessy("train", folder=tmp_path)
    assert ran.code == 1
    assert "There are no examples in" in ran.err
    ran = jessy("train", "--base", "gemma", folder=tmp_path)
    assert ran.code == 1
    assert "There is no base 'gemma'" in ran.err


def test_a_stopped_run_goes_on_and_only_such_a_run(jessy: Jessy, ready: Workspace) -> None:
    ran = jessy("train", "--resume", folder=ready.root)
    assert (ran.code, ran.err) == (
        1,
        "jessy: No run waits to go on: none was stopped, failed or was killed.\n",
    )
    long = ("--run", "first", "--set", "epochs=40", "--set", "report_every=1")
    assert jessy("train", *long, "--detach", folder=ready.root).code == 0
    run = wait_for_step(find_run(ready, "first"), 2)
    assert run.pid is not None
    os.kill(run.pid, signal.SIGKILL)
    wait_for_end(run)
    ran = jessy("train", "--resume", "first", "--set", "epochs=3", folder=ready.root)
    assert ran.code == 2
    assert "--resume goes on with a run as it was made" in ran.err
    ran = jessy("train", "--resume", folder=ready.root)
    assert ran.code == 0, ran.err
    assert "goes on from step" in ran.err
    assert "first: It has made all its 80 steps." in ran.out
    ran = jessy("train", "--resume", "first", folder=ready.root)
    assert ran.code == 1
    assert "The run first cannot go on: it is finished." in ran.err


def test_a_preflight_starts_nothing_and_its_exit_code_tells(jessy: Jessy, ready: Workspace) -> None:
    ran = jessy("train", "--preflight", "--json", *QUICK, folder=ready.root)
    assert ran.code == 0, ran.err
    assert ran.json["ready"] is True
    assert (ran.json["rows"], ran.json["steps"]) == (7, 4)
    assert ran.json["measured"]["memory"] > 0
    ran = jessy("train", "--preflight", "--base", "smollm2-135m", folder=ready.root)
    assert ran.code == 1
    assert " problem  The base smollm2-135m is not on this disk" in ran.out
    assert list_runs(ready) == []
    ran = jessy("train", "--preset", "desktop", folder=ready.root)
    assert ran.code == 2
    assert "There is no preset 'desktop'" in ran.err
