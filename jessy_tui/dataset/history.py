"""The changes of a session, to be taken back and made again."""

import itertools
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from jessy_tui.dataset.changes import Change


@dataclass
class History:
    """What can be undone and made again, the latest last."""

    done: list[Change] = field(default_factory=list)
    undone: list[Change] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def next_number(self) -> int:
        """A number that no change has."""
        return next(self._numbers)

    def forget_settled(self, ids: Collection[int]) -> None:
        """Conflicts of these entries are over: undoing does not open them again."""
        for changes in (self.done, self.undone):
            for place, change in enumerate(changes):
                if change.settles:
                    settles = tuple(one for one in change.settles if one[0] not in ids)
                    changes[place] = replace(change, settles=settles)

    def forget_bulks(self) -> None:
        """Changes of very many rows are on disk: they, and what came before, cannot be undone."""
        bulks = [place for place, change in enumerate(self.done) if change.bulks]
        if bulks:
            del self.done[: bulks[-1] + 1]
        if any(change.bulks for change in self.undone):
            self.undone.clear()
