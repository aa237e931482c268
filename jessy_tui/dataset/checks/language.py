"""The check for text that is not in the language its label names, or else its category.

Turkish and English are told apart by the small words that only one of them has, and by the letters
that English lacks. It speaks up only where the evidence is clear: most texts of a few words say
nothing, and what engineers mix ("deploy'u rollback ettim") is Turkish.
"""

import re
from collections.abc import Iterator
from typing import Final

from jessy_tui.dataset.checks.check import ExampleCheck
from jessy_tui.dataset.checks.code import without_code
from jessy_tui.dataset.checks.finding import Flaw
from jessy_tui.dataset.checks.subject import Subject
from jessy_tui.dataset.checks.words import what
from jessy_tui.dataset.turkish import fold

# As they fold. Left out is what both have: is/iş, on, an, at, as, in, de, da, her, sen, but, one;
# and what engineers write in capitals: abi, lan.
_TURKISH_WORDS: Final = """
acaba ama ancak artik ayni bana bazen bence beni benim bile bir biraz birkac birsey bise bisi
biz bize bizim boyle bu bunlar bunu bunun cok cunku daha degil diye diyo eger falan gibi hala
hangi hem hep hic icin icinde ile ise iste kadar kanka kendi ki kim mi misin miyim mu musun
muyum nasi nasil ne neden nedir neler nerede neresi niye olan olarak oldugu olmaz olsa olur
onlar onu onun oyle peki sadece sana sanirim sence seni senin sey seyi simdi siz size sizin
sonra su tabii tam valla ve veya ya yani yap yine yok yoksa zaten
"""
_ENGLISH_WORDS: Final = """
about after also and any are because been before being both can cannot could did does doesn't
don't each every for from get had has have he how i i'm if into isn't it it's its just like make
many more most much my no not of only or other our out over she should so some such than that
that's the their them then there these they this those to too under use was we were what what's
when where which while who why will with without would you you're your
"""
_TURKISH: Final = frozenset(_TURKISH_WORDS.split())
_ENGLISH: Final = frozenset(_ENGLISH_WORDS.split())
_TURKISH_LETTER: Final = re.compile("[ğĞşŞıİçÇöÖüÜ]")
_LETTERS_A_WORD: Final = 2
"""So many Turkish letters count as one Turkish word: a name or two do not make a text Turkish."""
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_SAMPLE: Final = 500
"""So many characters of a text are enough to tell its language."""
_ENOUGH: Final = 3
"""So many words of the other language are needed."""
_CLEAR: Final = 4
"""And so many times as many as of the language that is named."""

_APART: Final = re.compile(r"[^a-z]")
_IN_CATEGORIES: Final = {
    "tr": frozenset({"tr", "turkish", "turkce"}),
    "en": frozenset({"en", "english", "ingilizce"}),
}
_NAMES: Final = {"tr": "Turkish", "en": "English"}


def _wrong_language(subject: Subject) -> Iterator[Flaw]:
    language, named = subject.example.language, "language"
    if language is None:
        language, named = _of_category(subject.example.category), "category"
    if language not in _NAMES:
        return
    for (path, text, is_answer), (_, folded, _) in zip(subject.texts, subject.plain, strict=True):
        turkish, english = _evidence(text, folded)
        mine, others = (turkish, english) if language == "tr" else (english, turkish)
        if others >= _ENOUGH and others >= _CLEAR * mine:
            other = _NAMES["en" if language == "tr" else "tr"]
            said = language if named == "language" else subject.example.category
            reason = (
                f'the {named} is "{said}", but the {what(is_answer)} is in {other}; write it '
                f'in {_NAMES[language]}, or name the language of the example, or "mixed".'
            )
            yield Flaw(path, reason)


def _of_category(category: str | None) -> str | None:
    """The language that a category begins with, as "turkish-slang" and "en_idioms" do."""
    first = _APART.split(fold(category.strip()), maxsplit=1)[0] if category else ""
    return next((code for code, names in _IN_CATEGORIES.items() if first in names), None)


def _evidence(text: str, folded: str) -> tuple[int, int]:
    """How many words speak for Turkish, and how many for English."""
    words = _WORD.findall(folded[:_SAMPLE])
    letters = 0
    if not text.isascii():
        letters = len(_TURKISH_LETTER.findall(without_code(text)[:_SAMPLE]))
    turkish = sum(map(_TURKISH.__contains__, words))
    return max(turkish, letters // _LETTERS_A_WORD), sum(map(_ENGLISH.__contains__, words))


CHECKS: Final = (
    ExampleCheck(
        "wrong-language",
        "warning",
        "Text in another language than its label names.",
        _wrong_language,
    ),
)
