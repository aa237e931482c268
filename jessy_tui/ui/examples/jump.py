"""Going to an example by its number."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input


class JumpScreen(ModalScreen[int]):
    """Answers with a number from 1 to `last`, or None."""

    BINDINGS = [Binding("escape", "dismiss(None)", "Cancel", tooltip="Stay here")]

    def __init__(self, last: int) -> None:
        super().__init__()
        self._last = last

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="jump") as dialog:
            dialog.border_title = f"Go to number, 1 to {self._last:,}"
            dialog.border_subtitle = "enter goes · esc cancels"
            yield Input(restrict=r"[0-9]*", compact=True)

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        if message.value:
            # Beyond the end means the end: people type 99999 to get there.
            self.dismiss(min(max(1, int(message.value)), self._last))
