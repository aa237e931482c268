"""The label as answers say it: written before the text, and read back from it."""

from typing import Any, Final

from jessy_tui.dataset.example import plan_in
from jessy_tui.iteration import Complexity, Plan, read_plan

_OPEN: Final = "<think>"
_CLOSE: Final = "</think>"
_SAID: Final = ("complexity", "iterations")
LABEL_KEYS: Final[tuple[str, ...]] = (
    "complexity",
    "iterations",
    "category",
    "language",
    "part",
    "weight",
)
"""What of a label may stand in a column of its own."""
READ: Final = "labels read from a plan header"
THOUGHTS: Final = "answers that begin with thoughts that are no plan, left as they are"


def say(
    text: str, metadata: dict[str, Any] | None, *, plan: bool
) -> tuple[str, dict[str, Any] | None]:
    """An answer with its plan before it, and what of the metadata is left to say."""
    found = plan_in(metadata) if metadata else None
    if metadata is None or found is None or not plan:
        return text, metadata
    left = {key: value for key, value in metadata.items() if key not in _SAID}
    return found.header + text, left or None


def hear(
    text: str, metadata: dict[str, Any] | None
) -> tuple[str, dict[str, Any] | None, str | None]:
    """The text of an answer without its plan, the metadata with it, and what is remarkable.

    Metadata that says a plan already has the last word; the text is left as it is then, unless it
    says just the same.
    """
    if not text.lstrip().startswith(_OPEN):
        return text, metadata, None
    reader = read_plan(text)
    if reader.plan is None:
        return text, metadata, THOUGHTS
    if metadata and any(key in metadata for key in _SAID):
        return text, metadata, None
    rest = text[text.index(_CLOSE) + len(_CLOSE) :]
    rest = rest.removeprefix("\r").removeprefix("\n")
    said = {"complexity": str(reader.plan.complexity), "iterations": reader.plan.iterations}
    return rest, said | (metadata or {}), READ


def label_value(key: str, value: Any) -> Any:
    """The value of a column as a key of the label; None where it is none."""
    match key:
        case "complexity":
            name = value.strip() if isinstance(value, str) else ""
            name = name.upper() if name.isascii() else ""
            return name if name in Complexity.__members__ else None
        case "iterations":
            number = _whole(value)
            return number if number is not None and 1 <= number <= 9 else None
        case "weight":
            number = _whole(value)
            return number if number is not None and number >= 1 else None
    return value if isinstance(value, str) and value.strip() else None


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        return int(value) if len(value) < 12 else None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) else None


def completed(metadata: dict[str, Any]) -> dict[str, Any]:
    """A label with the complexity that follows from its iterations, where it has none."""
    iterations = metadata.get("iterations")
    if "complexity" in metadata or not isinstance(iterations, int) or not 1 <= iterations <= 9:
        return metadata
    return {"complexity": str(Complexity.of(iterations)), **metadata}


def header_of(metadata: dict[str, Any] | None) -> str:
    """The plan header of a label, or nothing."""
    found: Plan | None = plan_in(metadata) if metadata else None
    return found.header if found else ""
