"""Applying the fixes that are safe: those a check offers with its finding."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from jessy_tui.dataset.checks.alone import example_flaws, waived_by
from jessy_tui.dataset.checks.finding import FieldPath, field_name
from jessy_tui.dataset.checks.subject import Subject
from jessy_tui.dataset.example import Example
from jessy_tui.workspace import CheckSettings

_MOST_ROUNDS: Final = 20
"""A fix may bring out what another mends, such as blank space behind a control character."""

_DEFAULTS: Final = CheckSettings()


@dataclass(frozen=True, slots=True)
class Fix:
    """One fix that was made."""

    check: str
    field: str | None
    was: str
    """The JSON before, and `now` the JSON after."""
    now: str


def fix_example(
    example: Example, settings: CheckSettings = _DEFAULTS, *, only: str | None = None
) -> tuple[Example, list[Fix]]:
    """The example with all safe fixes made, or `only` those of one check, and what they changed.

    The example that is given is not changed in place.
    """
    fixes: list[Fix] = []
    for _ in range(_MOST_ROUNDS):
        flaws = example_flaws(Subject(example, settings), waived_by(example))
        fixable = (
            (check, flaw)
            for check, flaw in flaws
            if flaw.fix is not None and only in (None, check.name)
        )
        flaw = next(fixable, None)
        if flaw is None:
            break
        check, found = flaw
        assert found.fix is not None  # noqa: S101 - as asked above
        now = json.loads(found.fix)
        was = _at(example.raw, found.path)
        fixes.append(
            Fix(check.name, field_name(found.path), _json(was), _json(now)),
        )
        example = Example(_with(example.raw, found.path, now))
    return example, fixes


def _at(value: Any, path: Sequence[str | int]) -> Any:
    for step in path:
        value = value[step]
    return value


def _with(value: Any, path: FieldPath, new: Any) -> Any:
    """A copy of `value` in which `new` stands at `path`."""
    if not path:
        return new
    step, rest = path[0], path[1:]
    copy = value.copy()
    copy[step] = _with(value[step], rest, new)
    return copy


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
