"""One entry that was changed here and by other hands."""

from dataclasses import dataclass
from pathlib import Path

from jessy_tui.dataset.entries import Entries
from jessy_tui.dataset.example import Example


@dataclass(frozen=True, slots=True)
class Conflict:
    """What both sides made of an entry; None for a side that deleted it."""

    entry_id: int
    file: Path
    index: int
    """Its place in its file, from 0; where it is deleted here, the place it would have."""
    base: Example | None
    """What both sides began with."""
    mine: Example | None
    theirs: Example | None


def conflict_of(entries: Entries, entry_id: int) -> Conflict:
    """The two sides of an entry that is in conflict."""
    slot, base = entries.slot(entry_id), entries.conflicts[entry_id]
    return Conflict(
        entry_id,
        slot.file.path,
        entries.place_of(entry_id),
        base=base.example if base else None,
        mine=slot.now.example if slot.now else None,
        theirs=slot.disk.example if slot.disk else None,
    )
