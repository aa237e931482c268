"""What the halves of the Evaluation tab share: looking anew, and telling what came of something."""

from dataclasses import dataclass

from textual import on
from textual.message import Message

from jessy_tui.ui.evaluation.board import Board
from jessy_tui.ui.evaluation.watch import Column
from jessy_tui.ui.tab_screen import TabScreen


@dataclass
class Told(Message):
    """What came of something that a thread did, as a sentence."""

    words: str
    wrong: bool = False


@dataclass
class Done(Told):
    """The evaluations are others now."""

    column: str | None = None
    """The key of the column to look at."""


class EvaluationTab(TabScreen):
    """The tab as far as its halves know it."""

    def look(self) -> None:
        """Look at the evaluations at once."""
        raise NotImplementedError

    def choose_when_listed(self, key: str | None) -> None:
        """Put the cursor into a column as soon as it is seen."""
        raise NotImplementedError

    @property
    def column(self) -> Column | None:
        """The column under the cursor; where there is none, that is said."""
        column = self.query_one(Board).column
        if column is None:
            self.notify("Nothing was asked yet. Press a.")
        return column

    @on(Told)
    def tell(self, message: Told) -> None:
        """Say it."""
        if message.wrong:
            self.notify(message.words, severity="error", timeout=15, markup=False)
        else:
            self.notify(message.words, markup=False)

    @on(Done)
    def _was_done(self, message: Done) -> None:
        self.choose_when_listed(message.column)
        self.look()
