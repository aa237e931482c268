"""The words that are used most, and the words that answers begin with most."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.query.nodes import Name
from jessy_tui.dataset.stopwords import STOP_WORDS
from jessy_tui.dataset.store import ExampleStore
from jessy_tui.dataset.turkish import question_key

# What `question_key` takes for a word.
_WORD: Final = re.compile(r"(?:[^\W_]|[+#])+")
_SHORTEST: Final = 3
"""Letters of a word that is counted."""
_LEAST: Final = 3
"""Examples that have a word or an opening that is shown."""
_OPENING_WORDS: Final = 2


@dataclass(frozen=True, slots=True)
class Use:
    """How many examples have a word, or an answer that begins so."""

    words: str
    """As they are written most often."""
    count: int
    query: str
    """The filter that shows exactly these examples."""


@dataclass(frozen=True, slots=True)
class Uses:
    """What is used most in some examples, the most frequent first."""

    words: tuple[Use, ...]
    openings: tuple[Use, ...]
    examined: int
    """How many examples were looked at."""


SAMPLE: Final = 4_000
"""Of more examples, words are counted in so many, evenly spread."""


def sample_of(store: ExampleStore) -> Iterator[Example]:
    """All examples of a store, or `SAMPLE` of them, evenly spread."""
    total = len(store)
    for place in range(min(total, SAMPLE)):
        try:
            yield store[place * total // SAMPLE if total > SAMPLE else place].example
        except (IndexError, KeyError):  # deleted meanwhile; whoever shows it counts again then
            continue


class _Forms:
    """Counts folded texts, and how they are written."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._written: dict[str, Counter[str]] = {}

    def add(self, folded: str, written: str) -> None:
        self.counts[folded] += 1
        self._written.setdefault(folded, Counter())[written] += 1

    def uses(self, key: str, most: int) -> tuple[Use, ...]:
        common = [one for one in self.counts if self.counts[one] >= _LEAST]
        common.sort(key=lambda one: (-self.counts[one], one))
        found = []
        for folded in common[:most]:
            written = self._written[folded]
            words = min(written, key=lambda one: (-written[one], one))
            if question_key(words) != folded:
                words = folded
            found.append(Use(words, self.counts[folded], str(Name(key, words))))
        return tuple(found)


def uses_of(
    examples: Iterable[Example],
    most: int = 40,
    *,
    cancelled: Callable[[], bool] = lambda: False,
) -> Uses:
    """What `examples` use most: up to `most` words and openings, each by the number of examples.

    Case, dots and accents make no difference. Words of one or two letters, numbers, and words
    that stand in any text (`STOP_WORDS`) are left out, and so is what fewer than three examples
    have. An opening is the first two words of the last answer. It ends early when `cancelled`.
    """
    words, openings, examined = _Forms(), _Forms(), 0
    for example in examples:
        if cancelled():
            break
        examined += 1
        texts = [turn.text for turn in example.turns if turn.text]
        for folded, written in _distinct(texts).items():
            words.add(folded, written)
        opening = _opening(example.answer)
        if opening is not None:
            openings.add(*opening)
    return Uses(words.uses("word", most), openings.uses("opening", most), examined)


def _distinct(texts: Sequence[str]) -> dict[str, str]:
    """The words of some texts, folded, each with the way it is written first."""
    found: dict[str, str] = {}
    for text in texts:
        for folded, written in zip(*_words(text), strict=True):
            if folded not in found and _counts(folded):
                found[folded] = written
    return found


def _words(text: str) -> tuple[list[str], list[str]]:
    """The words of a text as the filter sees them, and as they are written."""
    folded, written = question_key(text).split(), _WORD.findall(text)
    # Folding may join or divide words, as where a letter is written with a mark of its own.
    return folded, written if len(written) == len(folded) else folded


def _counts(word: str) -> bool:
    return len(word) >= _SHORTEST and word not in STOP_WORDS and not word.isdecimal()


def _opening(answer: str) -> tuple[str, str] | None:
    """The first words of an answer, folded and as they are written; None where there are fewer."""
    folded = question_key(answer).split()[:_OPENING_WORDS]
    if len(folded) < _OPENING_WORDS:
        return None
    words = list(islice(_WORD.finditer(answer), _OPENING_WORDS))
    written = answer[words[0].start() : words[-1].end()] if words else ""
    return " ".join(folded), " ".join(written.split())
