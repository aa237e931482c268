"""Excusing an example from a check, with the reason that is written beside its label."""

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from jessy_tui.dataset.example import Example


def waived(example: Example, check: str, reason: str) -> Example:
    """The example, excused from a check.

    Raises:
        IndexError: it has no answer that could carry a label.
    """
    before = example.metadata.get("waive")
    return example.with_metadata(
        waive={**(before if isinstance(before, dict) else {}), check: reason}
    )


class WaiveScreen(ModalScreen[str]):
    """Answers with the reason, or None."""

    BINDINGS = [Binding("escape", "dismiss(None)", "Cancel", tooltip="Waive nothing")]

    def __init__(self, check: str, message: str) -> None:
        super().__init__()
        self._check, self._message = check, message

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="waive") as dialog:
            dialog.border_title = f"Waive {self._check}: why is it right as it is?"
            dialog.border_subtitle = "enter waives · esc cancels"
            yield Static(Text(self._message, "dim"))
            yield Input(placeholder="the reason stands in the example's metadata", compact=True)
            yield Static("", classes="error-line")

    @on(Input.Submitted)
    def _given(self, message: Input.Submitted) -> None:
        reason = message.value.strip()
        if reason:
            self.dismiss(reason)
        else:
            self.query_one(".error-line", Static).update("A waiver needs a reason.")
