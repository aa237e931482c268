"""Which entry of a file is which in the file as it is now.

First what stays the same, in its order (as patience diff does it: what is there only once on
both sides holds the rest in place), then what was moved, then what was edited: the same words
under another label, the same question, and at last what is alike and stands between the same
neighbours.
"""

import bisect
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from jessy_tui.dataset.merging.likeness import EDITED, EXACT, Key, Looks, likeness

_MOST_PAIRS: Final = 4_096
"""So many pairs between two neighbours are compared with each other; of more, those in line."""


def align(
    base: Sequence[Looks], theirs: Sequence[Looks], mine: Sequence[Looks | None] | None = None
) -> list[int | None]:
    """For each entry of `base`, its place in `theirs`; None where it is not there any more.

    `mine` is what became of `base` here: who made the same edit is recognised by it.
    """
    work = _Alignment(base, theirs)
    for key in EXACT:
        work.in_order(key)
        work.moved(key)
    if mine is not None:
        work.edited_alike(mine)
    for key in EDITED:
        work.in_order(key)
        work.moved(key, only_single=True)
    work.alike()
    return work.places


@dataclass
class _Gap:
    """What is left between two neighbours that are recognised: indexes of both sides."""

    base: list[int]
    theirs: list[int]


class _Alignment:
    def __init__(self, base: Sequence[Looks], theirs: Sequence[Looks]) -> None:
        self._base, self._theirs = base, theirs
        self.places: list[int | None] = [None] * len(base)
        self._taken = bytearray(len(theirs))
        self._gaps = [_Gap(list(range(len(base))), list(range(len(theirs))))]

    def _pair(self, place: int, other: int) -> None:
        self.places[place] = other
        self._taken[other] = 1

    def _tidy(self) -> None:
        """Take what is recognised out of the gaps, and the empty ones away."""
        gaps = []
        for gap in self._gaps:
            gap.base = [place for place in gap.base if self.places[place] is None]
            gap.theirs = [place for place in gap.theirs if not self._taken[place]]
            if gap.base or gap.theirs:
                gaps.append(gap)
        self._gaps = gaps

    # --- what stands in its order --------------------------------------------------------------

    def in_order(self, key: Key) -> None:
        """Recognise what looks the same and stands in the same order."""
        waiting, done = self._gaps[::-1], []
        while waiting:
            gap = waiting.pop()
            ones = [key(self._base[place]) for place in gap.base]
            others = [key(self._theirs[place]) for place in gap.theirs]
            front, back = _common_ends(ones, others)
            end, other_end = len(ones) - back, len(others) - back
            for offset in range(front):
                self._pair(gap.base[offset], gap.theirs[offset])
            for offset in range(1, back + 1):
                self._pair(gap.base[-offset], gap.theirs[-offset])
            anchors = _anchors(ones[front:end], others[front:other_end])
            rest = _Gap(gap.base[front:end], gap.theirs[front:other_end])
            if anchors:
                waiting.extend(reversed(list(self._split(rest, anchors))))
            elif rest.base or rest.theirs:
                done.append(rest)
        self._gaps = done

    def _split(self, gap: _Gap, anchors: Sequence[tuple[int, int]]) -> Iterator[_Gap]:
        one = other = 0
        for place, place_there in (*anchors, (len(gap.base), len(gap.theirs))):
            yield _Gap(gap.base[one:place], gap.theirs[other:place_there])
            if place < len(gap.base):
                self._pair(gap.base[place], gap.theirs[place_there])
            one, other = place + 1, place_there + 1

    # --- what does not -------------------------------------------------------------------------

    def moved(self, key: Key, *, only_single: bool = False) -> None:
        """Recognise what looks the same, wherever it stands.

        Of several that look the same the first goes with the first; with `only_single`, they
        are left alone.
        """
        for gap in self._gaps if not only_single else ():
            self._match(key, [gap])  # between the same neighbours first
        self._tidy()
        self._match(key, self._gaps, only_single=only_single)
        self._tidy()

    def _match(self, key: Key, gaps: Sequence[_Gap], *, only_single: bool = False) -> None:
        there = _places_by_key(key, self._theirs, (gap.theirs for gap in gaps))
        here = _places_by_key(key, self._base, (gap.base for gap in gaps))
        for looks, places in here.items():
            others = there.get(looks, [])
            if only_single and not len(places) == len(others) == 1:
                continue
            for place, other in zip(places, others, strict=False):
                self._pair(place, other)

    def edited_alike(self, mine: Sequence[Looks | None]) -> None:
        """Recognise what was edited here as it was edited there."""
        places = [place for gap in self._gaps for place in gap.base if mine[place] is not None]
        if not places:
            return
        there = _places_by_key(
            lambda looks: looks.value, self._theirs, (gap.theirs for gap in self._gaps)
        )
        for place in places:
            looks = mine[place]
            others = there.get(looks.value) if looks is not None else None
            if others:
                self._pair(place, others.pop(0))
        self._tidy()

    # --- what is only alike --------------------------------------------------------------------

    def alike(self) -> None:
        """Recognise what is alike and stands between the same neighbours."""
        for gap in self._gaps:
            base = [self._base[place] for place in gap.base]
            theirs = [self._theirs[place] for place in gap.theirs]
            if len(base) * len(theirs) <= _MOST_PAIRS:
                pairs = _best_in_order(base, theirs)
            else:
                in_line = zip(base, theirs, strict=False)
                pairs = [(n, n) for n, (one, other) in enumerate(in_line) if likeness(one, other)]
            for place, other in pairs:
                self._pair(gap.base[place], gap.theirs[other])
        self._tidy()


def _common_ends(ones: Sequence[Hashable], others: Sequence[Hashable]) -> tuple[int, int]:
    shortest = min(len(ones), len(others))
    front = 0
    while front < shortest and ones[front] is not None and ones[front] == others[front]:
        front += 1
    back = 0
    while back < shortest - front and ones[-1 - back] is not None:
        if ones[-1 - back] != others[-1 - back]:
            break
        back += 1
    return front, back


def _anchors(ones: Sequence[Hashable], others: Sequence[Hashable]) -> list[tuple[int, int]]:
    """The longest run, in the order of both sides, of what is there once on each."""
    counts, counts_there = Counter(ones), Counter(others)
    there = {key: place for place, key in enumerate(others) if counts_there[key] == 1}
    pairs = [
        (place, there[key])
        for place, key in enumerate(ones)
        if key is not None and counts[key] == 1 and key in there
    ]
    # Patience: the pairs ascend on this side; find the longest that ascend on the other, too.
    tops: list[int] = []
    top_pairs: list[int] = []
    before: list[int] = []
    for number, (_, other) in enumerate(pairs):
        pile = bisect.bisect_left(tops, other)
        before.append(top_pairs[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(other)
            top_pairs.append(number)
        else:
            tops[pile], top_pairs[pile] = other, number
    run, number = [], top_pairs[-1] if top_pairs else -1
    while number >= 0:
        run.append(pairs[number])
        number = before[number]
    return run[::-1]


def _places_by_key(
    key: Key, looks: Sequence[Looks], groups: Iterator[list[int]]
) -> dict[Hashable, list[int]]:
    places: dict[Hashable, list[int]] = {}
    for group in groups:
        for place in group:
            found = key(looks[place])
            if found is not None:
                places.setdefault(found, []).append(place)
    return places


def _best_in_order(base: Sequence[Looks], theirs: Sequence[Looks]) -> list[tuple[int, int]]:
    """The pairs, in the order of both sides, that are alike the most in sum."""
    rows, columns = len(base), len(theirs)
    scores = [[likeness(one, other) for other in theirs] for one in base]
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for row in range(rows - 1, -1, -1):
        for column in range(columns - 1, -1, -1):
            score = scores[row][column]
            best[row][column] = max(
                best[row + 1][column],
                best[row][column + 1],
                best[row + 1][column + 1] + score if score else 0.0,
            )
    pairs, row, column = [], 0, 0
    while row < rows and column < columns:
        score = scores[row][column]
        if score and best[row][column] == best[row + 1][column + 1] + score:
            pairs.append((row, column))
            row, column = row + 1, column + 1
        elif best[row][column] == best[row + 1][column]:
            row += 1
        else:
            column += 1
    return pairs
