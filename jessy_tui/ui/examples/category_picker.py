"""One category out of those that exist, found by a few of its letters, or a new one."""

from collections.abc import Mapping
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from jessy_tui.ui.examples.categories import matching, name_problem
from jessy_tui.ui.text import count_of, visible


class CategoryPicker(ModalScreen[str]):
    """Answers with the name of a category, or None."""

    CSS_PATH = "editing.tcss"
    BINDINGS: ClassVar = [
        Binding("escape", "dismiss(None)", "Cancel", tooltip="Leave the category as it is"),
        Binding(
            "down,ctrl+n", "move('down')", "Next", show=False, priority=True, tooltip="The next one"
        ),
        Binding(
            "up,ctrl+p",
            "move('up')",
            "Previous",
            show=False,
            priority=True,
            tooltip="The one before",
        ),
    ]
    AUTO_FOCUS = "#wanted"

    def __init__(self, categories: Mapping[str, int], current: str | None = None) -> None:
        """`categories` has the number of examples of each; `current` is the one it has now."""
        super().__init__()
        self._categories = categories
        self._current = current
        self._names: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="category-picker") as dialog:
            dialog.border_title = "Category"
            dialog.border_subtitle = "enter takes · ↑↓ chooses · esc cancels"
            yield Input(placeholder="a few letters, or a new name", id="wanted")
            yield OptionList(id="categories")
            yield Static(id="problem", classes="error-line")

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False
        self._show()

    @on(Input.Changed)
    def _show(self) -> None:
        self.query_one("#problem", Static).update("")
        wanted = self.query_one(Input).value.strip()
        self._names = list(matching(self._categories, wanted))
        rows = [self._row(name) for name in self._names]
        if wanted and wanted not in self._categories and name_problem(wanted) is None:
            rows.append(Option(Text.assemble("new: ", (wanted, "bold"))))
            self._names.append(wanted)
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(rows)
        if rows:
            at_current = not wanted and self._current in self._names
            options.highlighted = self._names.index(self._current or "") if at_current else 0

    def _row(self, name: str) -> Option:
        mark = "▸" if name == self._current else " "
        count = count_of(self._categories[name], "example")
        return Option(Text.assemble(f"{mark} {visible(name):<30} ", (count, "dim")))

    @on(Input.Submitted)
    def _submitted(self) -> None:
        place = self.query_one(OptionList).highlighted
        if place is not None and self._names:
            self.dismiss(self._names[place])
            return
        wanted = self.query_one(Input).value.strip()
        problem = name_problem(wanted) if wanted else "There is no category yet; write its name."
        self.query_one("#problem", Static).update(Text(problem or ""))

    @on(OptionList.OptionSelected)
    def _clicked(self, message: OptionList.OptionSelected) -> None:
        self.dismiss(self._names[message.option_index])

    def action_move(self, direction: str) -> None:
        """Move the cursor."""
        options = self.query_one(OptionList)
        options.action_cursor_down() if direction == "down" else options.action_cursor_up()
