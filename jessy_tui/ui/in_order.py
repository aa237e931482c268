"""Keys are answered one after the other, however fast they come.

Textual hands every key to whatever has the focus at that moment, and looks for its action only
later: of keys that come in a burst (typed ahead over a slow line, pasted, sent by a script) those
behind a `/` or a tab would still go to where the focus was, and `ctrl+u` would come after what was
typed behind it. Here the next key waits until the one before has had its effect.
"""

import asyncio
from collections import deque
from dataclasses import dataclass

from textual import events
from textual.app import App
from textual.message import Message

_PATIENCE = 0.5
"""Seconds after which a key is taken for answered: a dialog that closes may swallow the word."""


@dataclass
class KeyAnswered(Message):
    """Follows a key through the same queues; when it comes back, so has the key."""

    number: int
    settled: bool
    """Whether it has also gone through the screen that the key led to."""


class InOrder(App[None]):
    """An app that never lets a key overtake another."""

    _typed: deque[events.Key | events.Paste] | None = None
    _number = 0
    _under_way: int | None = None
    """The number of the key that is being answered."""
    _giving_up: asyncio.TimerHandle | None = None

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        if self._typed is None:
            self._typed = deque()
        self._typed.append(event)
        if self._under_way is None:
            await self._answer_next()

    async def _answer_next(self) -> None:
        """Hand the next key on, with a message behind it."""
        if not self._typed:
            return
        event = self._typed.popleft()
        self._number += 1
        number = self._under_way = self._number
        target = self.focused or self.screen
        await super().on_event(event)
        loop = asyncio.get_running_loop()
        answered = KeyAnswered(number, settled=True)
        self._giving_up = loop.call_later(_PATIENCE, self.post_message, answered)
        if not target.post_message(KeyAnswered(number, settled=False)):
            self._follow_screen(number)

    def _follow_screen(self, number: int) -> None:
        """Go round once more, through the screen there is now."""
        if not self.screen.post_message(KeyAnswered(number, settled=True)):
            self.post_message(KeyAnswered(number, settled=True))

    async def on_key_answered(self, message: KeyAnswered) -> None:
        """The key before has had its effect."""
        message.stop()
        if message.number != self._under_way:
            return
        if not message.settled:
            self._follow_screen(message.number)
            return
        if self._giving_up is not None:
            self._giving_up.cancel()
        self._under_way = None
        await self._answer_next()
