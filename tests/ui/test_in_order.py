"""Keys come one after the other, however busy the app or its machine is."""

import asyncio
import time

import pytest
from textual import events
from textual.app import ComposeResult
from textual.widgets import Input

from jessy_tui.ui.in_order import InOrder, KeyAnswered
from tests.ui.driving import until


class Slow(Input):
    """Takes its time over a tab, as any widget does on a machine that has much to do."""

    async def _on_key(self, event: events.Key) -> None:
        await super()._on_key(event)
        if event.key == "tab":
            for _ in range(8):
                time.sleep(0.1)  # noqa: ASYNC251 - nothing else is to go on meanwhile
                await asyncio.sleep(0)


class TwoFields(InOrder):
    def compose(self) -> ComposeResult:
        yield Slow(id="first")
        yield Input(id="second")


async def test_what_is_typed_behind_a_slow_tab_comes_to_the_next_field() -> None:
    app = TwoFields()
    first, second = "#first", "#second"
    async with app.run_test() as pilot:
        assert app._driver is not None
        for key in ("a", "tab", "b", "c"):
            app._driver.process_message(events.Key(key, key if len(key) == 1 else None))
        await until(pilot, lambda: "c" in "".join(field.value for field in app.query(Input)))
        assert [app.query_one(field, Input).value for field in (first, second)] == ["a", "bc"]


async def test_a_key_that_comes_back_when_the_app_has_closed_its_screens_is_no_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = TwoFields()
    async with app.run_test() as pilot:
        app._under_way = 7
        with monkeypatch.context() as closing:
            closing.setitem(app._screen_stacks, app._current_mode, [])
            await app.on_key_answered(KeyAnswered(7, rounds=2))
            assert app._under_way is None
            await app.on_event(events.Key("x", "x"))
        await pilot.pause()
