"""One distribution as bars, each with a mark where its target is, and how it stands in words."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding

from jessy_tui.bars import bar
from jessy_tui.dataset.figures import Figure, Row
from jessy_tui.ui.dashboard.panel import Panel
from jessy_tui.ui.text import one_line
from jessy_tui.ui.themes import band_colour

_MOST_NAME = 24


class BarPanel(Panel):
    """A figure. Enter goes to the examples of the bar in hand."""

    PLACE: ClassVar[str] = "Bars"
    BINDINGS = [
        Binding("enter", "choose", "Show these", tooltip="Show the examples of this bar"),
    ]

    def __init__(self, key: str, title: str) -> None:
        super().__init__(title, id=key)
        self._rows: Sequence[Row] = ()
        self._widths = (0, 0, 0)
        """Of names, counts and verdicts, the longest of all."""
        self._scale = 1.0
        """What the longest bar stands for: the largest count or target."""
        self._words = ""
        """How the figure stands to its targets."""

    def show(self, figure: Figure, subtitle: str = "") -> None:
        """Draw a figure as it is now."""
        held = self._rows[self.cursor].name if self.cursor < len(self._rows) else None
        self._rows = figure.rows
        names = [row.name for row in figure.rows]
        if held in names:
            # The bars change places as their counts do; the cursor stays on what it was on.
            self.set_reactive(BarPanel.cursor, names.index(held))
        # Once for all: every line is drawn anew on each key.
        self._widths = (
            max((cell_len(row.name) + 2 * row.depth for row in figure.rows), default=0),
            max((len(f"{row.count:,}") for row in figure.rows), default=0),
            max((len(row.target.verdict) for row in figure.rows if row.target), default=0),
        )
        counts = [float(row.count) for row in figure.rows]
        self._scale = max([*counts, *(row.target.aim for row in figure.rows if row.target), 1.0])
        self._words = self.notice = subtitle or figure.verdict
        self.rows_changed()
        self.cursor_moved()

    @property
    def row_count(self) -> int:
        return len(self._rows)

    def cursor_moved(self) -> None:
        """Say below the bars how they stand; of the one in hand, what is wanted."""
        target = self._rows[self.cursor].target if self._rows and self.has_focus else None
        if target is None:
            self.border_subtitle = self._words if self._rows else ""
        else:
            wanted = f"{target.aim:,.0f}"
            if target.kind == "category":
                wanted = target.wanted
            words = f"{target.count:,} found, {wanted} wanted · {target.verdict}"
            self.border_subtitle = words.replace("[", r"\[")

    def draw_row(self, row: int, width: int, *, on_cursor: bool) -> Text:
        one = self._rows[row]
        longest, counts, verdicts = self._widths
        names = min(longest, _MOST_NAME, max(6, width // 2 - 4))
        room = width - 1 - names - 1 - 1 - counts - 5 - (verdicts + 1 if verdicts else 0)
        scale, target = self._scale, one.target
        mark = target.aim / scale if target is not None else None
        text = Text("▸" if on_cursor else " ")
        indent = "  " * one.depth
        text.append(f"{indent}{one_line(one.name, names - len(indent))} ")
        drawn = bar(one.count / scale, max(0, room), mark)
        text.append(drawn, "" if on_cursor else self._colour(one))
        text.append(f" {one.count:>{counts},}", "bold")
        text.append(f" {one.share:>4.0%}", "" if on_cursor else self.styled("quiet"))
        if target is not None:
            style = self.styled("met" if target.met else "short")
            text.append(f" {target.verdict}", "" if on_cursor else style)
        return text

    def _colour(self, row: Row) -> str:
        variables = self.app.theme_variables
        if row.band is not None:
            return band_colour(row.band, variables)
        return variables["secondary"] if row.depth else variables["primary"]

    def action_choose(self) -> None:
        """Show the examples of the bar in hand."""
        if self._rows:
            row = self._rows[self.cursor]
            self.post_message(self.Chosen(row.count, row.query, self.id))
