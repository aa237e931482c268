"""Checks of what the label says against what stands beside it.

How deep a question is, no rule of thumb can tell; these speak up only where a look is enough.
"""

import re
from collections.abc import Iterator
from typing import Final

from jessy_tui.dataset.checks.check import ExampleCheck
from jessy_tui.dataset.checks.code import fences
from jessy_tui.dataset.checks.finding import FieldPath, Flaw
from jessy_tui.dataset.checks.subject import Subject
from jessy_tui.dataset.example import complexity_in, plan_in
from jessy_tui.iteration import Complexity, describe_band


def _band(subject: Subject) -> Iterator[Flaw]:
    for path, label in subject.labels:
        plan = plan_in(label)
        if plan is None or plan.in_band:
            continue
        band, fitting = describe_band(plan.complexity), Complexity.of(plan.iterations)
        reason = (
            f"{plan.iterations} iterations are outside the band of {plan.complexity}, {band}; "
            f"write {band}, or the complexity {fitting}."
        )
        yield Flaw((*path, "iterations"), reason)


def _answer_length(subject: Subject) -> Iterator[Flaw]:
    for path, complexity, answer in _labelled(subject):
        least, most = getattr(subject.settings.answer_length, complexity.lower())
        length = len(answer.strip())
        if not length or least <= length <= most:
            continue
        if length < least:
            how, remedy = "short", "add what an expert would add, or label it lower"
        else:
            how, remedy = "long", "shorten it, or label it higher"
            if complexity is Complexity.HIGH:
                remedy = "shorten it"
        reason = (
            f"{length:,} characters are {how} for a {complexity} answer, which has {least:,} to "
            f"{most:,}; {remedy}."
        )
        yield Flaw(path, reason)


# What takes thought to write is not read in a second: code, headings, lists, several paragraphs.
_HEADING: Final = re.compile(r"^ {0,3}#{1,6} \S", re.MULTILINE)
_POINT: Final = re.compile(r"^ {0,3}(?:[-*+•]|\d{1,2}[.)]) +\S", re.MULTILINE)
_PARAGRAPH: Final = re.compile(r"\S[ \t]*\n[ \t]*\n\s*(?=\S)")
_MOST_LINES: Final = 3
_MOST_POINTS: Final = 3
_MOST_PARAGRAPHS: Final = 3


def _visible_depth(subject: Subject) -> Iterator[Flaw]:
    for path, complexity, answer in _labelled(subject):
        if complexity is not Complexity.LOW:
            continue
        parts = []
        lines = sum(answer.count("\n", *span) - 1 for span in fences(answer))
        if lines > _MOST_LINES:
            parts.append(f"{lines} lines of code")
        if _HEADING.search(answer):
            parts.append("headings")
        points = len(_POINT.findall(answer))
        if points > _MOST_POINTS:
            parts.append(f"a list of {points} points")
        paragraphs = len(_PARAGRAPH.findall(answer)) + 1
        if paragraphs > _MOST_PARAGRAPHS:
            parts.append(f"{paragraphs} paragraphs")
        if parts:
            reason = (
                f"the label is LOW, but the answer has {' and '.join(parts)}; say it in a sentence "
                "or two, or label it higher."
            )
            yield Flaw(path, reason)


def _labelled(subject: Subject) -> Iterator[tuple[FieldPath, Complexity, str]]:
    """Each answer that has a text and a complexity, and where its text is."""
    texts = {path[:-1]: text for path, text, is_answer in subject.texts if is_answer}
    for path, label in subject.labels:
        complexity, text = complexity_in(label), texts.get(path[:-1])
        if complexity is not None and text is not None:
            yield (*path[:-1], "value"), complexity, text


CHECKS: Final = (
    ExampleCheck("band", "error", "Iterations outside the band of their complexity.", _band),
    ExampleCheck(
        "answer-length", "warning", "An answer too short or too long for its label.", _answer_length
    ),
    ExampleCheck(
        "visible-depth", "warning", "A LOW label on an answer with code or lists.", _visible_depth
    ),
)
