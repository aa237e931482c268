"""How much thinking an answer deserves: complexity, plan, and the policy of the thinking loop.

Everything the project is about meets in this vocabulary. A *label* (in the dataset) and a *plan*
(declared by the model) are both a complexity and a number of iterations, 1 to 9. A *pass* is one
generation the thinking loop really makes.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

MIN_ITERATIONS = 1
MAX_ITERATIONS = 9


class Complexity(StrEnum):
    """The three bands of difficulty, each with the iterations and the seconds that suit it."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"

    @property
    def band(self) -> range:
        """The iterations that belong to this complexity."""
        return _BANDS[self]

    @property
    def budget_seconds(self) -> float:
        """How long a person waits for such an answer before it feels slow, in seconds."""
        return _BUDGET_SECONDS[self]

    @classmethod
    def of(cls, iterations: int) -> "Complexity":
        """The complexity whose band holds `iterations`.

        Raises:
            ValueError: `iterations` is not 1 to 9.
        """
        for complexity in cls:
            if iterations in complexity.band:
                return complexity
        raise ValueError(f"iterations are 1 to 9, not {iterations}")


_BANDS = {
    Complexity.LOW: range(1, 3),
    Complexity.MEDIUM: range(3, 6),
    Complexity.HIGH: range(6, 10),
}
_BUDGET_SECONDS = {Complexity.LOW: 5.0, Complexity.MEDIUM: 15.0, Complexity.HIGH: 60.0}


def describe_band(complexity: Complexity) -> str:
    """The band as people write it: "1-2"."""
    band = complexity.band
    return f"{band[0]}-{band[-1]}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What the model declares before it answers: `<think>LOW 1</think>`."""

    complexity: Complexity
    iterations: int

    @property
    def header(self) -> str:
        """The plan as the text a model is trained to say first, with its line end."""
        return f"<think>{self.complexity} {self.iterations}</think>\n"

    @property
    def in_band(self) -> bool:
        """Whether the iterations belong to the complexity."""
        return self.iterations in self.complexity.band

    def __str__(self) -> str:
        return f"{self.complexity} {self.iterations}"


THINK_OPEN, THINK_CLOSE = "<think>", "</think>"
# Case is that of ASCII: Unicode's would take "hİgh" for HIGH as well.
_PLAN = re.compile(r"\s*(LOW|MEDIUM|HIGH)\s+([1-9])\s*", re.IGNORECASE | re.ASCII)
# A real plan closes within a dozen characters; this leaves room for odd spacing before a model
# that thinks aloud is told apart from one that plans.
_LONGEST_PLAN = 64


class PlanReader:
    """Takes a stream of text apart into the plan and the answer, as the pieces arrive.

    Tolerates a plan split over any number of pieces, blank space around it, lower case, a missing
    plan, and thoughts that are no plan. `problem` says in words what was wrong with the plan.

    After each `feed`, `answer` is the answer so far. Call `finish` when the stream ends.
    """

    def __init__(self) -> None:
        self.plan: Plan | None = None
        self.problem: str | None = None
        self.decided = False
        self.text = ""
        self._answer_start = 0

    @property
    def answer(self) -> str:
        """The answer so far, without the plan; empty while the plan may still be coming."""
        return self.text[self._answer_start :].lstrip("\n") if self.decided else ""

    def feed(self, piece: str) -> None:
        """Take the next piece of the stream."""
        self.text += piece
        if not self.decided:
            self._decide(final=False)

    def finish(self) -> None:
        """The stream has ended: whatever is undecided is decided now."""
        if not self.decided:
            self._decide(final=True)

    def _decide(self, *, final: bool) -> None:
        head = self.text.lstrip()
        start = len(self.text) - len(head)
        if not head.startswith(THINK_OPEN):
            if THINK_OPEN.startswith(head) and not final:
                return  # the tag itself is still arriving
            self._settle(start, "the model declared no plan")
            return
        inside_start = start + len(THINK_OPEN)
        close = self.text.find(THINK_CLOSE, inside_start)
        if close < 0:
            if not final:
                return  # even long thoughts are not the answer: wait for them to end
            self._settle(inside_start, "the plan was never closed with </think>")
            return
        inside = self.text[inside_start:close]
        after = close + len(THINK_CLOSE)
        match = _PLAN.fullmatch(inside) if len(inside) <= _LONGEST_PLAN else None
        if match is None:
            self._settle(after, f"the model thought, but declared no plan: {_shorten(inside)}")
            return
        plan = Plan(Complexity(match[1].upper()), int(match[2]))
        self.plan = plan
        problem = None
        if not plan.in_band:
            band = describe_band(plan.complexity)
            problem = f"the plan {plan} is outside the band of {plan.complexity}, {band}"
        self._settle(after, problem)

    def _settle(self, answer_start: int, problem: str | None) -> None:
        self.decided = True
        self._answer_start = answer_start
        self.problem = problem


def read_plan(text: str) -> PlanReader:
    """Read a whole text at once; see `PlanReader`."""
    reader = PlanReader()
    reader.feed(text)
    reader.finish()
    return reader


def _shorten(text: str, width: int = 40) -> str:
    text = " ".join(text.split())
    return repr(text if len(text) <= width else text[: width - 1] + "…")


Phase = Literal["explore", "refine", "crystallize"]


def phase_of(pass_number: int) -> Phase:
    """What the loop asks of a pass, counted from 1: explore (1-3), refine (4-6), crystallize."""
    if pass_number <= 3:
        return "explore"
    return "refine" if pass_number <= 6 else "crystallize"


@dataclass(frozen=True, slots=True)
class Policy:
    """Who decides how many passes the loop makes.

    `auto`: the plan; without one, nine passes, which is the untrained behaviour the project exists
    to cure. `fixed`: always `passes`. `single`: one.
    """

    kind: Literal["auto", "fixed", "single"] = "auto"
    passes: int = MAX_ITERATIONS

    @classmethod
    def parse(cls, text: str) -> "Policy":
        """Read "auto", "single", "fixed 3" or "fixed:3".

        Raises:
            ValueError: the text is none of these.
        """
        words = text.replace(":", " ").split()
        match words:
            case ["auto"]:
                return cls()
            case ["single"]:
                return cls("single", 1)
            case ["fixed", number] if number in "123456789" and len(number) == 1:
                return cls("fixed", int(number))
        raise ValueError(f"a policy is auto, single or fixed N (N from 1 to 9), not {text!r}")

    def passes_for(self, plan: Plan | None) -> int:
        """How many passes at the most, once the first pass has declared `plan`."""
        match self.kind:
            case "single":
                return 1
            case "fixed":
                return self.passes
            case "auto":
                return plan.iterations if plan else MAX_ITERATIONS

    def __str__(self) -> str:
        return f"fixed {self.passes}" if self.kind == "fixed" else self.kind
