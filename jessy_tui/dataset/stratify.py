"""Which examples belong together, and which of them are held out."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import floor

from jessy_tui.dataset.example import HUMAN, Example
from jessy_tui.dataset.layout import COMPACT, write
from jessy_tui.dataset.turkish import question_key

Stratum = tuple[str, str]
"""A complexity and a category."""


@dataclass(frozen=True, slots=True)
class Group:
    """Examples that share questions, and so stay on one side."""

    key: str
    """Decides its place in the draw; depends on the examples and the seed alone."""
    examples: tuple[Example, ...]
    stratum: Stratum
    pinned: bool
    """Whether one of them has a weight above 1, so that all belong to training."""

    @property
    def size(self) -> int:
        """How many examples it holds."""
        return len(self.examples)


def digest_of_example(example: Example) -> str:
    """A digest of what an example says, whatever the formatting of its file."""
    return hashlib.sha256(write(example.raw, COMPACT).encode()).hexdigest()


def group_by_question(examples: Iterable[Example], seed: int) -> list[Group]:
    """Group the examples, in the order of the draw.

    Two examples are in one group if they share a question in any of their turns, or if a chain of
    such examples leads from one to the other.
    """
    sets = _Sets()
    first_keys: list[tuple[str, Example]] = []
    for number, example in enumerate(examples):
        keys = [
            question_key(turn.text) for turn in example.turns if turn.role == HUMAN and turn.text
        ] or [f"\0{number}"]
        sets.join(keys)
        first_keys.append((keys[0], example))
    members = defaultdict(list)
    for key, example in first_keys:
        members[sets.root(key)].append(example)
    return sorted((_group(found, seed) for found in members.values()), key=lambda one: one.key)


def _group(examples: list[Example], seed: int) -> Group:
    digests = sorted((digest_of_example(example), at) for at, example in enumerate(examples))
    ordered = tuple(examples[at] for _, at in digests)
    text = "\n".join([str(seed), *(digest for digest, _ in digests)])
    key = hashlib.sha256(text.encode()).hexdigest()
    stratum = (str(ordered[0].complexity), str(ordered[0].category))
    return Group(key, ordered, stratum, any(example.weight > 1 for example in examples))


class _Sets:
    """Disjoint sets of question keys (union-find)."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def root(self, key: str) -> str:
        while (parent := self._parent.setdefault(key, key)) != key:
            self._parent[key] = self._parent[parent]
            key = parent
        return key

    def join(self, keys: Sequence[str]) -> None:
        first = self.root(keys[0])
        for key in keys:
            self._parent[self.root(key)] = first


class Draw:
    """Draws the groups that are held out.

    Every stratum first gives the whole part of its share. The rest of the wanted number comes, one
    group at a time, from where complexity, category and stratum together are furthest below their
    shares (largest remainder, in both directions of the table). The last group of a stratum
    is drawn only when nothing else is left.
    """

    def __init__(self, groups: Sequence[Group], share: float, wanted: int) -> None:
        self._groups, self._wanted = groups, wanted
        self._missing: dict[str | Stratum, float] = defaultdict(float)
        """How far each complexity, category and stratum is below its share, in examples."""
        self._waiting: dict[Stratum, list[Group]] = defaultdict(list)
        self._kept: dict[Stratum, int] = defaultdict(int)
        """How many groups of a stratum are in training for good."""
        self._chosen: set[str] = set()
        self._count = 0
        for group in groups:
            for name in _names(group.stratum):
                self._missing[name] += group.size * share
            if group.pinned:
                self._kept[group.stratum] += 1
            else:
                self._waiting[group.stratum].append(group)

    def draw(self) -> set[str]:
        """The keys of the groups that are held out."""
        for stratum, waiting in self._waiting.items():
            room = floor(self._missing[stratum])
            while waiting and waiting[0].size <= room and self._spare(stratum):
                room -= waiting[0].size
                self._take(stratum, 0)
        for last_ones_too in (False, True):
            while candidates := list(self._candidates(last_ones_too=last_ones_too)):
                *_, stratum, place = max(candidates)
                self._take(stratum, place)
        if not self._chosen:
            self._take_smallest()
        return self._chosen

    def _spare(self, stratum: Stratum) -> bool:
        """Whether training keeps a group of the stratum if one more is drawn."""
        return len(self._waiting[stratum]) + self._kept[stratum] > 1

    def _candidates(self, *, last_ones_too: bool) -> Iterator[tuple[float, str, Stratum, int]]:
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

    def _take(self, stratum: Stratum, place: int) -> None:
        group = self._waiting[stratum].pop(place)
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
