"""What can be said of an answer's text without a judge. Pure functions.

Texts are compared folded (`dataset.turkish.fold`): without case, dots and cedillas.
"""

import re
from collections import Counter
from functools import lru_cache
from typing import Any, Final, Literal

from jessy_tui.dataset.checks.code import without_code
from jessy_tui.dataset.checks.generic import generic_phrase
from jessy_tui.dataset.turkish import fold

Language = Literal["tr", "en"]

LANGUAGES_MISSING: Final = (
    "The language of the answers is not looked at, since the package lingua-language-detector is "
    "not installed; install the extra: pip install 'jessy-tui[eval]'."
)

_SURE: Final = 0.8
"""From this confidence on the language of a text is told; below, it may be either."""
_FEW_LETTERS: Final = 8
"""A text of fewer letters tells no language: "ok", "Ankara."."""
_GRAM: Final = 4
LOOPING: Final = 0.3
"""From this share of repeated word 4-grams on, a text goes round in circles."""

_OPINION: Final = re.compile(
    r"\b(?:"
    # Turkish, as it folds
    r"bence|bana (?:gore|kalirsa|sorarsan|kalsa|sorsan)|benim (?:icin|fikrim|tarafim|oyum)|sanirim|"
    r"galiba|kanimca|dusunuyorum|inaniyorum|seziyorum|hissediyorum|emin degilim|"
    r"(?:sever|severim|seviyorum|secerim|secerdim|ciyim|cuyum|tarafindayim|tarafiyim|yanindayim|"
    r"derim|derdim|diyorum|katiliyorum|katilmiyorum|itirazim|tercihim|favorim)|"
    r"\w+(?:ciyim|cuyum)|"
    # English
    r"i(?:'d| would) (?:say|go|pick|choose|argue|bet|lean|take|rather|call|answer|put)|"
    r"i (?:think|believe|feel|guess|suspect|doubt|lean|side|prefer|find|say|love|like|hold|"
    r"disagree|agree|don't (?:think|believe|know)|do not (?:think|believe|know))|"
    r"i'm (?:with|for|not sure|inclined|drawn)|"
    r"my (?:view|take|answer|guess|vote|money|bet|pick|favou?rite|instinct|sense)|"
    r"to me|for me|in my (?:view|opinion|book)|personally|imo|imho|honestly"
    r")\b"
)


def plain(text: str) -> str:
    """A text as its words are looked for: without code, folded, blank space made single."""
    return " ".join(without_code(fold(text)).replace("’", "'").split())


def has_mark(text: str, marks: tuple[str, ...]) -> bool:
    """Whether one of the folded `marks` is in the text."""
    folded = " ".join(fold(text).split())
    return any(fold(mark) in folded for mark in marks)


def opinion_of(text: str) -> str | None:
    """The first words that mark an opinion as one's own: "bence", "I'd say"; None without."""
    found = _OPINION.search(plain(text))
    return found[0] if found else None


def generic_of(text: str) -> str | None:
    """The first thing that any assistant says; see `dataset.checks.generic`."""
    return generic_phrase(plain(text))


def repetition_of(text: str) -> float:
    """The share of word 4-grams that repeat an earlier one, 0 to 1; 0 below four words.

    seq-rep-4 of Welleck et al. 2020 (Neural Text Generation with Unlikelihood Training, section
    6.1): 1 - |unique 4-grams| / |4-grams|.
    """
    words = plain(text).split()
    grams = Counter(zip(*(words[start:] for start in range(_GRAM)), strict=False))
    total = grams.total()
    return 1 - len(grams) / total if total else 0.0


def languages_known() -> bool:
    """Whether the package that tells languages is installed."""
    return _detector() is not None


@lru_cache(4096)
def language_of(text: str) -> Language | None:
    """Turkish or English; None where the text is too short or too mixed to say.

    By the n-gram models of lingua (M. Stahl), restricted to these two languages.
    """
    detector = _detector()
    text = without_code(text).strip()
    if detector is None or sum(map(str.isalpha, text)) < _FEW_LETTERS:
        return None
    best = detector.compute_language_confidence_values(text)[0]
    if best.value < _SURE:
        return None
    return "tr" if best.language.name == "TURKISH" else "en"


@lru_cache(1)
def _detector() -> Any:
    try:
        from lingua import Language as Known
        from lingua import LanguageDetectorBuilder
    except ImportError:
        return None
    return LanguageDetectorBuilder.from_languages(Known.TURKISH, Known.ENGLISH).build()
