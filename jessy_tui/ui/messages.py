"""What happened, told to whoever listens. All in the past tense."""

from dataclasses import dataclass

from textual.message import Message

from jessy_tui.dataset.changes import Change
from jessy_tui.dataset.merging.looking import Looked
from jessy_tui.dataset.store import ExampleStore, Progress


@dataclass
class StoreOpened(Message):
    """The workspace's examples have been read."""

    store: ExampleStore


@dataclass
class Indexed(Message):
    """More rows of the large files are known; all of them where `progress` is None."""

    progress: Progress | None


@dataclass
class StoreChanged(Message):
    """The store was changed from another thread than the screen's."""

    change: Change


@dataclass
class FindingsChanged(Message):
    """The checks have found something new, or are further."""


@dataclass
class Saved(Message):
    """The edits have been written to `files`, by name."""

    files: tuple[str, ...]
    then_leave: bool


@dataclass
class DiskChanged(Message):
    """Other hands changed files of the workspace; `looked` is what was found."""

    looked: Looked


@dataclass
class SavingFailed(Message):
    """Nothing, or not everything, could be saved; `reason` is a sentence."""

    reason: str
    conflicts: bool = False
    """Whether conflicts have to be settled first."""


@dataclass
class OpeningFailed(Message):
    """The workspace's examples could not be opened; `reason` is a sentence."""

    reason: str
