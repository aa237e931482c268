"""When the app shows all it is going to show, so that a picture of it is the same each time."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.widgets import Input, TextArea
from textual.widgets._toast import Toast

from jessy_tui.app import JessyApp
from tests.ui.driving import shown

PATIENCE = 60
"""Seconds until something that goes on and on is a mistake of the test, or of the app."""
_SOON = 1.5
"""What a timer puts off for longer is no answer to a key."""
_LOOKS = 2
"""So many looks after the first have to see the same."""


async def settle(pilot: Pilot[None]) -> None:
    """Wait until nothing is under way and the screen stays as it is; cursors stop blinking.

    Raises:
        AssertionError: that does not happen; what is under way is named.
    """
    end = time.monotonic() + PATIENCE
    before: object = None
    same = 0
    while same < _LOOKS:
        await _drain(pilot)
        for field in [*pilot.app.screen.query(Input), *pilot.app.screen.query(TextArea)]:
            field.cursor_blink = False
        going_on = list(_going_on(pilot))
        seen = _painted(pilot)
        same = same + 1 if seen == before and not going_on else 0
        before = seen
        if same < _LOOKS:
            assert time.monotonic() < end, f"never still: {going_on}\n{shown(pilot)}"
            await pilot.pause(0.03)


async def _drain(pilot: Pilot[None]) -> None:
    """Every message that waits anywhere is handled, on screens that are covered, too.

    Twice, since a message to the app becomes one to its widgets. Textual's own pause asks the
    uppermost screen alone.
    """
    for _ in range(2):
        handled = []
        for pump in _pumps(pilot):
            event = asyncio.Event()
            if pump.call_later(event.set):
                handled.append(event)
        for event in handled:
            await asyncio.wait_for(event.wait(), PATIENCE)
    await pilot.pause()


def _pumps(pilot: Pilot[None]) -> Iterator[MessagePump]:
    yield pilot.app
    for screen in pilot.app.screen_stack:
        yield from screen.walk_children(with_self=True)


def _going_on(pilot: Pilot[None]) -> Iterator[str]:
    """What is going to change the screen by itself, in words."""
    app = pilot.app
    for worker in app.workers:
        # Those that are no threads wait for a person's answer, most of them.
        if worker._thread_worker and not worker.is_finished:
            yield f"the worker {worker.name}"
    for pump in _pumps(pilot):
        for timer in pump._timers:
            once = timer._repeat == 0 and timer._interval <= _SOON
            if once and timer._task is not None and not timer._task.done():
                yield f"a timer of {pump}"
    for screen in app.screen_stack:
        if screen._dirty_widgets or screen._layout_required or screen._callbacks:
            yield f"the painting of {screen}"
    if app.animator._animations or app.animator._scheduled:
        yield "an animation"
    if isinstance(app, JessyApp) and app.store is not None and not app.findings.settled:
        yield "the checks"


def _painted(pilot: Pilot[None]) -> list[Any]:
    return [
        [list(strip) for strip in screen._compositor.render_strips()]
        for screen in pilot.app.screen_stack
    ]


def keep_notices(monkeypatch: Any) -> None:
    """Notices stay: whether one has gone by itself would depend on how fast the machine is."""
    monkeypatch.setattr("textual.notifications.Notification.has_expired", False)
    monkeypatch.setattr(Toast, "_on_mount", lambda *_: None)
