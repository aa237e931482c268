"""The talk so far: exchanges, one below the other, with one answer in hand."""

from collections.abc import Sequence
from typing import Final

from textual.containers import VerticalScroll
from textual.widgets import Static

from jessy_tui.chats.session import Session
from jessy_tui.chats.turn import Turn
from jessy_tui.ui.chat.answer import Answer
from jessy_tui.ui.chat.exchange import Exchange

_AT_ONCE: Final = 20
"""So many exchanges of an old talk are drawn; more come when they are asked for."""


class Transcript(VerticalScroll):
    """Follows its end as long as that is in view."""

    def __init__(self) -> None:
        super().__init__(id="transcript", can_focus=True)
        self.in_hand: Answer | None = None
        self._earlier: list[list[Turn]] = []

    def on_mount(self) -> None:
        self.anchor()

    @property
    def exchanges(self) -> list[Exchange]:
        """All that are drawn."""
        return list(self.query(Exchange))

    async def put(self, exchange: Exchange) -> None:
        """Add an exchange at the end and take its first answer in hand."""
        await self.mount(exchange)
        self.hold(exchange.answers[0])

    async def clear(self) -> None:
        """Take all exchanges off the screen."""
        self.in_hand = None
        self._earlier = []
        await self.query("Exchange, #earlier").remove()

    async def fill(self, session: Session) -> None:
        """Show the end of a talk that was kept."""
        await self.clear()
        groups = by_question(session.turns)
        self._earlier, shown = groups[:-_AT_ONCE], groups[-_AT_ONCE:]
        exchanges = [Exchange.of(group, session.verdicts) for group in shown]
        await self.mount_all(exchanges)
        await self._tell_earlier()
        if exchanges:
            self.hold(exchanges[-1].answers[0])
        self.anchor()

    async def fill_earlier(self, session: Session) -> bool:
        """Show what was said before what is shown; whether there was anything."""
        if not self._earlier:
            return False
        shown = self._earlier[-_AT_ONCE:]
        del self._earlier[-_AT_ONCE:]
        first = self.exchanges[0]
        await self.mount_all(
            [Exchange.of(group, session.verdicts) for group in shown], before=first
        )
        await self._tell_earlier()
        return True

    async def _tell_earlier(self) -> None:
        await self.query("#earlier").remove()
        if self._earlier:
            words = f"{len(self._earlier):,} earlier questions are kept; g goes there."
            await self.mount(Static(words, id="earlier"), before=self.exchanges[0])

    # --- the answer in hand --------------------------------------------------------------------

    def hold(self, answer: Answer) -> None:
        """Take an answer in hand: the keys are about it."""
        if self.in_hand is not None:
            self.in_hand.hold(in_hand=False)
        self.in_hand = answer
        answer.hold(in_hand=True)

    def move(self, by: int) -> None:
        """Take the answer of the next or the previous question in hand."""
        place = self._place()
        exchanges = self.exchanges
        if place is None or not 0 <= place[0] + by < len(exchanges):
            return
        answers = exchanges[place[0] + by].answers
        self._go(answers[min(place[1], len(answers) - 1)])

    def move_across(self, by: int) -> None:
        """Take the answer beside it in hand."""
        place = self._place()
        if place is not None:
            answers = self.exchanges[place[0]].answers
            if 0 <= place[1] + by < len(answers):
                self._go(answers[place[1] + by])

    def _go(self, answer: Answer) -> None:
        self.hold(answer)
        self.scroll_to_widget(answer, animate=False, top=answer.size.height > self.size.height)

    def _place(self) -> tuple[int, int] | None:
        for number, exchange in enumerate(self.exchanges):
            if self.in_hand in exchange.answers:
                return number, exchange.answers.index(self.in_hand)
        return None


def by_question(turns: Sequence[Turn]) -> list[list[Turn]]:
    """The turns, those of one question together."""
    ordered: dict[str, list[Turn]] = {}
    for turn in turns:
        ordered.setdefault(turn.question_id, []).append(turn)
    return list(ordered.values())
