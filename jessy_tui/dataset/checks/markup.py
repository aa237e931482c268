"""Checks of the marks around text: thoughts and code that are opened and never closed."""

import re
from collections.abc import Iterator
from typing import Final

from jessy_tui.dataset.checks.check import ExampleCheck
from jessy_tui.dataset.checks.code import fences, without_code
from jessy_tui.dataset.checks.finding import Flaw
from jessy_tui.dataset.checks.subject import Subject
from jessy_tui.dataset.checks.words import excerpt, what

_THINK: Final = re.compile(r"</?think>", re.IGNORECASE)
# What models take for the end of a turn or the beginning of a thought.
_SPECIAL_TOKEN: Final = re.compile(
    r"(?i:</?think>|<\|[a-z0-9_]+\|>|</?(?:start|end)_of_turn>)|\[/?INST\]|<</?SYS>>"
)


def _unclosed_thought(subject: Subject) -> Iterator[Flaw]:
    for path, text, is_answer in subject.texts:
        problem = _unbalanced(text) if is_answer else None
        if problem:
            reason = (
                f"{problem}, so all of the answer may be taken for a thought; take the mark out. "
                "The plan is written for you, from the label."
            )
            yield Flaw(path, reason)


def _unbalanced(text: str) -> str | None:
    if "think>" not in text.lower():
        return None
    marks = [mark.lower() for mark in _THINK.findall(without_code(text))]
    if marks.count("<think>") > marks.count("</think>"):
        return "the answer opens <think> and does not close it"
    if marks.count("<think>") < marks.count("</think>"):
        return "the answer closes </think> that it did not open"
    return None


def _special_token(subject: Subject) -> Iterator[Flaw]:
    for path, text, is_answer in subject.texts:
        if "<" not in text and "[" not in text:
            continue
        found = list(dict.fromkeys(_SPECIAL_TOKEN.findall(text)))
        if is_answer and _unbalanced(text):
            found = [token for token in found if not _THINK.fullmatch(token)]  # said already
        if found:
            reason = (
                f"the {what(is_answer)} holds {', '.join(found)}, which a model reads as a "
                "command; take it out, or waive the check if it is meant as text."
            )
            yield Flaw(path, reason)


def _unclosed_code(subject: Subject) -> Iterator[Flaw]:
    for path, text, is_answer in subject.texts:
        if "```" not in text and "~~~" not in text:
            continue
        for start, end in fences(text):
            if end is None:
                reason = (
                    f"the code of the {what(is_answer)} that begins at {excerpt(text[start:])} is "
                    "never closed; close it with ``` on a line of its own."
                )
                yield Flaw(path, reason)


CHECKS: Final = (
    ExampleCheck("unclosed-thought", "error", "A <think> without its end.", _unclosed_thought),
    ExampleCheck("special-token", "warning", "What a model takes for a command.", _special_token),
    ExampleCheck("unclosed-code", "warning", "A code fence without its end.", _unclosed_code),
)
