"""Turns as tests need them."""

from jessy_tui.chats.turn import Named, Turn, new_id
from jessy_tui.inference.protocol import Sampling
from jessy_tui.inference.reply import Ended, Pass, Reply
from jessy_tui.iteration import Plan, phase_of, read_plan

BASE = Named(base="chain")
RUN = Named(base="chain", run="first", checkpoint="final")


def turn(
    question: str,
    *said: str,
    target: Named = RUN,
    question_id: str | None = None,
    fresh: bool = False,
    ended: Ended = "plan",
    ended_why: str = "The plan says so.",
    at: float = 1_764_072_000.0,
    seconds: float = 1.5,
) -> Turn:
    """A turn whose passes said `said`."""
    first = read_plan(said[0])
    passes = tuple(
        Pass(
            number=number,
            phase=phase_of(number),
            text=read_plan(one).answer.strip(),
            said=one,
            tokens=len(one.split()),
            seconds=seconds,
            first_token_seconds=0.25,
            similarity=None if number == 1 else 0.5,
            reason="stop",
        )
        for number, one in enumerate(said, start=1)
    )
    plan: Plan | None = first.plan
    return Turn(
        id=new_id(),
        question_id=question_id or new_id(),
        at=at,
        question=question,
        fresh=fresh,
        target=target,
        sampling=Sampling(),
        policy="auto",
        reply=Reply(
            plan=plan,
            plan_problem=first.problem,
            answer=passes[-1].text,
            passes=passes,
            ended=ended,
            ended_why=ended_why,
            first_token_seconds=0.25,
            plan_seconds=0.5,
            seconds=seconds * len(said),
            tokens=sum(one.tokens for one in passes),
            tokens_per_second=12.0,
        ),
    )
