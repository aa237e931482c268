"""A model that says what a test has written for it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from jessy_tui.errors import JessyError
from jessy_tui.inference.protocol import Finished, Message, Reason, Sampling, Token


@dataclass(frozen=True)
class Line:
    """One answer: its pieces, a token each, and how it ends."""

    pieces: Sequence[str]
    reason: Reason = "stop"
    failure: str | None = None
    """The answer breaks off after its pieces with this sentence."""
    silence: float = 0.0
    """Seconds of waiting before each piece."""
    ends: bool = True
    """Whether the end is told."""


def says(text: str) -> Line:
    """An answer whose pieces are the letters of `text`."""
    return Line(list(text))


@dataclass
class Scripted:
    """Answers with its lines, one after the other, the last one for ever."""

    lines: Sequence[Line]
    asked: list[tuple[Message, ...]] = field(default_factory=list)
    closed: int = 0
    """Generations that were ended before their end."""

    async def generate(
        self, messages: Sequence[Message], sampling: Sampling | None = None
    ) -> AsyncGenerator[Token | Finished, None]:
        line = self.lines[min(len(self.asked), len(self.lines) - 1)]
        self.asked.append(tuple(messages))
        over = False
        try:
            for number, piece in enumerate(line.pieces, start=1):
                await asyncio.sleep(line.silence)
                yield Token(1, piece, number, number / 10)
            over = True
            if line.failure is not None:
                raise JessyError(line.failure)
            if line.ends:
                yield Finished(
                    id=1,
                    reason=line.reason,
                    tokens=len(line.pieces),
                    prompt_tokens=len(messages),
                    cached_tokens=0,
                    seconds=len(line.pieces) / 10,
                    first_token_seconds=0.1,
                    tokens_per_second=10.0,
                    peak_memory=0,
                )
        finally:
            self.closed += not over
