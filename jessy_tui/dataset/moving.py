"""Moving examples from file to file, as one change that is undone in one go."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.store import ExampleStore


@dataclass(slots=True)
class Moved:
    """What a move did."""

    ids: list[int] = field(default_factory=list)
    """The entries in the file they were moved to; they are new ones there."""
    stayed: list[str] = field(default_factory=list)
    """A sentence for each that cannot be moved."""


def move(store: ExampleStore, entry_ids: Iterable[int], target: Path, summary: str) -> Moved:
    """Move entries to the end of a file; those that stand in it already stay where they are.

    All keys go along, also unknown ones. A line that cannot be read has no value that another
    file could hold, so it stays.

    Raises:
        KeyError: there is no such entry.
        JessyError: the file cannot take them, or the change not be journalled; nothing is moved.
    """
    moved = Moved()
    with store.together(summary):
        for entry_id in entry_ids:
            entry = store.entry(entry_id)
            if entry.problem is not None:
                moved.stayed.append(entry.problem)
            elif entry.file != target:
                store.delete(entry_id)
                moved.ids.append(store.insert(None, target, Example(entry.example.raw)))
    return moved
