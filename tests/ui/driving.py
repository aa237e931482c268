"""Driving the app as a person does, and reading what it shows."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textual.pilot import Pilot
from textual.widgets import Static

from jessy_tui.app import JessyApp
from jessy_tui.workspace import Workspace

WIDE = (120, 40)
NARROW = (80, 24)


@asynccontextmanager
async def opened(workspace: Workspace, size: tuple[int, int] = WIDE) -> AsyncIterator[Pilot[None]]:
    """The app on `workspace`, with its examples read."""
    app = JessyApp(workspace)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.findings.settled)
        await pilot.pause()
        yield pilot


async def until(pilot: Pilot[None], condition: Callable[[], object], seconds: float = 30) -> None:
    """Wait for what other threads and processes bring about."""
    for _ in range(int(seconds / 0.05)):
        await pilot.pause()
        if condition():
            return
        await pilot.pause(0.05)
    raise AssertionError(f"not so after {seconds} s; the screen shows:\n{shown(pilot)}")


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys one after the other, each seen before the next."""
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


async def type_text(pilot: Pilot[None], text: str) -> None:
    """Type a text into whatever has the focus."""
    await pilot.press(*("space" if character == " " else character for character in text))
    await pilot.pause()


def shown(pilot: Pilot[None]) -> str:
    """The screen's text, line by line, as the terminal shows it."""
    screen = pilot.app.screen
    lines = screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in lines)


def notices(pilot: Pilot[None]) -> list[str]:
    """The notices that are up."""
    return [notification.message for notification in pilot.app._notifications]


def text_of(pilot: Pilot[None], selector: str) -> str:
    """The text a Static was given."""
    return str(pilot.app.screen.query_one(selector, Static).render())
