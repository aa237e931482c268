"""Checks of the texts of the messages."""

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from jessy_tui.dataset.checks.check import ExampleCheck
from jessy_tui.dataset.checks.finding import Flaw
from jessy_tui.dataset.checks.subject import Subject
from jessy_tui.dataset.checks.words import what

# Control characters but line feed and tab; and what is invisible and belongs to no word: soft
# hyphen, zero-width space, word joiner, byte order mark, and the marks that turn text around.
_UNSEEN: Final = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff"
)
_INVISIBLE: Final = re.compile(f"[{_UNSEEN}]")
_VISIBLE: Final = re.compile(rf"[^\s{_UNSEEN}]")


def _empty(subject: Subject) -> Iterator[Flaw]:
    for path, text, is_answer in subject.texts:
        if not _VISIBLE.search(text):
            state = "holds only blank space" if text else "is empty"
            yield Flaw(path, f"the {what(is_answer)} {state}; write it, or take the message out.")


def _control_character(subject: Subject) -> Iterator[Flaw]:
    for path, text, is_answer in subject.texts:
        if not _INVISIBLE.search(text):
            continue
        found = sorted(set(_INVISIBLE.findall(text.replace("\r\n", "\n"))))
        if "\r\n" in text:
            found.append("\r")
        if not found:
            continue
        names = ", ".join(_name(character) for character in found)
        clean = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
        fix = json.dumps(clean, ensure_ascii=False) if clean.strip() else None
        first = _INVISIBLE.search(text)
        yield Flaw(
            path,
            f"the {what(is_answer)} holds what nobody sees ({names}); take it out.",
            fix,
            first.span() if first else None,
        )


def _name(character: str) -> str:
    name = unicodedata.name(character, "").lower()
    return f"U+{ord(character):04X} {name or 'control character'}"


def _whitespace(subject: Subject) -> Iterator[Flaw]:
    for path, text, is_answer in subject.texts:
        bare = text.strip()
        if bare and bare != text:
            sides = [
                side
                for side, cut in (("before", text.lstrip()), ("after", text.rstrip()))
                if cut != text
            ]
            reason = (
                f"there is blank space {' and '.join(sides)} the {what(is_answer)}; take it out."
            )
            start = len(text) - len(text.lstrip())
            span = (0, start) if start else (len(text.rstrip()), len(text))
            yield Flaw(path, reason, json.dumps(bare, ensure_ascii=False), span)


CHECKS: Final = (
    ExampleCheck("empty-text", "error", "A question or an answer that is blank.", _empty),
    ExampleCheck("control-character", "warning", "Characters nobody sees.", _control_character),
    ExampleCheck(
        "whitespace", "warning", "Blank space around a question or an answer.", _whitespace
    ),
)
