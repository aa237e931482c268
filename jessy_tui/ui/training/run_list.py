"""The runs of the workspace, the latest first."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding
from textual.widgets import DataTable

from jessy_tui.training.runs import RunState
from jessy_tui.ui.training.watch import RunSummary

_MARKS = {
    RunState.QUEUED: "⋯",
    RunState.PREPARING: "…",
    RunState.RUNNING: "▶",
    RunState.PAUSED: "‖",
    RunState.LOST: "?",
    RunState.STOPPING: "▣",
    RunState.STOPPED: "■",
    RunState.FINISHED: "✓",
    RunState.FAILED: "✗",
    RunState.DIED: "†",
}


_COLUMNS = ("mark", "name", "state", "progress", "loss")


class RunList(DataTable[Text]):
    """One row a run: its name, its state, how far it is, its validation loss."""

    PLACE: ClassVar[str] = "Runs"
    BINDINGS = [
        Binding("j", "cursor_down", "Next", show=False, id="runs.down"),
        Binding("k", "cursor_up", "Previous", show=False, id="runs.up"),
        Binding("g", "scroll_top", "First", show=False, id="runs.first"),
        Binding("G", "scroll_bottom", "Last", show=False, id="runs.last"),
    ]

    def __init__(self) -> None:
        super().__init__(cursor_type="row", show_header=False, zebra_stripes=False)
        self.border_title = "Runs"
        self.overlaid: list[str] = []
        """The runs whose curves are drawn over the one in focus, in the order of marking."""

    def on_mount(self) -> None:
        for column in _COLUMNS:
            self.add_column(column, key=column)

    def toggle_overlaid(self) -> None:
        """Overlay the curves of the run under the cursor, or no longer."""
        if (name := self.chosen) is None:
            return
        if name in self.overlaid:
            self.overlaid.remove(name)
        else:
            self.overlaid.append(name)

    def show(self, runs: Sequence[RunSummary]) -> None:
        """Draw `runs`; the cursor stays on the run it was on."""
        names = [run.name for run in runs]
        self.overlaid = [name for name in self.overlaid if name in names]
        if [str(key.value) for key in self.rows] != names:
            chosen = self.chosen
            self.clear()
            for run in runs:
                self.add_row(*self._cells(run), key=run.name)
            if chosen in names:
                self.move_cursor(row=names.index(chosen))
        else:
            for run in runs:
                for column, cell in zip(_COLUMNS, self._cells(run), strict=True):
                    if self.get_cell(run.name, column) != cell:
                        self.update_cell(run.name, column, cell, update_width=True)
        self.border_title = f"Runs {len(runs)}"
        marked = len(self.overlaid)
        self.border_subtitle = f"{marked} marked; x compares" if marked else ""

    def _cells(self, run: RunSummary) -> tuple[Text, Text, Text, Text, Text]:
        figures = run.figures
        share = f"{figures.step / figures.steps:.0%}" if figures.steps else ""
        loss = f"{figures.validation_loss:.2f}" if figures.validation_loss is not None else ""
        urgent = run.state.active or run.state in (RunState.FAILED, RunState.DIED)
        return (
            Text("•" if run.name in self.overlaid else " ", "bold"),
            Text(run.name[:16], "bold" if run.state.active else ""),
            Text(f"{_MARKS[run.state]} {_state_of(run)}", "bold" if urgent else "dim"),
            Text(f"{share:>4}"),
            Text(loss, "dim"),
        )

    @property
    def chosen(self) -> str | None:
        """The name of the run under the cursor."""
        if not self.row_count or not self.is_valid_row_index(self.cursor_row):
            return None
        return self.coordinate_to_cell_key(self.cursor_coordinate).row_key.value

    def choose(self, name: str) -> None:
        """Put the cursor on a run."""
        if name in self.rows:
            self.move_cursor(row=self.get_row_index(name))


def _state_of(run: RunSummary) -> str:
    """How it stands, in a word or two."""
    return "stopped early" if run.ended_early else str(run.state)
