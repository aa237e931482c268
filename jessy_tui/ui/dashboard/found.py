"""The findings by check, as the service of the app knows them."""

from typing import TYPE_CHECKING, Any

from jessy_tui.dataset.query.nodes import Has
from jessy_tui.ui.dashboard.use_list import Item, UseList
from jessy_tui.ui.text import count_of

if TYPE_CHECKING:
    from jessy_tui.app import JessyApp

_SIGNS = {"error": "!", "warning": "?", "note": "·"}
_COLOURS = {"error": "error", "warning": "warning", "note": "quiet"}


def show_findings(app: "JessyApp", panel: UseList) -> None:
    """Draw how many examples each check finds something in, the gravest first."""
    findings: Any = getattr(app, "findings", None)
    if findings is None:
        panel.show((), nothing="jessy check says what is wrong.")
        return
    if findings.failure:
        panel.show((), nothing=findings.failure)
        return
    checks = sorted(
        ((said, len(findings.flagged(said.check))) for said in findings.by_check()),
        key=lambda one: (list(_SIGNS).index(one[0].severity), -one[1], one[0].check),
    )
    items = [
        Item(
            said.check,
            count,
            str(Has(said.check)),
            _SIGNS[said.severity],
            app.theme_variables[_COLOURS[said.severity]],
        )
        for said, count in checks
    ]
    counts = findings.counts()
    words = ", ".join(count_of(number, name) for name, number in counts.items() if number)
    looking = "" if findings.settled else "looking …"
    panel.show(
        items,
        subtitle=looking or words or "none",
        nothing=looking or "The checks find nothing.",
    )
