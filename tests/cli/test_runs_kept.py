"""`jessy runs` changing, comparing and deleting."""

import io

import pytest

from jessy_tui.training.about import read_about
from jessy_tui.training.recipe import Recipe
from jessy_tui.training.run import Run
from jessy_tui.training.runs import create_run, list_runs
from jessy_tui.workspace import Workspace
from tests.cli.conftest import Jessy
from tests.ui.recorded import put_run


@pytest.fixture
def run(workspace: Workspace) -> Run:
    return put_run(workspace)


def test_a_run_is_renamed_noted_and_tagged(jessy: Jessy, workspace: Workspace, run: Run) -> None:
    ran = jessy(
        *("runs", "first", "--note", "ışık", "--tag", "iyi", "--tag", "eski"),
        folder=workspace.root,
    )
    assert (ran.code, "#iyi #eski ışık" in ran.out) == (0, True)
    ran = jessy("runs", "first", "--untag", "eski", "--rename", "better", folder=workspace.root)
    assert ran.code == 0
    assert ran.out.startswith("better: finished.")
    about = read_about(workspace.runs / "better")
    assert (about.note, about.tags) == ("ışık", ("iyi",))
    assert "#iyi" in jessy("runs", folder=workspace.root).out


def test_several_runs_are_compared(jessy: Jessy, workspace: Workspace, run: Run) -> None:
    create_run(workspace, name="second", recipe=Recipe(learning_rate=3e-4))
    ran = jessy("runs", "first", "second", folder=workspace.root)
    assert ran.code == 0
    assert "learning_rate" in ran.out.split("The same in all")[0]
    assert "batch_size" in ran.out.split("The same in all")[1]
    found = jessy("runs", "first", "second", "--json", folder=workspace.root).json
    assert found["recipe"]["learning_rate"] == {"first": "0.001", "second": "0.0003"}
    assert "learning_rate" in found["differs"]


def test_a_deletion_that_is_not_confirmed_deletes_nothing(
    jessy: Jessy, workspace: Workspace, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    ran = jessy("runs", "first", "--delete", folder=workspace.root)
    assert ran.code != 0
    assert run.folder.is_dir()


def test_confirmed_deletions_free_the_disk(jessy: Jessy, workspace: Workspace, run: Run) -> None:
    put_run(workspace, "second")
    ran = jessy("runs", "first", "second", "--delete", "--yes", "--json", folder=workspace.root)
    assert ran.code == 0
    assert ran.json["deleted"] == ["first", "second"]
    assert ran.json["bytes"] > 10_000
    assert list_runs(workspace) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--note", "x"), "Name the run that is to be changed"),
        (("--delete",), "Name the run that is to be changed"),
        (("first", "--delete", "--tag", "x"), "Delete a run or change it, not both"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    jessy: Jessy, workspace: Workspace, run: Run, arguments: tuple[str, ...], sentence: str
) -> None:
    ran = jessy("runs", *arguments, folder=workspace.root)
    assert ran.code == 2
    assert sentence in ran.err
    assert run.folder.is_dir()


def test_a_checkpoint_is_chosen_for_good(jessy: Jessy, workspace: Workspace, run: Run) -> None:
    before = jessy("runs", "first", "--json", folder=workspace.root).json
    other = next(name for name in before["checkpoints"] if name != before["chosen"])
    found = jessy("runs", "first", "--choose", other, "--json", folder=workspace.root).json
    assert found["chosen"] == other
    assert run.checkpoint().name == other
    ran = jessy("runs", "first", "--choose", "7777", folder=workspace.root)
    assert ran.code == 1
    assert "no checkpoint '7777'; there are:" in ran.err
    assert run.chosen == other
