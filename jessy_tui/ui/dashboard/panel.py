"""A panel of the Dashboard: rows with a cursor, drawn line by line, of which only some are seen."""

import textwrap
from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip


class Panel(ScrollView, can_focus=True):
    """Rows in a frame. Past its last row the cursor goes on to the next panel."""

    COMPONENT_CLASSES = {"panel--cursor", "panel--quiet", "panel--short", "panel--met"}
    HEADER: ClassVar[int] = 0
    """Lines at the top that do not scroll."""
    BINDINGS = [
        Binding("j,down", "move(1)", "Down", show=False, tooltip="The next row, or the next panel"),
        Binding("k,up", "move(-1)", "Up", show=False, tooltip="The row before, or that panel"),
        Binding("h,left", "screen.panel(-1)", "Left", show=False, tooltip="The panel before"),
        Binding("l,right", "screen.panel(1)", "Right", show=False, tooltip="The next panel"),
        Binding("g,home", "move_to(0)", "First", show=False, tooltip="The first row"),
        Binding("G,end", "move_to(-1)", "Last", show=False, tooltip="The last row"),
        Binding("ctrl+d", "page(0.5)", "Half down", show=False, tooltip="Half a page down"),
        Binding("ctrl+u", "page(-0.5)", "Half up", show=False, tooltip="Half a page up"),
        Binding("ctrl+f,pagedown", "page(1)", "Page down", show=False, tooltip="A page down"),
        Binding("ctrl+b,pageup", "page(-1)", "Page up", show=False, tooltip="A page up"),
    ]

    cursor: reactive[int] = reactive(0, repaint=False)
    """The row in hand."""

    @dataclass
    class Chosen(Message):
        """The examples of a row are asked for."""

        count: int
        query: str
        panel: str | None = None
        """The id of the panel."""

    def __init__(self, title: str, *, id: str) -> None:  # noqa: A002 - as every widget has it
        super().__init__(id=id, classes="panel")
        self.border_title = title
        self.notice = ""
        """What is said where there are no rows."""

    # --- what a panel says of itself -----------------------------------------------------------

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def draw_row(self, row: int, width: int, *, on_cursor: bool) -> Text:
        """One row, as wide as it likes up to `width`."""
        raise NotImplementedError

    def draw_header(self, line: int, width: int) -> Text:
        """One of the `HEADER` lines."""
        raise NotImplementedError

    # --- drawing -------------------------------------------------------------------------------

    def rows_changed(self) -> None:
        """Draw the rows as they are now."""
        self.virtual_size = Size(self.scrollable_content_region.width, self._lines)
        self.cursor = self.validate_cursor(self.cursor)
        self._keep_in_view()
        self.refresh()

    @property
    def _lines(self) -> int:
        return (self.row_count or len(self._notice_lines)) + self.HEADER

    @property
    def _notice_lines(self) -> list[str]:
        return textwrap.wrap(self.notice, max(8, self.scrollable_content_region.width))

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        if y < self.HEADER:
            return self._strip(self.draw_header(y, width), width, self.rich_style)
        row = round(self.scroll_y) + y - self.HEADER
        if not self.row_count and row < len(lines := self._notice_lines):
            return self._strip(Text(lines[row], self.styled("quiet")), width, self.rich_style)
        if row >= self.row_count:
            return Strip.blank(width, self.rich_style)
        on_cursor = row == self.cursor and self.has_focus
        style = (
            self.rich_style + self.styled("cursor")
            if on_cursor and self.whole_row
            else self.rich_style
        )
        return self._strip(self.draw_row(row, width, on_cursor=on_cursor), width, style)

    whole_row: ClassVar[bool] = True
    """Whether the cursor is all of a row."""

    def styled(self, name: str) -> Style:
        """The style of a part: "cursor", "quiet", "short" or "met"."""
        return self.get_component_rich_style(f"panel--{name}", partial=True)

    def _strip(self, text: Text, width: int, style: Style) -> Strip:
        text.end = ""
        text.no_wrap = True
        strip = Strip(list(text.render(self.app.console))).crop(0, width)
        return strip.apply_style(style).adjust_cell_length(width, style)

    # --- moving --------------------------------------------------------------------------------

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, self.row_count - 1))

    def watch_cursor(self, old: int, new: int) -> None:
        if old != new:
            self._keep_in_view()
            self.cursor_moved()
            self.refresh()

    def cursor_moved(self) -> None:
        """Another row is in hand, or the focus has come or gone."""

    def on_mount(self) -> None:
        self.watch(self, "has_focus", self._focus_moved, init=False)

    def _focus_moved(self) -> None:
        self.cursor_moved()
        self.refresh()

    def on_resize(self, _: events.Resize) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, self._lines)
        self._keep_in_view()

    def _keep_in_view(self) -> None:
        height = max(1, self.scrollable_content_region.height - self.HEADER)
        top = round(self.scroll_y)
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False)

    def action_move(self, rows: int) -> None:
        """Move the cursor by `rows`, or on to the next panel."""
        if 0 <= self.cursor + rows < self.row_count:
            self.cursor += rows
        else:
            self.post_message(self.LeftAt(rows))

    @dataclass
    class LeftAt(Message):
        """The cursor goes beyond an end: 1 for the last row, -1 for the first."""

        step: int

    def action_move_to(self, row: int) -> None:
        """Move the cursor to a row; -1 is the last."""
        self.cursor = row if row >= 0 else self.row_count - 1

    def action_page(self, pages: float) -> None:
        """Move the cursor by a share of what is in view."""
        height = max(2, self.scrollable_content_region.height - self.HEADER)
        self.cursor += int(height * pages)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is not None and offset.y >= self.HEADER:
            row = round(self.scroll_y) + offset.y - self.HEADER
            if row < self.row_count:
                self.cursor = row
                self.clicked(offset.x)

    def clicked(self, x: int) -> None:
        """The row in hand was clicked, so many cells from its left end."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return max(1, self._lines)
