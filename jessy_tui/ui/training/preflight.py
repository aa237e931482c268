"""What a run would take and what would stop it, found out while one looks, before it starts."""

import subprocess
import threading
from contextlib import closing

from rich.table import Table
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static

from jessy_tui.errors import JessyError
from jessy_tui.training.ordering import RunOrder
from jessy_tui.training.preflight import Preflight, preflight
from jessy_tui.training.preflight_words import facts_of
from jessy_tui.workspace import Workspace

_HEAVY = ("problem", "note")


class PreflightScreen(ModalScreen[bool]):
    """Answers with whether to start the run. Leaving it ends what is still being found out."""

    BINDINGS = [
        Binding("enter,ctrl+s", "start", "Start", tooltip="Start the run", priority=True),
        Binding("escape,q", "dismiss(False)", "Back", tooltip="Back to the form"),
        Binding("j,down", "down", "Down", show=False, tooltip="Read on"),
        Binding("k,up", "up", "Up", show=False, tooltip="Read what is above"),
    ]

    class Found(Message):
        """More is known than before."""

        def __init__(self, known: Preflight) -> None:
            super().__init__()
            self.known = known

    class Refused(Message):
        """Nothing can be found out, for a reason."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    def __init__(self, workspace: Workspace, order: RunOrder) -> None:
        """Look at the run of an order; of a sweep, at its recipe without what is varied."""
        super().__init__()
        self._workspace = workspace
        self._order = order
        self._known: Preflight | None = None
        self._problem = ""
        self._left = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="preflight") as dialog:
            dialog.border_title = f"Preflight · {self._order.base}"
            with VerticalScroll(can_focus=False):
                yield Static(id="facts")
            yield Static("Reading and checking the examples …", id="doing", markup=False)

    def on_mount(self) -> None:
        self._show_keys()
        self._look()

    def on_unmount(self) -> None:
        self._left.set()
        if (process := self._process) is not None:
            process.kill()

    @work(thread=True)
    def _look(self) -> None:
        order = self._order
        try:
            looked = preflight(
                self._workspace, order.base, order.recipe, rehearsing=self._rehearsing
            )
            with closing(looked):  # type: ignore[type-var]  # it is a generator
                for known in looked:
                    if self._left.is_set():
                        return
                    self.post_message(self.Found(known))
        except JessyError as error:
            self.post_message(self.Refused(str(error)))

    def _rehearsing(self, process: "subprocess.Popen[bytes]") -> None:
        """In the thread: whoever leaves at this very moment is heard, too."""
        self._process = process
        if self._left.is_set():
            process.kill()

    @on(Found)
    def _found(self, message: Found) -> None:
        self._known = known = message.known
        self._problem = " ".join(known.problems)
        table = Table.grid(padding=(0, 2))
        table.add_column(justify="right", style="dim", no_wrap=True)
        table.add_column(ratio=1)
        if self._order.axes:
            table.add_row("sweep", Text(f"without {' '.join(self._order.axes)}"))
        for name, words in facts_of(known):
            style = "bold" if name in _HEAVY else ""
            table.add_row(Text(name, style), Text(words, style))
        self.query_one("#facts", Static).update(table)
        if known.doing:
            said = f"{known.doing[:1].upper()}{known.doing[1:]} …"
        else:
            said = "It would not run." if self._problem else "✓ Nothing stands in its way."
        self.query_one("#doing", Static).update(said)
        self._show_keys()

    @on(Refused)
    def _refused(self, message: Refused) -> None:
        self._problem = message.reason
        self.query_one("#doing", Static).update(message.reason)
        self._show_keys()

    def _show_keys(self) -> None:
        back = "esc goes back to the form"
        keys = back if self._problem else f"enter starts the run · {back}"
        self.query_one("#preflight").border_subtitle = keys

    def action_start(self) -> None:
        """Start the run, unless something is known that would stop it."""
        if self._problem:
            self.notify(f"It is not started. {self._problem}", severity="error", markup=False)
        else:
            self.dismiss(result=True)

    def action_down(self) -> None:
        """Read on."""
        self.query_one(VerticalScroll).scroll_down(animate=False)

    def action_up(self) -> None:
        """Read what is above."""
        self.query_one(VerticalScroll).scroll_up(animate=False)
