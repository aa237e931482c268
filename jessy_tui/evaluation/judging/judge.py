"""Asking a judge: any model that answers a conversation rates answers by a rubric kept in a file.

Off unless somebody asks for it. What is sent is the rubric, the question, the complexity the probe
wants, and the answer; where to, the caller says first.
"""

import hashlib
import re
import time
from collections.abc import Callable
from contextlib import aclosing
from importlib.resources import files
from pathlib import Path
from typing import Final

from jessy_tui.errors import JessyError
from jessy_tui.evaluation.answers import Answer
from jessy_tui.evaluation.evaluation import Evaluation
from jessy_tui.evaluation.judging.ratings import (
    JUDGEMENTS_NAME,
    Judgement,
    append,
    read_judgements,
)
from jessy_tui.evaluation.probe import Probe
from jessy_tui.inference.loop import Generator
from jessy_tui.inference.protocol import Message, Sampling, Token
from jessy_tui.workspace import Workspace

RUBRIC_NAME: Final = "rubric.md"
_RATING: Final = re.compile(r"rating\W*([0-5])\b(?!\s*(?:-|–|to)\s*5)", re.IGNORECASE)
_LAST_DIGIT: Final = re.compile(r"\b([0-5])(?:\s*/\s*5)?\W*\Z")
# A judge that thinks first is given room to.
_SAMPLING: Final = Sampling(max_tokens=1024)
_THOUGHTS: Final = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)

Tell = Callable[[int, int], None]
"""Told how many answers have been judged, of how many."""


def read_rubric(workspace: Workspace, path: Path | None = None) -> str:
    """The rubric: that of `path`, else `data/rubric.md` of the workspace, else the one of Jessy's.

    Raises:
        JessyError: the file that was named cannot be read, or is empty.
    """
    own = workspace.data / RUBRIC_NAME
    path = path or (own if own.is_file() else None)
    if path is None:
        return (files(__package__) / RUBRIC_NAME).read_text("utf-8")
    try:
        rubric = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise JessyError(f"The rubric {path} cannot be read ({error}).") from error
    if not rubric.strip():
        raise JessyError(f"The rubric {path} is empty; write how answers are to be rated.")
    return rubric


def to_judge(evaluation: Evaluation, judge: str, rubric: str) -> list[tuple[Probe, Answer]]:
    """The answers that this judge has not rated by this rubric yet, in their order.

    Raises:
        JessyError: the evaluation cannot be read.
    """
    probes = evaluation.probe_set().by_id
    known = read_judgements(evaluation.folder)
    digest = digest_of(rubric)
    return [
        (probes[answer.probe], answer)
        for answer in evaluation.answers()
        if answer.probe in probes
        and answer.answer
        and not (
            (said := known.get(answer.key)) is not None
            and (said.judge, said.rubric) == (judge, digest)
        )
    ]


async def judge_answers(
    evaluation: Evaluation,
    generator: Generator,
    *,
    judge: str,
    rubric: str,
    tell: Tell = lambda _done, _total: None,
) -> int:
    """Have the answers rated that are not yet, each written down as it comes; returns how many.

    Args:
        evaluation: one with whole answers.
        generator: the judge.
        judge: its model and where it is, to be written down.
        rubric: how to rate.
        tell: told how far it is.

    Raises:
        JessyError: the judge cannot be asked, or a rating cannot be written.
    """
    waiting = to_judge(evaluation, judge, rubric)
    for done, (probe, answer) in enumerate(waiting):
        tell(done, len(waiting))
        said = await _ask(generator, rubric, probe, answer)
        append(
            evaluation.folder / JUDGEMENTS_NAME,
            Judgement(
                probe=probe.id,
                seed=answer.seed,
                points=points_in(said),
                said=said,
                judge=judge,
                rubric=digest_of(rubric),
                time=time.time(),
            ),
        )
    tell(len(waiting), len(waiting))
    return len(waiting)


def digest_of(rubric: str) -> str:
    """What tells one rubric from another."""
    return hashlib.sha256(rubric.encode()).hexdigest()


def points_in(said: str) -> int | None:
    """The rating in what a judge said: after "RATING:", else a digit at the very end; None without.

    What it thought before (`<think>`) does not count.
    """
    said = _THOUGHTS.sub("", said).strip()
    if found := _RATING.findall(said):
        return int(found[-1])
    last = _LAST_DIGIT.search(said)
    return int(last[1]) if last else None


def question_to(rubric: str, probe: Probe, answer: Answer) -> tuple[Message, ...]:
    """What the judge is asked."""
    asked = (
        f"The question, which deserves {probe.complexity}:\n\n<question>\n{probe.query}\n"
        f"</question>\n\nThe answer:\n\n<answer>\n{answer.answer}\n</answer>"
    )
    return Message("system", rubric), Message("user", asked)


async def _ask(generator: Generator, rubric: str, probe: Probe, answer: Answer) -> str:
    stream = generator.generate(question_to(rubric, probe, answer), _SAMPLING)
    async with aclosing(stream):
        return "".join([reply.text async for reply in stream if isinstance(reply, Token)])
