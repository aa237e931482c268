"""What an import or a conversion did, as lines for a dialog."""

from rich.text import Text

from jessy_tui.dataset.formats.report import Report
from jessy_tui.ui.text import count_of, visible

_SHOWN_BAD = 3


def report_lines(report: Report, noun: str) -> Text:
    """Counts, what is kept beside, what is lost, and the first bad rows."""
    words = f"{count_of(report.rows, 'row')}: {count_of(report.examples, noun)}"
    words += f", {report.labelled:,} labelled"
    if report.unlabelled:
        words += f", {report.unlabelled:,} without a label"
    lines = [Text(f"{words}.", "bold")]
    for title, counts, style in (
        ("kept beside", report.kept, ""),
        ("lost", report.lost, "bold"),
        ("note", report.noted, "dim"),
    ):
        if counts:
            names = ", ".join(f"{name} ({count:,})" for name, count in counts.most_common())
            lines.append(Text.assemble((f"{title}: ", "dim"), (visible(names), style)))
    if report.bad_rows:
        lines.append(Text(f"✗ {count_of(report.bad_rows, 'bad row')}", "bold"))
        for bad in report.bad[:_SHOWN_BAD]:
            place = bad.place.rpartition(", ")[2]
            lines.append(
                Text(f"  {place}: {visible(bad.reason)}", no_wrap=True, overflow="ellipsis")
            )
        if report.bad_rows > _SHOWN_BAD:
            lines.append(Text(f"  … and {report.bad_rows - _SHOWN_BAD:,} more", "dim"))
    return Text("\n").join(lines)
