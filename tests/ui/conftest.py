"""What the tests of the screen share."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot

from tests.ui.settling import keep_notices, settle

SnapCompare = Callable[..., bool]


@pytest.fixture
def snap_compare(snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> SnapCompare:
    """Compares an app with its picture, as the plugin's fixture of this name does, once it is
    settled: whatever `run_before` waits for, nothing is taken half painted."""
    keep_notices(monkeypatch)

    def compare(
        app: App[Any],
        *,
        terminal_size: tuple[int, int],
        run_before: Callable[[Pilot[None]], Awaitable[None]] | None = None,
    ) -> bool:
        async def run_and_settle(pilot: Pilot[None]) -> None:
            if run_before is not None:
                await run_before(pilot)
            await settle(pilot)

        return bool(snap_compare(app, terminal_size=terminal_size, run_before=run_and_settle))

    return compare
