"""The talks that are kept: searched, opened, renamed, deleted."""

import asyncio
import time
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from jessy_tui.chats.listing import Listed, found_in, list_sessions
from jessy_tui.chats.session import Session, delete
from jessy_tui.errors import JessyError
from jessy_tui.ui.modals.ask_text import AskTextScreen
from jessy_tui.ui.modals.confirm import ConfirmScreen
from jessy_tui.ui.text import count_of, one_line


class SessionsScreen(ModalScreen[Path]):
    """Answers with the file of the talk to open, or None."""

    PLACE = "Talks"
    BINDINGS: ClassVar = [
        Binding("slash", "search", "Search", key_display="/", tooltip="Find by what was said"),
        Binding("r", "rename", "Rename", tooltip="Give this talk a name"),
        Binding("d", "delete", "Delete", tooltip="Delete this talk; asks first"),
        Binding("escape", "back", "Close", tooltip="Leave the search; again: close"),
        Binding("j", "move('down')", "Next", show=False, tooltip="The next talk"),
        Binding("k", "move('up')", "Previous", show=False, tooltip="The talk before"),
        Binding("g", "move('first')", "First", show=False, tooltip="The first talk"),
        Binding("G", "move('last')", "Last", show=False, tooltip="The last talk"),
    ]
    AUTO_FOCUS = "#talks"

    def __init__(self, folder: Path, current: Path) -> None:
        """`current` is the file of the talk that is open."""
        super().__init__()
        self._folder = folder
        self._current = current
        self._all: list[Listed] = []
        self._shown: list[Listed] = []
        self._read = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="talks-dialog") as dialog:
            dialog.border_title = "Talks"
            dialog.border_subtitle = "enter opens · / searches · r renames · d deletes · esc closes"
            yield Input(placeholder="words that were said in it", id="wanted", compact=True)
            yield OptionList(id="talks")
            yield Static("reading …", id="talks-words", classes="dialog-hint", markup=False)

    def on_mount(self) -> None:
        self.look()

    @work(exclusive=True)
    async def look(self) -> None:
        """Read the talks; many or long ones take their time."""
        self._all = await asyncio.to_thread(list_sessions, self._folder)
        self._read = True
        self._show()

    @on(Input.Changed)
    def _show(self) -> None:
        if not self._read:
            return
        options = self.query_one(OptionList)
        place = options.highlighted or 0
        self._shown = found_in(self._all, self.query_one(Input).value)
        options.clear_options()
        options.add_options([Option(self._row(one)) for one in self._shown])
        if self._shown:
            options.highlighted = min(place, len(self._shown) - 1)
        count = f"{len(self._shown):,} of {count_of(len(self._all), 'talk')}"
        if not self._all:
            count = "No talk is kept yet: what you ask in the Chat tab is."
        self.query_one("#talks-words", Static).update(count)

    def _row(self, one: Listed) -> Text:
        mark = "▸" if one.path == self._current else " "
        wide = self.size.width >= 100
        date = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.last)) if one.last else ""
        words = f" {count_of(one.questions, 'question'):<13} {date}"
        if one.problem and not one.questions:
            words = "  cannot be read"
        row = Text.assemble(
            (f"{mark} {one_line(one.title, 44 if wide else 28)}", "bold"), (words, "dim")
        )
        if wide:
            row.append(f"  {one_line(one.asked, 22)}", "dim")
        return row

    @property
    def _in_hand(self) -> Listed | None:
        place = self.query_one(OptionList).highlighted
        return self._shown[place] if place is not None and place < len(self._shown) else None

    @on(Input.Submitted)
    def _searched(self) -> None:
        self.query_one(OptionList).focus()

    @on(OptionList.OptionSelected)
    def _chosen(self, message: OptionList.OptionSelected) -> None:
        self.dismiss(self._shown[message.option_index].path)

    def action_search(self) -> None:
        """Go to the search."""
        self.query_one(Input).focus()

    def action_back(self) -> None:
        """Leave the search, or close."""
        wanted = self.query_one(Input)
        if wanted.has_focus or wanted.value:
            wanted.value = ""
            self.query_one(OptionList).focus()
        else:
            self.dismiss(None)

    def action_move(self, where: str) -> None:
        """Move the cursor."""
        options = self.query_one(OptionList)
        {
            "down": options.action_cursor_down,
            "up": options.action_cursor_up,
            "first": options.action_first,
            "last": options.action_last,
        }[where]()

    def action_rename(self) -> None:
        """Give the talk in hand a name."""
        if (talk := self._in_hand) is None:
            return

        def take(name: str | None) -> None:
            if name is not None:
                self._rename(talk, name)

        hint = "Empty: the first question is its name."
        self.app.push_screen(AskTextScreen("Name of the talk", talk.title, hint=hint), take)

    @work
    async def _rename(self, talk: Listed, name: str) -> None:
        def write() -> None:
            Session.read(talk.path).rename(name)

        try:
            await asyncio.to_thread(write)
        except JessyError as error:
            self.notify(str(error), severity="error", timeout=15, markup=False)
        self.look()

    def action_delete(self) -> None:
        """Delete the talk in hand, when that is confirmed."""
        if (talk := self._in_hand) is None:
            return

        def take(sure: bool | None) -> None:
            if sure:
                try:
                    delete(talk.path)
                except JessyError as error:
                    self.notify(str(error), severity="error", timeout=15, markup=False)
                self.look()

        consequence = (
            f"{talk.title}: {count_of(talk.questions, 'question')} and the answers to them. "
            "Examples that were made of them stay."
        )
        self.app.push_screen(ConfirmScreen("Delete this talk?", consequence), take)
