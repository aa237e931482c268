"""What a check is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from jessy_tui.dataset.checks.finding import Flaw, Severity
from jessy_tui.dataset.checks.subject import Subject


@dataclass(frozen=True, slots=True)
class Check:
    """What can be turned off, waived and looked for by its name."""

    name: str
    severity: Severity
    about: str
    """What it finds, as people would say it: "a question that stands there twice"."""


@dataclass(frozen=True, slots=True)
class ExampleCheck(Check):
    """A check that looks at one example alone."""

    find: Callable[[Subject], Iterable[Flaw]]
