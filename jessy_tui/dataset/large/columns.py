"""The labels of a large file's rows in columns, filled row by row from the front."""

from typing import TYPE_CHECKING, Final

from jessy_tui.dataset.large.labels import Labels
from jessy_tui.dataset.large.table import Column

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NUMBERS: Final = ("turns", "length", "weight")
NAMES: Final = ("category", "part", "language")


class Columns:
    """One thread adds labels; any may read those of the first `rows` rows."""

    def __init__(self) -> None:
        self._columns = {
            "complexity": Column("uint8"),
            "iterations": Column("uint8"),
            "plain": Column("uint8"),
            **{name: Column("uint32") for name in (*NUMBERS, *NAMES)},
        }
        self.names: list[str] = [""]
        """What the numbers of the columns in `NAMES` stand for; 0 for none."""
        self._places = {"": 0}
        self.rows = 0

    def add(self, labels: Labels) -> None:
        """Add the labels of the rows that follow."""
        import numpy as np

        place = np.frombuffer(labels.label, np.uint32)
        for name in ("complexity", "iterations", "weight"):
            numbers = [getattr(label, name) for label in labels.distinct]
            self._columns[name].append(np.array(numbers, np.uint32)[place])
        for name in NAMES:
            numbers = [self._place(getattr(label, name)) for label in labels.distinct]
            self._columns[name].append(np.array(numbers, np.uint32)[place])
        self._columns["plain"].append(np.frombuffer(labels.plain, np.uint8))
        self._columns["turns"].append(np.frombuffer(labels.turns, np.uint32))
        self._columns["length"].append(np.frombuffer(labels.length, np.uint32))
        self.rows += labels.rows

    def __getitem__(self, name: str) -> "NDArray[np.int64]":
        """One column, as far as it is filled."""
        return self._columns[name].view()

    def _place(self, name: str) -> int:
        place = self._places.get(name)
        if place is None:
            place = self._places[name] = len(self.names)
            self.names.append(name)
        return place
