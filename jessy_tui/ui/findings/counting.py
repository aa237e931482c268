"""Numbers of findings in words."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from jessy_tui.ui.text import count_of, sign_of, visible

if TYPE_CHECKING:
    from jessy_tui.dataset.checks import Finding, Said


def in_lines(findings: "Sequence[Finding]", most: int) -> Text:
    """The gravest of some findings, each on one line; the last line says how many more."""
    text = Text(no_wrap=True, overflow="ellipsis", end="")
    for number, finding in enumerate(findings[:most]):
        more = len(findings) - most
        text.append("\n" if number else "")
        text.append(f"{sign_of([finding])} {finding.severity}", "bold")
        text.append(f" ({more} more)" if number == most - 1 and more > 0 else "", "bold")
        text.append(f"  {visible(finding.message)}")
    return text


def words_of(by_check: "Mapping[Said, int]") -> str:
    """How many there are of each severity: "2 errors, 7 warnings"; "" where there are none."""
    counts = {"error": 0, "warning": 0, "note": 0}
    for said, count in by_check.items():
        counts[said.severity] += count
    return ", ".join(count_of(count, severity) for severity, count in counts.items() if count)
