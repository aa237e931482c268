"""The list of examples. It draws only the lines in view, straight from the store."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from jessy_tui.dataset.sortkeys import SortField
from jessy_tui.dataset.store import Entry
from jessy_tui.ui.examples.columns import Placed, Row, default_columns, place
from jessy_tui.ui.examples.view import View
from jessy_tui.ui.text import one_line, sign_of

if TYPE_CHECKING:
    from jessy_tui.dataset.query import Query, Said


class ExampleList(ScrollView, can_focus=True):
    """One line an example, in columns that can be chosen, ordered and sorted by."""

    PLACE: ClassVar[str] = "Example list"
    COMPONENT_CLASSES = {
        "example-list--cursor",
        "example-list--number",
        "example-list--low",
        "example-list--medium",
        "example-list--high",
        "example-list--none",
        "example-list--quiet",
        "example-list--edited",
        "example-list--added",
        "example-list--finding",
        "example-list--header",
        "example-list--heading",
        "example-list--match",
        "example-list--marked",
        "example-list--nothing",
    }
    BINDINGS = [
        Binding("j,down", "move(1)", "Next", show=False, id="list.down"),
        Binding("k,up", "move(-1)", "Previous", show=False, id="list.up"),
        Binding("g,home", "move_to(0)", "First", show=False, id="list.first"),
        Binding("G,end", "move_to(-1)", "Last", show=False, id="list.last"),
        Binding("ctrl+d", "page(0.5)", "Half a page down", show=False, id="list.half_down"),
        Binding("ctrl+u", "page(-0.5)", "Half a page up", show=False, id="list.half_up"),
        Binding("ctrl+f,pagedown", "page(1)", "A page down", show=False, id="list.page_down"),
        Binding("ctrl+b,pageup", "page(-1)", "A page up", show=False, id="list.page_up"),
        Binding("l,right", "column(1)", "Next column", show=False, id="list.column_right"),
        Binding("h,left", "column(-1)", "Previous column", show=False, id="list.column_left"),
    ]

    cursor: reactive[int] = reactive(0, repaint=False)
    """The row of the example in hand."""

    @dataclass
    class Highlighted(Message):
        """The cursor came to another example; None where the list is empty."""

        entry: Entry | None

    @dataclass
    class HeadingPressed(Message):
        """The heading of a column was clicked."""

        field: SortField

    class Opened(Message):
        """An example was clicked twice."""

    def __init__(self) -> None:
        super().__init__()
        self._held: int | None = None
        """The id of the example the cursor was last on."""
        self.view: View | None = None
        self.said_of: Callable[[int], Sequence[Said]] = lambda _: ()
        """Which checks have found something in an example, by its id."""
        self.query_shown: Query | None = None
        """What is highlighted."""
        self.marked: set[int] = set()
        """The ids of the examples that are marked for what is done to several at once."""
        self.chosen: tuple[SortField, ...] | None = None
        """The columns somebody has chosen; None for the usual ones."""
        self.in_hand: SortField = "question"
        """The column that the keys for sorting are about."""
        self.sorted_by: tuple[SortField, bool] | None = None
        """The column it is sorted by, and whether from the greatest down."""
        self.nothing = ""
        """What to say where there is nothing to show."""
        self.tokens_of: Callable[[Entry], str] = lambda _: ""
        """How many tokens an example has, as far as they are counted."""
        self._placed: list[Placed] = []
        self._placed_for: object = None

    # --- what is shown -------------------------------------------------------------------------

    @property
    def current(self) -> Entry | None:
        """The example under the cursor."""
        if self.view is None or not len(self.view):
            return None
        return self.view.get(self.validate_cursor(self.cursor))

    def show(self, view: View, query: "Query | None" = None) -> None:
        """Draw `view` as it is now, the cursor on the example it was on if that is still there."""
        self.view = view
        self.query_shown = query
        self._measure()
        if self._held is not None:
            self._hold(self._held)
        self.cursor = self.validate_cursor(self.cursor)
        self._keep_in_view()
        self.refresh()
        self._tell()

    def _hold(self, entry_id: int) -> None:
        """Put the cursor where an example is now; near it where that is gone from the view."""
        assert self.view is not None  # noqa: S101
        row = self.view.row_of(entry_id)
        if row is None and not self.view.ordered:
            try:
                row = self.view.row_near(self.view.store.position_of(entry_id))
            except KeyError:
                return
        if row is not None:
            self.set_reactive(ExampleList.cursor, row)

    def go_to(self, entry_id: int) -> bool:
        """Put the cursor on an example by its id, now or when the view that has it comes.

        Returns whether the view has it now.

        Raises:
            KeyError: there is no such example.
        """
        if self.view is None:
            return False
        self.view.store.position_of(entry_id)  # raises where it is gone
        row = self.view.row_of(entry_id)
        there = row is not None
        if row is not None:
            self.cursor = row
        self._held = entry_id
        return there

    def _tell(self) -> None:
        current = self.current
        self._held = current.id if current is not None else None
        self.post_message(self.Highlighted(current))

    # --- the cursor ----------------------------------------------------------------------------

    def validate_cursor(self, cursor: int) -> int:
        last = len(self.view) - 1 if self.view is not None else 0
        return max(0, min(cursor, last))

    def watch_cursor(self, old: int, new: int) -> None:
        if old == new:
            return
        self._keep_in_view()
        self.refresh()
        self._tell()

    def on_resize(self, _: events.Resize) -> None:
        self._measure()
        self._keep_in_view()

    def _measure(self) -> None:
        rows = len(self.view) if self.view is not None else 0
        # One line is the header, which stays while the rest scrolls.
        self.virtual_size = Size(self.scrollable_content_region.width, rows + 1)

    def _keep_in_view(self) -> None:
        height = self._page_rows
        top = round(self.scroll_y)
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False)

    @property
    def _page_rows(self) -> int:
        return max(1, self.scrollable_content_region.height - 1)

    def action_move(self, rows: int) -> None:
        """Move the cursor by `rows`."""
        self.cursor += rows

    def action_move_to(self, position: int) -> None:
        """Move the cursor to `position`; -1 is the last."""
        self.cursor = position if position >= 0 else len(self.view or ()) - 1

    def action_page(self, pages: float) -> None:
        """Move the cursor by a share of what is in view."""
        self.cursor += int(self._page_rows * pages)

    def action_column(self, step: int) -> None:
        """Take another column in hand, among those that are drawn."""
        names = [placed.column.name for placed in self._columns()]
        at = names.index(self.in_hand) if self.in_hand in names else -1
        self.in_hand = names[max(0, min(at + step, len(names) - 1))]
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """A row takes the cursor, and opens when clicked twice; a heading sorts."""
        place_in_content = event.get_content_offset(self)
        if place_in_content is None:
            return
        if place_in_content.y == 0:
            field = self._heading_at(place_in_content.x)
            if field is not None:
                self.in_hand = field
                self.post_message(self.HeadingPressed(field))
            return
        row = round(self.scroll_y) + place_in_content.y - 1
        if self.view is not None and row < len(self.view):
            self.cursor = row
            if event.chain == 2:
                self.post_message(self.Opened())

    # --- drawing -------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        if y == 0:
            return self._header(width)
        row = round(self.scroll_y) + y - 1
        if self.view is None or row >= len(self.view):
            if y == 2 and self.nothing and (self.view is None or not len(self.view)):
                style = self.get_component_rich_style("example-list--nothing")
                line = Text(self.nothing, style, no_wrap=True, overflow="ellipsis", end="")
                line.truncate(width)
                line.align("center", width)
                return Strip(line.render(self.app.console), width)
            return Strip.blank(width, self.rich_style)
        entry = self.view.get(row)
        if entry is None:
            return Strip.blank(width, self.rich_style)
        return self._row(row, entry, width)

    def _columns(self) -> list[Placed]:
        """The columns that are drawn, with their widths."""
        width = self.scrollable_content_region.width
        examples = len(self.view.store) if self.view is not None else 0
        names = self.chosen or default_columns(width)
        asked = (width, names, len(f"{examples:,}"))
        if asked != self._placed_for:
            self._placed = place(names, width, max(3, len(f"{examples:,}")))
            self._placed_for = asked
        return self._placed

    def _heading_at(self, x: int) -> SortField | None:
        start = 1
        for placed in self._columns():
            if x <= start + placed.width:
                return placed.column.name
            start += placed.width + 1
        return None

    def _header(self, width: int) -> Strip:
        style = self.get_component_rich_style("example-list--header")
        in_hand = style + self.get_component_rich_style("example-list--heading", partial=True)
        segments = [Segment(" ", style)]
        for placed in self._columns():
            column, cells = placed.column, placed.width
            words = column.heading
            if self.sorted_by is not None and self.sorted_by[0] == column.name:
                arrow = "↓" if self.sorted_by[1] else "↑"
                words = arrow if cells < 3 else one_line(words, min(len(words), cells - 1)) + arrow
            words = one_line(words, min(len(words), cells))
            blank = " " * (cells - len(words))
            here = in_hand if column.name == self.in_hand and self.has_focus else style
            parts = [Segment(blank, style), Segment(words, here)]
            segments += [*(parts if column.right else reversed(parts)), Segment(" ", style)]
        return Strip(segments).adjust_cell_length(width, style)

    def _row(self, row: int, entry: Entry, width: int) -> Strip:
        assert self.view is not None  # noqa: S101
        on_cursor = row == self.cursor
        marked = entry.id in self.marked
        base = (
            self.get_component_rich_style("example-list--cursor") if on_cursor else self.rich_style
        )

        def styled(name: str) -> Style:
            if name == "text":
                return base
            style = self.get_component_rich_style(f"example-list--{name}", partial=True)
            return base + (Style(bold=style.bold) if on_cursor and self.has_focus else style)

        try:
            number = self.view.position(row) + 1
        except KeyError:  # deleted in another thread since
            return Strip.blank(width, self.rich_style)
        columns = self._columns()
        names = {placed.column.name for placed in columns}
        drawn = Row(
            entry,
            number,
            sign_of(self.said_of(entry.id)) if "findings" in names else "",
            self.tokens_of(entry) if "tokens" in names else "",
        )
        mark = "▸" if on_cursor else "•" if marked else " "
        if on_cursor and marked:
            mark = "◆"
        segments = [Segment(mark, styled("marked" if marked else "number"))]
        for placed in columns:
            column, cells = placed.column, placed.width
            name = column.style(drawn)
            text = _fitted(column.cell(drawn), cells, right=column.right)
            style = styled("marked" if marked and column.name == "number" else name)
            if column.name in ("question", "answer"):
                segments += self._matches(text, style, styled("match"))
            else:
                segments.append(Segment(text, style))
            segments.append(Segment(" ", base))
        return Strip(segments).adjust_cell_length(width, base)

    def _matches(self, line: str, base: Style, match: Style) -> list[Segment]:
        """The line with what the query looks for picked out."""
        if self.query_shown is None:
            return [Segment(line, base)]
        from jessy_tui.dataset.query import highlights

        segments: list[Segment] = []
        at = 0
        for start, end in highlights(self.query_shown, line):
            segments.append(Segment(line[at:start], base))
            segments.append(Segment(line[start:end], match))
            at = end
        segments.append(Segment(line[at:], base))
        return segments

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return container.height


def _fitted(words: str, cells: int, *, right: bool) -> str:
    """A text on exactly so many cells; what fits keeps its own blanks."""
    room = cells - cell_len(words)
    if room >= 0 and words.isprintable():
        return " " * room + words if right else words + " " * room
    return one_line(words, cells)
