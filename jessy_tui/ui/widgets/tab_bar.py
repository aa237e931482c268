"""The top line of every screen: the stages of the loop on the left, the workspace on the right."""

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.app import RenderResult
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

TABS = (
    ("examples", "Examples"),
    ("dashboard", "Dashboard"),
    ("training", "Training"),
    ("chat", "Chat"),
    ("evaluation", "Evaluation"),
)


class TabBar(Widget):
    """Tabs with their digits, the one in view marked, and a word on the workspace."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {"tab-bar--active", "tab-bar--inactive", "tab-bar--digit"}
    DEFAULT_CSS = """
    TabBar {
        dock: top; height: 1; padding: 0 1; background: $panel; color: $quiet;
        & > .tab-bar--active { color: $foreground; background: $primary 40%; text-style: bold; }
        & > .tab-bar--inactive { color: $quiet; }
        & > .tab-bar--digit { color: $footer-key-foreground; }
    }
    """

    status: reactive[str] = reactive("")
    """What stands on the right: how many examples, how many unsaved."""

    class Pressed(Message):
        """A tab was clicked."""

        def __init__(self, tab: str) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self, active: str) -> None:
        super().__init__()
        self.active = active

    def render(self) -> RenderResult:
        width = self.content_size.width
        text = Text(no_wrap=True, overflow="ellipsis")
        for number, (name, title) in enumerate(TABS, start=1):
            active = name == self.active
            style = self.get_component_rich_style(
                "tab-bar--active" if active else "tab-bar--inactive"
            )
            digit = style if active else self.get_component_rich_style("tab-bar--digit")
            text.append(f" {number}", digit).append(f" {title} ", style).append(" ")
        status = self.status
        room = width - text.cell_len
        if cell_len(status) > room:
            # A narrow terminal keeps what must not be missed: the last part, the unsaved edits.
            status = status.rpartition(" · ")[2]
        if 0 < cell_len(status) <= room:
            text.append(" " * (room - cell_len(status))).append(status)
        return text

    def on_click(self, event: events.Click) -> None:
        position = 1
        for name, title in TABS:
            width = len(title) + 4
            if position <= event.x < position + width:
                self.post_message(self.Pressed(name))
                return
            position += width + 0
