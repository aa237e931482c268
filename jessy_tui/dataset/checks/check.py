"""What a check is."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jessy_tui.dataset.checks.finding import Flaw, Severity
from jessy_tui.dataset.checks.subject import Subject
from jessy_tui.dataset.example import Example
from jessy_tui.workspace import CheckSettings


@dataclass(frozen=True, slots=True)
class NamedCheck:
    """A check that is made together with others, and can be told from them."""

    name: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class ExampleCheck:
    """A check that looks at one example alone."""

    name: str
    severity: Severity
    find: Callable[[Subject], Iterable[Flaw]]


@dataclass(frozen=True, slots=True)
class Place:
    """One example of the dataset and where it stands."""

    number: int
    """Which of the files that are checked it is in, from 0."""
    file: Path
    index: int
    subject: Subject

    @property
    def example(self) -> Example:
        """The example that stands there."""
        return self.subject.example

    def __str__(self) -> str:
        return f"example {self.index + 1} of {self.file.name}"


@dataclass(frozen=True, slots=True)
class DatasetCheck:
    """A check that compares examples with each other."""

    name: str
    severity: Severity
    find: Callable[[Sequence[Place], CheckSettings], Iterator[tuple[Place, Flaw]]]
