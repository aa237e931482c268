"""A run's checkpoints: how they behave beside their validation loss, and which one is chosen."""

from typing import ClassVar, Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import DataTable, Static
from textual_plot import HiResMode, PlotWidget

from jessy_tui.evaluation.checkpoints import CheckpointCurve, CheckpointScores

_BAND: Final = "#56b4e9"
_WITHIN: Final = "#e69f00"
_LOSS: Final = "#cc79a7"


class CheckpointsScreen(ModalScreen[str]):
    """Answers with the checkpoint to choose for the run, or None."""

    PLACE: ClassVar[str] = "Checkpoints"
    BINDINGS: ClassVar = [
        Binding("escape,q", "dismiss(None)", "Close", tooltip="Back to the probes"),
        Binding("j", "move('down')", "Next", show=False, tooltip="The next checkpoint"),
        Binding("k", "move('up')", "Previous", show=False, tooltip="The checkpoint before"),
    ]

    VERTICAL_BREAKPOINTS = [(0, "-low"), (32, "-high")]

    def __init__(self, curve: CheckpointCurve, chosen: str) -> None:
        """Show a curve; `chosen` is the checkpoint the run is asked with now."""
        super().__init__()
        self._curve, self._chosen_now = curve, chosen

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="checkpoints") as dialog:
            dialog.border_title = f"Checkpoints of {self._curve.run}"
            dialog.border_subtitle = "enter makes it the run's chosen one · esc"
            yield PlotWidget(id="behaviour")
            yield PlotWidget(id="losses")
            yield DataTable[Text](cursor_type="row")
            yield Static(self._words(), classes="dialog-hint")

    def _words(self) -> Text:
        curve = self._curve
        alike = f"; it cannot be told from {', '.join(curve.alike)}" if curve.alike else ""
        return Text(f"Best by behaviour: {curve.best}{alike}. Chosen now: {self._chosen_now}.")

    def on_mount(self) -> None:
        points = self._curve.points
        steps = [point.step for point in points]
        behaviour = self.query_one("#behaviour", PlotWidget)
        for plot in self.query(PlotWidget):
            plot.margin_top, plot.margin_bottom, plot.margin_left = 0, 2, 7
        behaviour.border_title = "share of probes, % · blue right band · orange within one"
        for name, colour in (("within_one", _WITHIN), ("band", _BAND)):
            shares = [100 * (point.scores.value(name) or 0.0) for point in points]
            behaviour.plot(steps, shares, line_style=colour, hires_mode=HiResMode.BRAILLE)
            behaviour.scatter(steps, shares, marker="●", marker_style=colour)
        behaviour.set_ylimits(0, 100)
        losses = self.query_one("#losses", PlotWidget)
        losses.border_title = "validation loss"
        if self._curve.losses:
            at, values = zip(*self._curve.losses, strict=True)
            losses.plot(at, values, line_style=_LOSS, hires_mode=HiResMode.BRAILLE)
        table = self.query_one(DataTable)
        table.add_columns("", "checkpoint", "step", "right band", "within one", "exact", "loss")
        for point in points:
            table.add_row(*self._cells(point), key=point.name)
        names = [point.name for point in points]
        if self._curve.best in names:
            table.move_cursor(row=names.index(self._curve.best))
        table.focus()

    def _cells(self, point: CheckpointScores) -> list[Text]:
        best = point.name == self._curve.best
        signs = f"{'★' if best else '≈' if point.name in self._curve.alike else ' '}"
        signs += "◀" if point.name == self._chosen_now else " "
        shares = (point.scores.value(name) for name in ("band", "within_one", "exact"))
        loss = point.validation_loss
        return [
            Text(signs, "bold"),
            Text(point.name, "bold" if best else ""),
            Text(str(point.step)),
            *(Text("–" if share is None else f"{share:.0%}") for share in shares),
            Text("–" if loss is None else f"{loss:.3f}"),
        ]

    @on(DataTable.RowSelected)
    def _selected(self, message: DataTable.RowSelected) -> None:
        self.dismiss(message.row_key.value)

    def action_move(self, direction: str) -> None:
        """Move the cursor."""
        table = self.query_one(DataTable)
        table.action_cursor_down() if direction == "down" else table.action_cursor_up()
