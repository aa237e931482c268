"""The part of the history that is not on disk yet: what a journal has to keep."""

from collections.abc import Iterable

from jessy_tui.dataset.bulk import Bulk
from jessy_tui.dataset.changes import Change, Edit
from jessy_tui.dataset.entries import Entries
from jessy_tui.dataset.history import History
from jessy_tui.errors import JessyError


def unsaved_part(entries: Entries, history: History) -> History:
    """Changes that lead from what is on disk to what is here, and those undone since.

    They are the last of the history. Only where something was undone that had been saved is
    there no such place in it; then one change stands for all that differs.
    """
    part = History()
    part.undone = list(history.undone)
    differs = set(entries.dirty)
    depths = Depths(entries)
    for number in range(len(history.done), -1, -1):
        if not differs and not depths:
            part.done = history.done[number:]
            return part
        if number:
            depths.take_back(history.done[number - 1].bulks)
            for edit in reversed(history.done[number - 1].edits):
                slot = entries.known(edit.entry_id)
                if slot is not None and edit.was is slot.disk:
                    differs.discard(edit.entry_id)
                else:
                    differs.add(edit.entry_id)
    if depths:
        raise JessyError(
            "Very many rows were changed together and undone after they were saved, so that "
            "this cannot be journalled; save first."
        )
    part.done = [_difference(entries, history)]
    return part


class Depths:
    """By how many changes of very many rows each row is ahead of the disk, or behind."""

    def __init__(self, entries: Entries) -> None:
        self._of = {
            file.path: file.depths.copy() for file in entries.files if file.depths is not None
        }

    def __bool__(self) -> bool:
        return any(bool(depths.any()) for depths in self._of.values())

    def take_back(self, bulks: Iterable[Bulk]) -> None:
        """Look at the state before these."""
        for bulk in bulks:
            depths = self._of.get(bulk.file)
            if depths is not None:
                depths[bulk.rows] -= 1


def _difference(entries: Entries, history: History) -> Change:
    here: list[Edit] = []
    added: list[Edit] = []
    for entry_id in entries.dirty:
        slot = entries.slots[entry_id]
        place = 0 if slot.now is None else slot.file.order.index(entry_id)
        edit = Edit(entry_id, slot.file.path, place, slot.disk, slot.now)
        (added if slot.disk is None else here).append(edit)
    added.sort(key=lambda edit: (edit.file, edit.index))
    summary = f"edited {len(here) + len(added)} examples since the last save"
    return Change(history.next_number(), "do", summary, (*here, *added))
