"""The checks that look at one example alone."""

from collections.abc import Container, Iterator
from typing import Final

from jessy_tui.dataset.checks import (
    encoding,
    generic,
    label,
    language,
    markup,
    overthinking,
    placeholders,
    privacy,
    schema,
    text,
)
from jessy_tui.dataset.checks.check import Check, ExampleCheck
from jessy_tui.dataset.checks.finding import SEVERITIES, Finding, Flaw, finding_of
from jessy_tui.dataset.checks.subject import Subject
from jessy_tui.dataset.example import Example
from jessy_tui.workspace import CheckSettings

EXAMPLE_CHECKS: Final[tuple[ExampleCheck, ...]] = (
    *schema.CHECKS,
    *label.CHECKS,
    *overthinking.CHECKS,
    *text.CHECKS,
    *encoding.CHECKS,
    *markup.CHECKS,
    *placeholders.CHECKS,
    *generic.CHECKS,
    *language.CHECKS,
    *privacy.CHECKS,
)

_DEFAULTS: Final = CheckSettings()


def check_example(example: Example, settings: CheckSettings = _DEFAULTS) -> list[Finding]:
    """What the checks that look at one example alone say of it, the gravest first."""
    flaws = example_flaws(Subject(example, settings), waived_by(example))
    findings = [finding_of(check, flaw) for check, flaw in flaws]
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


def example_flaws(subject: Subject, waived: Container[str]) -> Iterator[tuple[Check, Flaw]]:
    """The flaws of one example and which check found each, in the order of the checks."""
    for check in EXAMPLE_CHECKS:
        if check.name in subject.settings.off:
            continue
        if check.name in waived and check.severity != "error":
            continue
        for flaw in check.find(subject):
            yield check, flaw


def waived_by(example: Example) -> frozenset[str]:
    """The checks an example is excused from; only those that it gives a reason for."""
    waive = example.metadata.get("waive")
    if not isinstance(waive, dict):
        return _NONE
    return frozenset(
        check for check, reason in waive.items() if isinstance(reason, str) and reason.strip()
    )


_NONE: Final[frozenset[str]] = frozenset()
