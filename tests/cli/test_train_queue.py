"""`jessy train --queue` and `--sweep`; nothing trains here."""

import pytest

from jessy_tui.training.queue import queued_runs
from jessy_tui.workspace import Workspace
from tests.cli.conftest import Jessy


@pytest.fixture(autouse=True)
def _at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jessy_tui.training.queue.work_off", lambda _: None)


def test_a_queued_run_waits_and_the_command_returns(jessy: Jessy, workspace: Workspace) -> None:
    ran = jessy("train", "--base", "nano", "--run", "later", "--queue", folder=workspace.root)
    assert (ran.code, ran.out) == (0, "Queued: later. Look at them: jessy runs\n")
    assert [run.name for run in queued_runs(workspace)] == ["later"]


def test_a_sweep_queues_every_combination(jessy: Jessy, workspace: Workspace) -> None:
    ran = jessy(
        *("train", "--base", "nano", "--run", "grid", "--sweep", "seed=1,2", "--json"),
        folder=workspace.root,
    )
    assert (ran.code, ran.json) == (0, {"queued": ["grid-1", "grid-2"]})
    assert [run.recipe.seed for run in queued_runs(workspace)] == [1, 2]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--sweep", "seed"), "is no axis of a sweep"),
        (("--queue", "--workers", "2"), "The queue trains with one process"),
        (("--queue", "--resume", "x"), "leave out --base"),
    ],
)
def test_what_cannot_be_queued_is_refused(
    jessy: Jessy, workspace: Workspace, arguments: tuple[str, ...], sentence: str
) -> None:
    ran = jessy("train", *arguments, folder=workspace.root)
    assert ran.code == 2
    assert sentence in " ".join(ran.err.split())
    assert queued_runs(workspace) == []
