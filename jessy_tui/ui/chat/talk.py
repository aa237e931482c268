"""What the halves of the Chat tab share: the talk, what is asked, and where it is shown."""

from jessy_tui.chats.session import Session
from jessy_tui.ui.chat.engines import Column, Engines
from jessy_tui.ui.chat.prompt import Prompt
from jessy_tui.ui.chat.transcript import Transcript
from jessy_tui.ui.tab_screen import TabScreen
from jessy_tui.workspace import ChatSettings


class Talk(TabScreen):
    """A talk with what stands in the columns."""

    session: Session
    columns: list[Column]
    engines: Engines

    @property
    def transcript(self) -> Transcript:
        """The exchanges so far."""
        return self.query_one(Transcript)

    @property
    def prompt(self) -> Prompt:
        """Where the next question is written."""
        return self.query_one(Prompt)

    @property
    def settings(self) -> ChatSettings:
        """How questions are asked."""
        return self.jessy.workspace.settings.chat

    @property
    def is_asking(self) -> bool:
        """Whether an answer is coming."""
        raise NotImplementedError

    def show_state(self) -> None:
        """Write into the borders who is talked to, in which talk, and how."""
        raise NotImplementedError

    def say(self, problem: str) -> None:
        """Tell of a problem."""
        self.notify(problem, severity="error", timeout=15, markup=False)
