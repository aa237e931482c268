"""Checks of what the label says."""

from collections.abc import Iterator
from typing import Final

from jessy_tui.dataset.checks.check import ExampleCheck
from jessy_tui.dataset.checks.finding import Flaw
from jessy_tui.dataset.checks.subject import Subject
from jessy_tui.dataset.example import plan_in
from jessy_tui.iteration import Complexity, describe_band


def _band(subject: Subject) -> Iterator[Flaw]:
    for path, label in subject.labels:
        plan = plan_in(label)
        if plan is None or plan.in_band:
            continue
        band, fitting = describe_band(plan.complexity), Complexity.of(plan.iterations)
        reason = (
            f"{plan.iterations} iterations are outside the band of {plan.complexity}, {band}; "
            f"write {band}, or the complexity {fitting}."
        )
        yield Flaw((*path, "iterations"), reason)


CHECKS: Final = (
    ExampleCheck("band", "error", "Iterations outside the band of their complexity.", _band),
)
