"""Checks of the texts of the messages."""

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from jessy_tui.dataset.checks.check import ExampleCheck
from jessy_tui.dataset.checks.finding import Flaw
from jessy_tui.dataset.checks.subject import Subject

# Control characters but line feed and tab; and what is invisible and belongs to no word: soft
# hyphen, zero-width space, word joiner, byte order mark, and the marks that turn text around.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)

# What models take for the end of a turn or the beginning of a thought.
_SPECIAL_TOKEN = re.compile(
    r"(?i:</?think>|<\|[a-z0-9_]+\|>|</?(?:start|end)_of_turn>)|\[/?INST\]|<</?SYS>>"
)


def _empty(subject: Subject) -> Iterator[Flaw]:
    for path, text, is_answer in subject.texts:
        if not _INVISIBLE.sub("", text).strip():
            state = "holds only blank space" if text else "is empty"
            yield Flaw(path, f"the {_what(is_answer)} {state}; write it, or take the message out.")


def _control_character(subject: Subject) -> Iterator[Flaw]:
    for path, text, is_answer in subject.texts:
        found = sorted(set(_INVISIBLE.findall(text.replace("\r\n", "\n"))))
        if "\r\n" in text:
            found.append("\r")
        if not found:
            continue
        names = ", ".join(_name(character) for character in found)
        clean = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
        fix = json.dumps(clean, ensure_ascii=False) if clean.strip() else None
        yield Flaw(
            path, f"the {_what(is_answer)} holds what nobody sees ({names}); take it out.", fix
        )


def _what(is_answer: bool) -> str:
    return "answer" if is_answer else "question"


def _name(character: str) -> str:
    name = unicodedata.name(character, "").lower()
    return f"U+{ord(character):04X} {name or 'control character'}"


def _special_token(subject: Subject) -> Iterator[Flaw]:
    for path, text, is_answer in subject.texts:
        found = ", ".join(dict.fromkeys(_SPECIAL_TOKEN.findall(text)))
        if found:
            reason = (
                f"the {_what(is_answer)} holds {found}, which a model reads as a command; "
                "take it out, or waive the check if it is meant as text."
            )
            yield Flaw(path, reason)


CHECKS: Final = (
    ExampleCheck("empty-text", "error", "A question or an answer that is blank.", _empty),
    ExampleCheck("control-character", "warning", "Characters nobody sees.", _control_character),
    ExampleCheck("special-token", "warning", "What a model takes for a command.", _special_token),
)
