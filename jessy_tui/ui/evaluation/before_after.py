"""Two columns against each other: what was fixed, what was lost, and whether that is noise."""

from typing import ClassVar, Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import DataTable, Static

from jessy_tui.evaluation.answers import Answer
from jessy_tui.evaluation.comparison import Change, Comparison, compare
from jessy_tui.evaluation.comparison import Column as Compared
from jessy_tui.evaluation.measures import BY_NAME
from jessy_tui.evaluation.probe import Probe
from jessy_tui.evaluation.report.words import plan_words
from jessy_tui.ui.evaluation.watch import Column

_MEASURES: Final = ("band", "within_one", "exact")
_STYLES: Final = {
    Change.FIXED: "bold green",
    Change.REGRESSED: "bold red",
    Change.PRESERVED: "dim",
    Change.PERSISTENT: "yellow",
}
_ORDER: Final = (Change.REGRESSED, Change.FIXED, Change.PERSISTENT, Change.PRESERVED)


class BeforeAfterScreen(ModalScreen[str]):
    """Answers with the id of the probe to look at, or None."""

    PLACE: ClassVar[str] = "Before and after"
    BINDINGS: ClassVar = [
        Binding("m", "measure", "Measure", tooltip="Right band, within one, or exact"),
        Binding("escape,x,q", "dismiss(None)", "Close", tooltip="Back to the probes"),
        Binding("j", "move('down')", "Next", show=False, tooltip="The next probe"),
        Binding("k", "move('up')", "Previous", show=False, tooltip="The probe before"),
    ]

    def __init__(self, before: Column, after: Column) -> None:
        super().__init__()
        self._before, self._after = _compared(before), _compared(after)
        self._measure = 0

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="before-after") as dialog:
            dialog.border_title = f"{self._before.name} → {self._after.name}"
            yield Static(id="verdict")
            yield DataTable[Text](cursor_type="row", show_header=True)

    def on_mount(self) -> None:
        self._show()
        self.query_one(DataTable).focus()

    def _show(self) -> None:
        name = _MEASURES[self._measure]
        found: Comparison = compare(self._before, self._after, name)
        counts = found.counts
        words = " · ".join(f"{change} {counts[change]}" for change in Change)
        left = f" {len(found.left_out)} that only one was asked." if found.left_out else ""
        self.query_one("#verdict", Static).update(
            Text.assemble((words, "bold"), f"\n{found.verdict}", (left, "dim"))
        )
        self.query_one(
            "#before-after"
        ).border_subtitle = f"by {BY_NAME[name].title} · m by another · enter both answers · esc"
        table = self.query_one(DataTable)
        table.clear(columns=True)
        table.add_columns("", "probe", "before", "after", "question")
        for change in sorted(found.changes, key=lambda one: _ORDER.index(one.change)):
            style = _STYLES[change.change]
            table.add_row(
                Text(str(change.change), style),
                Text(change.probe.id, "bold"),
                Text(_plan(change.probe, change.before)),
                Text(_plan(change.probe, change.after)),
                Text(" ".join(change.probe.query.split())[:80]),
                key=change.probe.id,
            )

    @on(DataTable.RowSelected)
    def _chosen(self, message: DataTable.RowSelected) -> None:
        self.dismiss(message.row_key.value)

    def action_measure(self) -> None:
        """Compare by the next measure."""
        self._measure = (self._measure + 1) % len(_MEASURES)
        self._show()

    def action_move(self, direction: str) -> None:
        """Move the cursor."""
        table = self.query_one(DataTable)
        table.action_cursor_down() if direction == "down" else table.action_cursor_up()


def _compared(column: Column) -> Compared:
    answers = tuple(answer for said in column.answers.values() for answer in said)
    return Compared(name=column.name, probes=column.probes, answers=answers)


def _plan(probe: Probe, answers: tuple[Answer, ...]) -> str:
    return plan_words(probe, answers[0])[0]
