"""Keys are answered one after the other, however fast they come.

Textual hands every key to whatever has the focus at that moment, and looks for its action only
later: of keys that come in a burst (typed ahead over a slow line, pasted, sent by a script) those
behind a `/` or a tab would still go to where the focus was, and `ctrl+u` would come after what was
typed behind it. Here a key that may change the focus has had its effect before the next is looked
at.
"""

import asyncio
from collections import deque
from dataclasses import dataclass

from textual import events
from textual.app import App
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, TextArea

_BEAT = 0.05
"""Seconds between two looks at whether a key is answered yet."""
_PATIENCE = 10
"""A key is taken for answered after so many looks that came on time: a dialog that closes may
swallow the word. A late look tells that there was much to do, so that the word is on its way."""
_ROUNDS = 3
"""So often a word goes through the queues behind a key: the key's action, what that tells, and what
comes of it, such as another focus."""


@dataclass
class KeyAnswered(Message):
    """Follows a key through the same queues; when it comes back, so has the key."""

    number: int
    rounds: int
    """How many are left to go."""


class InOrder(App[None]):
    """An app in which no key overtakes one that may change the focus or the screen."""

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
            await self._answer_waiting()

    async def _answer_waiting(self) -> None:
        """Hand on the keys that wait, up to one that has to be answered before the next."""
        while self._typed and self._under_way is None and self.screen_stack:
            event = self._typed.popleft()
            target = self.focused or self.screen
            stays = _stays(target, event)
            await super().on_event(event)
            if not stays:
                self._number += 1
                self._under_way = self._number
                loop = asyncio.get_running_loop()
                self._giving_up = loop.call_later(_BEAT, self._beat, loop.time() + _BEAT, 0)
                self._go_round(target, _ROUNDS)

    def _beat(self, due: float, calm: int) -> None:
        """Give the key up once nothing else has happened for a while."""
        assert self._under_way is not None  # noqa: S101 - this is cancelled with it
        loop = asyncio.get_running_loop()
        if loop.time() < due + _BEAT / 2:
            calm += 1
        if calm == _PATIENCE:
            self.post_message(KeyAnswered(self._under_way, 0))
        else:
            self._giving_up = loop.call_later(_BEAT, self._beat, loop.time() + _BEAT, calm)

    def _go_round(self, target: Widget, rounds: int) -> None:
        """Send a word through the queues; where the way is closed, it is back at once."""
        assert self._under_way is not None  # noqa: S101 - by whoever calls
        if not target.post_message(KeyAnswered(self._under_way, rounds)):
            self.post_message(KeyAnswered(self._under_way, rounds))

    async def on_key_answered(self, message: KeyAnswered) -> None:
        """The key before has had its effect, or is a round nearer to it."""
        message.stop()
        if message.number != self._under_way:
            return
        if message.rounds > 1 and self.screen_stack:  # without one, the app is closing
            self._go_round(self.focused or self.screen, message.rounds - 1)
            return
        if self._giving_up is not None:
            self._giving_up.cancel()
        self._under_way = None
        await self._answer_waiting()


def _stays(target: Widget, event: events.Key | events.Paste) -> bool:
    """Whether a key is the business of the widget it goes to, so that the next may follow at once.

    That is a letter in a text, or a key that a list binds itself, such as the one for the next row.
    """
    if isinstance(target, Input | TextArea):
        return isinstance(event, events.Paste) or event.is_printable
    return isinstance(event, events.Key) and event.key in target._bindings.key_to_bindings
