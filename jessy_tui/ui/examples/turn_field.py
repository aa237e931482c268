"""One message of a conversation in the form: who says it, and the text."""

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Label

from jessy_tui.dataset.example import HUMAN, JESSY
from jessy_tui.dataset.plainlabel import label_text
from jessy_tui.ui.examples.conversation import Message
from jessy_tui.ui.text import visible
from jessy_tui.ui.widgets.exact_text_area import ExactTextArea


class TurnField(Vertical):
    """A text area under the name of its role."""

    def __init__(self, message: Message, area_id: str | None = None) -> None:
        super().__init__(classes="turn")
        self.role = message.role
        self.origin = message.origin
        self.metadata = dict(message.metadata)
        """The label of an answer and what stands beside it."""
        self._heading = Label(classes="field-label")
        self.area = ExactTextArea(message.text, id=area_id)

    def compose(self) -> ComposeResult:
        yield self._heading
        yield self.area

    @property
    def text(self) -> str:
        """The text as it stands now."""
        return self.area.text

    @property
    def message(self) -> Message:
        """The message as it stands now."""
        return Message(self.role, self.text, self.origin, self.metadata)

    def turn_role(self) -> None:
        """Let the other one say it; a role that is unknown here becomes that of the person."""
        self.role = JESSY if self.role == HUMAN else HUMAN

    def name_it(self, place: int | None, *, last_answer: bool) -> None:
        """Write the heading: its place from 1 and its role; None for question and answer alone."""
        if place is None:
            self._heading.update("question" if self.role == HUMAN else "answer")
            return
        label = label_text(self.metadata) if self.role == JESSY else None
        words = f"{place}  {visible(self.role)}"
        if last_answer:
            words += "  its label is below"
        elif label:
            words += f"  {label}"
        self._heading.update(Text(words))
