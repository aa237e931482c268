"""One question, and the answers it got: one, or several side by side."""

from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.timer import Timer
from textual.widgets import Static

from jessy_tui.chats.turn import Turn, Verdict
from jessy_tui.ui.chat.answer import Answer
from jessy_tui.ui.chat.differences import differences
from jessy_tui.ui.text import visible

_TICK = 0.25
"""Seconds between two paintings of what has come, all columns at once: each lays out the whole talk
anew, and at every token of two models keys would wait for it."""
_MOST_SHOWN = 2000
"""Characters of a question that are shown; all of it is asked and kept."""


class Exchange(VerticalGroup):
    """Answers stand side by side where there is room, else one above the other."""

    def __init__(self, question: str, answers: Sequence[Answer], *, fresh: bool = False) -> None:
        super().__init__()
        self.question = question
        self.fresh = fresh
        self.answers = list(answers)
        self._tick: Timer | None = None

    @classmethod
    def of(cls, turns: Sequence[Turn], verdicts: dict[str, Verdict]) -> "Exchange":
        """That of a question that was kept, with all its answers."""
        answers = [Answer(str(turn.target), turn, verdicts.get(turn.id)) for turn in turns]
        return cls(turns[0].question, answers, fresh=turns[0].fresh)

    def compose(self) -> ComposeResult:
        yield Static(self._words(), classes="question")
        with VerticalGroup(classes="answers"):
            yield from self.answers
        yield Static(classes="differences", markup=False)

    def on_mount(self) -> None:
        self.set_class(len(self.answers) > 1, "-compared")
        self.compare()
        if not all(answer.progress.over for answer in self.answers):
            self._tick = self.set_interval(_TICK, self._paint)

    async def _paint(self) -> None:
        # One layout for all of them: a key that is typed meanwhile waits for that.
        with self.app.batch_update():
            for answer in self.answers:
                if not answer.progress.over:
                    await answer.paint()
        if self._tick is not None and all(answer.progress.over for answer in self.answers):
            self._tick.stop()

    def compare(self) -> None:
        """Show how the answers differ, as far as they are there."""
        answers = [(answer.target_name, answer.progress) for answer in self.answers]
        line = self.query_one(".differences", Static)
        line.update(words := differences(answers))
        line.display = bool(words)

    def _words(self) -> Text:
        shown = visible(self.question[:_MOST_SHOWN])
        text = Text(shown)
        if (left := len(self.question) - _MOST_SHOWN) > 0:
            text.append(f" … and {left:,} more characters; Y copies them", "dim")
        if self.fresh:
            text.append("   on its own", "dim")
        return text
