"""Draws the README's screenshots from the real app: `python screenshots/make.py [RUN]`.

Works on this repository's own data. The Training, Chat and Evaluation pictures show the run named
RUN ("first" by default); make it with `jessy train --base nano --run first`, and ask it with
`jessy eval --base nano --run first --plans-only`. The one of two models side by side shows the run
named real: `jessy train --base smollm2-135m --run real`. Without them, they are left as they are.
"""

import asyncio
import contextlib
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.pilot import Pilot

from jessy_tui.app import JessyApp
from jessy_tui.workspace import Workspace

HERE = Path(__file__).parent
ROOT = HERE.parent
SIZE = (120, 36)
_KEYS = {" ": "space", "'": "apostrophe"}
REAL = "real"
"""The run that `compare` shows beside its base."""
QUESTIONS = ("sana bisi sorucam", "naber kanka", "heyy jessy what's up")


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    """Wait for what threads and processes bring about; a minute at the most."""
    for _ in range(1200):
        await pilot.pause()
        if condition():
            return
        await pilot.pause(0.05)
    raise TimeoutError("the app did not get there within a minute")


def shown(pilot: Pilot[None]) -> str:
    """The screen's text."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)


async def examples(pilot: Pilot[None]) -> None:
    """The canonical example under the cursor."""
    app = pilot.app
    assert isinstance(app, JessyApp)
    assert app.store is not None
    from jessy_tui.ui.examples.example_list import ExampleList

    canonical = next(
        entry.id for entry in app.store if entry.example.question == "sana bisi sorucam"
    )
    app.screen.query_one(ExampleList).go_to(canonical)
    await pilot.pause(0.2)


async def label(pilot: Pilot[None]) -> None:
    """The label picker."""
    await examples(pilot)
    await pilot.press("i")
    await pilot.pause(0.2)


async def dashboard(pilot: Pilot[None]) -> None:
    """The distributions."""
    await pilot.press("f2")
    await until(pilot, lambda: "Complexity x" in shown(pilot))
    await until(pilot, lambda: "ounting" not in shown(pilot))
    await pilot.pause(1)


async def training(pilot: Pilot[None]) -> None:
    """The run's curves."""
    from jessy_tui.ui.training.run_list import RunList

    await pilot.press("f3")
    await until(pilot, lambda: pilot.app.screen.query_one(RunList).row_count)
    pilot.app.screen.query_one(RunList).choose(run_name())
    await pilot.pause(2)


async def chat(pilot: Pilot[None]) -> None:
    """Questions and their answers."""
    from textual.containers import VerticalScroll

    app = pilot.app
    assert isinstance(app, JessyApp)
    app.chat_with(run_name())
    await until(pilot, lambda: app.screen.query("#transcript"))
    transcript = app.screen.query_one("#transcript", VerticalScroll)
    await until(pilot, lambda: "ready" in (transcript.border_subtitle or ""))
    for count, question in enumerate(QUESTIONS, start=1):
        await pilot.press(*(_KEYS.get(key, key) for key in question), "enter")
        await until(pilot, lambda: len(app.screen.query("Exchange")) == count)  # noqa: B023
        await until(pilot, lambda: len(app.screen.query(".verdict")) == count)  # noqa: B023
        await until(pilot, lambda: "tokens/s" in str(app.screen.query(".verdict").last().render()))
    await pilot.pause(0.5)


async def evaluation(pilot: Pilot[None]) -> None:
    """The probes, with what the base and the run's checkpoint declared."""
    from jessy_tui.ui.evaluation.board import Board

    await pilot.press("f5")
    await until(pilot, lambda: pilot.app.screen.query(Board))
    await until(pilot, lambda: f"{run_name()}@final plans the right band" in shown(pilot))
    await pilot.press("n", "n")
    await pilot.pause(1)


async def compare(pilot: Pilot[None]) -> None:
    """The canonical question to a base and to a checkpoint on it, side by side."""
    from jessy_tui.ui.chat.screen import ChatScreen

    app = pilot.app
    assert isinstance(app, JessyApp)
    app.chat_with(REAL)
    await until(pilot, lambda: app.screen.query("#transcript"))
    screen = app.screen
    assert isinstance(screen, ChatScreen)

    def ready() -> bool:
        words = str(screen.transcript.border_subtitle)
        return "ready" in words and "loading" not in words

    await until(pilot, ready)
    await pilot.press("ctrl+b")
    await until(pilot, lambda: len(screen.columns) == 2)
    await until(pilot, ready)
    await pilot.press("f6")
    await until(pilot, lambda: screen.is_asking)
    for _ in range(5):
        with contextlib.suppress(TimeoutError):
            await until(pilot, lambda: not screen.is_asking)
            break
    await pilot.press("escape")
    await pilot.pause(1)


PICTURES: dict[str, Callable[[Pilot[None]], Awaitable[None]]] = {
    "examples": examples,
    "label": label,
    "dashboard": dashboard,
    "training": training,
    "chat": chat,
    "compare": compare,
    "evaluation": evaluation,
}


def run_name() -> str:
    """The run that the Training and Chat pictures show."""
    return sys.argv[1] if len(sys.argv) > 1 else "first"


async def draw(name: str, folder: Path) -> None:
    """Draw one picture of a workspace in `folder`, which is a copy that may be written to."""
    run = {"training": run_name(), "chat": run_name(), "evaluation": run_name(), "compare": REAL}
    if name in run and not (ROOT / "models" / "runs" / run[name]).is_dir():
        print(f"{name}: there is no run {run[name]}; left as it is")
        return
    shutil.copytree(ROOT / "data", folder / "data")
    (folder / "models").symlink_to(ROOT / "models")
    # An untrained base says as much as it may, nine times.
    (folder / "jessy.toml").write_text("[chat]\nmax_tokens = 48\n" if name == "compare" else "")
    workspace = Workspace(folder)
    app = JessyApp(workspace)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.store is not None)
        await PICTURES[name](pilot)
        picture = app.export_screenshot(title="jessy")
    (HERE / f"{name}.svg").write_text(picture, encoding="utf-8")
    print(f"{name}.svg")


if __name__ == "__main__":
    for picture_name in PICTURES:
        with tempfile.TemporaryDirectory() as workspace_folder:
            asyncio.run(draw(picture_name, Path(workspace_folder)))
