"""Words, openings and findings: how many examples have each, the most frequent first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding

from jessy_tui.bars import bar
from jessy_tui.ui.dashboard.panel import Panel
from jessy_tui.ui.text import one_line


@dataclass(frozen=True, slots=True)
class Item:
    """A row: what, in how many examples, and the filter that shows them."""

    words: str
    count: int
    query: str
    mark: str = ""
    """A sign before it, such as that of a severity."""
    colour: str = ""


class UseList(Panel):
    """Enter goes to the examples of the row in hand."""

    PLACE: ClassVar[str] = "Rows"
    BINDINGS = [
        Binding("enter", "choose", "Show these", tooltip="Show the examples of this row"),
    ]

    def __init__(self, title: str, *, id: str) -> None:  # noqa: A002 - as every widget has it
        super().__init__(title, id=id)
        self._items: Sequence[Item] = ()
        self._sample: int | None = None

    def show(
        self, items: Sequence[Item], *, subtitle: str = "", nothing: str, sample: int | None = None
    ) -> None:
        """Draw `items`; `nothing` is said where there are none.

        Counts of a `sample` of so many examples are shown as shares.
        """
        self._items, self.notice, self._sample = items, nothing, sample
        self.border_subtitle = subtitle
        self.rows_changed()

    @property
    def row_count(self) -> int:
        return len(self._items)

    def draw_row(self, row: int, width: int, *, on_cursor: bool) -> Text:
        item, largest = self._items[row], max(one.count for one in self._items)
        counts = max(len(self._figure(one)) for one in self._items)
        marks = max(cell_len(one.mark) for one in self._items)
        longest = max(cell_len(one.words) for one in self._items)
        names = min(longest, max(8, width - counts - marks - 10))
        room = width - 1 - names - counts - 2 - (marks + 1 if marks else 0)
        text = Text("▸" if on_cursor else " ")
        if marks:
            text.append(f"{one_line(item.mark, marks)} ", "" if on_cursor else item.colour)
        text.append(f"{one_line(item.words, names)} ")
        colour = item.colour or self.app.theme_variables["secondary"]
        text.append(bar(item.count / max(1, largest), max(0, room)), "" if on_cursor else colour)
        return text.append(f" {self._figure(item):>{counts}}", "bold")

    def _figure(self, item: Item) -> str:
        if self._sample:
            return f"≈{item.count / self._sample:.1%}"
        return f"{item.count:,}"

    def action_choose(self) -> None:
        """Show the examples of the row in hand."""
        if self._items:
            item = self._items[self.cursor]
            self.post_message(self.Chosen(item.count, item.query, self.id))
