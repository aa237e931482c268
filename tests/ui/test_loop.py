"""The loop with keys alone, on the real MLX: train nano, watch it, stop it, chat with it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from jessy_tui.training.runs import RunState, find_run, stop_run
from jessy_tui.workspace import Workspace
from tests.conftest import REPOSITORY
from tests.ui.driving import opened, press, shown, type_text, until
from tests.ui.terminal import Terminal

# Short enough for a test, long enough to be watched and stopped.
SHORT = "batch_size=4 max_seq_length=64 report_every=1"


async def start(pilot: object, name: str, epochs: str) -> None:
    from textual.pilot import Pilot

    assert isinstance(pilot, Pilot)
    await press(pilot, "3")
    await until(pilot, lambda: "No runs yet" in shown(pilot) or "Runs" in shown(pilot))
    await press(pilot, "n")
    await type_text(pilot, name)
    await press(pilot, "tab", "tab", "tab", "f7", "ctrl+u", "ctrl+k")
    await type_text(pilot, epochs)
    await press(pilot, "tab")
    await type_text(pilot, SHORT)
    await press(pilot, "enter")


async def test_a_run_is_started_watched_and_talked_to_with_keys_alone(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await start(pilot, "first", "2")
        await until(pilot, lambda: "Finished" in shown(pilot), seconds=90)
        text = shown(pilot)
        assert "✓ finished" in text
        assert "100%" in text
        assert "first · finished" in text
        await press(pilot, "c")
        await until(pilot, lambda: "ready, loaded in" in shown(pilot), seconds=60)
        await type_text(pilot, "naber")
        await press(pilot, "enter")
        await until(pilot, lambda: "tokens/s" in shown(pilot) or "0 tokens" in shown(pilot), 60)
        answered = shown(pilot)
        assert "naber" in answered
        assert "●" in answered
        await press(pilot, "escape", "1")
        assert "Examples 1/8" in shown(pilot)


async def test_a_run_outlives_the_app_and_is_stopped_from_the_next_one(
    workspace: Workspace,
) -> None:
    async with opened(workspace) as pilot:
        await start(pilot, "long", "5000")
        await until(pilot, lambda: "step" in shown(pilot) and "left" in shown(pilot), seconds=90)
    run = find_run(workspace, "long")
    assert run.state is RunState.RUNNING
    async with opened(workspace) as pilot:
        await press(pilot, "3")
        await until(pilot, lambda: "▶ running" in shown(pilot) and "left" in shown(pilot))
        await press(pilot, "s")
        assert "Stop long?" in shown(pilot)
        await press(pilot, "y")
        await until(pilot, lambda: "■ stopped" in shown(pilot), seconds=60)
        await until(pilot, lambda: "its checkpoint is saved" in shown(pilot))
    assert run.checkpoint("final").is_dir()


async def test_a_run_is_paused_saved_stopped_and_resumed_with_keys_alone(
    workspace: Workspace,
) -> None:
    async with opened(workspace) as pilot:
        await start(pilot, "long", "5000")
        await until(pilot, lambda: "step" in shown(pilot) and "left" in shown(pilot), seconds=90)
        run = find_run(workspace, "long")
        await press(pilot, "p")
        await until(pilot, lambda: "‖ paused" in shown(pilot), seconds=60)
        paused_at = run.figures().step
        assert "and saved; p goes on" in shown(pilot)
        await press(pilot, "p")
        await until(pilot, lambda: run.figures().step > paused_at, seconds=60)
        before = set(run.checkpoints())
        await press(pilot, "C")
        await until(pilot, lambda: set(run.checkpoints()) - before, seconds=60)
        await press(pilot, "s", "y")
        await until(pilot, lambda: "■ stopped" in shown(pilot), seconds=60)
        stopped_at = run.figures().step
        await press(pilot, "r")
        await until(pilot, lambda: run.figures().step > stopped_at, seconds=90)
        await until(pilot, lambda: "▶ running" in shown(pilot))
        await press(pilot, "s", "y")
        await until(pilot, lambda: "■ stopped" in shown(pilot), seconds=60)


async def test_a_killed_driver_is_said_to_have_died_with_its_last_step(
    workspace: Workspace,
) -> None:
    async with opened(workspace) as pilot:
        await start(pilot, "doomed", "5000")
        await until(pilot, lambda: "step" in shown(pilot) and "left" in shown(pilot), seconds=90)
        pid = find_run(workspace, "doomed").pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await until(pilot, lambda: "† died" in shown(pilot))
        await until(pilot, lambda: "last heard of at" in shown(pilot))


def test_a_run_never_notices_what_becomes_of_the_app(workspace: Workspace) -> None:
    app = Terminal(workspace)
    app.shows("Examples 1/8")
    app.send("3")
    app.shows("No runs yet")
    app.send("n")
    app.shows("New run")
    app.send("orphan")
    app.shows("orphan")
    app.send("\t\t\t")
    app.send("\x0b")  # ctrl+k: the epochs are selected, and go
    app.send("5000")
    app.shows("5000 epochs")
    app.send("\r")
    run_file = workspace.runs / "orphan" / "events.jsonl"
    wait_for(lambda: run_file.exists() and b'"event":"train"' in run_file.read_bytes(), 90)
    run = find_run(workspace, "orphan")
    driver = run.pid

    def at_the_run() -> Terminal:
        """The app, started again."""
        again = Terminal(workspace)
        again.shows("Examples 1/8")
        again.send("3")
        again.until(lambda text: "orphan" in text and "▶ running" in text and "left" in text)
        return again

    def goes_on() -> None:
        step = run.figures().step
        wait_for(lambda: run.figures().step > step, 60)
        assert (run.state, run.pid, run.record.resumed) == (RunState.RUNNING, driver, 0)

    try:
        app.send("\x11")  # ctrl+q
        app.ends()
        goes_on()
        app = at_the_run()
        app.close()  # the window, and with it the terminal
        goes_on()
        app = at_the_run()
        app.process.kill(signal.SIGKILL)
        app.ends()
        goes_on()
        app = at_the_run()
        app.send("s")
        app.shows("Stop orphan?")
        app.send("y")
        app.until(lambda text: "■ stopped" in text and "its checkpoint is saved" in text)
        app.close()
    finally:
        if run.state.active:
            stop_run(run)
    assert run.state is RunState.STOPPED
    assert run.checkpoint("final").is_dir()
    assert "Traceback" not in run.log.read_text("utf-8")


def wait_for(condition: object, seconds: float) -> None:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not so after {seconds} s"
        time.sleep(0.1)


VISIT_EVERY_TAB = """
import asyncio, sys
from pathlib import Path
from jessy_tui.app import JessyApp
from jessy_tui.workspace import Workspace

async def main():
    app = JessyApp(Workspace(Path(sys.argv[1])))
    async with app.run_test() as pilot:
        for key in ("f2", "f3", "f4", "f1"):
            await pilot.press(key)
            await pilot.pause(0.3)
        heavy = {"mlx", "mlx_lm", "transformers", "tokenizers", "torch"}
        print(sorted(heavy & {name.partition(".")[0] for name in sys.modules}))

asyncio.run(main())
"""


def test_the_apps_process_imports_neither_mlx_nor_transformers(workspace: Workspace) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", VISIT_EVERY_TAB, str(workspace.root)],
        capture_output=True,
        text=True,
        check=True,
        cwd=REPOSITORY,
        timeout=120,
    )
    assert ran.stdout.strip() == "[]"
    assert Path(sys.executable).exists()
