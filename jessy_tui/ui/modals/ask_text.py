"""A question that is answered with a line of text."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from jessy_tui.errors import JessyError


class AskTextScreen(ModalScreen[str]):
    """Answers with the text, or None."""

    BINDINGS = [
        Binding("enter", "take", "Take it", tooltip="Take this text", priority=True),
        Binding("escape", "dismiss(None)", "Cancel", tooltip="Leave it as it was"),
    ]

    def __init__(
        self,
        title: str,
        text: str = "",
        *,
        hint: str = "",
        check: Callable[[str], object] | None = None,
    ) -> None:
        """Ask for what `title` names; `check` raises a JessyError where a text will not do."""
        super().__init__()
        self._title, self._text, self._hint, self._check = title, text, hint, check

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = self._title
            dialog.border_subtitle = "enter takes it · esc cancels"
            yield Input(self._text, compact=True)
            if self._hint:
                yield Static(self._hint, classes="dialog-hint", markup=False)
            yield Static(id="problem", classes="error-line", markup=False)

    def on_input_changed(self) -> None:
        self.query_one("#problem", Static).update("")

    def action_take(self) -> None:
        """Answer, unless the text will not do."""
        text = self.query_one(Input).value
        if self._check is not None:
            try:
                self._check(text)
            except JessyError as error:
                self.query_one("#problem", Static).update(str(error))
                return
        self.dismiss(text)
