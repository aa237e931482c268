"""Finding a few entries in a file by what they were and where they stood."""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from jessy_tui.dataset.entries import Entries, OpenFile
from jessy_tui.dataset.frame import Version
from jessy_tui.dataset.large.file import LargeFile
from jessy_tui.dataset.merging.likeness import EDITED, EXACT, Key, Looks, likeness
from jessy_tui.dataset.order import RowOrder

_NEAR: Final = 200
"""So many entries before and after the old place are looked at for one that is only alike."""
_SURELY_ALIKE: Final = 85.0
"""Where the neighbours are not known, an entry has to be more alike to be taken for another."""


@dataclass(frozen=True, slots=True)
class RowsOf:
    """The entries of a file in their order, to be looked through."""

    version: Callable[[int], Version]
    """By index."""
    ids: Sequence[int]
    """Of the entries, where they have some; otherwise their indexes."""
    large: LargeFile | None = None

    @classmethod
    def file(cls, entries: Entries, file: OpenFile) -> "RowsOf":
        """Those of an open file; of a large one, as they are on disk."""
        if file.large is not None and isinstance(file.order, RowOrder):
            first = file.order.first_id
            ids: Sequence[int] = range(first, first + file.large.rows)
            return cls(file.large.version, ids, file.large)
        ids = list(file.order)
        return cls(lambda index: entries.version(ids[index]), ids)

    @classmethod
    def fresh(cls, large: LargeFile) -> "RowsOf":
        """Those of a large file that is not open yet."""
        return cls(large.version, range(large.rows), large)

    @classmethod
    def versions(cls, versions: Sequence[Version]) -> "RowsOf":
        """Those of a file that was read and is not open yet."""
        return cls(lambda index: versions[index], range(len(versions)))


def find_places(rows: RowsOf, bases: Mapping[int, Version]) -> dict[int, int]:
    """Where the entries are now that stood at these places when they were these versions."""
    left = {place: Looks(version) for place, version in bases.items()}
    taken: set[int] = set()
    found: dict[int, int] = {}

    def take(place: int, index: int) -> None:
        found[place] = index
        taken.add(index)
        del left[place]

    for key in (*EXACT, *EDITED):
        if not left:
            break
        wanted: dict[Hashable, list[int]] = {}
        for place, look in left.items():
            if (known := key(look)) is not None:
                wanted.setdefault(known, []).append(place)
        there = _indexes(rows, key, wanted, taken)
        for known, places in wanted.items():
            others = there.get(known, [])
            if key in EDITED and not len(places) == len(others) == 1:
                continue
            for place in places:
                if others:
                    nearest = min(others, key=lambda other: abs(other - place))
                    others.remove(nearest)
                    take(place, nearest)
    for place, look in list(left.items()):
        best = max(_alike(rows, place, look, taken), default=None)
        if best is not None:
            take(place, best[1])
    return found


def find_added(
    rows: RowsOf, added: Mapping[str, Version], taken: Collection[int]
) -> dict[str, int]:
    """Where some versions are in the file, though they were added here."""
    key = EXACT[0] if rows.large is not None else EXACT[1]
    wanted = {key(Looks(version)): name for name, version in added.items()}
    if not wanted:
        return {}
    there = _indexes(rows, key, wanted, taken)
    return {wanted[known]: indexes[0] for known, indexes in there.items()}


def _indexes(
    rows: RowsOf, key: Key, wanted: Mapping[Hashable, object], taken: Collection[int]
) -> dict[Hashable, list[int]]:
    """Where entries that look like those wanted stand."""
    there: dict[Hashable, list[int]] = {}
    for index in _candidates(rows, key, wanted):
        if index not in taken:
            known = key(Looks(rows.version(index)))
            if known in wanted:
                there.setdefault(known, []).append(index)
    return there


def _candidates(rows: RowsOf, key: Key, wanted: Mapping[Hashable, object]) -> Iterator[int]:
    if rows.large is None:
        return iter(range(len(rows.ids)))
    if key is not EXACT[0]:
        return iter(())  # of many rows, only those are decoded that have a text that is wanted
    return rows.large.rows_that_are({str(text).encode(errors="surrogateescape") for text in wanted})


def _alike(
    rows: RowsOf, place: int, look: Looks, taken: Collection[int]
) -> Iterator[tuple[float, int]]:
    for index in range(max(0, place - _NEAR), min(place + _NEAR, len(rows.ids))):
        if index not in taken:
            other = Looks(rows.version(index))
            same_question = look.question is not None and look.question == other.question
            alike = 100.0 if same_question else likeness(look, other)
            if alike >= _SURELY_ALIKE:
                yield alike, index
