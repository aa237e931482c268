"""Runs side by side: how they came out, and in what they differ."""

from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import DataTable

from jessy_tui.training.comparing import Comparison, Row, compare_runs
from jessy_tui.training.run import Run


class CompareScreen(ModalScreen[None]):
    """A table with a column a run. `a` shows also what is the same in all."""

    BINDINGS = [
        Binding("a", "toggle_all", "All", tooltip="Show also what is the same in all of them"),
        Binding("escape,x,q", "dismiss(None)", "Close", tooltip="Back to the runs"),
        Binding("j", "down", "Down", show=False, tooltip="Next row"),
        Binding("k", "up", "Up", show=False, tooltip="Row before"),
        Binding("h", "left", "Left", show=False, tooltip="Runs to the left"),
        Binding("l", "right", "Right", show=False, tooltip="Runs to the right"),
    ]

    def __init__(self, runs: Sequence[Run]) -> None:
        """Compare `runs`.

        Raises:
            JessyError: the record of one cannot be read.
        """
        super().__init__()
        self._found: Comparison = compare_runs(runs)
        self._all = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="compare") as dialog:
            dialog.border_title = f"{len(self._found.runs)} runs side by side"
            yield DataTable[Text](cursor_type="row", fixed_columns=1)

    def on_mount(self) -> None:
        self._show()
        self.query_one(DataTable).focus()

    def _show(self) -> None:
        table = self.query_one(DataTable)
        table.clear(columns=True)
        table.add_columns("", *self._found.runs)
        for title, rows in (
            ("How it came out", self._found.outcome),
            ("Recipe", self._found.recipe),
            ("Made from", self._found.made_from),
        ):
            shown = rows if self._all or title == "How it came out" else _differing(rows)
            words = title if shown else f"{title}: the same"
            table.add_row(Text(words, "bold"), *(Text("") for _ in self._found.runs))
            for row in shown:
                style = "bold" if row.differs else "dim"
                sign = "≠" if row.differs else " "
                cells = (Text(value, style) for value in row.values)
                table.add_row(Text(f"{sign} {row.name}", style), *cells)
        dialog = self.query_one("#compare")
        dialog.border_subtitle = (
            f"≠ differs · a {'only what differs' if self._all else 'all settings'} · esc closes"
        )

    def action_toggle_all(self) -> None:
        """Show what differs, or everything."""
        self._all = not self._all
        self._show()

    def action_down(self) -> None:
        """Go a row down."""
        self.query_one(DataTable).action_cursor_down()

    def action_up(self) -> None:
        """Go a row up."""
        self.query_one(DataTable).action_cursor_up()

    def action_left(self) -> None:
        """Scroll to the left."""
        self.query_one(DataTable).action_scroll_left()

    def action_right(self) -> None:
        """Scroll to the right."""
        self.query_one(DataTable).action_scroll_right()


def _differing(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.differs]
