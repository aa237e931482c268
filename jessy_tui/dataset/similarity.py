"""Which texts are nearly the same: the same words but for a slip, an ending or a word put in.

Texts are compared in their folded form (`turkish.question_key`). How alike two of them are is the
Jaccard index of their character trigrams, which a typing slip hardly changes and the order of
words little. Candidates come from a MinHash index (Broder 1997; banded LSH as in Leskovec,
Rajaraman, Ullman, "Mining of Massive Datasets", 3.4), so that a large set takes time in proportion
to its size; what the index proposes is then compared exactly.

Sharing most trigrams is not enough. "how does tcp work" and "how does udp work" differ in one word
and ask for different things; "naber" and "naber kanka" are two openers. So two texts in which a
word stands in the place of another must be much more alike, and short texts may differ in no word.
"""

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from functools import lru_cache
from heapq import nsmallest
from itertools import islice
from typing import Final, Generic, TypeVar

NEAR: Final = 0.7
"""From this Jaccard index on, two texts are nearly the same, unless told otherwise."""

_GRAM: Final = 3
SHORT: Final = 4
"""In texts of so many words or fewer, every word counts, unless told otherwise."""
_SAME_WORD: Final = 0.9
"""From this Jaro-Winkler similarity on, a word is another one with a slip or another ending."""
SWAPPED: Final = 1 / 3
"""Where a word is swapped for another, only so much of the difference is allowed."""

PERMUTATIONS: Final = 80
"""How many MinHashes a text has."""
SEED: Final = 7
_RECALL: Final = 0.99
"""The share of pairs at the threshold that the index has to propose."""
_BATCH: Final = 1000
_MOST_COMPARED: Final = 100
_MOST_NEAR: Final = 8
"""So many of the texts that the index proposes are compared, the oldest first, until so many are
near. There are more only where hundreds follow one template, and going through all of those
takes the square of the time."""
_DIGITS = re.compile(r"\d+")

Key = TypeVar("Key", bound=Hashable)


@lru_cache(4096)
def trigrams(folded: str) -> frozenset[str]:
    """The character trigrams of a text, its edges included."""
    text = f" {folded} "
    if len(text) < _GRAM:
        return frozenset((text,))
    return frozenset(map("".join, zip(text, text[1:], text[2:], strict=False)))


def jaccard(one: str, other: str) -> float:
    """How many of their trigrams two folded texts share, 0 to 1."""
    first, second = trigrams(one), trigrams(other)
    common = len(first & second)
    return common / (len(first) + len(second) - common)


def nearness(one: str, other: str, threshold: float = NEAR, short: int = SHORT) -> float | None:
    """The Jaccard index of two folded texts that are nearly the same; None for all others."""
    found = jaccard(one, other)
    if found < threshold:
        return None
    words, others = one.split(), other.split()
    left, right = _unmatched(words, others)
    if left and right and found < 1 - (1 - threshold) * SWAPPED:
        return None
    if (left or right) and min(len(words), len(others)) <= short:
        return None
    return found


def _unmatched(words: list[str], others: list[str]) -> tuple[list[str], list[str]]:
    """The words of each text that have no counterpart in the other, slips and endings aside."""
    left = list((Counter(words) - Counter(others)).elements())
    right = list((Counter(others) - Counter(words)).elements())
    if not (left and right):
        return left, right
    from rapidfuzz.distance import JaroWinkler

    alone = []
    for word in left:
        numbers = _DIGITS.findall(word)
        candidates = [other for other in right if _DIGITS.findall(other) == numbers]
        best = max(candidates, key=lambda other: JaroWinkler.similarity(word, other), default=None)
        if best is not None and JaroWinkler.similarity(word, best) >= _SAME_WORD:
            right.remove(best)
        else:
            alone.append(word)
    return alone, right


class SimilarTexts(Generic[Key]):
    """Folded texts by key, and which of them are nearly the same.

    Adding, taking out and asking each take time that hardly depends on how many there are.
    """

    def __init__(self, threshold: float = NEAR, short: int = SHORT) -> None:
        from rensa import (  # type: ignore[import-untyped]  # it ships no types
            RMinHash,
            RMinHashLSH,
        )

        self.threshold: Final = threshold
        self.short: Final = short
        self._sketcher = RMinHash
        self._index = RMinHashLSH(threshold, PERMUTATIONS, bands_of(threshold))
        self._texts: dict[int, tuple[Key, str]] = {}
        self._numbers: dict[Key, int] = {}
        self._next = 0

    def __len__(self) -> int:
        return len(self._texts)

    def __contains__(self, key: Key) -> bool:
        return key in self._numbers

    def add(self, key: Key, text: str) -> list[tuple[Key, float]]:
        """Put a text in, and say which of those that are there are near it, the nearest first.

        Raises:
            ValueError: there is a text of this key already.
        """
        [(_, near)] = self.add_all([(key, text)])
        return near

    def add_all(
        self, texts: Iterable[tuple[Key, str]]
    ) -> Iterator[tuple[Key, list[tuple[Key, float]]]]:
        """Put texts in one by one, and say of each which of those before it are near it."""
        rest = iter(texts)
        while batch := list(islice(rest, _BATCH)):
            yield from self._add(batch)

    def _add(self, batch: list[tuple[Key, str]]) -> Iterator[tuple[Key, list[tuple[Key, float]]]]:
        sketches = self._sketches(text for _, text in batch)
        for (key, text), sketch in zip(batch, sketches, strict=True):
            if key in self._numbers:
                raise ValueError(f"there is a text of the key {key!r} already")
            near = self._near(text, sketch)
            self._index.insert(self._next, sketch)
            self._texts[self._next] = key, text
            self._numbers[key] = self._next
            self._next += 1
            yield key, near

    def near_all(self, texts: Iterable[str]) -> Iterator[list[tuple[Key, float]]]:
        """`near` of each of many texts, which is a good deal faster than one by one."""
        rest = iter(texts)
        while batch := list(islice(rest, _BATCH)):
            for text, sketch in zip(batch, self._sketches(batch), strict=True):
                yield self._near(text, sketch)

    def discard(self, key: Key) -> None:
        """Take a text out, if it is there."""
        number = self._numbers.pop(key, None)
        if number is not None:
            self._index.remove(number)
            del self._texts[number]

    def near(self, text: str) -> list[tuple[Key, float]]:
        """The keys of the texts that are near `text`, the same text among them, nearest first."""
        [found] = self.near_all([text])
        return found

    def _sketches(self, texts: Iterable[str]) -> list[object]:
        grams = [list(trigrams(text)) for text in texts]
        return list(self._sketcher.from_token_sets(grams, PERMUTATIONS, SEED))

    def _near(self, text: str, sketch: object) -> list[tuple[Key, float]]:
        found = []
        for number in nsmallest(_MOST_COMPARED, self._index.query(sketch)):
            key, other = self._texts[number]
            score = nearness(text, other, self.threshold, self.short)
            if score is not None:
                found.append((key, score))
                if len(found) == _MOST_NEAR:
                    break
        return sorted(found, key=lambda one: -one[1])


def bands_of(threshold: float) -> int:
    """The fewest bands that still propose nearly all pairs at the threshold.

    A band of r rows proposes a pair of similarity s with the probability s^r, and b bands with
    1 - (1 - s^r)^b.
    """
    for rows in (10, 8, 5, 4, 2):
        bands = PERMUTATIONS // rows
        if 1 - (1 - threshold**rows) ** bands >= _RECALL:
            return bands
    return PERMUTATIONS
