"""The thinking loop: as many passes over an answer as its plan asks for.

Pass 1 is the model's first answer and carries the plan. Each further pass sees the question and the
last draft and works on it, told what its phase asks (explore, refine, crystallize). The loop ends
when the plan or the policy is satisfied, when a draft no longer changes, or when something goes
wrong, and says which.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Sequence
from typing import Final, Protocol

from rapidfuzz.distance import Levenshtein

from jessy_tui.errors import JessyError
from jessy_tui.inference.protocol import Finished, Message, Reason, Sampling, Token
from jessy_tui.inference.reply import Ended, Event, Pass, PassEnded, PlanKnown, Reply, Text
from jessy_tui.iteration import Phase, Plan, PlanReader, Policy, phase_of

CONVERGED: Final = 0.95
"""By default, drafts at least this similar count as the same (see `similarity_of`)."""

AUTO: Final = Policy()
"""The plan decides."""

INSTRUCTIONS: Final[dict[Phase, str]] = {
    "explore": (
        "That was a draft. Look at my question again: what has the draft missed or misread? Answer "
        "it anew and more fully, in the language of the question. Give only the answer."
    ),
    "refine": (
        "That was a draft. Correct what is wrong in it, strengthen what is weak, and cut what does "
        "not serve my question. Give only the improved answer, in the language of the question."
    ),
    "crystallize": (
        "That was a draft. Say it in its final form: clear, short, nothing missing. Give only the "
        "answer, in the language of the question."
    ),
}
"""What each further pass is told, after the question and the draft."""


class Generator(Protocol):
    """Anything that answers a conversation: an `Engine`, an endpoint, a script in a test."""

    def generate(
        self, messages: Sequence[Message], sampling: Sampling | None = None
    ) -> AsyncGenerator[Token | Finished, None]:
        """See `Engine.generate`."""
        ...


def similarity_of(before: str, after: str) -> float:
    """How alike two drafts are, 0 to 1: the normalized Levenshtein similarity of their texts.

    1 - d / max(len), d the number of single characters to insert, delete or replace (rapidfuzz's
    `Levenshtein.normalized_similarity`), blank space folded first.
    """
    return Levenshtein.normalized_similarity(" ".join(before.split()), " ".join(after.split()))


def think(
    generator: Generator,
    question: str,
    *,
    history: Sequence[Message] = (),
    policy: Policy = AUTO,
    sampling: Sampling | None = None,
    converged: float = CONVERGED,
    max_seconds: float | None = None,
) -> AsyncGenerator[Event, None]:
    """Ask `question` and think about the answer: events as they happen, the last one a `Reply`.

    Close the iterator (`contextlib.aclosing`) or cancel its task to cancel; a generation that was
    cancelled from elsewhere (`Engine.cancel`) ends the loop with a `Reply` that says so.

    Args:
        generator: what answers.
        question: what the person says now.
        history: what was said before, system prompt included (see `Reply.message`).
        policy: how many passes; `fixed` makes all of its passes, however alike the drafts are.
        sampling: for every pass.
        converged: drafts at least this similar end the loop under `auto`; above 1 none ever does.
        max_seconds: the loop stops after this long, in the middle of a pass too.

    Raises:
        JessyError: the first pass failed. Later failures end the loop with the last good draft.
    """
    asked = (*history, Message("user", question))
    loop = _Loop(generator, asked, policy, sampling or Sampling(), converged, max_seconds)
    return loop.run()


class _Loop:
    """The state of one question."""

    def __init__(
        self,
        generator: Generator,
        asked: tuple[Message, ...],
        policy: Policy,
        sampling: Sampling,
        converged: float,
        max_seconds: float | None,
    ) -> None:
        self._generator = generator
        self._asked = asked
        self._policy = policy
        self._sampling = sampling
        self._converged = converged
        self._max_seconds = max_seconds
        self._started = 0.0
        self._plan: Plan | None = None
        self._plan_problem: str | None = None
        self._plan_seconds: float | None = None
        self._passes: list[Pass] = []
        self._draft: Pass | None = None
        """The last good one."""

    async def run(self) -> AsyncGenerator[Event, None]:
        self._started = time.monotonic()
        ended: tuple[Ended, str] | None = None
        while ended is None:
            number = len(self._passes) + 1
            try:
                async with contextlib.aclosing(self._one_pass(number)) as events:
                    async for event in events:
                        yield event
            except JessyError as error:
                if number == 1:
                    raise
                ended = "failed", f"Pass {number} failed, so the draft before it stands: {error}"
            else:
                ended = self._judge(self._passes[-1])
        yield self._reply(*ended)

    async def _one_pass(self, number: int) -> AsyncGenerator[Event, None]:
        """Generate pass `number`, and keep its record."""
        began = time.monotonic()
        reader = PlanReader()
        shown = tokens = 0
        first_token_seconds: float | None = None
        reason: Reason | None = None
        stream = self._generator.generate(self._prompt(number), self._sampling)
        async with contextlib.aclosing(stream):
            while reason is None:
                try:
                    async with asyncio.timeout(self._seconds_left()):
                        reply = await anext(stream)
                except TimeoutError:
                    reason = "cancelled"
                except StopAsyncIteration:
                    raise JessyError("The answer broke off without an end; ask again.") from None
                else:
                    if isinstance(reply, Token):
                        tokens = reply.tokens
                        if first_token_seconds is None:
                            first_token_seconds = time.monotonic() - began
                        reader.feed(reply.text)
                    else:
                        # An endpoint counts its pieces, and knows its tokens at the end.
                        tokens, reason = reply.tokens, reply.reason
                if reason is not None:
                    reader.finish()
                if number == 1 and reader.decided and self._plan_seconds is None:
                    yield self._plan_known(reader, reason)
                if piece := reader.answer[shown:]:
                    shown += len(piece)
                    yield Text(number, piece)
        text = reader.answer.strip()
        before = self._passes[-1] if self._passes else None
        record = Pass(
            number=number,
            phase=phase_of(number),
            text=text,
            said=reader.text,
            tokens=tokens,
            seconds=time.monotonic() - began,
            first_token_seconds=first_token_seconds,
            similarity=similarity_of(before.text, text) if before else None,
            reason=reason,
        )
        self._passes.append(record)
        yield PassEnded(record)

    def _plan_known(self, reader: PlanReader, reason: Reason | None) -> PlanKnown:
        self._plan = reader.plan
        self._plan_problem = reader.problem
        if reason == "cancelled":
            self._plan_problem = "the answer was stopped before its plan was known"
        self._plan_seconds = time.monotonic() - self._started
        passes = self._policy.passes_for(self._plan)
        return PlanKnown(self._plan, self._plan_problem, passes, self._plan_seconds)

    def _prompt(self, number: int) -> tuple[Message, ...]:
        if self._draft is None:
            return self._asked
        # The draft as the model said it, plan included: that is how it was trained to answer, and
        # the worker still remembers these very tokens.
        draft = Message("assistant", self._draft.said)
        return (*self._asked, draft, Message("user", INSTRUCTIONS[phase_of(number)]))

    def _seconds_left(self) -> float | None:
        if self._max_seconds is None:
            return None
        return self._started + self._max_seconds - time.monotonic()

    def _judge(self, record: Pass) -> tuple[Ended, str] | None:
        """Whether the loop ends after this pass, and why; keeps the draft where it is good."""
        number = record.number
        out_of_time = (left := self._seconds_left()) is not None and left <= 0
        if record.reason == "cancelled":
            if self._draft is None:
                self._draft = record
            if out_of_time:
                return "time", f"The {self._max_seconds:g} s allowed ran out in pass {number}."
            return "cancelled", f"Pass {number} was cancelled."
        if not record.text:
            if self._draft is None:
                self._draft = record
                return "empty", "The model said nothing, or nothing but blank space."
            return "empty", f"Pass {number} was empty, so the draft before it stands."
        self._draft = record
        limit = self._policy.passes_for(self._plan)
        if number >= limit:
            return self._satisfied(limit)
        if (
            self._policy.kind == "auto"
            and record.similarity is not None
            and record.similarity >= self._converged
        ):
            alike = f"{record.similarity:.0%} alike"
            return "converged", f"Pass {number} left the draft as it was ({alike})."
        if out_of_time:
            return "time", f"The {self._max_seconds:g} s allowed ran out after pass {number}."
        return None

    def _satisfied(self, limit: int) -> tuple[Ended, str]:
        if self._policy.kind != "auto":
            return "policy", f"The policy {self._policy} makes {_passes(limit)}."
        if self._plan is None:
            return "plan", f"Without a plan the loop makes {_passes(limit)}."
        return "plan", f"The plan {self._plan} asks for {_passes(limit)}."

    def _reply(self, ended: Ended, why: str) -> Reply:
        assert self._draft is not None  # noqa: S101  # a first pass that fails raises
        first = self._passes[0].first_token_seconds
        timed = [made for made in self._passes if made.first_token_seconds is not None]
        after_first = sum(made.tokens - 1 for made in timed)
        decoding = sum(made.seconds - (made.first_token_seconds or 0) for made in timed)
        return Reply(
            plan=self._plan,
            plan_problem=self._plan_problem,
            answer=self._draft.text,
            passes=tuple(self._passes),
            ended=ended,
            ended_why=why,
            first_token_seconds=first,
            plan_seconds=self._plan_seconds,
            seconds=time.monotonic() - self._started,
            tokens=sum(made.tokens for made in self._passes),
            tokens_per_second=after_first / decoding if after_first and decoding else 0.0,
        )


def _passes(number: int) -> str:
    return "one pass" if number == 1 else f"{number} passes"
