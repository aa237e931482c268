"""`answers.jsonl`: one answer a line, appended as it comes.

A reader that meets a line that a killed writer left half-written passes over it, and that probe is
asked again.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal

import msgspec

from jessy_tui.iteration import Complexity, Plan
from jessy_tui.json_lines import LineLog, LineReader

ANSWERS_NAME: Final = "answers.jsonl"

AnswerEnded = Literal[
    "plan", "policy", "converged", "time", "empty", "failed", "cancelled", "plan known"
]
"""Why an answer ended: as in `inference.reply.Ended`, or since only its plan was wanted."""


class PlanSaid(msgspec.Struct, frozen=True):
    """A plan as a model declared it."""

    complexity: Complexity
    iterations: int

    @property
    def plan(self) -> Plan:
        """The same as the rest of the program knows it."""
        return Plan(self.complexity, self.iterations)


class PassMade(msgspec.Struct, frozen=True, kw_only=True):
    """One generation of the thinking loop; see `inference.reply.Pass`."""

    text: str
    """The draft, without a plan header."""
    said: str
    """All that the model said, plan header included."""
    tokens: int
    seconds: float
    first_token_seconds: float | None = None
    reason: str = "stop"
    """`stop`: the model ended it; `length`: the longest answer; `cancelled`: the plan was known."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came of asking one probe once."""

    probe: str
    """Its id."""
    seed: int
    plan: PlanSaid | None = None
    problem: str | None = None
    """What is wrong with the plan, or why there is no answer, in words."""
    answer: str = ""
    """The last good draft; empty where only the plan was asked for."""
    passes: tuple[PassMade, ...] = ()
    ended: AnswerEnded
    seconds: float = 0.0
    """From the question to the end of the last pass."""
    plan_seconds: float | None = None
    """Until it was known whether there is a plan."""

    @property
    def well_formed(self) -> bool:
        """Whether there is a plan, and its iterations belong to its complexity."""
        return self.plan is not None and self.plan.plan.in_band

    @property
    def tokens(self) -> int:
        """Of all passes, plan headers included."""
        return sum(made.tokens for made in self.passes)

    @property
    def key(self) -> tuple[str, int]:
        """The probe and the seed: an evaluation has one answer to each."""
        return self.probe, self.seed


_decoder: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)


class AnswerLog(LineLog[Answer]):
    """Appends answers to a file, each whole and on the disk before the next is asked."""

    def __init__(self, path: Path) -> None:
        """Open `path` for appending.

        Raises:
            OSError: the file cannot be written.
        """
        super().__init__(path, sync=True)


class AnswerReader(LineReader[Answer]):
    """Follows a file of answers that another process may be writing."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, _decoder)


def read_answers(path: Path) -> list[Answer]:
    """The answers in the file, one to each probe and seed: the first, where there are two.

    Raises:
        OSError: the file exists and cannot be read.
    """
    return first_of_each(AnswerReader(path).all())


def first_of_each(answers: Iterable[Answer]) -> list[Answer]:
    """One answer to each probe and seed, in their order."""
    found: dict[tuple[str, int], Answer] = {}
    for answer in answers:
        found.setdefault(answer.key, answer)
    return list(found.values())
