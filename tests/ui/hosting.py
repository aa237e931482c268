"""A dialog alone on a screen: what it shows, and what it answers with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.app import App
from textual.pilot import Pilot
from textual.screen import ModalScreen

import jessy_tui.ui
from jessy_tui.ui.themes import DEFAULT_VARIABLES, THEMES
from tests.ui.driving import WIDE

OPEN = object()
"""The answer of a dialog that is still open."""


class Host(App[None]):
    """An app with one dialog, which it opens at once."""

    CSS_PATH = Path(jessy_tui.ui.__file__).parent / "app.tcss"

    def __init__(self, dialog: ModalScreen[Any]) -> None:
        super().__init__()
        self.dialog = dialog
        self.answer: Any = OPEN
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "jessy-dark"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return DEFAULT_VARIABLES

    def on_mount(self) -> None:
        self.push_screen(self.dialog, self._answered)

    def _answered(self, answer: Any) -> None:
        self.answer = answer


@asynccontextmanager
async def hosted(
    dialog: ModalScreen[Any], size: tuple[int, int] = WIDE
) -> AsyncIterator[Pilot[None]]:
    """The dialog, open."""
    async with Host(dialog).run_test(size=size) as pilot:
        await pilot.pause()
        yield pilot


def answer(pilot: Pilot[None]) -> Any:
    """What the dialog answered with; `OPEN` while it has not."""
    assert isinstance(pilot.app, Host)
    return pilot.app.answer
