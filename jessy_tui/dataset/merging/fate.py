"""What becomes of one entry when its file on disk is another: on both sides, and in the history."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from jessy_tui.dataset.example import Unreadable
from jessy_tui.dataset.frame import Frame, Version, new_version
from jessy_tui.dataset.merging.likeness import same

Kept = Literal["all", "since", "none"]


@dataclass
class Fate:
    """What becomes of one entry. `disk` and `now` are as in a slot."""

    was_disk: Version | None
    disk: Version | None
    now: Version | None
    kept: Kept
    """Which of its edits can still be undone and redone: all; those since `was_disk`; or none."""
    renew: Callable[[Version | None], Version | None]
    """What a version of it in the history is to be now."""
    conflict: bool = False

    @property
    def changed(self) -> bool:
        """Whether other hands changed what it says."""
        if self.was_disk is None or self.disk is None:
            return self.was_disk is not self.disk
        return not same(self.was_disk, self.disk)


def fate_of(
    frame: Frame, was_disk: Version | None, was_now: Version | None, disk: Version | None
) -> Fate:
    """What becomes of an entry that is `disk` on disk now, for None nothing.

    What both sides did alike is as if it had been saved: the edit stays, and so does its undo.

    Not edited, it is what other hands made it. Edited here, it stays so; where the other hands
    changed it, too, and not in the same way, it is in conflict.
    """
    if was_now is was_disk:
        unchanged = was_disk is not None and disk is not None and same(was_disk, disk)
        return Fate(
            was_disk, disk, disk, "all" if unchanged else "none", _Renewal(frame, was_disk, disk)
        )
    if was_now is None and disk is None:
        return Fate(was_disk, None, None, "all", _Renewal(frame, None, None))
    if _agree(was_now, disk):
        renewal = _Renewal(frame, was_disk, disk, instead_of=was_now)
        return Fate(was_disk, disk, disk, "all", renewal)
    renewal = _Renewal(frame, was_disk, disk)
    mine = renewal(was_now)
    if _agree(was_disk, disk):
        return Fate(was_disk, disk, mine, "all", renewal)
    return Fate(was_disk, disk, mine, "since", renewal, conflict=True)


def _agree(one: Version | None, other: Version | None) -> bool:
    if one is None or other is None:
        return one is other
    return same(one, other)


@dataclass
class _Renewal:
    """Puts the new text of an entry in the place of the old, and writes its other versions alike.

    What takes the place of `instead_of` is `disk`; where that is None, of `was_disk`.
    """

    frame: Frame
    was_disk: Version | None
    disk: Version | None
    instead_of: Version | None = None
    _known: dict[int, tuple[Version, Version]] = field(default_factory=dict)

    def __call__(self, version: Version | None) -> Version | None:
        if version is None:
            return None
        if version is (self.was_disk if self.instead_of is None else self.instead_of):
            return self.disk
        known = self._known.get(id(version))
        if known is None:
            known = self._known[id(version)] = (version, self._rewritten(version))
        return known[1]

    def _rewritten(self, version: Version) -> Version:
        if self.disk is None or isinstance(version.example, Unreadable):
            return version
        if self.was_disk is not None and self.was_disk.piece == self.disk.piece:
            return version
        return new_version(self.frame, version.example, self.disk)
