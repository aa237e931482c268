"""The history of edits, fitted to a file that is another now.

Edits of entries that other hands left alone, or only wrote in another way, stay as they are, but
for the place in the file. What cannot be undone any more without undoing what other hands did is
left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from jessy_tui.dataset.changes import Change, Edit
from jessy_tui.dataset.history import History
from jessy_tui.dataset.merging.fate import Fate
from jessy_tui.dataset.order import Order


@dataclass
class Rebased:
    """A history that fits; `dropped` is how many changes it lost, or lost a part of."""

    done: list[Change]
    undone: list[Change]
    dropped: int


@dataclass
class _Step:
    """An edit as it was, and as it is to be; None where it does not fit any more."""

    old: Edit
    new: Edit | None


def rebase(
    history: History, file: Path, fates: Mapping[int, Fate], old: Order, new: Order, disk: Order
) -> Rebased:
    """The history, fitted to a file whose entries have these fates; others stay as they are.

    `old` and `new` are the orders of the file before and after, which are used up; `disk` is the
    one that is on disk now.
    """
    past = _past_steps(history.done, file, fates)
    future = _future_steps(history.undone, file, fates)
    steps = [step for group in (*past.values(), *future.values()) for step in group]
    if any(_structural(step.new) for step in steps):
        back, forth = _Walk(old.copy(), new.copy(), disk), _Walk(old, new, disk)
        for change in reversed(history.done):
            for step in reversed(past[change.number]):
                back.undo(step)
        for change in reversed(history.undone):
            for step in future[change.number]:
                forth.redo(step)
    dropped = 0
    renewed: list[list[Change]] = []
    for changes, groups in ((history.done, past), (history.undone, future)):
        kept = []
        for change in changes:
            group = groups[change.number]
            lost = any(step.new is None for step in group)
            dropped += lost
            rebased = _with_steps(change, group)
            settles = tuple(one for one in change.settles if _settled(fates.get(one[0])))
            if len(settles) < len(change.settles):
                rebased, lost = replace(rebased, settles=settles), True
            if rebased.edits or rebased.settles or rebased.bulks or not lost:
                kept.append(rebased)
        renewed.append(kept)
    return Rebased(renewed[0], renewed[1], dropped)


def _settled(fate: Fate | None) -> bool:
    """Whether what was settled of an entry is still all there is to settle."""
    if fate is None:
        return True
    return fate.kept == "all" and not (fate.disk is None and fate.now is None)


def _with_steps(change: Change, steps: list[_Step]) -> Change:
    if not steps:
        return change
    new = {id(step.old): step.new for step in steps}
    edits = (new.get(id(edit), edit) for edit in change.edits)
    return replace(change, edits=tuple(edit for edit in edits if edit is not None))


def _past_steps(
    done: list[Change], file: Path, fates: Mapping[int, Fate]
) -> dict[int, list[_Step]]:
    """Those of the changes made, from the last on: what came before the file's text is left out."""
    before_disk: set[int] = set()
    groups: dict[int, list[_Step]] = {}
    for change in reversed(done):
        steps = []
        for edit in reversed(change.edits):
            if edit.file != file:
                continue
            fate = fates.get(edit.entry_id)
            if fate is not None and fate.kept == "since" and edit.now is fate.was_disk:
                before_disk.add(edit.entry_id)
            fits = edit.entry_id not in before_disk
            steps.append(_Step(edit, _renewed(edit, fate) if fits else None))
        groups[change.number] = steps[::-1]
    return groups


def _future_steps(
    undone: list[Change], file: Path, fates: Mapping[int, Fate]
) -> dict[int, list[_Step]]:
    return {
        change.number: [
            _Step(edit, _renewed(edit, fates.get(edit.entry_id)))
            for edit in change.edits
            if edit.file == file
        ]
        for change in undone
    }


def _renewed(edit: Edit, fate: Fate | None) -> Edit | None:
    if fate is None:
        return edit
    if fate.kept == "none":
        return None
    was, now = fate.renew(edit.was), fate.renew(edit.now)
    return None if was is now else replace(edit, was=was, now=now)


def _structural(edit: Edit | None) -> bool:
    return edit is not None and (edit.was is None or edit.now is None)


class _Walk:
    """Both orders, taken through the history side by side, so that each edit finds its place."""

    def __init__(self, old: Order, new: Order, disk: Order) -> None:
        self._old, self._new, self._disk = old, new, disk
        self._there = set(new) if _few(new) else None

    def undo(self, step: _Step) -> None:
        """Take a step back, and note the place of its edit."""
        step.new = self._place(step.old.reversed(), step.new and step.new.reversed())
        step.new = step.new and step.new.reversed()

    def redo(self, step: _Step) -> None:
        """Take a step forward, and note the place of its edit."""
        step.new = self._place(step.old, step.new)

    def _place(self, old: Edit, new: Edit | None) -> Edit | None:
        if new is not None and new.was is None:
            new = replace(new, index=self._place_of(old))
            self._new.insert(new.index, new.entry_id)
            if self._there is not None:
                self._there.add(new.entry_id)
        elif new is not None and new.now is None:
            new = replace(new, index=self._new.index(new.entry_id))
            del self._new[new.index]
            if self._there is not None:
                self._there.discard(new.entry_id)
        if old.was is None:
            self._old.insert(old.index, old.entry_id)
        elif old.now is None:
            del self._old[self._old.index(old.entry_id)]
        return new

    def _place_of(self, edit: Edit) -> int:
        """Where an entry comes in: as it stands on disk, else behind what it stood behind."""
        try:
            return self._behind_neighbour(self._disk, self._disk.index(edit.entry_id))
        except KeyError:
            at = edit.index if edit.was is None else self._old.index(edit.entry_id)
            return self._behind_neighbour(self._old, at)

    def _behind_neighbour(self, order: Order, index: int) -> int:
        """The place in the new order that follows what stands before `index` in another."""
        for place in range(index - 1, -1, -1):
            entry_id = order[place]
            if self._there is None or entry_id in self._there:
                try:
                    return self._new.index(entry_id) + 1
                except KeyError:
                    continue
        return 0


def _few(order: Order) -> bool:
    return len(order) <= _MOST_LISTED


_MOST_LISTED = 200_000
