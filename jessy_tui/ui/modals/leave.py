"""Asked when the app is left with unsaved edits."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from jessy_tui.ui.text import count_of


class LeaveScreen(ModalScreen[str]):
    """Answers "save", "keep" (leave, edits stay in the journal) or None (stay)."""

    BINDINGS = [
        ("s", "dismiss('save')", "Save and leave"),
        ("q", "dismiss('keep')", "Leave, keep the edits for next time"),
        ("escape", "dismiss(None)", "Stay"),
    ]

    def __init__(self, unsaved: int) -> None:
        super().__init__()
        self.unsaved = unsaved

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = f"{count_of(self.unsaved, 'unsaved edit')}"
            yield Static("[b]s[/b]    save and leave")
            yield Static("[b]q[/b]    leave; the edits are kept and are there again next time")
            yield Static("[b]esc[/b]  stay")
