"""What came of taking in the work of other hands, in figures and in a sentence."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from jessy_tui.dataset.changes import Edit

Happened = Literal["changed", "new", "gone", "reopened"]


@dataclass
class FileMerge:
    """What other hands did to one file, as far as it is seen here."""

    path: Path
    happened: Happened
    changed: int = 0
    """Entries that say something else now."""
    added: int = 0
    gone: int = 0
    conflicts: int = 0
    """Entries of these that were changed here, too, in another way."""
    carried: int = 0
    """Edits that were made again, where the file was opened anew."""
    dropped: int = 0
    """Changes of the history that cannot be undone any more, at least not all of them."""
    edits: list[Edit] = field(default_factory=list)
    """What the entries were here and are now."""

    @property
    def sentence(self) -> str:
        """What happened, for the person at the screen."""
        figures = ", ".join(self._figures())
        name = self.path.name
        match self.happened:
            case "new":
                return f"{name} is new on disk: {_count(self.added, 'example')}."
            case "gone" if not self.conflicts:
                words = f"{name} is gone from the disk: {_count(self.gone, 'example')} gone"
            case "gone":
                words = f"{name} is gone from the disk: {figures}"
            case "reopened":
                words = f"{name} is another file on disk: {_count(self.added, 'example')}"
                if self.carried:
                    words += f", {_count(self.carried, 'edit')} carried over"
            case _ if figures:
                words = f"{name} changed on disk: {figures}; merged"
            case _:
                words = f"{name} changed on disk, but no example did; merged"
        if self.conflicts:
            words += f"; {_count(self.conflicts, 'conflict')} with your edits"
        if self.dropped:
            words += f"; {_count(self.dropped, 'undo step')} no longer fit and left out"
        return f"{words}."

    def _figures(self) -> list[str]:
        figures: list[str] = []
        for count, what in (
            (self.changed, "changed"),
            (self.added, "added"),
            (self.gone, "gone"),
        ):
            if count:
                figures.append(
                    f"{count:,} {what}" if figures else f"{_count(count, 'example')} {what}"
                )
        return figures


@dataclass
class Merge:
    """What came of one look at the disk."""

    files: list[FileMerge] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """A sentence for each file that cannot be read as it is; what is open of it stays."""

    @property
    def conflicts(self) -> int:
        """How many entries are in conflict that were not before."""
        return sum(file.conflicts for file in self.files)

    @property
    def sentence(self) -> str:
        """What happened to the files, in a few sentences."""
        return " ".join(file.sentence for file in self.files)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
