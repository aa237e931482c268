"""What the thinking loop says while it works, and the record of all that led to an answer."""

from dataclasses import dataclass
from typing import Literal

from jessy_tui.inference.protocol import Message, Reason
from jessy_tui.iteration import Phase, Plan

Ended = Literal["plan", "policy", "converged", "time", "empty", "failed", "cancelled"]
"""Why a loop ended: the plan's passes (or nine, without one) are made; the policy's are; a draft
stopped changing; the seconds ran out; a draft was empty; a later pass failed; it was cancelled."""


@dataclass(frozen=True, slots=True)
class PlanKnown:
    """The first pass has declared its plan, or it is clear that it declares none."""

    plan: Plan | None
    problem: str | None
    """What is wrong with the plan, in words."""
    passes: int
    """How many passes the loop makes at the most."""
    seconds: float
    """Since the question was asked."""


@dataclass(frozen=True, slots=True)
class Text:
    """More of the draft of a pass; plan headers are not in it."""

    pass_number: int
    piece: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One generation that the loop made."""

    number: int
    phase: Phase
    text: str
    """The draft, without a plan header and without blank space around it."""
    said: str
    """All that the model said, plan header included."""
    tokens: int
    """All generated tokens, those of a plan header included."""
    seconds: float
    first_token_seconds: float | None
    """Since the pass began; None where no token came."""
    similarity: float | None
    """To the draft before (see `loop.similarity_of`); None for the first pass."""
    reason: Reason
    """Why the generation ended; `cancelled` also where the seconds ran out."""


@dataclass(frozen=True, slots=True)
class PassEnded:
    """A pass is over. Not sent for a pass that failed."""

    record: Pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The loop is over: the answer, and all that led to it."""

    plan: Plan | None
    plan_problem: str | None
    answer: str
    """The last good draft."""
    passes: tuple[Pass, ...]
    ended: Ended
    ended_why: str
    """The same in a sentence."""
    first_token_seconds: float | None
    plan_seconds: float | None
    """Until it was known whether there is a plan; None where nothing came."""
    seconds: float
    """From the question to the end of the last pass."""
    tokens: int
    tokens_per_second: float
    """Over all passes: tokens after each first one over the seconds after it; 0 without any."""

    @property
    def message(self) -> Message:
        """The answer as it belongs into the history of the next question: with its plan, as the
        model has been trained to see its own answers."""
        return Message("assistant", (self.plan.header if self.plan else "") + self.answer)


Event = PlanKnown | Text | PassEnded | Reply
