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

# The encodings that UTF-8 is taken for in practice: each misread letter is two or three of theirs.
_ENCODINGS: Final = (
    "latin-1", "cp1252", "cp1254", "cp1250", "iso8859-2", "cp1251", "mac-roman", "cp437", "cp850",
)  # fmt: skip
# The first bytes of what is misread: Latin letters, punctuation, and (not for the last three
# encodings, where they are punctuation themselves) Greek, Cyrillic and emoji.
_FIRST: Final = bytes((0xC2, 0xC3, 0xC4, 0xC5, 0xE2))
_MORE: Final = bytes((0xCE, 0xCF, 0xD0, 0xD1, 0xF0))
_FOLLOWING: Final = bytes(range(0x80, 0xC0))
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
            yield Flaw(path, reason, span=(at, at + 1))
        first, pair = _misread()
        if not (first.search(text) and pair.search(text)):
            continue
        repaired = _repaired(text)
        if repaired is not None:
            same = takewhile(lambda pair: pair[0] == pair[1], zip(text, repaired, strict=False))
            at = sum(1 for _ in same)
            reason = (
                f"the {what(is_answer)} was read in the wrong encoding: {excerpt(text, at)} is "
                f"{excerpt(repaired, at)}."
            )
            span = (at, min(at + 2, len(text)))
            yield Flaw(path, reason, json.dumps(repaired, ensure_ascii=False), span)


@cache
def _misread() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What each misread letter begins with, which few texts have, and how it goes on."""
    firsts: set[str] = set()
    pairs = []
    for name in _ENCODINGS:
        first = _FIRST.decode(name, "ignore")
        if name.startswith(("latin", "cp12", "iso")):
            first += _MORE.decode(name, "ignore")
        firsts.update(first)
        pairs.append(f"[{re.escape(first)}][{re.escape(_FOLLOWING.decode(name, 'ignore'))}]")
    # The first byte of an emoji is ğ in the Turkish encoding, and the second one always Ÿ.
    rare = "".join(sorted(firsts - set("ğĞ") | {"Ÿ"}))
    return re.compile(f"[{re.escape(rare)}]"), re.compile("|".join(pairs))


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
