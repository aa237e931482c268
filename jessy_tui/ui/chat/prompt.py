"""Where a question is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding
from textual.message import Message

from jessy_tui.ui.widgets.exact_text_area import ExactTextArea


class Prompt(ExactTextArea):
    """A text area that grows with what is typed. Enter sends, ctrl+j starts a new line."""

    PLACE: ClassVar[str] = "Prompt"
    BINDINGS = [
        Binding("enter", "submit", "Send", tooltip="Send the question", id="prompt.send"),
        Binding("ctrl+j", "newline", "New line", show=False, tooltip="Start a new line"),
        Binding("up", "older", "Older", show=False, tooltip="The question before"),
        Binding("down", "newer", "Newer", show=False, tooltip="The question after"),
    ]

    @dataclass
    class Submitted(Message):
        """A question was sent."""

        text: str

    def __init__(self) -> None:
        super().__init__(id="prompt", compact=True)
        self.placeholder = "sana bisi sorucam"
        self._history: list[str] = []
        self._place = 0
        self._draft = ""

    def remember_before(self, questions: Sequence[str]) -> None:
        """Put the questions of earlier sessions before those of this one."""
        self._history[:0] = questions
        self._place += len(questions)

    def remember(self, text: str) -> None:
        """Put `text` into the history that the up key walks."""
        if not self._history or self._history[-1] != text:
            self._history.append(text)
        self._place = len(self._history)

    def put_back(self, text: str) -> None:
        """Give a question back for mending, unless something new is being typed."""
        if not self.text:
            self.text = text
            self.move_cursor(self.document.end)

    async def _on_key(self, event: events.Key) -> None:
        # TextArea takes enter as text before any binding sees it.
        if event.key == "enter":
            event.prevent_default()
            event.stop()
            self.action_submit()
            return
        await super()._on_key(event)

    def action_submit(self) -> None:
        """Send what is written, if anything is."""
        text = self.text.strip()
        if text:
            self.text = ""
            self.post_message(self.Submitted(text))

    def action_newline(self) -> None:
        """Start a new line."""
        self.insert("\n")

    def action_older(self) -> None:
        """Walk back through the questions, or move up a line."""
        if not self.cursor_at_first_line or not self._place:
            self.action_cursor_up()
            return
        if self._place == len(self._history):
            self._draft = self.text
        self._place -= 1
        self._recall(self._history[self._place])

    def action_newer(self) -> None:
        """Walk forward through the questions, or move down a line."""
        if not self.cursor_at_last_line or self._place == len(self._history):
            self.action_cursor_down()
            return
        self._place += 1
        at_end = self._place == len(self._history)
        self._recall(self._draft if at_end else self._history[self._place])

    def _recall(self, text: str) -> None:
        self.text = text
        self.move_cursor(self.document.end)
