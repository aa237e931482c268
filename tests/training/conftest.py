"""A workspace that can train at once: examples, and a base of a few thousand weights."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jessy_tui.training.recipe import Recipe
from jessy_tui.training.runs import Run, create_run, list_runs, start_run
from jessy_tui.training.settings import with_settings
from jessy_tui.workspace import Workspace
from tests.training import nanos

# Far beyond what a run here takes; a test that waits so long has found a mistake.
PATIENCE = 120.0
LONG = ("epochs=10000",)
"""Settings of a run that does not end by itself."""

Train = Callable[..., Run]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base that is quick to train."""
    return nanos.tiny(tmp_path_factory)


@pytest.fixture
def ready(workspace: Workspace, tiny: Path) -> Workspace:
    """The workspace with the tiny base under the name nano."""
    shutil.copytree(tiny, workspace.bases / "nano")
    return workspace


@pytest.fixture
def train(ready: Workspace) -> Iterator[Train]:
    """Starts a run in the workspace; no driver is left behind when the test ends."""

    def start(*settings: str, name: str | None = None) -> Run:
        recipe = with_settings(Recipe(batch_size=4, report_every=1, epochs=2), settings)
        run = create_run(ready, name=name, recipe=recipe)
        start_run(ready, run)
        return run

    yield start
    for run in list_runs(ready):
        if (pid := run.pid) is not None:
            os.kill(pid, signal.SIGKILL)


def wait_for(what: Callable[[], object], patience: float = PATIENCE) -> None:
    """Return when `what` is true; fail when it never is."""
    end = time.monotonic() + patience
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def wait_for_end(run: Run) -> Run:
    """Return the run when it has ended, however."""
    wait_for(lambda: not run.state.active)
    return run


def wait_for_step(run: Run, step: int) -> Run:
    """Return the run when it has made so many steps."""
    wait_for(lambda: run.figures().step >= step or not run.state.active)
    assert run.state.active, run.log.read_text()
    return run
