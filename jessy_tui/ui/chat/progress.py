"""How far an answer is: what has happened since the question was asked."""

from dataclasses import dataclass, field
from typing import Self

from jessy_tui.chats.turn import Turn, Verdict
from jessy_tui.inference.reply import Event, Pass, PassEnded, PlanKnown, Reply, Text
from jessy_tui.iteration import Plan


@dataclass
class Progress:
    """Grows while an answer comes; an old answer is one that is over."""

    waiting: str | None = "waiting"
    """What is waited for before the thinking begins."""
    began: float | None = None
    """When the thinking began, in monotonic seconds."""
    plan: Plan | None = None
    problem: str | None = None
    plan_known: bool = False
    limit: int | None = None
    """How many passes there will be at the most."""
    passes: list[Pass] = field(default_factory=list)
    drafting: int | None = None
    """The pass at work."""
    reply: Reply | None = None
    failure: str | None = None
    """Why there is no answer, as a sentence."""
    verdict: Verdict | None = None
    """What became of it."""

    @classmethod
    def of(cls, turn: Turn, verdict: Verdict | None) -> Self:
        """That of an answer that was kept."""
        progress = cls()
        progress.take(turn.reply)
        progress.verdict = verdict
        return progress

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.reply is not None or self.failure is not None

    def begin(self, now: float) -> None:
        """The question goes to the model."""
        self.waiting, self.began, self.drafting = None, now, 1

    def take(self, event: Event) -> None:
        """Something has happened."""
        match event:
            case PlanKnown():
                self.plan, self.problem = event.plan, event.problem
                self.plan_known, self.limit = True, event.passes
            case Text():
                self.drafting = event.pass_number
            case PassEnded():
                self.passes.append(event.record)
                more = self.limit is None or len(self.passes) < self.limit
                self.drafting = len(self.passes) + 1 if more else None
            case Reply():
                self.plan, self.problem, self.plan_known = event.plan, event.plan_problem, True
                self.passes = list(event.passes)
                self.waiting = self.drafting = None
                self.reply = event

    def fail(self, sentence: str) -> None:
        """There will be no answer."""
        self.failure = sentence
        self.waiting = self.drafting = None
