"""One question and one answer to it, with all that led to the answer."""

import secrets
import time
from typing import Literal, Self

import msgspec

from jessy_tui.inference.protocol import Message, Sampling
from jessy_tui.inference.reply import Reply
from jessy_tui.inference.target import Target

Verdict = Literal["accepted", "edited", "wrong"]
"""What a person made of an answer: an example as it was, an example after mending, or an example
of what should have been said instead."""


class Named(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was asked, by name; it may be gone by now."""

    base: str
    run: str | None = None
    checkpoint: str | None = None
    url: str | None = None

    @classmethod
    def of(cls, target: Target) -> Self:
        """The name of a target."""
        return cls(
            base=target.base_name,
            run=target.run,
            checkpoint=target.checkpoint,
            url=target.url,
        )

    def __str__(self) -> str:
        """As people say it: "first@final", the base's name, or the model and where it is served."""
        if self.run:
            return f"{self.run}@{self.checkpoint}"
        if self.url:
            place = self.url.partition("://")[2].partition("/")[0]
            return f"{self.base} at {place}"
        return self.base


class Turn(msgspec.Struct, frozen=True, kw_only=True, tag_field="line", tag="turn"):
    """A question and one answer; a comparison is several of the same `question_id`."""

    id: str
    question_id: str
    at: float
    """When the question was asked, in seconds since 1970."""
    question: str
    fresh: bool = False
    """Asked without what was said before; what follows is asked after this."""
    target: Named
    system: str = ""
    """The system prompt it was asked with."""
    sampling: Sampling
    policy: str
    max_seconds: float | None = None
    """The seconds that were allowed; None means any number."""
    reply: Reply

    @property
    def counts(self) -> bool:
        """Whether it is a part of what was said: not where it was cancelled or stayed empty."""
        return self.reply.ended != "cancelled" and bool(self.reply.answer)


def new_id() -> str:
    """An id for a turn or a question, unlike any other."""
    return f"{time.time_ns():x}-{secrets.token_hex(3)}"


def said(turn: Turn) -> tuple[Message, Message]:
    """The question and the answer as history of what is asked next."""
    return Message("user", turn.question), turn.reply.message
