"""The check for what assistants always say in place of an answer, or around it."""

import re
from collections.abc import Iterator
from typing import Final

from jessy_tui.dataset.checks.check import ExampleCheck
from jessy_tui.dataset.checks.finding import Flaw
from jessy_tui.dataset.checks.subject import Subject

# Of folded text without code. All that a pattern matches has one of its pieces, and looking for the
# pieces is much faster.
_PHRASES: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    (
        ("model", "assistant"),
        r"\bas an? (?:large )?(?:ai|artificial intelligence)(?: language)? (?:model|assistant)\b",
    ),
    (("language model",), r"\bas an? (?:large )?language model\b"),
    (("as an ai,",), r"\bas an ai,"),
    (
        ("just a", "only a", "merely a", "simply a"),
        r"\bi(?: a|')?m (?:just|only|merely|simply) an? "
        r"(?:ai|artificial intelligence|large language|language|ai language)"
        r"(?: model| assistant)?\b",
    ),
    (
        ("have personal",),
        r"\bi (?:do not|don't) (?:really )?have personal "
        r"(?:opinions|feelings|emotions|beliefs|preferences|experiences)\b",
    ),
    (
        ("question",),
        r"^(?:(?:that(?: i|')?s|what) an? )?(?:really )?"
        r"(?:great|good|excellent|wonderful|fantastic|fascinating|interesting) question\b",
    ),
    (
        ("happy to", "glad to", "delighted to"),
        r"\bi(?:'d| would) be (?:happy|glad|delighted) to (?:help|assist)\b",
    ),
    (("can i ", "may i "), r"\bhow (?:can|may) i (?:help|assist) you(?: today)?\b"),
    (
        ("feel free", "hesitate"),
        r"\b(?:feel free|don't hesitate|do not hesitate) to "
        r"(?:ask|reach out|contact|let me know)\b",
    ),
    (("i hope th",), r"\bi hope (?:this|that) (?:helps|was helpful|answers your question)\b"),
    (
        ("anything else",),
        r"\bis there anything else (?:i|you)\b[^.?!]{0,40}\b(?:help|assist|know)\b",
    ),
    (
        ("let me know if",),
        r"\blet me know if (?:you have|you need|there is|there's) (?:any|more|further|other)"
        r"[^.?!]{0,40}\b(?:help|assist\w*|questions?)\b",
    ),
    (
        ("important", "worth", "crucial", "essential"),
        r"\bit(?: i|')?s (?:important|worth|crucial|essential) "
        r"(?:to (?:note|remember|mention)|noting|mentioning) that\b",
    ),
    (("certainly",), r"^certainly[!,]"),
    (("apologize",), r"\bi apologize for (?:the|any) (?:confusion|inconvenience)\b"),
    (("cutoff", "cut-off"), r"\bmy (?:knowledge|training)(?: data)? cut-?off\b"),
    (
        ("sorry",),
        r"\bi(?: a|')?m sorry,? but (?:as an? |i (?:can't|cannot|can not|am unable))",
    ),
    # Turkish, as it folds
    (
        ("modeli ola", "asistani ola"),
        r"\b(?:bir )?(?:yapay zeka|ai)(?: dil)? (?:modeli|asistani) ola(?:rak|n)\b",
    ),
    (("dil modeli",), r"\b(?:buyuk )?(?:bir )?dil modeli olarak\b"),
    (
        ("sadece bir", "yalnizca bir"),
        r"\bben (?:sadece|yalnizca) bir (?:yapay zeka|dil modeli)\w*",
    ),
    (
        ("bir soru",),
        r"^(?:bu )?(?:gercekten )?(?:cok )?"
        r"(?:harika|guzel|mukemmel|muhtesem|ilginc|iyi) bir soru\b",
    ),
    (("yardimci olab",), r"\b(?:size|sana) (?:bugun )?nasil yardimci olabilirim\b"),
    (("yardimci olmaktan",), r"\byardimci olmaktan (?:mutluluk|memnuniyet)\b"),
    (
        ("baska",),
        r"\bbaska (?:bir )?(?:sorun|sorunuz|sorulariniz|sorularin)\b[^.?!]{0,40}"
        r"\b(?:varsa|olursa)\b",
    ),
    (("cekinme",), r"\b(?:sormaktan|iletmekten|ulasmaktan) cekinme(?:yin|yiniz)?\b"),
    (
        ("umarim",),
        r"\bumarim (?:bu )?(?:bilgi\w* )?(?:yardimci|faydali|aciklayici) ol\w*",
    ),
    (("onemlidir",), r"\bunutma(?:yin|yiniz)? ki\b[^.?!]{0,80}\bonemlidir\b"),
    (("belirt",), r"\bbelirt(?:mek (?:gerekir|isterim|gerekiyor) ki|mekte fayda var)\b"),
    (("kisisel",), r"\bkisisel (?:gorus|dusunce|duygu|fikir)\w* (?:yok|sahip degil)\w*"),
)
_PATTERNS: Final = tuple((pieces, re.compile(pattern)) for pieces, pattern in _PHRASES)


def generic_phrase(plain: str) -> str | None:
    """The first thing in a text that any assistant says; None where there is nothing.

    Args:
        plain: folded, without code, its blank space made single, as `Subject.plain` has it.
    """
    for pieces, pattern in _PATTERNS:
        found = pattern.search(plain) if any(map(plain.__contains__, pieces)) else None
        if found:
            return found[0].strip(",! ")
    return None


def _generic(subject: Subject) -> Iterator[Flaw]:
    for path, text, is_answer in subject.plain:
        phrase = generic_phrase(text) if is_answer else None
        if phrase is not None:
            reason = (
                f'the answer says "{phrase}", as any assistant would; say it as JESSY would, or '
                "leave it out."
            )
            yield Flaw(path, reason)


CHECKS: Final = (ExampleCheck("generic-phrase", "warning", "What any assistant says.", _generic),)
