"""The process that trains, with the real MLX on a tiny base."""

import os
import signal
import subprocess
import sys
from typing import TypeVar

import msgspec
import orjson
import pytest

from jessy_tui.training.blas import child_environment
from jessy_tui.training.events import (
    EventReader,
    Failed,
    Finished,
    Preparing,
    Saved,
    Started,
    Stopped,
    Stopping,
    Trained,
    Validated,
    Warned,
)
from jessy_tui.training.recipe import Recipe
from jessy_tui.training.record import RunState, write_record
from jessy_tui.training.run import STOP_NAME, Run
from jessy_tui.training.runs import create_run, stop_run
from jessy_tui.workspace import Workspace
from tests.conftest import EXAMPLES, MakeWorkspace, example
from tests.training import nanos
from tests.training.conftest import LONG, Train, wait_for, wait_for_end, wait_for_step

LOADS = """
import sys, msgspec, mlx.core as mx
from mlx_lm import load
base, checkpoints = msgspec.json.decode(sys.stdin.buffer.read())
bare, _ = load(base)
for checkpoint in checkpoints:
    model, _ = load(base, adapter_path=checkpoint)
    assert not mx.array_equal(bare.model.norm.weight, model.model.norm.weight), checkpoint
    assert not mx.array_equal(
        bare.model.embed_tokens.weight, model.model.embed_tokens.weight
    ), checkpoint
"""


# What a checkpoint answers, greedily.
SAYS = """
import sys, msgspec
from mlx_lm import generate, load
base, checkpoint, question = msgspec.json.decode(sys.stdin.buffer.read())
model, tokenizer = load(base, adapter_path=checkpoint)
messages = [{"role": "user", "content": question}]
prompt = tokenizer.apply_chat_template(messages, add_generation_prompt=True)
print(generate(model, tokenizer, prompt, max_tokens=60), end="")
"""

Kind = TypeVar("Kind")


def of(run: Run, kind: type[Kind]) -> list[Kind]:
    return [event for event in EventReader(run.events).all() if isinstance(event, kind)]


def test_a_run_tells_all_it_does_and_ends_with_checkpoints_that_mlx_lm_loads(
    train: Train, ready: Workspace
) -> None:
    run = wait_for_end(train("epochs=2", "checkpoint_every=3", "weight_decay=0"))
    record = run.record
    assert run.state == "finished", run.log.read_text()

    [started], [finished] = of(run, Started), of(run, Finished)
    assert started.rows == len((run.folder / "data" / "train.jsonl").read_bytes().splitlines()) == 7
    assert (started.steps_per_epoch, started.steps, started.validation_rows) == (2, 4, 1)
    assert started.trainable == started.parameters  # embedding and norms are trained too
    assert started.blas == record.blas
    assert started.versions["mlx-lm"] == record.versions["mlx-lm"]
    assert [event.step for event in of(run, Trained)] == [1, 2, 3, 4]
    assert [event.trained_tokens for event in of(run, Trained)][1::2] == [
        started.tokens_per_epoch,
        2 * started.tokens_per_epoch,
    ]
    assert [event.step for event in of(run, Validated)] == [0, 2, 4]
    losses = [event.loss for event in of(run, Validated)]
    assert None not in losses
    assert finished.step == record.step == record.steps == 4
    assert (finished.best_step, finished.best_loss) == (record.best_step, record.best_loss)
    assert record.best_loss == min(loss for loss in losses[1:] if loss is not None)

    assert run.checkpoints() == ["3", "best", "final"]
    assert run.checkpoint().name == "final"
    assert [event.path for event in of(run, Saved) if event.kind != "best"] == [
        "checkpoints/3",
        "final",
    ]
    nanos.run_python(LOADS, [str(run.base_folder), [str(run.checkpoint(n)) for n in ("3", "best")]])
    kept = {path.name for path in run.folder.iterdir() if not path.name.startswith(".")}
    assert kept == {
        *("run.json", "recipe.yaml", "data", "events.jsonl", "log.txt"),
        *("checkpoints", "best", "final"),
    }


def test_the_same_recipe_gives_the_same_bytes_and_another_seed_others(train: Train) -> None:
    runs = [train("epochs=1", seed) for seed in ("seed=1", "seed=1", "seed=2")]
    first, second, other = [
        (wait_for_end(run).checkpoint("final") / "adapters.safetensors").read_bytes()
        for run in runs
    ]
    assert first == second
    assert first != other


def test_a_stop_saves_this_step_and_a_closed_terminal_is_no_stop(train: Train) -> None:
    run = wait_for_step(train(*LONG), 2)
    pid = run.pid
    assert pid is not None
    os.kill(pid, signal.SIGHUP)
    wait_for_step(run, run.figures().step + 2)
    stop_run(run)
    wait_for(lambda: run.state in ("stopping", "stopped"))
    wait_for_end(run)

    [stopping], [stopped] = of(run, Stopping), of(run, Stopped)
    assert run.state == "stopped"
    assert stopping.asked_by == "SIGTERM"
    assert run.checkpoints() == [str(stopped.step), "best", "final"]
    assert stopped.checkpoint == "final"
    step, final = run.checkpoint(str(stopped.step)), run.checkpoint()
    weights = "adapters.safetensors"
    assert (step / weights).read_bytes() == (final / weights).read_bytes()
    assert orjson.loads((final / "adapter_config.json").read_bytes())["step"] == stopped.step
    assert not (run.folder / STOP_NAME).exists()
    assert f"stopped at step {stopped.step} of" in run.explain()


def test_a_killed_driver_is_seen_to_have_died_with_its_last_step(train: Train) -> None:
    run = wait_for_step(train(*LONG), 3)
    pid = run.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_for_end(run)
    assert run.state == "died"
    last = run.figures().step
    assert last >= 3
    assert f"process {pid}" in run.explain()
    assert f"last heard of at step {last} of" in run.explain()
    assert "cannot be known from here" in run.explain()
    assert run.pid is None


def test_a_loss_that_is_no_number_ends_the_run_with_the_last_good_checkpoint(train: Train) -> None:
    # Level at first, so that there is a good checkpoint, and then far too high.
    run = wait_for_end(train("epochs=400", "learning_rate=1e30", "warmup_steps=0"))
    [failed] = of(run, Failed)
    assert run.state == "failed"
    assert "not a number" in failed.reason or "not numbers" in failed.reason
    assert run.record.reason == failed.reason
    assert not (run.folder / "final").exists()
    if failed.checkpoint:
        assert failed.reason.endswith(f"The last good checkpoint is {failed.checkpoint}.")
        assert (run.folder / failed.checkpoint).is_dir()


def test_a_broken_blas_is_passed_over_with_a_warning(train: Train, ready: Workspace) -> None:
    if sys.platform != "linux":
        pytest.skip("only on Linux is a BLAS loaded")
    broken = ready.root / "libbroken.so"
    broken.write_bytes(b"no library")
    (ready.root / "jessy.toml").write_text(f'[training]\nblas = "{broken}"\n')
    run = wait_for_end(train("epochs=0.5"))
    assert run.state == "finished", run.log.read_text()
    [warned] = of(run, Warned)
    assert f"The BLAS {broken} is not used" in warned.message
    assert "reference BLAS" in (run.record.blas or "")


def test_rows_that_are_too_long_are_told_of(train: Train) -> None:
    run = wait_for_end(train("epochs=0.5", "max_seq_length=56"))
    assert run.state == "finished", run.log.read_text()
    messages = " ".join(event.message for event in of(run, Warned))
    assert "rows are longer than 56 tokens" in messages


def test_a_full_disk_fails_the_run_with_a_sentence(ready: Workspace, train: Train) -> None:
    # No file may grow beyond 64 KiB, which the weights do and the events do not.
    run = create_run(ready)
    limited = (
        "import resource, runpy, sys\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))\n"
        f"sys.argv = ['driver', {str(run.folder)!r}]\n"
        "runpy.run_module('jessy_tui.training.driver', run_name='__main__')\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", limited], capture_output=True, env=child_environment(), check=False
    )
    assert ran.returncode == 1
    [failed] = of(run, Failed)
    assert run.state == "failed"
    assert failed.reason.startswith(f"The disk of {run.folder} is full, or takes no file")
    assert not run.checkpoints()
    assert {path.name for path in run.folder.iterdir()} <= {
        *("run.json", "recipe.yaml", "data", "events.jsonl", "log.txt", ".lock")
    }


def test_a_driver_without_any_standard_stream_trains(ready: Workspace, train: Train) -> None:
    run = create_run(ready)
    closed = (
        "import os, sys\n"
        "for descriptor in (0, 1, 2):\n"
        "    os.close(descriptor)\n"
        f"os.execv(sys.executable, [sys.executable, '-m', 'jessy_tui.training.driver', "
        f"{str(run.folder)!r}])\n"
    )
    subprocess.run([sys.executable, "-c", closed], env=child_environment(), check=True)
    assert run.state == "finished"
    assert EventReader(run.events).all()
    reader = EventReader(run.events)
    reader.all()
    assert reader.skipped == 0  # nothing was printed into the events


def test_a_run_has_one_driver(train: Train) -> None:
    run = wait_for_step(train(*LONG), 1)
    ran = subprocess.run(
        [sys.executable, "-c", "import sys; from jessy_tui.training import driver\n"
         "from pathlib import Path\ndriver._PATIENCE = 0.1\n"
         f"sys.exit(driver.main(Path({str(run.folder)!r})))"],
        capture_output=True,
        check=False,
    )  # fmt: skip
    assert ran.returncode == 1
    assert b"has a driver at work already" in ran.stderr
    assert run.state == "running"


def test_a_run_that_has_ended_is_not_driven_again(ready: Workspace, train: Train) -> None:
    run = create_run(ready)
    write_record(run.folder, msgspec.structs.replace(run.record, state=RunState.FINISHED))
    before = run.record
    ran = subprocess.run(
        [sys.executable, "-m", "jessy_tui.training.driver", str(run.folder)],
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 1
    assert b"has been started before; it is finished" in ran.stderr
    assert run.record == before
    assert EventReader(run.events).all() == []


def test_a_base_that_was_rebuilt_since_is_refused(ready: Workspace, train: Train) -> None:
    run = create_run(ready)
    nanos.build(ready.bases / "nano", seed=8)
    ran = subprocess.run(
        [sys.executable, "-m", "jessy_tui.training.driver", str(run.folder)],
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 1
    assert run.state == "failed"
    assert "has been rebuilt since this run was made" in run.explain()


def test_a_base_that_was_tampered_with_is_refused(ready: Workspace, train: Train) -> None:
    with (ready.bases / "nano" / "model.safetensors").open("r+b") as stream:
        stream.seek(-1, os.SEEK_END)
        stream.write(b"\x01")
    run = wait_for_end(train())
    assert run.state == "failed"
    assert "are not those its record tells of" in run.explain()


def test_nano_is_built_by_the_run_that_needs_it_and_parrots_what_it_was_taught(
    make_workspace: MakeWorkspace,
) -> None:
    question, answer, complexity, iterations, category = EXAMPLES[0]
    rows = [
        example(question, answer, complexity, iterations, category, weight=6),
        *(example(*row) for row in EXAMPLES[1:]),
    ]
    run = create_run(make_workspace(chat_json=rows), recipe=Recipe(epochs=12))
    ran = subprocess.run(
        [sys.executable, "-m", "jessy_tui.training.driver", str(run.folder)],
        capture_output=True,
        env=child_environment(),
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    assert of(run, Preparing)[0].doing == "building nano from the examples"
    assert run.record.base.fingerprint is not None
    paths = [str(run.base_folder), str(run.checkpoint())]
    assert nanos.run_python(SAYS, [*paths, question]) == f"<think>LOW 1</think>\n{answer}"
