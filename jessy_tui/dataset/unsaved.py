"""The part of the history that is not on disk yet: what a journal has to keep."""

from jessy_tui.dataset.changes import Change, Edit
from jessy_tui.dataset.entries import Entries
from jessy_tui.dataset.history import History


def unsaved_part(entries: Entries, history: History) -> History:
    """Changes that lead from what is on disk to what is here, and those undone since.

    They are the last of the history. Only where something was undone that had been saved is
    there no such place in it; then one change stands for all that differs.
    """
    part = History()
    part.undone = list(history.undone)
    differs = set(entries.dirty)
    for number in range(len(history.done), -1, -1):
        if not differs:
            part.done = history.done[number:]
            return part
        if number:
            for edit in reversed(history.done[number - 1].edits):
                slot = entries.known(edit.entry_id)
                if slot is not None and edit.was is slot.disk:
                    differs.discard(edit.entry_id)
                else:
                    differs.add(edit.entry_id)
    part.done = [_difference(entries, history)]
    return part


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
