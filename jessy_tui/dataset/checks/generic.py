"""The check for what assistants always say in place of an answer, or around it."""

import re
from collections.abc import Iterator
from typing import Final

from jessy_tui.dataset.checks.check import ExampleCheck
from jessy_tui.dataset.checks.finding import Flaw
from jessy_tui.dataset.checks.subject import Subject

# Of folded text without code. Each pattern has a piece that is in all it matches, since looking
# for the piece is much faster.
_PATTERNS: Final = tuple(
    (piece, re.compile(pattern))
    for piece, pattern in (
        ("as a", r"\bas an? (?:large )?(?:ai|artificial intelligence)(?: language)? "
                 r"(?:model|assistant)\b"),
        ("language model", r"\bas an? (?:large )?language model\b"),
        ("as an ai,", r"\bas an ai,"),
        (" a", r"\bi(?: a|')?m (?:just|only|merely|simply) an? (?:ai|artificial intelligence"
               r"|large language|language|ai language)(?: model| assistant)?\b"),
        ("have personal", r"\bi (?:do not|don't) (?:really )?have personal "
                          r"(?:opinions|feelings|emotions|beliefs|preferences|experiences)\b"),
        ("question", r"^(?:(?:that(?: i|')?s|what) an? )?(?:really )?(?:great|good|excellent"
                     r"|wonderful|fantastic|fascinating|interesting) question\b"),
        ("to ", r"\bi(?:'d| would) be (?:happy|glad|delighted) to (?:help|assist)\b"),
        (" i ", r"\bhow (?:can|may) i (?:help|assist) you(?: today)?\b"),
        ("to ", r"\b(?:feel free|don't hesitate|do not hesitate) to (?:ask|reach out|contact"
                r"|let me know)\b"),
        ("i hope", r"\bi hope (?:this|that) (?:helps|was helpful|answers your question)\b"),
        ("anything else", r"\bis there anything else (?:i|you)\b[^.?!\n]{0,40}"
                          r"\b(?:help|assist|know)\b"),
        ("let me know if", r"\blet me know if (?:you have|you need|there is|there's) (?:any|more"
                           r"|further|other)[^.?!\n]{0,40}\b(?:help|assist\w*|questions?)\b"),
        (" that", r"\bit(?: i|')?s (?:important|worth|crucial|essential) (?:to (?:note|remember"
                  r"|mention)|noting|mentioning) that\b"),
        ("certainly", r"^certainly[!,]"),
        ("for ", r"\bi apologize for (?:the|any) (?:confusion|inconvenience)\b"),
        ("off", r"\bmy (?:knowledge|training)(?: data)? cut-?off\b"),
        ("but i", r"\bi(?: a|')?m sorry,? but (?:as an? |i (?:can't|cannot|can not|am unable))"),
        # Turkish, as it folds
        ("ola", r"\b(?:bir )?(?:yapay zeka|ai)(?: dil)? (?:modeli|asistani) ola(?:rak|n)\b"),
        ("dil modeli", r"\b(?:buyuk )?(?:bir )?dil modeli olarak\b"),
        ("ben ", r"\bben (?:sadece|yalnizca) bir (?:yapay zeka|dil modeli)\w*"),
        ("bir soru", r"^(?:bu )?(?:gercekten )?(?:cok )?(?:harika|guzel|mukemmel|muhtesem|ilginc"
                     r"|iyi) bir soru\b"),
        ("yardimci", r"\b(?:size|sana) (?:bugun )?nasil yardimci olabilirim\b"),
        ("yardimci", r"\byardimci olmaktan (?:mutluluk|memnuniyet)\b"),
        ("baska", r"\bbaska (?:bir )?(?:sorun|sorunuz|sorulariniz|sorularin)\b[^.?!\n]{0,40}"
                  r"\b(?:varsa|olursa)\b"),
        ("cekinme", r"\b(?:sormaktan|iletmekten|ulasmaktan) cekinme(?:yin|yiniz)?\b"),
        ("umarim", r"\bumarim (?:bu )?(?:bilgi\w* )?(?:yardimci|faydali|aciklayici) ol\w*"),
        ("onemlidir", r"\bunutma(?:yin|yiniz)? ki\b[^.?!\n]{0,80}\bonemlidir\b"),
        ("belirt", r"\bbelirt(?:mek (?:gerekir|isterim|gerekiyor) ki|mekte fayda var)\b"),
        ("kisisel", r"\bkisisel (?:gorus|dusunce|duygu|fikir)\w* (?:yok|sahip degil)\w*"),
    )
)  # fmt: skip


def _generic(subject: Subject) -> Iterator[Flaw]:
    for path, text, is_answer in subject.plain:
        if not is_answer:
            continue
        for piece, pattern in _PATTERNS:
            found = pattern.search(text) if piece in text else None
            if found:
                reason = (
                    f'the answer says "{found[0].strip(",! ")}", as any assistant would; say it '
                    "as JESSY would, or leave it out."
                )
                yield Flaw(path, reason)
                break


CHECKS: Final = (ExampleCheck("generic-phrase", "warning", "What any assistant says.", _generic),)
