"""A file that other hands changed while edits of it waited in a journal.

Of what both sides began with, the journal has only the texts of the entries that were edited, and
where they stood. They are found in the file by these.
"""

from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path
from typing import Final

from jessy_tui.dataset.entries import Entries, OpenFile
from jessy_tui.dataset.example import Unreadable
from jessy_tui.dataset.frame import Version, new_version
from jessy_tui.dataset.merging.likeness import EDITED, EXACT, Key, Looks, likeness, same

_NEAR: Final = 200
"""So many entries before and after the old place are looked at for one that is only alike."""
_SURELY_ALIKE: Final = 85.0
"""Where the neighbours are not known, an entry has to be more alike to be taken for another."""


class Foreign:
    """The entries of such a file that were edited, by the place they had."""

    def __init__(
        self,
        entries: Entries,
        file: OpenFile,
        bases: Mapping[int, Version],
        added: Mapping[str, Version],
    ) -> None:
        """Find the entries of `bases` in the file as it is now, and those of `added`.

        The latter were added here: they are found where a save had written them, or where the
        other hands added them, too.

        Raises:
            JessyError: it is large, and cannot be read to its end.
        """
        if file.large:
            file.large.wait()
        self._entries, self._file = entries, file
        self._bases = dict(bases)
        self._ids: dict[int, int] = find_entries(entries, file, bases)
        self._gone = {place for place in bases if place not in self._ids}
        for place in self._gone:
            self._ids[place] = entries.new_id()
        self._versions: dict[tuple[int, str], Version] = {}
        self._added = find_added(entries, file, added, set(self._ids.values()))

    def knows(self, key: int | str) -> bool:
        """Whether the entry that a journal calls so is, or was, in the file."""
        return isinstance(key, int) or key in self._added

    def id_of(self, key: int | str) -> int:
        """The entry that a journal calls so; one that is gone from the file has an id, too.

        Raises:
            KeyError: there is none.
        """
        return self._added[key] if isinstance(key, str) else self._ids[key]

    def version(self, key: int | str, version: Version | None) -> Version | None:
        """What an edit made of an entry, written as the file is written now."""
        if version is None:
            return None
        if isinstance(key, str):
            disk = self._entries.slot(self._added[key]).disk
            return disk if disk is not None and same(version, disk) else version
        place = key
        base, disk = self._bases[place], self._disk(place)
        if version.piece == base.piece or (disk is not None and same(version, disk)):
            return disk
        if disk is None or isinstance(version.example, Unreadable) or disk.piece == base.piece:
            return version
        # The same text twice is the same version: an edit that led back to it left no trace.
        text = (place, version.piece.source)
        if text not in self._versions:
            self._versions[text] = new_version(self._file.frame, version.example, disk)
        return self._versions[text]

    def _disk(self, place: int) -> Version | None:
        if place in self._gone:
            return None
        return self._entries.slot(self._ids[place]).disk

    def conflicts(self) -> dict[int, Version]:
        """The entries that both sides changed, with what they began with."""
        found = {}
        for place, base in self._bases.items():
            disk = self._disk(place)
            changed = disk is None or not same(base, disk)
            if changed and self._ids[place] in self._entries.dirty:
                found[self._ids[place]] = base
        return found

    def sentence(self, path: Path, conflicts: int) -> str:
        """What happened, for the person at the screen."""
        words = f"{path.name} changed on disk while unsaved edits waited; merged"
        if conflicts:
            words += f"; {conflicts} conflict{'' if conflicts == 1 else 's'} with your edits"
        return f"{words}."


def find_entries(entries: Entries, file: OpenFile, bases: Mapping[int, Version]) -> dict[int, int]:
    """The ids of entries that stood at these places when they were these versions."""
    looks = {place: Looks(version) for place, version in bases.items()}
    left, taken = dict(looks), set[int]()
    found: dict[int, int] = {}

    def take(place: int, entry_id: int) -> None:
        found[place] = entry_id
        taken.add(entry_id)
        del left[place]

    for key in (*EXACT, *EDITED):
        if not left:
            break
        only_single = key in EDITED
        wanted: dict[Hashable, list[int]] = {}
        for place, look in left.items():
            if (known := key(look)) is not None:
                wanted.setdefault(known, []).append(place)
        there = _places(entries, file, key, wanted, taken)
        for known, places in wanted.items():
            others = there.get(known, [])
            if only_single and not len(places) == len(others) == 1:
                continue
            for place in places:
                if others:
                    nearest = min(others, key=lambda other: abs(other[0] - place))
                    others.remove(nearest)
                    take(place, nearest[1])
    for place, look in list(left.items()):
        best = max(_alike(entries, file, place, look, taken), default=None)
        if best is not None:
            take(place, best[1])
    return found


def find_added(
    entries: Entries, file: OpenFile, added: Mapping[str, Version], taken: set[int]
) -> dict[str, int]:
    """Which of some versions are in the file, though they were added here; with their ids."""
    wanted = {Looks(version).value: key for key, version in added.items()}
    if not wanted:
        return {}
    there = _places(entries, file, EXACT[1], wanted, taken)
    return {wanted[value]: places[0][1] for value, places in there.items()}


def _places(
    entries: Entries,
    file: OpenFile,
    key: Key,
    wanted: Mapping[Hashable, object],
    taken: set[int],
) -> dict[Hashable, list[tuple[int, int]]]:
    """Where entries that look like those wanted stand, with their ids."""
    there: dict[Hashable, list[tuple[int, int]]] = {}
    if file.large is not None:
        # Of many rows, only those are decoded that have the text of one that is wanted.
        if key is EXACT[0]:
            texts = {str(text).encode(errors="surrogateescape"): text for text in wanted}
            for row in file.large.rows_that_are(texts):
                entry_id = file.order[row]
                if entry_id not in taken:
                    source = Looks(entries.version(entry_id)).source
                    there.setdefault(source, []).append((row, entry_id))
        return there
    for index, entry_id in enumerate(file.order):
        if entry_id not in taken:
            known = key(Looks(entries.version(entry_id)))
            if known in wanted:
                there.setdefault(known, []).append((index, entry_id))
    return there


def _alike(
    entries: Entries, file: OpenFile, place: int, look: Looks, taken: set[int]
) -> Iterator[tuple[float, int]]:
    for index in range(max(0, place - _NEAR), min(place + _NEAR, len(file.order))):
        entry_id = file.order[index]
        if entry_id not in taken:
            alike = likeness(look, Looks(entries.version(entry_id)))
            if alike >= _SURELY_ALIKE:
                yield alike, entry_id
