"""What an import or a conversion did with the rows, counted while they went by."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

MOST_BAD: Final = 100
"""So many bad rows are named one by one; the others are counted."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is no example."""

    place: str
    """File and line, as people say it."""
    reason: str
    """Half a sentence."""

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}."


@dataclass
class Report:
    """Counts of one import or conversion, growing while it runs."""

    rows: int = 0
    """Rows that were read, bad ones among them."""
    examples: int = 0
    """Those that became an example, or a row."""
    labelled: int = 0
    """Examples with complexity and iterations."""
    kept: Counter[str] = field(default_factory=Counter)
    """What an example has no place for and is kept beside it, by name."""
    lost: Counter[str] = field(default_factory=Counter)
    """What cannot be carried over, by name."""
    noted: Counter[str] = field(default_factory=Counter)
    bad_rows: int = 0
    bad: list[BadRow] = field(default_factory=list)
    """The first bad rows."""

    @property
    def unlabelled(self) -> int:
        """Examples without complexity or iterations."""
        return self.examples - self.labelled

    def add_bad(self, place: str, reason: str) -> None:
        """Count a row that is no example."""
        self.bad_rows += 1
        if len(self.bad) < MOST_BAD:
            self.bad.append(BadRow(place, reason))

    def count(self, into: Counter[str], names: Iterable[str]) -> None:
        """Count names, each once for a row however often it is there."""
        into.update(dict.fromkeys(names, 1))

    def as_object(self) -> dict[str, Any]:
        """The report for programs."""
        return {
            "rows": self.rows,
            "examples": self.examples,
            "labelled": self.labelled,
            "unlabelled": self.unlabelled,
            "kept_beside": dict(self.kept.most_common()),
            "lost": dict(self.lost.most_common()),
            "noted": dict(self.noted.most_common()),
            "bad_rows": self.bad_rows,
            "bad": [{"place": bad.place, "reason": bad.reason} for bad in self.bad],
        }
