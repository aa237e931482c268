"""The findings by check, as the service of the app knows them."""

from collections import Counter
from typing import TYPE_CHECKING

from jessy_tui.dataset.query.nodes import Has
from jessy_tui.ui.dashboard.use_list import Item, UseList

if TYPE_CHECKING:
    from jessy_tui.app import JessyApp

_SIGNS = {"error": "!", "warning": "?", "note": "·"}
_COLOURS = {"error": "error", "warning": "warning", "note": "quiet"}


def show_findings(app: "JessyApp", panel: UseList) -> None:
    """Draw how many examples each check finds something in, the gravest first.

    What is about no one example, such as a file that cannot be read, has no filter.
    """
    findings = app.findings
    if findings.failure:
        panel.show((), nothing=findings.failure)
        return
    counted = Counter(
        {
            (said.severity, said.check, str(Has(said.check))): findings.flagged_count(said.check)
            for said in findings.by_check()
        }
    )
    counted.update((one.severity, one.check, "") for one in findings.about_files())
    order = list(_SIGNS)
    checks = sorted(counted.items(), key=lambda one: (order.index(one[0][0]), -one[1], one[0][1]))
    looking = "" if findings.settled else "looking …"
    # What was not looked at is not said to be well.
    unchecked = findings.too_many and not findings.checked_all
    nothing = "Not checked: press x, then c." if unchecked else "The checks find nothing."
    panel.show(
        [
            Item(check, count, query, _SIGNS[severity], app.theme_variables[_COLOURS[severity]])
            for (severity, check, query), count in checks
        ],
        subtitle=looking or findings.words or "none",
        nothing=looking or nothing,
    )
