"""What a change to the dataset is: values that can be shown, journalled, undone and made again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from jessy_tui.dataset.bulk import Bulk
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.frame import Version
from jessy_tui.dataset.layout import same_json

How = Literal["do", "undo", "redo", "save", "merge"]

Settled = tuple[int, Version | None]
"""A conflict that a change settles: the entry, and what both sides once began with."""


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
    """Edits that are done, undone and redone together, or a save, or what other hands did.

    The edits of a "merge" say what the entries were and are now; they are not undone.
    """

    number: int
    how: How
    summary: str
    """What was done, in the past tense: "edited example 12 of x.json"."""
    edits: tuple[Edit, ...]
    """As they were first made, also where `how` is "undo"."""
    settles: tuple[Settled, ...] = ()
    """The conflicts that it settles; undone, they are open again."""
    bulks: tuple[Bulk, ...] = ()
    """Very many rows of large files that it changes besides."""

    @property
    def description(self) -> str:
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
        return any(bulk.deletes for bulk in self.bulks) or any(
            edit.was is None or edit.now is None for edit in self.edits
        )

    @property
    def entry_ids(self) -> tuple[int, ...]:
        """The entries it touches, in the order of its edits; not the rows of its bulks."""
        settled = (entry_id for entry_id, _ in self.settles)
        return tuple(dict.fromkeys([*(edit.entry_id for edit in self.edits), *settled]))

    def steps(self) -> Iterator[Edit]:
        """The edits as they have to be applied, `how` considered."""
        if self.how == "undo":
            return (edit.reversed() for edit in reversed(self.edits))
        return iter(self.edits)

    def as_(self, how: How) -> "Change":
        """The same change, undone or made again."""
        return replace(self, how=how)


def summarize(edits: Sequence[Edit]) -> str:
    """What edits do, in the past tense and without a full stop."""
    if len(edits) != 1:
        return f"changed {len(edits)} examples"
    edit = edits[0]
    place = f"example {edit.index + 1} of {edit.file.name}"
    if edit.before is None:
        return f"added {place}"
    if edit.after is None:
        return f"deleted {place}"
    what = list(_differences(edit.before, edit.after))
    return f"edited {place}" + (f": {', '.join(what)}" if 0 < len(what) <= _MOST_NAMED else "")


_MOST_NAMED = 3


def _differences(before: Example, after: Example) -> Iterator[str]:
    if before.question != after.question:
        yield "the question"
    if before.answer != after.answer:
        yield "the answer"
    old, new = before.metadata, after.metadata
    for key in dict.fromkeys([*old, *new]):
        if key not in new:
            yield f"without {key}"
        elif key not in old:
            yield f"{key} {_shown(new[key])}"
        elif not same_json(old[key], new[key]):
            yield f"{key} {_shown(old[key])} → {_shown(new[key])}"


def _shown(value: object, width: int = 30) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= width else text[: width - 1] + "…"
