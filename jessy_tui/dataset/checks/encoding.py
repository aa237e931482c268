"""The check for text that was read in the wrong encoding: "Bilin√ß" for "Bilinç"."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import takewhile
from typing import Final

from jessy_tui.dataset.checks.check import ExampleCheck
from jessy_tui.dataset.checks.finding import Flaw
from jessy_tui.dataset.checks.subject import Subject
from jessy_tui.dataset.checks.words import excerpt, what

# The encodings that UTF-8 is taken for in practice.
_ENCODINGS: Final = (
    "latin-1", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1257", "iso8859-2", "mac-roman",
    "cp437", "cp850",
)  # fmt: skip
# What these encodings have and good text has too. Each misreading has another letter beside.
_COMMON: Final = "çğıöşüÇĞİÖŞÜâîûÎÛéèáñ’‘“”–—…•·×÷°±²³½¼µ«»§©®™→≈≤≥∞π\u00a0"
_LOST: Final = "\ufffd"


def _mojibake(subject: Subject) -> Iterator[Flaw]:
    for path, text, is_answer in subject.texts:
        if text.isascii():
            continue
        if _LOST in text:
            at = text.index(_LOST)
            reason = (
                f"a letter of the {what(is_answer)} is lost, and U+FFFD stands for it, in "
                f"{excerpt(text, at)}; write it again."
            )
            yield Flaw(path, reason)
        if not _suspects().search(text):
            continue
        repaired = _repaired(text)
        if repaired is not None:
            same = takewhile(lambda pair: pair[0] == pair[1], zip(text, repaired, strict=False))
            at = sum(1 for _ in same)
            reason = (
                f"the {what(is_answer)} was read in the wrong encoding: {excerpt(text, at)} is "
                f"{excerpt(repaired, at)}."
            )
            yield Flaw(path, reason, json.dumps(repaired, ensure_ascii=False))


@cache
def _suspects() -> re.Pattern[str]:
    """The letters of which every misreading has one; in most texts there are none."""
    high = bytes(range(0x80, 0x100))
    letters = {letter for name in _ENCODINGS for letter in high.decode(name, "ignore")}
    return re.compile(f"[{re.escape(''.join(sorted(letters - set(_COMMON))))}]")


def _repaired(text: str) -> str | None:
    """The text as it was meant; None where it is as meant, or where that cannot be told.

    A text that shows a misreading among many good letters speaks of it rather than suffers from
    it: "why do I get Ä± where ı should be".
    """
    from ftfy import fix_encoding

    repaired = fix_encoding(text)
    if repaired == text:
        return None
    was, now = _letters(text), _letters(repaired)
    return repaired if (was - now).total() > (was & now).total() else None


def _letters(text: str) -> Counter[str]:
    return Counter(
        letter
        for letter in text
        if not letter.isascii() and unicodedata.category(letter)[0] not in "ZC"
    )


CHECKS: Final = (
    ExampleCheck("mojibake", "warning", "Text that was read in the wrong encoding.", _mojibake),
)
