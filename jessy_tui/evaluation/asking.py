"""One probe asked once: a whole answer of the thinking loop, or no more than its plan."""

import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import Final

import msgspec

from jessy_tui.errors import JessyError
from jessy_tui.evaluation.answers import Answer, PassMade, PlanSaid
from jessy_tui.evaluation.probe import Probe
from jessy_tui.evaluation.record import EvaluationRecord
from jessy_tui.inference.loop import Generator, think
from jessy_tui.inference.protocol import Finished, Message, Sampling, Token
from jessy_tui.inference.reply import PassEnded, PlanKnown, Reply, Text
from jessy_tui.iteration import Plan, PlanReader

Heard = Callable[[int, int], None]
"""Told the number of the pass that is being made, from 1, and how often it was heard of."""

_CUT: Final = "the plan had not come after {tokens} tokens"


async def ask_probe(
    generator: Generator,
    probe: Probe,
    record: EvaluationRecord,
    seed: int,
    heard: Heard = lambda _pass, _pieces: None,
) -> Answer:
    """Ask `probe` as the record says; cancel the task to break it off.

    A question that does not fit the model is an answer too: one that says what is wrong.

    Raises:
        JessyError: the answer broke off, since the model or the endpoint is gone.
    """
    system = record.target.system
    history = (Message("system", system),) if system else ()
    sampling = msgspec.structs.replace(record.sampling, seed=seed)
    if record.plans_only:
        return await _ask_for_plan(generator, probe, history, sampling, seed, heard)
    pieces, pass_number, reply = 0, 1, None
    events = think(generator, probe.query, history=history, policy=record.passes, sampling=sampling)
    async with aclosing(events):
        async for event in events:
            match event:
                case Text(pass_number=number):
                    pieces = pieces + 1 if number == pass_number else 1
                    pass_number = number
                case PassEnded():
                    pieces, pass_number = 0, pass_number + 1
                case Reply():
                    reply = event
                case PlanKnown():
                    pass
            heard(pass_number, pieces)
    if reply is None or reply.ended == "cancelled":
        raise JessyError("The answer was cancelled.")
    return _answer_of(reply, probe, seed)


def _answer_of(reply: Reply, probe: Probe, seed: int) -> Answer:
    return Answer(
        probe=probe.id,
        seed=seed,
        plan=_said(reply.plan),
        problem=reply.plan_problem,
        answer=reply.answer,
        passes=tuple(
            PassMade(
                text=made.text,
                said=made.said,
                tokens=made.tokens,
                seconds=made.seconds,
                first_token_seconds=made.first_token_seconds,
                reason=made.reason,
            )
            for made in reply.passes
        ),
        ended=reply.ended,
        seconds=reply.seconds,
        plan_seconds=reply.plan_seconds,
    )


async def _ask_for_plan(
    generator: Generator,
    probe: Probe,
    history: Sequence[Message],
    sampling: Sampling,
    seed: int,
    heard: Heard,
) -> Answer:
    began = time.monotonic()
    reader = PlanReader()
    tokens, first, reason = 0, None, "cancelled"
    stream = generator.generate((*history, Message("user", probe.query)), sampling)
    async with aclosing(stream):
        async for reply in stream:
            if isinstance(reply, Token):
                tokens = reply.tokens
                first = time.monotonic() - began if first is None else first
                reader.feed(reply.text)
                heard(1, tokens)
                if reader.decided:
                    break
            elif isinstance(reply, Finished):
                reason = reply.reason
    if reason == "cancelled" and not reader.decided:
        raise JessyError("The answer was cancelled.")
    cut = reason == "length" and not reader.decided
    reader.finish()
    seconds = time.monotonic() - began
    return Answer(
        probe=probe.id,
        seed=seed,
        plan=_said(reader.plan),
        problem=_CUT.format(tokens=tokens) if cut else reader.problem,
        passes=(
            PassMade(
                text="",
                said=reader.text,
                tokens=tokens,
                seconds=seconds,
                first_token_seconds=first,
                reason=reason,
            ),
        ),
        ended="plan known",
        seconds=seconds,
        plan_seconds=seconds,
    )


def _said(plan: Plan | None) -> PlanSaid | None:
    return None if plan is None else PlanSaid(plan.complexity, plan.iterations)
