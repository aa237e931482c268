"""The list of examples. It draws only the lines in view, straight from the store."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from jessy_tui.dataset.store import Entry
from jessy_tui.ui.examples.view import View
from jessy_tui.ui.text import band_class, block, one_line, sign_of

if TYPE_CHECKING:
    from jessy_tui.dataset.query import Query, Said

_LABEL_WIDTH = 11
_CATEGORY_WIDTH = 14


class ExampleList(ScrollView, can_focus=True):
    """One line an example: number, label, category, question, and a mark where it is edited."""

    PLACE: ClassVar[str] = "Example list"
    COMPONENT_CLASSES = {
        "example-list--cursor",
        "example-list--number",
        "example-list--low",
        "example-list--medium",
        "example-list--high",
        "example-list--none",
        "example-list--category",
        "example-list--edited",
        "example-list--finding",
        "example-list--header",
        "example-list--match",
        "example-list--marked",
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
    ]

    cursor: reactive[int] = reactive(0, repaint=False)
    """The position of the example in hand."""

    @dataclass
    class Highlighted(Message):
        """The cursor came to another example; None where the list is empty."""

        entry: Entry | None

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

    @property
    def current(self) -> Entry | None:
        """The example under the cursor."""
        if self.view is None or not len(self.view):
            return None
        return self.view[self.validate_cursor(self.cursor)]

    def show(self, view: View, query: "Query | None" = None) -> None:
        """Draw `view` as it is now, the cursor on the example it was on if that is still there."""
        held = self._held
        self.view = view
        self.query_shown = query
        self._measure()
        if held is not None:
            self._hold(held)
        self.cursor = self.validate_cursor(self.cursor)
        self._keep_in_view()
        self.refresh()
        self._tell()

    def _hold(self, entry_id: int) -> None:
        """Put the cursor where an example is now; without moving it where that is gone."""
        assert self.view is not None  # noqa: S101
        try:
            position = self.view.store.position_of(entry_id)
        except KeyError:
            return
        self.set_reactive(ExampleList.cursor, self.view.row_of(position))

    def go_to(self, entry_id: int) -> bool:
        """Put the cursor on an example by its id, now or when the view that has it comes.

        Returns whether the view has it now.

        Raises:
            KeyError: there is no such example.
        """
        if self.view is None:
            return False
        row = self.view.row_of(self.view.store.position_of(entry_id))
        there = row < len(self.view) and self.view[row].id == entry_id
        if there:
            self.cursor = row
        self._held = entry_id
        return there

    def _tell(self) -> None:
        current = self.current
        self._held = current.id if current is not None else None
        self.post_message(self.Highlighted(current))

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

    def on_click(self, event: events.Click) -> None:
        row = event.y - 1
        if row >= 0:
            self.cursor = round(self.scroll_y) + row

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        if y == 0:
            return self._header(width)
        row = round(self.scroll_y) + y - 1
        if self.view is None or row >= len(self.view):
            return Strip.blank(width, self.rich_style)
        return self._row(row, width)

    @property
    def _number_width(self) -> int:
        return max(3, len(f"{len(self.view.store):,}") if self.view is not None else 0)

    def _columns(self, width: int) -> tuple[int, int, int]:
        """The cells of number, category and question; a narrow list does without the category."""
        number = self._number_width + 2
        category = _CATEGORY_WIDTH + 1 if width >= 56 else 0
        return number, category, max(0, width - number - _LABEL_WIDTH - category - 3)

    def _header(self, width: int) -> Strip:
        number, category, question = self._columns(width)
        text = (
            f"{'#':>{number - 1}} {'label':<{_LABEL_WIDTH}}"
            f"{'category':<{category}}{one_line('question', question)}"
            if category
            else f"{'#':>{number - 1}} {'label':<{_LABEL_WIDTH}}{one_line('question', question)}"
        )
        style = self.get_component_rich_style("example-list--header")
        return Strip([Segment(text, style)]).adjust_cell_length(width, style)

    def _row(self, row: int, width: int) -> Strip:
        assert self.view is not None  # noqa: S101
        entry = self.view[row]
        number, category, question = self._columns(width)
        on_cursor = row == self.cursor
        base = (
            self.get_component_rich_style("example-list--cursor") if on_cursor else self.rich_style
        )

        def styled(name: str) -> Style:
            style = self.get_component_rich_style(f"example-list--{name}", partial=True)
            return base + (Style(bold=style.bold) if on_cursor and self.has_focus else style)

        example = entry.example
        iterations = example.iterations
        label = f"{example.complexity or '?':<6} {iterations or '?'} {block(iterations)}"
        shown_number = f"{self.view.position(row) + 1:,}"
        mark = "▸" if on_cursor else "•" if entry.id in self.marked else " "
        segments = [
            Segment(
                f"{mark}{shown_number:>{number - 2}} ",
                styled("marked" if entry.id in self.marked else "number"),
            ),
            Segment(f"{label:<{_LABEL_WIDTH}}", styled(band_class(example.complexity))),
        ]
        if category:
            name = one_line(example.category or "", category - 1)
            segments.append(Segment(f"{name} ", styled("category")))
        segments.extend(self._matches(one_line(example.question, question), base, styled("match")))
        segments.append(Segment(sign_of(self.said_of(entry.id)), styled("finding")))
        segments.append(Segment("~ " if entry.edited else "  ", styled("edited")))
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
