"""Filters kept under a name."""

from pathlib import Path

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from jessy_tui.errors import JessyError
from jessy_tui.json_files import read_json, write_json

FILE_NAME = "filters.json"


def read_filters(state: Path) -> dict[str, str]:
    """The filters kept in a workspace's state folder, by name.

    Raises:
        JessyError: the file is there and not readable.
    """
    try:
        return read_json(state / FILE_NAME, dict[str, str], "mend it, or delete it")
    except FileNotFoundError:
        return {}


def write_filters(state: Path, filters: dict[str, str]) -> None:
    """Keep `filters`.

    Raises:
        JessyError: the folder cannot be written.
    """
    state.mkdir(parents=True, exist_ok=True)
    write_json(state / FILE_NAME, filters)


class NamedFilters(ModalScreen[str]):
    """Answers with the filter to apply, or None. Typing a name keeps the filter in force."""

    BINDINGS = [
        Binding("escape", "dismiss(None)", "Close", tooltip="Leave the filter as it is"),
        Binding("delete", "remove", "Remove", tooltip="Remove the highlighted filter"),
    ]
    AUTO_FOCUS = "OptionList"

    def __init__(self, state: Path, filters: dict[str, str], current: str) -> None:
        super().__init__()
        self._state = state
        self._filters = dict(filters)
        self._current = current

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="named-filters") as dialog:
            dialog.border_title = "Filters"
            dialog.border_subtitle = "enter applies · delete removes · tab to the name · esc closes"
            yield OptionList(id="filters")
            if self._current:
                yield Static(Text(f"Keep {self._current} as:"), classes="field-label")
                yield Input(placeholder="a name", compact=True)
            elif not self._filters:
                yield Static("None is kept yet: filter with /, then F keeps it under a name.")

    def on_mount(self) -> None:
        self._show()
        if not self._filters and self._current:
            self.query_one(Input).focus()

    def _show(self) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(
            Option(Text.assemble((f"{name:<20} ", "bold"), (query, "dim")))
            for name, query in self._filters.items()
        )
        options.display = bool(self._filters)
        options.highlighted = 0 if self._filters else None

    @on(OptionList.OptionSelected)
    def _apply(self, message: OptionList.OptionSelected) -> None:
        self.dismiss(list(self._filters.values())[message.option_index])

    @on(Input.Submitted)
    def _keep(self, message: Input.Submitted) -> None:
        if name := message.value.strip():
            self._filters[name] = self._current
            if self._write():
                self.app.notify(f"Kept as {name}.", markup=False)
                self.dismiss(None)

    def action_remove(self) -> None:
        """Remove the highlighted filter."""
        at = self.query_one(OptionList).highlighted
        if at is not None and self._filters:
            del self._filters[list(self._filters)[at]]
            self._write()
            self._show()

    def _write(self) -> bool:
        try:
            write_filters(self._state, self._filters)
        except JessyError as error:
            self.app.notify(str(error), severity="error", markup=False)
            return False
        return True
