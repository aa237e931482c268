"""What the checks between examples remember of each, and how they are asked."""

import bisect
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from jessy_tui.dataset.checks.check import Check
from jessy_tui.dataset.checks.finding import Flaw
from jessy_tui.dataset.checks.subject import Subject

NameOf = Callable[[int], str]
"""What people call an entry where it stands now: "example 2 of chat.json"."""


@dataclass(frozen=True, slots=True)
class Known:
    """An entry as the checks know it. Its texts are not kept."""

    id: int
    order: int
    """Of two entries that say the same, the finding is about the one of the higher number."""
    waived: frozenset[str]


class Index(Protocol):
    """The state of checks that compare examples; changed one entry at a time."""

    def add_all(self, entries: Sequence[tuple[Known, Subject]]) -> set[int]:
        """Take entries in; returns those whose findings may have changed, the new ones or not."""

    def remove(self, known: Known) -> set[int]:
        """Let an entry go; returns the others whose findings may have changed."""

    def flaws(self, known: Known, name_of: NameOf) -> Iterator[tuple[Check, Flaw]]:
        """What is wrong with an entry, given all the others, which `name_of` names."""


Key = TypeVar("Key", bound=Hashable)


class Groups(Generic[Key]):
    """The entries that share a key, in their order."""

    def __init__(self) -> None:
        self._members: dict[Key, list[tuple[int, int]]] = {}

    def __contains__(self, key: Key) -> bool:
        return key in self._members

    def add(self, key: Key, known: Known) -> set[int]:
        """Put an entry under a key; returns all of the key if its first entry changed."""
        members = self._members.setdefault(key, [])
        bisect.insort(members, (known.order, known.id))
        if members[0][1] == known.id:
            return {entry_id for _, entry_id in members}
        return {known.id}

    def remove(self, key: Key, known: Known) -> set[int]:
        """Take an entry out; returns all that are left if its first entry changed."""
        members = self._members[key]
        was_first = members[0][1] == known.id
        del members[bisect.bisect_left(members, (known.order, known.id))]
        if not members:
            del self._members[key]
        return {entry_id for _, entry_id in members} if was_first else set()

    def size(self, key: Key) -> int:
        """How many entries have the key."""
        return len(self._members.get(key, ()))

    def first(self, key: Key) -> tuple[int, int]:
        """The number in the order and the id of the first entry of a key that is there."""
        return self._members[key][0]
