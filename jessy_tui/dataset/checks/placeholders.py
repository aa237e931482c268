"""The check for text that stands for what nobody wrote: "slang 21" answered by "response 21"."""

import re
from collections.abc import Iterator
from typing import Final

from jessy_tui.dataset.checks.check import ExampleCheck
from jessy_tui.dataset.checks.code import without_code
from jessy_tui.dataset.checks.finding import Flaw
from jessy_tui.dataset.checks.subject import Subject
from jessy_tui.dataset.checks.words import excerpt, what

# A whole text of such a word and a number: "response 21", "Cevap #33", "slang 7".
_NUMBERED: Final = re.compile(
    r"(?:the |this is )?"
    r"(?:answer|argo|casual|cevap|content|conversation|cumle|deneme|dialog|dialogue|diyalog|dummy"
    r"|entry|example|filler|icerik|idiom|input|instruction|item|konusma|message|mesaj|metin|ornek"
    r"|output|phrase|placeholder|prompt|query|question|reply|response|sample|sentence|sentences"
    r"|slang|soru|sorgu|test|text|topic|utterance|variant|variation|varyasyon|yanit)"
    r"(?: (?:no|number|numara|numarasi|text|metni))?[\s_.:#-]*\(?\d+\)?[.!]?"
)
# A whole answer of such words. As questions some of them are typed by people: "test", "asdf".
_WHOLE: Final = re.compile(
    r"(?:test(?: test)*|testing|deneme(?: deneme)*|asd+f?\w{0,6}|qwerty\w*|sdf\w{0,4}|xxx+"
    r"|tbd|tba|todo|fixme|n/?a|none|null|nan|undefined|placeholder|dummy|lorem"
    r"|blah(?: blah)*|your (?:answer|response|text)(?: goes)? here|(?:answer|text|response) here"
    r"|insert \w+(?: here)?|buraya (?:cevap|yanit|metin)\w*(?: \w+)?|cevap buraya(?: \w+)?"
    r"|doldurulacak|yazilacak|eklenecek|sonra (?:yaz|doldur)\w*|\W*\.\.\.\W*)[.!]?"
)
_LONGEST: Final = 60
# Anywhere in a text.
_ANYWHERE: Final = re.compile(
    r"lorem ipsum|dolor sit amet"
    r"|\[(?:insert|your|add|enter|fill in|placeholder|buraya|adini|ismini)\b[^\]\n]{0,60}\](?!\()"
    r"|\b(?:placeholder|dummy) (?:answer|response|text)\b"
    r"|\b(?:answer|response|cevap|yanit) (?:to be written|goes here|buraya gelecek)\b"
)
# Each match has one of these pieces, and looking for them is much faster.
_PIECES: Final = (
    "lorem", "dolor", "[", "placeholder", "dummy", "be written", "goes here", "gelecek",
)  # fmt: skip
# Written in capitals, as those do who mean to come back.
_LATER_WORDS: Final = ("TODO", "FIXME", "TBD")
_LATER: Final = re.compile(r"\b(?:TODO|FIXME|TBD)\b(?=[ \t]*(?:[:(\-–—]|$))", re.MULTILINE)


def _placeholder(subject: Subject) -> Iterator[Flaw]:
    for (path, text, is_answer), (_, folded, _) in zip(subject.texts, subject.plain, strict=True):
        bare = folded.strip(" \"'()[]<>{}*_-") if len(folded) <= _LONGEST else ""
        found = _NUMBERED.fullmatch(bare) or (_WHOLE.fullmatch(bare) if is_answer else None)
        if found:
            reason = (
                f"the {what(is_answer)} is {excerpt(text.strip())}, which stands for one that was "
                "never written; write it, or delete the example."
            )
            yield Flaw(path, reason)
            continue
        some = _ANYWHERE.search(folded) if any(map(folded.__contains__, _PIECES)) else None
        if some is None and is_answer and any(map(text.__contains__, _LATER_WORDS)):
            some = _LATER.search(without_code(text))
        if some:
            reason = (
                f"the {what(is_answer)} holds {excerpt(some[0])}, which stands for something that "
                "was never written; write it."
            )
            yield Flaw(path, reason)


CHECKS: Final = (
    ExampleCheck("placeholder", "warning", "Text that stands for what nobody wrote.", _placeholder),
)
