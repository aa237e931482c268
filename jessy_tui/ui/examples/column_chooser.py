"""Which columns the list has, and in which order."""

from collections.abc import Sequence

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from jessy_tui.dataset.sortkeys import SortField
from jessy_tui.ui.examples.columns import BY_NAME, COLUMNS


class ColumnChooser(ModalScreen[tuple[SortField, ...]]):
    """Answers with the names of the columns, from left to right, or None."""

    CSS_PATH = "editing.tcss"
    PLACE = "Columns"
    BINDINGS = [
        Binding("escape", "dismiss(None)", "Cancel", tooltip="Leave the columns as they are"),
        Binding("enter,ctrl+s", "keep", "Keep", tooltip="Take these columns", priority=True),
        Binding("space", "flip", "Show", tooltip="Show this column, or leave it out"),
        Binding("j,down", "move(1)", "Next", show=False, tooltip="The next column"),
        Binding("k,up", "move(-1)", "Before", show=False, tooltip="The column before"),
        Binding(
            "J,shift+down,greater_than_sign", "shift(1)", "Right", tooltip="Move it to the right"
        ),
        Binding("K,shift+up,less_than_sign", "shift(-1)", "Left", tooltip="Move it to the left"),
        Binding("r", "reset", "Usual", tooltip="The usual columns, which depend on the width"),
    ]
    AUTO_FOCUS = "OptionList"

    def __init__(self, shown: Sequence[SortField], usual: Sequence[SortField]) -> None:
        super().__init__()
        self._usual = tuple(usual)
        self._take(shown)

    def _take(self, shown: Sequence[SortField]) -> None:
        self._shown = set(shown)
        self._names = [*shown, *(one.name for one in COLUMNS if one.name not in shown)]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="column-chooser") as dialog:
            dialog.border_title = "Columns, from left to right"
            dialog.border_subtitle = "space shows · J K moves · r usual · enter keeps · esc"
            yield OptionList()

    def on_mount(self) -> None:
        self._show(0)

    def _show(self, cursor: int) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(self._option(name) for name in self._names)
        options.highlighted = cursor

    def _option(self, name: SortField) -> Option:
        mark = "[x]" if name in self._shown else "[ ]"
        return Option(
            Text.assemble(f"{mark} ", (f"{name:<11}", "bold"), (BY_NAME[name].what, "dim"))
        )

    @property
    def _cursor(self) -> int:
        return self.query_one(OptionList).highlighted or 0

    @on(OptionList.OptionSelected)
    def _clicked(self, message: OptionList.OptionSelected) -> None:
        self._show(message.option_index)
        self.action_flip()

    def action_flip(self) -> None:
        """Show the column under the cursor, or leave it out."""
        self._shown.symmetric_difference_update({self._names[self._cursor]})
        self._show(self._cursor)

    def action_move(self, step: int) -> None:
        """Move the cursor."""
        options = self.query_one(OptionList)
        options.action_cursor_down() if step > 0 else options.action_cursor_up()

    def action_shift(self, step: int) -> None:
        """Move the column under the cursor."""
        at, names = self._cursor, self._names
        to = at + step
        if 0 <= to < len(names):
            names[at], names[to] = names[to], names[at]
            self._show(to)

    def action_reset(self) -> None:
        """Take the usual columns."""
        self._take(self._usual)
        self._show(0)

    def action_keep(self) -> None:
        """Close with the columns that are shown."""
        shown = tuple(name for name in self._names if name in self._shown)
        if not shown:
            self.notify("A list needs a column; space shows the one under the cursor.")
            return
        self.dismiss(shown)
