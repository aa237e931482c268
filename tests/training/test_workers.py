"""Several processes that train one run together, on loopback."""

import os
import signal
from pathlib import Path

import orjson
import pytest

from jessy_tui.errors import JessyError
from jessy_tui.training.events import EventReader, Trained, Validated
from jessy_tui.training.launching import driver_command, read_hosts
from jessy_tui.training.recipe import Recipe
from jessy_tui.training.run import Run
from jessy_tui.training.runs import create_run, resume_run, start_run
from jessy_tui.training.settings import with_settings
from jessy_tui.workspace import Workspace
from tests.training.conftest import Train, wait_for, wait_for_end, wait_for_step

# Seven rows in batches of three: one of them has a single row, which leaves a process without any.
SETTINGS = (
    "batch_size=3",
    "epochs=4",
    "report_every=1",
    "learning_rate=0.01",
    "plan_weight=0.3",
    "plan_repeat=1",
)


def losses(run: Run) -> list[tuple[str, int, float, int]]:
    return [
        (type(event).__name__, event.step, event.loss or 0.0, getattr(event, "trained_tokens", 0))
        for event in EventReader(run.events).all()
        if isinstance(event, Trained | Validated)
    ]


def test_two_processes_give_the_losses_of_one_and_go_on_after_a_kill(
    ready: Workspace, train: Train
) -> None:
    recipe = with_settings(Recipe(), [*SETTINGS, "checkpoint_every=2"])
    alone = create_run(ready, name="alone", recipe=recipe)
    start_run(ready, alone)
    together = create_run(ready, name="together", recipe=recipe)
    start_run(ready, together, workers=2)
    wait_for_end(alone)
    wait_for_step(together, 3)
    pid = together.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: together.state == "died")
    resume_run(ready, together)
    wait_for_end(together)
    assert together.state == "finished", together.log.read_text()
    assert together.record.workers == 2
    wanted = {(kind, step): rest for kind, step, *rest in losses(alone)}
    found = {(kind, step): rest for kind, step, *rest in losses(together)}
    assert found.keys() == wanted.keys()
    for key, (loss, tokens) in wanted.items():
        assert found[key][0] == pytest.approx(loss, rel=1e-3), key
        assert found[key][1] == tokens, key
    assert together.checkpoints() == alone.checkpoints()


def test_hosts_are_those_of_mlx_launch_and_begin_here(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts.json"
    with pytest.raises(JessyError, match="cannot be read"):
        read_hosts(hosts)
    hosts.write_text('{"hosts": ["one"]}')
    with pytest.raises(JessyError, match="is no file of hosts: it is to hold a JSON array"):
        read_hosts(hosts)
    hosts.write_bytes(orjson.dumps([{"ssh": "far-away.example", "ips": ["10.0.0.2"]}]))
    with pytest.raises(JessyError, match=r"begins with far-away\.example: the first host drives"):
        read_hosts(hosts)
    there = [{"ssh": "127.0.0.1", "ips": ["10.0.0.1"]}, {"ssh": "other", "ips": ["10.0.0.2"]}]
    hosts.write_bytes(orjson.dumps(there))
    assert read_hosts(hosts) == hosts.read_bytes()
    command = driver_command(tmp_path, 1, {"JESSY_BLAS": "auto", "SECRET": "x"})
    assert command[command.index("--hostfile") + 1] == str(hosts)
    assert command[command.index("--env") + 1] == "JESSY_BLAS=auto"
    assert "SECRET" not in " ".join(command)
    assert command[-4:] == ["-P", "-m", "jessy_tui.training.driver", str(tmp_path)]
