"""A label on one line, `LOW 1 greeting`, as people type it."""

import re
from collections.abc import Mapping
from typing import Any, Final

from jessy_tui.dataset.example import complexity_in, iterations_in
from jessy_tui.errors import JessyError
from jessy_tui.iteration import MAX_ITERATIONS, MIN_ITERATIONS, Complexity, describe_band

LABEL_KEYS: Final = ("complexity", "iterations", "category")
"""The keys of a label, in the order in which they are written."""


class ContradictionError(JessyError):
    """A label whose iterations are outside the band of its complexity."""

    def __init__(self, line: int, complexity: Complexity, iterations: int) -> None:
        super().__init__(f"Line {line}: {contradiction(complexity, iterations)}.")
        self.line = line
        self.label = f"{Complexity.of(iterations)} {iterations}"
        """The label that these iterations belong to: "HIGH 7"."""
        self._complexity = complexity

    def mended(self, text: str) -> str:
        """The text in which it stands, with the complexity that the iterations imply."""
        lines = text.split("\n")
        right, _, _ = self.label.partition(" ")
        lines[self.line - 1] = re.sub(
            rf"\b{self._complexity}\b", right, lines[self.line - 1], count=1, flags=re.IGNORECASE
        )
        return "\n".join(lines)


def label_text(metadata: Mapping[str, Any]) -> str | None:
    """The label on one line, or None where it is not whole or would not read back the same."""
    complexity, iterations = complexity_in(metadata), iterations_in(metadata)
    category = metadata.get("category")
    if complexity is None or iterations is None or not isinstance(category, str):
        return None
    if not category or category != category.strip() or not category.isprintable():
        return None
    return f"{complexity} {iterations} {category}"


def label_of(text: str, old: Mapping[str, Any], line: int) -> dict[str, Any]:
    """The metadata that a line such as `LOW 1 greeting` stands for; the category may be missing.

    A contradiction is let through where `old` has the very same.

    Raises:
        JessyError: what is wrong with it, with the line it stands on and the remedy.
    """
    word, _, rest = text.partition(" ")
    number, _, category = rest.strip().partition(" ")
    complexity = Complexity.__members__.get(word.upper()) if word.isascii() else None
    if complexity is None:
        raise JessyError(
            f'Line {line}: "{word[:30]}" is no complexity; write LOW, MEDIUM or HIGH, then the '
            "iterations and the category."
        )
    if not (number.isascii() and number.isdigit() and len(number) == 1 and number != "0"):
        raise JessyError(
            f'Line {line}: "{number[:30]}" is no number of iterations; write {MIN_ITERATIONS} to '
            f"{MAX_ITERATIONS} after {complexity}."
        )
    label: dict[str, Any] = {"complexity": str(complexity), "iterations": int(number)}
    unchanged = all(old.get(key) == value for key, value in label.items())
    if contradiction(complexity, int(number)) and not unchanged:
        raise ContradictionError(line, complexity, int(number))
    if category := category.strip():
        label["category"] = category
    return label


def contradiction(complexity: Complexity, iterations: int) -> str | None:
    """Why the two do not go together, with the remedy and without a full stop; None if they do."""
    if iterations in complexity.band:
        return None
    right = Complexity.of(iterations)
    return (
        f"{complexity} goes with {describe_band(complexity)} iterations, not with {iterations}; "
        f"write {right} {iterations}, or {complexity} with {describe_band(complexity)}"
    )
