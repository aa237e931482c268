"""Numbers of findings in words."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from jessy_tui.ui.text import count_of

if TYPE_CHECKING:
    from jessy_tui.dataset.checks import Said


def words_of(by_check: "Mapping[Said, int]") -> str:
    """How many there are of each severity: "2 errors, 7 warnings"; "" where there are none."""
    counts = {"error": 0, "warning": 0, "note": 0}
    for said, count in by_check.items():
        counts[said.severity] += count
    return ", ".join(count_of(count, severity) for severity, count in counts.items() if count)
