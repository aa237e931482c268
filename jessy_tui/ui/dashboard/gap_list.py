"""What to write next: the cells that are furthest under their target."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding

from jessy_tui.bars import bar
from jessy_tui.dataset.figures import cell_query
from jessy_tui.dataset.gaps import Gap
from jessy_tui.ui.dashboard.heat_map import HeatMap
from jessy_tui.ui.dashboard.panel import Panel
from jessy_tui.ui.text import one_line
from jessy_tui.ui.themes import band_colour

_NOTHING = "Every cell holds what it should: nothing is missing."
_BAR = 10
_LEAST_NAME = 12


class GapList(Panel):
    """A row a gap. Enter writes an example for it."""

    PLACE: ClassVar[str] = "Gaps"
    BINDINGS = [
        Binding("enter,a", "write", "Write one", tooltip="Write an example for this gap"),
        Binding("f", "choose", "Show these", tooltip="Show the examples that this gap has already"),
    ]

    def __init__(self) -> None:
        super().__init__("Gaps · what to write next", id="gaps")
        self._gaps: Sequence[Gap] = ()
        self._widths = (0, 0)
        """Of "1 of 12" and of "11 short", the longest of all."""

    def show(self, gaps: Sequence[Gap], *, pending: bool = False) -> None:
        """Draw the gaps as they are now; while rows are `pending` there are none yet."""
        self._gaps = gaps
        # Once for all: every line is drawn anew on each key.
        self._widths = (
            max((len(f"{one.count:,} of {one.wanted:,}") for one in gaps), default=0),
            max((len(f"{one.short:,} short") for one in gaps), default=0),
        )
        self.notice = "Known when all rows are read." if pending else _NOTHING
        short = sum(gap.short for gap in gaps)
        self.border_subtitle = f"{short:,} to write in {len(gaps):,} cells" if gaps else ""
        self.rows_changed()

    @property
    def row_count(self) -> int:
        return len(self._gaps)

    def draw_row(self, row: int, width: int, *, on_cursor: bool) -> Text:
        gap = self._gaps[row]
        most, shorts = self._widths
        words = f"{gap.count:,} of {gap.wanted:,}"
        short = f"{gap.short:,} short"
        colour = band_colour(gap.complexity, self.app.theme_variables)
        names = min(22, width - 11 - most - shorts - 3)
        if names < _LEAST_NAME:
            # The name says more than the difference of two numbers that are there.
            names, shorts = min(22, width - 11 - most - 2), 0
        room = width - 11 - names - most - shorts - 3
        text = Text("▸" if on_cursor else " ")
        text.append(f"{gap.complexity:<6} {gap.iterations} ", "bold" if on_cursor else colour)
        text.append(f" {one_line(gap.category, names)}")
        text.append(f" {words:>{most}}", "bold")
        if shorts:
            text.append(f" {short:>{shorts}}", "" if on_cursor else self.styled("short"))
        if room >= _BAR:
            drawn = bar(gap.count / gap.wanted, min(room - 1, 2 * _BAR))
            text.append(f" {drawn}", "" if on_cursor else colour)
        return text

    def action_write(self) -> None:
        """Write an example for the gap in hand."""
        if self._gaps:
            gap = self._gaps[self.cursor]
            self.post_message(HeatMap.Wanted(gap.iterations, gap.category))

    def action_choose(self) -> None:
        """Show what the gap in hand has already."""
        if self._gaps:
            gap = self._gaps[self.cursor]
            self.post_message(self.Chosen(gap.count, cell_query(gap.category, gap.iterations)))
