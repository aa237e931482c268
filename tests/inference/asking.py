"""Asking an engine and collecting what it says."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from jessy_tui.inference.loop import Generator
from jessy_tui.inference.protocol import Finished, Message, Sampling, Token

HELLO = (Message("user", "selam"),)


@dataclass
class Said:
    """An answer as it came."""

    tokens: list[Token] = field(default_factory=list)
    finished: Finished | None = None

    @property
    def text(self) -> str:
        return "".join(token.text for token in self.tokens)

    @property
    def end(self) -> Finished:
        assert self.finished is not None
        return self.finished


async def ask(
    engine: Generator,
    messages: Sequence[Message] = HELLO,
    said: Said | None = None,
    **sampling: Any,
) -> Said:
    """Ask and wait for the end. `said` is filled as it comes."""
    said = said or Said()
    async for reply in engine.generate(messages, Sampling(**sampling)):
        if isinstance(reply, Token):
            said.tokens.append(reply)
        else:
            said.finished = reply
    return said


async def until(condition: Callable[[], object]) -> None:
    """Wait for what another process brings about."""
    while not condition():  # noqa: ASYNC110  # nobody could set an event
        await asyncio.sleep(0.01)
