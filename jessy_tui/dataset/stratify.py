"""Which groups are held out, so that both sides look alike."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import floor

from jessy_tui.dataset.grouping import Group

Stratum = tuple[str, str]
"""A complexity and a category."""


class Draw:
    """Draws the groups that are held out.

    Every stratum first gives the whole part of its share. The rest of the wanted number comes, one
    group at a time, from where complexity, category and stratum together are furthest below their
    shares (largest remainder, in both directions of the table). The last group of a stratum
    is drawn only when nothing else is left. What whole groups and other things of the labels leave
    uneven is then evened out by exchanging groups (`exchange.py`).
    """

    def __init__(self, groups: Sequence[Group], share: float, wanted: int) -> None:
        self._groups, self._wanted, self._share = groups, wanted, share
        self._missing: dict[str | Stratum, float] = defaultdict(float)
        """How far each complexity, category and stratum is below its share, in examples."""
        self._waiting: dict[Stratum, list[Group]] = defaultdict(list)
        self._kept: dict[Stratum, int] = defaultdict(int)
        """How many groups of a stratum are in training for good."""
        self._chosen: set[bytes] = set()
        self._count = 0
        for group in groups:
            for name in _names(group.stratum):
                self._missing[name] += group.size * share
            if group.pinned:
                self._kept[group.stratum] += 1
            else:
                self._waiting[group.stratum].append(group)

    def draw(self) -> set[bytes]:
        """The keys of the groups that are held out."""
        for stratum, waiting in self._waiting.items():
            room = floor(self._missing[stratum])
            taken = 0
            while (
                taken + 1 < len(waiting) + self._kept[stratum]
                and taken < len(waiting)
                and waiting[taken].size <= room
            ):
                room -= waiting[taken].size
                taken += 1
            for _ in range(taken):
                self._count_in(waiting[_], stratum)
            del waiting[:taken]
        for last_ones_too in (False, True):
            while candidates := list(self._candidates(last_ones_too=last_ones_too)):
                *_, stratum, place = max(candidates)
                self._count_in(self._waiting[stratum].pop(place), stratum)
        if not self._chosen:
            self._take_smallest()
            return self._chosen
        from jessy_tui.dataset.exchange import evened_out

        return evened_out(self._groups, self._chosen, self._share)

    def _spare(self, stratum: Stratum) -> bool:
        """Whether training keeps a group of the stratum if one more is drawn."""
        return len(self._waiting[stratum]) + self._kept[stratum] > 1

    def _candidates(self, *, last_ones_too: bool) -> Iterator[tuple[float, bytes, Stratum, int]]:
        """What may be drawn next: how much it is wanted, a tie-breaker, and where it is."""
        room = self._wanted - self._count
        if room <= 0 or len(self._chosen) + 1 >= len(self._groups):
            return
        for stratum, waiting in self._waiting.items():
            if not (last_ones_too or self._spare(stratum)):
                continue
            for place, group in enumerate(waiting):
                if group.size <= room:
                    missing = sum(self._missing[name] for name in _names(stratum))
                    yield round(missing, 9), group.key, stratum, place
                    break

    def _count_in(self, group: Group, stratum: Stratum) -> None:
        for name in _names(stratum):
            self._missing[name] -= group.size
        self._chosen.add(group.key)
        self._count += group.size

    def _take_smallest(self) -> None:
        """All groups are larger than what is wanted: one of them it must be."""
        free = [group for group in self._groups if not group.pinned]
        if free and len(self._groups) > 1:
            self._chosen.add(min(free, key=lambda group: (group.size, group.key)).key)


def _names(stratum: Stratum) -> tuple[str | Stratum, ...]:
    complexity, category = stratum
    return f"complexity {complexity}", f"category {category}", stratum
