"""Checks of the shape: a conversation of questions and answers, the last one labelled."""

import json
from collections.abc import Iterator
from typing import Any, Final

from jessy_tui.dataset.checks.check import ExampleCheck
from jessy_tui.dataset.checks.finding import FieldPath, Flaw
from jessy_tui.dataset.checks.subject import Subject
from jessy_tui.dataset.example import (
    HUMAN,
    JESSY,
    Unreadable,
    complexity_in,
    iterations_in,
)
from jessy_tui.iteration import MAX_ITERATIONS, MIN_ITERATIONS, Complexity

LANGUAGES: Final = ("tr", "en", "mixed")

_OTHER_NAMES = {
    "user": HUMAN,
    "kullanıcı": HUMAN,
    "prompter": HUMAN,
    "assistant": JESSY,
    "gpt": JESSY,
    "model": JESSY,
    "bot": JESSY,
}


def _shape(subject: Subject) -> Iterator[Flaw]:
    raw = subject.example.raw
    if isinstance(subject.example, Unreadable):
        yield Flaw((), subject.example.problem)
        return
    if not isinstance(raw, dict):
        yield Flaw((), f'an example is an object {{"conversations": [...]}}, not {_kind(raw)}.')
        return
    path: FieldPath = ("conversations",)
    if "conversations" not in raw:
        yield Flaw((), 'the key "conversations" with the list of messages is missing; add it.')
        return
    messages = raw["conversations"]
    if not isinstance(messages, list):
        yield Flaw(path, f'"conversations" is a list of messages, not {_kind(messages)}.')
    elif not messages:
        yield Flaw(path, "the conversation is empty; write a question and an answer, or delete it.")
    else:
        for at, message in enumerate(messages):
            if not isinstance(message, dict):
                reason = f'a message is an object {{"from", "value"}}, not {_kind(message)}.'
                yield Flaw((*path, at), reason)


def _role(subject: Subject) -> Iterator[Flaw]:
    for at, message in subject.messages:
        role = message.get("from")
        if role in (HUMAN, JESSY):
            continue
        path: FieldPath = ("conversations", at, "from")
        if "from" not in message:
            yield Flaw(path, 'the message does not say who speaks; add "from": "human" or "jessy".')
            continue
        name = role.strip().casefold() if isinstance(role, str) else None
        known = name if name in (HUMAN, JESSY) else _OTHER_NAMES.get(name or "")
        remedy = f'write "{known}"' if known else 'write "human" or "jessy"'
        fix = json.dumps(known) if known else None
        yield Flaw(path, f"{_shown(role)} is no role; {remedy}.", fix)


def _message_text(subject: Subject) -> Iterator[Flaw]:
    for at, message in subject.messages:
        if "value" not in message:
            yield Flaw(
                ("conversations", at, "value"), 'the message has no text; add it as "value".'
            )
        elif not isinstance(message["value"], str):
            reason = f"the text of a message is a text, not {_kind(message['value'])}."
            yield Flaw(("conversations", at, "value"), reason)


def _alternation(subject: Subject) -> Iterator[Flaw]:
    roles = [(at, message.get("from")) for at, message in subject.messages]
    if any(role not in (HUMAN, JESSY) for _, role in roles):
        return  # said already; whose turn it is can only be told among known roles
    expected = HUMAN
    for at, role in roles:
        if role != expected:
            if at == 0:
                reason = "the conversation begins with an answer; put the question before it."
            else:
                who = "questions" if role == HUMAN else "answers"
                reason = f"two {who} follow each other; join them, or add what is missing between."
            yield Flaw(("conversations", at, "from"), reason)
        expected = JESSY if role == HUMAN else HUMAN


def _no_answer(subject: Subject) -> Iterator[Flaw]:
    messages = subject.messages
    if messages and all(message.get("from") == HUMAN for _, message in messages):
        yield Flaw(
            ("conversations",), "nobody answers; add an answer with its label, or delete it."
        )


def _trailing_question(subject: Subject) -> Iterator[Flaw]:
    messages = subject.messages
    answered = any(message.get("from") == JESSY for _, message in messages)
    if answered and messages[-1][1].get("from") == HUMAN:
        reason = "the last question has no answer; add one, or take the question out."
        yield Flaw(("conversations", messages[-1][0]), reason)


def _label_missing(subject: Subject) -> Iterator[Flaw]:
    for path, metadata in subject.metadata:
        if metadata is None:
            yield Flaw(
                path,
                'the answer has no label; add "metadata" with complexity, iterations and category.',
            )
        elif not isinstance(metadata, dict):
            yield Flaw(path, f'"metadata" is an object with the label, not {_kind(metadata)}.')
        else:
            for key, values in _LABEL_KEYS.items():
                if key not in metadata:
                    yield Flaw((*path, key), f"the label has no {key}; add {values}.")


_LABEL_KEYS = {
    "complexity": "LOW, MEDIUM or HIGH",
    "iterations": "a number from 1 to 9",
    "category": "a name such as greeting",
}


def _complexity(subject: Subject) -> Iterator[Flaw]:
    for path, metadata in subject.labels:
        value = metadata.get("complexity", Complexity.LOW)
        if complexity_in({"complexity": value}) is None:
            known = value.strip().upper() if isinstance(value, str) else ""
            fix = json.dumps(known) if known in Complexity.__members__ else None
            reason = f"{_shown(value)} is no complexity; write LOW, MEDIUM or HIGH."
            yield Flaw((*path, "complexity"), reason, fix)


def _iterations(subject: Subject) -> Iterator[Flaw]:
    for path, metadata in subject.labels:
        value = metadata.get("iterations", MIN_ITERATIONS)
        if iterations_in({"iterations": value}) is None:
            reason = (
                f"{_shown(value)} is no number of iterations; write a whole number from 1 to 9."
            )
            yield Flaw((*path, "iterations"), reason, _whole(value))


def _whole(value: Any) -> str | None:
    """The number somebody wrote as a text or with a decimal point, where it is 1 to 9."""
    if isinstance(value, str) and value.strip() in set("123456789"):
        return value.strip()
    if isinstance(value, float) and value in range(MIN_ITERATIONS, MAX_ITERATIONS + 1):
        return str(int(value))
    return None


def _category(subject: Subject) -> Iterator[Flaw]:
    for path, metadata in subject.labels:
        value = metadata.get("category", "-")
        if not isinstance(value, str) or not value.strip():
            reason = f"{_shown(value)} is no category; write a name such as greeting."
            yield Flaw((*path, "category"), reason)


def _weight(subject: Subject) -> Iterator[Flaw]:
    for path, metadata in subject.labels:
        value = metadata.get("weight", 1)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            reason = (
                f"{_shown(value)} is no weight; write a whole number from 1 on, or take it out."
            )
            yield Flaw((*path, "weight"), reason)


def _language(subject: Subject) -> Iterator[Flaw]:
    for path, metadata in subject.labels:
        value = metadata.get("language", LANGUAGES[0])
        if value not in LANGUAGES:
            known = value.strip().lower() if isinstance(value, str) else ""
            fix = json.dumps(known) if known in LANGUAGES else None
            reason = f"{_shown(value)} is no language known here; write tr, en or mixed."
            yield Flaw((*path, "language"), reason, fix)


def _waive(subject: Subject) -> Iterator[Flaw]:
    for path, metadata in subject.labels:
        value = metadata.get("waive", {})
        reasons = value.values() if isinstance(value, dict) else [None]
        if not all(isinstance(reason, str) and reason.strip() for reason in reasons):
            reason = '"waive" names checks, each with a reason: {"duplicate-answer": "why"}.'
            yield Flaw((*path, "waive"), reason)


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return "a text"
        case int() | float():
            return "a number"
        case list():
            return "a list"
    return "an object"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    if not text.isprintable():
        text = json.dumps(value)
    return text if len(text) <= 40 else text[:39] + "…"


CHECKS: Final = (
    ExampleCheck("shape", "error", "An example that is no conversation.", _shape),
    ExampleCheck("role", "error", "A message of an unknown speaker.", _role),
    ExampleCheck("message-text", "error", "A message without a text.", _message_text),
    ExampleCheck(
        "alternation", "error", "Questions and answers that do not alternate.", _alternation
    ),
    ExampleCheck("no-answer", "error", "A conversation in which nobody answers.", _no_answer),
    ExampleCheck(
        "trailing-question", "error", "A last question without an answer.", _trailing_question
    ),
    ExampleCheck(
        "label-missing",
        "error",
        "An answer without a label, or without a part of it.",
        _label_missing,
    ),
    ExampleCheck("complexity", "error", "A complexity that is none of the three.", _complexity),
    ExampleCheck(
        "iterations", "error", "Iterations that are no whole number from 1 to 9.", _iterations
    ),
    ExampleCheck("category", "error", "A category that is no name.", _category),
    ExampleCheck("weight", "error", "A weight that is no whole number from 1 on.", _weight),
    ExampleCheck("language", "warning", "A language that is not tr, en or mixed.", _language),
    ExampleCheck("waive", "error", "A waiver without a reason.", _waive),
)
