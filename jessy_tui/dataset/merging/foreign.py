"""A file that other hands changed while edits of it waited in a journal.

Of what both sides began with, the journal has only the texts of the entries that were edited, and
where they stood. They are found in the file by these.
"""

from collections.abc import Mapping
from pathlib import Path

from jessy_tui.dataset.entries import Entries, OpenFile
from jessy_tui.dataset.example import Unreadable
from jessy_tui.dataset.frame import Version, new_version
from jessy_tui.dataset.merging.finding import RowsOf, find_added, find_places
from jessy_tui.dataset.merging.likeness import same


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
        rows = RowsOf.file(entries, file)
        found = find_places(rows, bases)
        self._ids = {place: rows.ids[index] for place, index in found.items()}
        self._gone = {place for place in bases if place not in self._ids}
        for place in self._gone:
            self._ids[place] = entries.new_id()
        self._versions: dict[tuple[int, str], Version] = {}
        there = find_added(rows, added, set(found.values()))
        self._added = {key: rows.ids[index] for key, index in there.items()}

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

    def forget_put_back(self) -> int:
        """Conflicts are over where the file has again what both sides began with.

        Returns how many are left, those that were open before among them.
        """
        conflicts = self._entries.conflicts
        for entry_id in self._ids.values():
            base, slot = conflicts.get(entry_id), self._entries.known(entry_id)
            if base is not None and slot is not None and slot.disk and same(base, slot.disk):
                del conflicts[entry_id]
        return len(self._entries.conflicts_in(self._file))

    def sentence(self, path: Path, conflicts: int) -> str:
        """What happened, for the person at the screen."""
        words = f"{path.name} changed on disk while unsaved edits waited; merged"
        if conflicts:
            words += f"; {conflicts} conflict{'' if conflicts == 1 else 's'} with your edits"
        return f"{words}."
