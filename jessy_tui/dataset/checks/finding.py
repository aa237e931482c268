"""What a check says."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from jessy_tui.dataset.checks.check import Check

Severity = Literal["error", "warning", "note"]
"""An error cannot be trained on; a warning is probably a mistake; a note is worth a look."""

SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "note")
"""The gravest first."""

Span = tuple[int, int]

FieldPath = tuple[str | int, ...]
"""Where in an example: keys and places in lists, such as ("conversations", 1, "value")."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check says of one example, or of a file."""

    check: str
    severity: Severity
    file: Path | None
    """None for an example that is in no file yet."""
    index: int | None
    """The example's place in its file, from 0; None for a finding about the file."""
    line: int | None
    """The line in the file, from 1."""
    field: str | None
    """Such as "conversations[1].metadata.iterations"."""
    message: str
    """What is wrong and what to do, as a sentence."""
    fix: str | None
    """The JSON that can safely take the field's place, where there is one."""
    span: Span | None = None
    """Where in the text of the field, in characters from 0, the end exclusive; None for all."""


class Said(NamedTuple):
    """A finding without its place and its sentence."""

    check: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Flaw:
    """What a check finds in one example; the place in a file is added around it."""

    path: FieldPath
    message: str
    fix: str | None = None
    span: Span | None = None


def field_name(path: FieldPath) -> str | None:
    """A path as people write it; None for the example as a whole."""
    name = ""
    for step in path:
        if isinstance(step, int):
            name += f"[{step}]"
        else:
            name += f".{step}" if name else step
    return name or None


def finding_of(
    check: "Check",
    flaw: Flaw,
    *,
    file: Path | None = None,
    index: int | None = None,
    line: int | None = None,
) -> Finding:
    """A flaw as a finding, its reason as a sentence."""
    message = flaw.message[:1].upper() + flaw.message[1:]
    field = field_name(flaw.path)
    return Finding(
        check.name, check.severity, file, index, line, field, message, flaw.fix, flaw.span
    )
