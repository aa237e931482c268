"""Checks of what the label says."""

from collections.abc import Iterator
from typing import Final

from jessy_tui.dataset.checks.finding import ExampleCheck, Flaw
from jessy_tui.dataset.checks.schema import labels_of
from jessy_tui.dataset.example import Example, plan_in
from jessy_tui.iteration import Complexity, describe_band


def _band(example: Example) -> Iterator[Flaw]:
    for path, metadata in labels_of(example):
        plan = plan_in(metadata) if isinstance(metadata, dict) else None
        if plan is None or plan.in_band:
            continue
        band, fitting = describe_band(plan.complexity), Complexity.of(plan.iterations)
        reason = (
            f"{plan.iterations} iterations are outside the band of {plan.complexity}, {band}; "
            f"write {band}, or the complexity {fitting}."
        )
        yield Flaw((*path, "iterations"), reason)


CHECKS: Final = (ExampleCheck("band", "error", _band),)
