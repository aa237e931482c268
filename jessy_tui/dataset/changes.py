"""What a change to the dataset is: values that can be shown, journalled, undone and made again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.files import Piece

How = Literal["do", "undo", "redo", "save"]


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """An example together with the text it is written as."""

    example: Example
    piece: Piece


@dataclass(frozen=True, slots=True)
class Edit:
    """One entry replaced, added (`was` is None) or deleted (`now` is None)."""

    entry_id: int
    file: Path
    index: int
    """The place in the file, from 0, at the moment of the edit."""
    was: Version | None
    now: Version | None

    @property
    def before(self) -> Example | None:
        """The example before the edit; None where it was added."""
        return self.was.example if self.was else None

    @property
    def after(self) -> Example | None:
        """The example after the edit; None where it was deleted."""
        return self.now.example if self.now else None

    def reversed(self) -> "Edit":
        """The edit that takes this one back."""
        return replace(self, was=self.now, now=self.was)


@dataclass(frozen=True, slots=True)
class Change:
    """Edits that are done, undone and redone together, or a save."""

    number: int
    how: How
    summary: str
    """What was done, in the past tense: "edited example 12 of x.json"."""
    edits: tuple[Edit, ...]
    """As they were first made, also where `how` is "undo"."""

    @property
    def notice(self) -> str:
        """A sentence for the person who made it."""
        match self.how:
            case "undo":
                return f"Undone: {self.summary}."
            case "redo":
                return f"Redone: {self.summary}."
        return f"{self.summary[:1].upper()}{self.summary[1:]}."

    @property
    def structural(self) -> bool:
        """Whether entries came or went, so that positions have shifted."""
        return any(edit.was is None or edit.now is None for edit in self.edits)

    @property
    def entry_ids(self) -> tuple[int, ...]:
        """The entries it touches, in the order of its edits."""
        return tuple(dict.fromkeys(edit.entry_id for edit in self.edits))

    def steps(self) -> Iterator[Edit]:
        """The edits as they have to be applied, `how` considered."""
        if self.how == "undo":
            return (edit.reversed() for edit in reversed(self.edits))
        return iter(self.edits)

    def as_(self, how: How) -> "Change":
        """The same change, undone or made again."""
        return replace(self, how=how)


def summarize(edits: Sequence[Edit]) -> str:
    """What edits do, in the past tense."""
    if len(edits) != 1:
        return f"changed {len(edits)} examples"
    edit = edits[0]
    verb = "edited"
    if edit.was is None:
        verb = "added"
    elif edit.now is None:
        verb = "deleted"
    return f"{verb} example {edit.index + 1} of {edit.file.name}"
