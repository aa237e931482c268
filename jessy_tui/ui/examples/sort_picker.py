"""What the list is to be sorted by, also where that has no column."""

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from jessy_tui.dataset.sortkeys import SortField
from jessy_tui.ui.examples.columns import COLUMNS


class SortPicker(ModalScreen[tuple[SortField, bool]]):
    """Answers with a field and whether the greatest comes first, or None.

    The field "number", smallest first, is the order of the files.
    """

    CSS_PATH = "editing.tcss"
    PLACE = "Sort"
    BINDINGS = [
        Binding("escape", "dismiss(None)", "Cancel", tooltip="Leave the order as it is"),
        Binding("j,down", "move('down')", "Next", show=False, tooltip="The next field"),
        Binding("k,up", "move('up')", "Before", show=False, tooltip="The field before"),
        Binding(
            "left_square_bracket",
            "take('up')",
            "Up",
            key_display="[",
            tooltip="Smallest first, and A to Z",
        ),
        Binding(
            "right_square_bracket",
            "take('down')",
            "Down",
            key_display="]",
            tooltip="Greatest first, and Z to A",
        ),
        Binding("backspace", "take_back", "Files", tooltip="The order of the files"),
    ]
    AUTO_FOCUS = "OptionList"

    def __init__(self, current: tuple[SortField, bool] | None, in_hand: SortField) -> None:
        super().__init__()
        self._current = current
        self._in_hand = in_hand

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="sort-picker") as dialog:
            dialog.border_title = "Sort by"
            dialog.border_subtitle = "enter or [ up · ] down · backspace as in the files · esc"
            yield OptionList(*(self._option(column.name, column.what) for column in COLUMNS))

    def on_mount(self) -> None:
        names = [column.name for column in COLUMNS]
        self.query_one(OptionList).highlighted = names.index(
            self._current[0] if self._current else self._in_hand
        )

    def _option(self, name: SortField, what: str) -> Option:
        sign = " "
        if self._current is not None and self._current[0] == name:
            sign = "↓" if self._current[1] else "↑"
        return Option(Text.assemble(f"{sign} ", (f"{name:<11}", "bold"), (what, "dim")))

    @on(OptionList.OptionSelected)
    def _selected(self, message: OptionList.OptionSelected) -> None:
        """The smallest first; where that is so already, the greatest."""
        name = COLUMNS[message.option_index].name
        self.dismiss((name, self._current == (name, False)))

    def action_take(self, direction: str) -> None:
        """Sort by the highlighted field."""
        place = self.query_one(OptionList).highlighted
        if place is not None:
            self.dismiss((COLUMNS[place].name, direction == "down"))

    def action_take_back(self) -> None:
        """Go back to the order of the files."""
        self.dismiss(("number", False))

    def action_move(self, direction: str) -> None:
        """Move the cursor."""
        options = self.query_one(OptionList)
        options.action_cursor_down() if direction == "down" else options.action_cursor_up()
