"""What the checks between examples find, from the numbers a sweep remembers of each."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from jessy_tui.dataset.checks.answers import FEW
from jessy_tui.dataset.checks.sweep.examine import WAIVABLE
from jessy_tui.dataset.neartexts import NearTexts, Stop
from jessy_tui.workspace import CheckSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Hashes = NDArray[np.uint64]

REPEATED, SIMILAR, NEAR, ANSWER, OPENING = range(1, 6)
_NAMES: Final = {
    SIMILAR: "similar-question", NEAR: "near-duplicate", ANSWER: "duplicate-answer",
    OPENING: "frequent-opening",
}  # fmt: skip
_KINDS: Final = {name: kind for kind, name in _NAMES.items()} | {
    "duplicate-question": REPEATED,
    "two-answers": REPEATED,
}
_BLOCK: Final = 10_000


_LIKENESS: Final = [
    ("row", "<i4"), ("kind", "u1"), ("turn", "<i2"), ("other", "<i4"), ("score", "<f8"),
    ("many", "<i4"), ("same", "?"),
]  # fmt: skip


class Likeness(NamedTuple):
    """What a check between examples finds in one, without its sentence."""

    row: int
    kind: int
    turn: int
    """The message it is about, from 0."""
    other: int
    """The example it is like."""
    score: float
    """How alike they are, 0 to 1, where they are not the same."""
    many: int
    """How many examples are like that, all together."""
    same: bool
    """Whether the answers are the same to the letter."""

    @property
    def check(self) -> str:
        """The name of the check that finds it."""
        if self.kind == REPEATED:
            return "duplicate-question" if self.same else "two-answers"
        return _NAMES[self.kind]


class Compared:
    """All likenesses, by row, in the order in which they are told."""

    def __init__(self, found: "NDArray[np.void]", openings: int) -> None:
        self.found = found
        """As numbers, of which `Likeness` has the names."""
        self.openings = openings
        """How many examples have an answer that begins with a word."""

    def __iter__(self) -> Iterator[Likeness]:
        for start in range(0, len(self.found), _BLOCK):
            for one in self.found[start : start + _BLOCK].tolist():
                yield Likeness(*one)


def nothing() -> Compared:
    """As long as nothing was compared."""
    import numpy as np

    return Compared(np.zeros(0, np.dtype(_LIKENESS)), 0)


def compare(
    rows: "NDArray[np.void]",
    answers: "NDArray[np.void]",
    near: NearTexts | None,
    settings: CheckSettings,
    stopped: Stop,
    told: Callable[[float], None] = lambda _: None,
) -> Compared:
    """Find what is alike among all examples; `near` has their first questions, folded.

    `rows` and `answers` are as `examine` gives them, `row` of an answer counted over all. What is
    found until it is `stopped` is given back; `told` is told how far it is, 0 to 1.
    """
    import numpy as np

    found = [*_questions(rows), _answers(rows, answers), _openings(rows, settings.opening_share)]
    if near is not None:
        found.append(_near(rows, near, stopped, told))
    every = np.concatenate(found)
    kept = np.ones(len(every), bool)
    for bit, name in enumerate(WAIVABLE):
        mine = every["kind"] == _KINDS[name]
        if name in ("duplicate-question", "two-answers"):
            mine &= every["same"] == (name == "duplicate-question")
        waived = rows["waived"][every["row"]] >> bit & 1 > 0
        kept &= ~mine if name in settings.off else ~(mine & waived)
    every = every[kept]
    order = np.lexsort((every["turn"], every["kind"], every["row"]))
    return Compared(every[order], int((rows["opening"] != 0).sum()))


def _found(row: "Rows", kind: int, **columns: object) -> "NDArray[np.void]":
    import numpy as np

    found = np.zeros(len(row), np.dtype(_LIKENESS))
    found["row"], found["kind"], found["other"] = row, kind, -1
    for name, values in columns.items():
        found[name] = values
    return found


def _groups(keys: "Hashes") -> "tuple[Rows, Rows]":
    """For each key, the first place that has it, and how many have it."""
    import numpy as np

    _, first, inverse, counts = np.unique(
        keys, return_index=True, return_inverse=True, return_counts=True
    )
    return first[inverse], counts[inverse]


def _questions(rows: "NDArray[np.void]") -> "Iterator[NDArray[np.void]]":
    import numpy as np

    asked = np.flatnonzero(rows["turn"] >= 0)
    turns, hashes = rows["turn"][asked], rows["answer"][asked]
    first, _ = _groups(rows["key"][asked])
    exact, _ = _groups(rows["exact"][asked])
    places = np.arange(len(asked))
    again = np.flatnonzero((first != places) & (exact != places))
    others = exact[again]
    yield _found(
        asked[again],
        REPEATED,
        turn=turns[again],
        other=asked[others],
        same=hashes[again] == hashes[others],
    )
    alike = np.flatnonzero((first != places) & (exact == places))
    yield _found(asked[alike], SIMILAR, turn=turns[alike], other=asked[first[alike]])


def _near(
    rows: "NDArray[np.void]", near: NearTexts, stopped: Stop, told: Callable[[float], None]
) -> "NDArray[np.void]":
    import numpy as np

    asked = np.flatnonzero(rows["turn"] >= 0)
    first, _ = _groups(rows["key"][asked])
    among = asked[first == np.arange(len(asked))]
    best: dict[int, tuple[float, int]] = {}
    for earlier, later, score in near.pairs(stopped, among, told):
        best[later] = min(best.get(later, (0.0, 0)), (-score, earlier))
    row = np.fromiter(best, np.int64, len(best))
    return _found(
        row,
        NEAR,
        turn=rows["turn"][row],
        other=[other for _, other in best.values()],
        score=[-score for score, _ in best.values()],
    )


def _answers(rows: "NDArray[np.void]", answers: "NDArray[np.void]") -> "NDArray[np.void]":
    import numpy as np

    row, key = answers["row"], answers["key"]
    # Of an example that gives one answer twice, both are told, and it counts once.
    order = np.lexsort((np.arange(len(answers)), row, key))
    once = np.ones(len(answers), bool)
    once[order[1:]] = (row[order[1:]] != row[order[:-1]]) | (key[order[1:]] != key[order[:-1]])
    distinct = np.flatnonzero(once)
    keys, at, counts = np.unique(key[distinct], return_index=True, return_counts=True)
    where = keys.searchsorted(key)
    first, count = row[distinct[at]][where], counts[where]
    pairs, _ = _groups(rows["pair"])
    told = np.flatnonzero((first != row) & (pairs[row] == row))
    exact = _mixed(first, answers["exact"])
    return _found(
        row[told],
        ANSWER,
        turn=answers["turn"][told],
        other=first[told],
        many=count[told],
        same=np.isin(exact[told], _mixed(row, answers["exact"])),
    )


def _mixed(row: "NDArray[np.int32]", exact: "Hashes") -> "Hashes":
    import numpy as np

    return np.asarray(exact ^ (row.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)))


def _openings(rows: "NDArray[np.void]", share: float) -> "NDArray[np.void]":
    import numpy as np

    there = np.flatnonzero(rows["opening"])
    first, counts = _groups(rows["opening"][there])
    many = (counts > FEW) & (counts > share * len(there)) & (first == np.arange(len(there)))
    places = np.flatnonzero(many)
    return _found(there[places], OPENING, many=counts[places])
