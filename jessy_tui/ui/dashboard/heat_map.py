"""Complexity x iterations x category: what each cell holds, shaded, with the empty ones marked."""

from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import Binding
from textual.color import Color
from textual.message import Message
from textual.reactive import reactive

from jessy_tui.bars import compact, shade
from jessy_tui.dataset.figures import cell_query
from jessy_tui.dataset.gaps import Grid
from jessy_tui.iteration import Complexity
from jessy_tui.ui.dashboard.panel import Panel
from jessy_tui.ui.text import count_of, one_line
from jessy_tui.ui.themes import band_colour

SHORT = "▾"
"""Stands behind the count of a cell that is short of its target."""
_MOST_NAME, _LEAST_NAME = 22, 6


class HeatMap(Panel):
    """Categories below each other, iterations side by side, the bands apart."""

    PLACE: ClassVar[str] = "Heat map"
    HEADER: ClassVar[int] = 2
    whole_row: ClassVar[bool] = False
    BINDINGS = [
        Binding("h,left", "across(-1)", "Left", show=False, tooltip="The cell to the left"),
        Binding("l,right", "across(1)", "Right", show=False, tooltip="The cell to the right"),
        Binding("0", "across_to(0)", "Start", show=False, tooltip="The first iterations"),
        Binding("dollar_sign", "across_to(-1)", "End", show=False, tooltip="The last iterations"),
        Binding("enter", "choose", "Show these", tooltip="Show the examples of this cell"),
        Binding("a", "write", "Write one", tooltip="Write an example for this cell"),
    ]

    column: reactive[int] = reactive(0, repaint=False)
    """The place of the iterations in hand."""

    @dataclass
    class Wanted(Message):
        """An example of a cell is to be written."""

        iterations: int
        category: str

    def __init__(self) -> None:
        super().__init__("Complexity x iterations x category", id="heat")
        self._grid: Grid | None = None
        self._numbers = (2, 2)
        """The widths of the numbers in a cell, and of those at the end of a row."""

    def show(self, grid: Grid) -> None:
        """Draw a grid as it is now."""
        held, first = self.category, self._grid is None
        self._grid = grid
        number = max(2, max((len(compact(count)) for count in grid.counts.values()), default=0))
        self._numbers = number, max(number, len(compact(sum(grid.counts.values()))))
        if not first and held in grid.categories:
            self.set_reactive(HeatMap.cursor, grid.categories.index(held))
        self.set_reactive(HeatMap.column, self.validate_column(self.column))
        self.rows_changed()
        self.cursor_moved()

    # --- what is in hand -----------------------------------------------------------------------

    @property
    def row_count(self) -> int:
        return len(self._grid.categories) if self._grid is not None else 0

    @property
    def category(self) -> str | None:
        """The category in hand; None also for the row of those that have none."""
        if self._grid is None or self.cursor >= len(self._grid.categories):
            return None
        return self._grid.categories[self.cursor]

    @property
    def iterations(self) -> int | None:
        """The iterations in hand; None for the column of those that have none."""
        return self._grid.columns[self.column] if self._grid is not None else None

    def validate_column(self, column: int) -> int:
        last = len(self._grid.columns) - 1 if self._grid is not None else 0
        return max(0, min(column, last))

    def watch_column(self) -> None:
        self.cursor_moved()
        self.refresh()

    def cursor_moved(self) -> None:
        """Say below the map what the cell in hand is."""
        grid = self._grid
        if grid is None or not grid.categories:
            self.border_subtitle = ""
            return
        category, iterations = self.category, self.iterations
        count, target = grid.count(category, iterations), grid.target(category, iterations)
        label = f"{Complexity.of(iterations)} {iterations}" if iterations else "no iterations"
        words = f"{one_line(category or 'no category', 22).rstrip()} · {label} · "
        if target >= 0.5:
            words += f"{count:,} of {target:,.0f} wanted"
            short = grid.short(category, iterations)
            words += f" · {short:,} short" if short else ""
        else:
            words += count_of(count, "example") if count else "none, and none is wanted"
        self.border_subtitle = words.replace("[", r"\[")

    # --- drawing -------------------------------------------------------------------------------

    def _widths(self, width: int) -> tuple[int, int, int]:
        """Of the names, of the number in a cell, and of the sum at the end of a row."""
        grid = self._grid
        assert grid is not None  # noqa: S101 - there are rows to be drawn
        number, sums = self._numbers
        cells = len(grid.columns) * (number + 2) + sum(map(_begins_band, grid.columns))
        return max(_LEAST_NAME, min(_MOST_NAME, width - 1 - cells - sums - 1)), number, sums

    def draw_header(self, line: int, width: int) -> Text:
        if self._grid is None:
            return Text("")
        names, number, sums = self._widths(width)
        text, cell = Text(" " * (names + 1)), number + 2
        variables = self.app.theme_variables
        if line == 0:
            for complexity in Complexity:
                room = cell * len(complexity.band)
                text.append(" ").append(
                    f"{complexity:^{room}}", f"bold {band_colour(complexity, variables)}"
                )
            return text
        for iterations in self._grid.columns:
            if _begins_band(iterations):
                text.append(" ")
            text.append(f"{iterations or '–':>{number + 1}} ", self.styled("quiet"))
        return text.append(f" {'all':>{sums}}", self.styled("quiet"))

    def draw_row(self, row: int, width: int, *, on_cursor: bool) -> Text:
        grid = self._grid
        assert grid is not None  # noqa: S101 - there are rows
        names, number, sums = self._widths(width)
        category = grid.categories[row]
        text = Text("▸" if on_cursor else " ")
        text.append(
            one_line(category if category is not None else "(none)", names),
            "bold" if on_cursor else "",
        )
        for place, iterations in enumerate(grid.columns):
            if _begins_band(iterations):
                text.append(" ")
            in_hand = on_cursor and place == self.column
            text.append_text(self._cell(grid, category, iterations, number, in_hand=in_hand))
        everything = sum(grid.count(category, iterations) for iterations in grid.columns)
        return text.append(f" {compact(everything):>{sums}}", self.styled("quiet"))

    def _cell(
        self,
        grid: Grid,
        category: str | None,
        iterations: int | None,
        number: int,
        *,
        in_hand: bool,
    ) -> Text:
        count, short = grid.count(category, iterations), grid.short(category, iterations)
        level = (count / grid.most) ** 0.5 if grid.most else 0.0
        shown = compact(count) if count or short else "·"
        words = f"{shade(level)}{shown:>{number}}{SHORT if short else ' '}"
        if in_hand:
            return Text(f"▸{words[1:]}", self.styled("cursor") + Style(bold=True, reverse=True))
        if not count and not short:
            return Text(words, self.styled("quiet"))
        style = self._shaded(iterations, level)
        return Text.assemble((words[:-1], style), (words[-1], self.styled("short")))

    def _shaded(self, iterations: int | None, level: float) -> Style:
        """Darker or brighter with the count, in the colour of the band."""
        variables = self.app.theme_variables
        background = Color.parse(variables["background"])
        if iterations is None or not level:
            return Style(bold=True)
        colour = Color.parse(band_colour(Complexity.of(iterations), variables))
        behind = background.blend(colour, 0.12 + 0.5 * level)
        return Style(
            color=behind.get_contrast_text(1.0).rich_color if level > 0.75 else None,
            bgcolor=behind.rich_color,
        )

    # --- keys ----------------------------------------------------------------------------------

    def action_across(self, columns: int) -> None:
        """Move the cursor to another cell of the row, or on to the next panel."""
        if self._grid is not None and 0 <= self.column + columns < len(self._grid.columns):
            self.column += columns
        else:
            self.post_message(self.LeftAt(columns))

    def action_across_to(self, column: int) -> None:
        """Move the cursor to a cell of the row; -1 is the last."""
        last = len(self._grid.columns) - 1 if self._grid is not None else 0
        self.column = column if column >= 0 else last

    def clicked(self, x: int) -> None:
        """Take the cell that was clicked in hand."""
        if self._grid is None:
            return
        names, number, _ = self._widths(self.scrollable_content_region.width)
        place = names + 1
        for column, iterations in enumerate(self._grid.columns):
            place += _begins_band(iterations) + number + 2
            if x < place:
                self.column = column
                return

    def action_choose(self) -> None:
        """Show the examples of the cell in hand."""
        if self._grid is not None and self._grid.categories:
            count = self._grid.count(self.category, self.iterations)
            query = cell_query(self.category, self.iterations)
            self.post_message(self.Chosen(count, query))

    def action_write(self) -> None:
        """Write an example for the cell in hand."""
        if self.category is None or self.iterations is None:
            self.notify("Go to a cell that has a category and iterations.", severity="warning")
        else:
            self.post_message(self.Wanted(self.iterations, self.category))


def _begins_band(iterations: int | None) -> bool:
    return iterations is None or iterations == Complexity.of(iterations).band[0]
