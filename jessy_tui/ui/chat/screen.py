"""Tab 4: talk to a checkpoint and see how much it thinks."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Static

from jessy_tui.chats.session import Session
from jessy_tui.ui.chat.asking import Asking
from jessy_tui.ui.chat.engines import Engines, Seat
from jessy_tui.ui.chat.judging import Judging
from jessy_tui.ui.chat.probe_row import ProbeRow
from jessy_tui.ui.chat.prompt import Prompt
from jessy_tui.ui.chat.sampling_sheet import describe
from jessy_tui.ui.chat.sessions import Sessions
from jessy_tui.ui.chat.target_picker import short_name
from jessy_tui.ui.chat.transcript import Transcript
from jessy_tui.ui.text import visible


class ChatScreen(Judging, Sessions, Asking):
    """The talk above; the quick probes and the prompt below."""

    TAB = "chat"
    CSS_PATH = "chat.tcss"
    AUTO_FOCUS = "Prompt"
    BINDINGS = [
        Binding("i,slash", "prompt", "Prompt", show=False, tooltip="Write in the prompt"),
        Binding("j,down", "scroll(1)", "Down", show=False, tooltip="Scroll down"),
        Binding("k,up", "scroll(-1)", "Up", show=False, tooltip="Scroll up"),
        Binding("g", "top", "Top", show=False, tooltip="To the beginning; again: further back"),
        Binding("G", "end", "End", show=False, tooltip="To the end, and follow it"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.columns = []
        self._warned: set[str] = set()

    def compose_body(self) -> ComposeResult:
        with Transcript():
            yield Static(id="chat-hint")
        yield ProbeRow()
        yield Prompt()

    def set_up(self) -> None:
        workspace = self.jessy.workspace
        self.session = Session.new(workspace.chats)
        self.engines = Engines(workspace, self._seat_changed)
        self.prompt.border_title = "Ask"
        self.show_state()
        self.take_first()
        self.recall()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if not self.is_running or not self.is_mounted:
            return
        if not self.columns:
            self.take_first()
        if self.session.written and not self.is_asking:
            self.catch_up()

    def _seat_changed(self, seat: Seat) -> None:
        if self.is_mounted:
            self.show_state()
            if seat.warning is not None and seat.warning not in self._warned:
                self._warned.add(seat.warning)
                self.notify(seat.warning, severity="warning", timeout=15, markup=False)

    def show_state(self) -> None:
        """Write into the borders who is talked to, in which talk, and how."""
        names = " | ".join(short_name(column.target) for column in self.columns)
        talk = self.session.title if self.session.turns else "new talk"
        transcript = self.transcript
        transcript.border_title = visible(f"{names} · {talk}" if names else "Chat").replace(
            "[", r"\["
        )
        words = dict.fromkeys(column.seat.words for column in self.columns)
        transcript.border_subtitle = visible(" | ".join(words)).replace("[", r"\[")
        asks = describe(self.settings)
        self.prompt.border_subtitle = " · ".join(
            ["enter sends", "ctrl+j new line", *([asks] if asks else [])]
        )
        hint = self.query_one("#chat-hint", Static)
        if not names:
            hint.update(
                "[b]Nothing to talk to yet.[/b]\n\n"
                "Train a run first: press [b]F3[/b], then [b]n[/b]. "
                "Or press [b]ctrl+o[/b] to talk to a base as it is, or to what a URL serves."
            )
        else:
            escaped = names.replace("[", r"\[")
            hint.update(
                f"Ask [b]{escaped}[/b] something, or press [b]F6[/b]: "
                "[b]sana bisi sorucam[/b]\n\n"
                "Above each answer: its plan, its passes (●), its seconds.\n"
                "[b]Esc[/b], then [b]p[/b] reads the passes; [b]a[/b] [b]e[/b] [b]w[/b] make an "
                "example of it.\n"
                "[b]ctrl+b[/b] asks the base beside it, [b]ctrl+g[/b] opens an old talk."
            )

    def action_prompt(self) -> None:
        """Go back to the prompt."""
        self.prompt.focus()

    def action_scroll(self, lines: int) -> None:
        """Scroll the talk."""
        self.transcript.scroll_relative(y=lines, animate=False)

    async def action_top(self) -> None:
        """Go to the beginning of what is shown, or show what was said before it."""
        if self.transcript.scroll_y == 0:
            await self.transcript.fill_earlier(self.session)
        self.transcript.scroll_home(animate=False)

    def action_end(self) -> None:
        """Go to the end, and follow it."""
        self.transcript.scroll_end(animate=False)
        self.transcript.anchor()

    async def on_unmount(self) -> None:
        if hasattr(self, "engines"):
            await self.engines.close()
