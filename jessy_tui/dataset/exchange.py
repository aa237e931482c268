"""Making both sides alike by exchanging groups between them, as long as that makes them more so.

How unlike they are is the sum, over every value of complexity, category, iterations and language,
of the square of how many examples it is from its share. Each exchange is the one that lowers the
sum most (steepest descent); the number of held-out examples stays. Nothing is random: the draw
before it is what the seed decides.
"""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from jessy_tui.dataset.grouping import Group, Label

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST: Final = 2000
"""So many groups of a side are looked at, the first in the order of the draw: in large sets there
are many of each kind."""
_ROUNDS: Final = 500
_WEIGHTS: Final = (1.0, 1.0, 1.0, 0.5)
"""Of complexity, category, iterations and language."""
_STRATUM: Final = 0.25
"""Of complexity and category together."""


def evened_out(groups: Sequence[Group], chosen: set[bytes], share: float) -> set[bytes]:
    """The keys of the groups that are held out, after exchanges with those that are not."""
    held = [group for group in groups if group.key in chosen][:_MOST]
    kept = [group for group in groups if group.key not in chosen and not group.pinned][:_MOST]
    if not held or not kept:
        return chosen
    return _Exchange(groups, chosen, share, held, kept).make()


class _Exchange:
    def __init__(
        self,
        groups: Sequence[Group],
        chosen: set[bytes],
        share: float,
        held: list[Group],
        kept: list[Group],
    ) -> None:
        import numpy as np

        self._chosen, self._held, self._kept = set(chosen), held, kept
        self._columns: dict[tuple[int, str], int] = {}
        total, there = Counter[tuple[int, str]](), Counter[tuple[int, str]]()
        self._trained: Counter[tuple[str, str]] = Counter()
        """How many groups of a stratum are in training."""
        examples = sum(group.size for group in groups)
        held_out = sum(group.size for group in groups if group.key in chosen)
        for group in groups:
            counts = _counts(group.labels)
            total += counts
            if group.key in chosen:
                there += counts
            else:
                self._trained[group.stratum] += 1
        for name in total:
            self._columns[name] = len(self._columns)
        aim = held_out / examples if examples else share
        self._off = np.array([there[name] - total[name] * aim for name in self._columns])
        """How many examples of each value are held out beyond its share."""
        self._weights = np.array([(*_WEIGHTS, _STRATUM)[thing] for thing, _ in self._columns])

    def make(self) -> set[bytes]:
        """Exchange until nothing is gained, and say what is held out then."""
        import numpy as np

        held, kept = self._matrix(self._held), self._matrix(self._kept)
        held_sizes, kept_sizes = (
            np.array([group.size for group in side]) for side in (self._held, self._kept)
        )
        for _ in range(_ROUNDS):
            # Of d - g + h, weighted and squared, what differs from d squared.
            gain_out = (held * self._weights) @ self._off
            gain_in = (kept * self._weights) @ self._off
            own_out = (held * held) @ self._weights
            own_in = (kept * kept) @ self._weights
            change = (own_out - 2 * gain_out)[:, None] + (own_in + 2 * gain_in)[None, :]
            change -= 2 * (held * self._weights) @ kept.T
            change[held_sizes[:, None] != kept_sizes[None, :]] = np.inf
            last = [self._trained[group.stratum] <= 1 for group in self._kept]
            change[:, np.array(last)] = np.inf
            best = int(np.argmin(change))
            out, into = divmod(best, change.shape[1])
            if not change[out, into] < -1e-9:
                break
            self._off += kept[into] - held[out]
            self._swap(out, into)
            held[out], kept[into] = kept[into].copy(), held[out].copy()
        return self._chosen

    def _swap(self, out: int, into: int) -> None:
        leaving, coming = self._held[out], self._kept[into]
        self._held[out], self._kept[into] = coming, leaving
        self._chosen.remove(leaving.key)
        self._chosen.add(coming.key)
        self._trained[leaving.stratum] += 1
        self._trained[coming.stratum] -= 1

    def _matrix(self, groups: Sequence[Group]) -> "NDArray[np.float64]":
        import numpy as np

        matrix = np.zeros((len(groups), len(self._columns)))
        for row, group in enumerate(groups):
            for name, count in _counts(group.labels).items():
                matrix[row, self._columns[name]] += count
        return matrix


def _counts(labels: Sequence[Label]) -> Counter[tuple[int, str]]:
    counts: Counter[tuple[int, str]] = Counter()
    for label in labels:
        counts.update(enumerate(label))
        counts[4, f"{label[0]} {label[1]}"] += 1
    return counts
