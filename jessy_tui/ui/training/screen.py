"""Tab 3: start a run, watch it, leave it, come back to it."""

from dataclasses import dataclass

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical
from textual.message import Message
from textual.widgets import ContentSwitcher, RichLog, Static
from textual.worker import get_current_worker

from jessy_tui.training.staleness import DataNow
from jessy_tui.ui.training.figures import Figures
from jessy_tui.ui.training.run_actions import RunActions
from jessy_tui.ui.training.run_list import RunList
from jessy_tui.ui.training.run_log import RunLog
from jessy_tui.ui.training.run_plot import RunPlot
from jessy_tui.ui.training.starting import Starting
from jessy_tui.ui.training.watch import RunWatch, Seen, Wanted

_LOOK_EVERY = 0.7  # seconds


@dataclass
class DataSeen(Message):
    """The saved examples were looked at: their digest, or None where they cannot be read."""

    digest: str | None


@dataclass
class RunsSeen(Message):
    """The run folders were looked at."""

    seen: Seen


class TrainingScreen(Starting, RunActions):
    """The runs on the left; the one under the cursor on the right."""

    TAB = "training"
    CSS_PATH = "training.tcss"
    AUTO_FOCUS = "RunList"
    BINDINGS = [
        Binding("v", "figure", "Figure", show=False, tooltip="Plot the next figure"),
        Binding("w", "smooth", "Smooth", show=False, tooltip="Smoothed or raw training loss"),
        Binding("o", "log_scale", "Log scale", show=False, tooltip="Logarithmic heights, or not"),
        Binding("f", "freeze", "Freeze", show=False, tooltip="Hold the curves still, or follow"),
        Binding("t", "log", "Log", show=False, tooltip="Events, or what the driver prints"),
        Binding("tab", "app.focus_next", "Next pane", show=False, id="training.pane"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._focused_run: str | None = None
        self._looking = False
        self._again = False
        self._watch: RunWatch | None = None
        self._said: set[str] = set()
        self._data: DataNow | None = None
        self._data_digest: str | None = None

    def compose_body(self) -> ComposeResult:
        with ContentSwitcher(initial="waiting", id="body"):
            yield Static("Looking for runs …", id="waiting", classes="empty-state")
            with Container(id="runs-pane"):
                yield RunList()
                with Vertical(id="run"):
                    yield RunPlot()
                    yield Figures()
                    with ContentSwitcher(initial="events", id="logs"):
                        yield RunLog(id="events")
                        yield RunLog(id="driver-log")
            yield Static(
                "[b]No runs yet.[/b]\n\n"
                "Press [b]n[/b] to train [b]nano[/b] on the examples: it is built here in\n"
                "seconds and trains in minutes. It parrots the examples rather than\n"
                "generalises, and shows the whole loop: train, watch, chat.",
                id="empty",
                classes="empty-state",
            )

    def set_up(self) -> None:
        self._watch = RunWatch(self.jessy.workspace)
        self._data = DataNow(self.jessy.workspace)
        self.query_one("#events").border_title = "Events"
        self.query_one("#driver-log").border_title = "What the driver prints"
        self.set_interval(_LOOK_EVERY, self.look)
        self.look()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self.look()
        if self._data is not None:
            self._look_at_data(self._data)

    def examples_changed(self) -> None:
        if self._data is not None:
            self._look_at_data(self._data)

    @work(thread=True, exclusive=True, group="data")
    def _look_at_data(self, data: DataNow) -> None:
        """Whether the saved examples are still those that runs were made from."""
        worker = get_current_worker()
        digest = data.digest(lambda: worker.is_cancelled)
        if not worker.is_cancelled:
            self.post_message(DataSeen(digest))

    @on(DataSeen)
    def _data_seen(self, message: DataSeen) -> None:
        self._data_digest = message.digest
        self.look()

    # --- looking -------------------------------------------------------------------------------

    def look(self) -> None:
        """Look at the runs, unless nobody sees the screen; after the look that is under way."""
        self._again = self._looking
        if self._watch is not None and not self._looking and self.is_current:
            self._looking = True
            self._look_in_thread(self._watch, self._wanted())

    def _wanted(self) -> Wanted:
        runs = self.query_one(RunList)
        return Wanted(
            focus=runs.chosen,
            overlaid=tuple(runs.overlaid),
            view=self.query_one(RunPlot).wanted(),
            driver_log=self.query_one("#logs", ContentSwitcher).current == "driver-log",
        )

    @work(thread=True, group="runs")
    def _look_in_thread(self, watch: RunWatch, wanted: Wanted) -> None:
        self.post_message(RunsSeen(watch.look(wanted)))

    @on(RunsSeen)
    def _runs_seen(self, message: RunsSeen) -> None:
        self._looking = False
        seen = message.seen
        body = self.query_one("#body", ContentSwitcher)
        for problem in seen.problems:
            if problem not in self._said:
                self._said.add(problem)
                self.notify(problem, severity="error", timeout=15, markup=False)
        if not seen.runs:
            body.current = "empty"
            return
        body.current = "runs-pane"
        runs = self.query_one(RunList)
        runs.show(seen.runs)
        if self.focused is None:
            runs.focus()
        self._show(seen)
        if seen.behind or self._again or seen.wanted.focus != runs.chosen:
            self._again = False
            self.look()

    def _show(self, seen: Seen) -> None:
        if seen.wanted.focus != self._focused_run:
            self._focused_run = seen.wanted.focus
            for log in self.query(RichLog):
                log.clear()
        summary = seen.summary
        if summary is None:
            return
        plot = self.query_one(RunPlot)
        if not plot.frozen:
            plot.show(seen.drawing)
        self.query_one("#events", RunLog).add(seen.events)
        self.query_one("#driver-log", RunLog).add_lines(seen.driver_lines)
        figures = self.query_one(Figures)
        figures.border_title = f"{summary.name} · {summary.state}"
        changed = self._data_digest not in (None, summary.data_digest)
        told = "the examples have changed since" if changed else ""
        figures.border_subtitle = "reading its events …" if seen.behind else told
        figures.show(
            seen.progress,
            summary.state,
            summary.explanation,
            machine=seen.machine,
            about=summary.about,
            patience=summary.patience,
        )

    @on(RunList.RowHighlighted)
    def _run_chosen(self) -> None:
        if self.query_one(RunList).chosen != self._focused_run:
            self.query_one(RunPlot).show_all()
        self.look()

    @on(RunPlot.Moved)
    def _plot_moved(self) -> None:
        self.look()

    # --- how to look ---------------------------------------------------------------------------

    def action_figure(self) -> None:
        """Plot the next figure."""
        self.query_one(RunPlot).next_figure()

    def action_smooth(self) -> None:
        """Draw the training loss smoothed, or as it is."""
        self.query_one(RunPlot).toggle_smooth()

    def action_log_scale(self) -> None:
        """Draw heights as logarithms, or as they are."""
        self.query_one(RunPlot).toggle_log()

    def action_freeze(self) -> None:
        """Hold the curves still, or follow the run again."""
        self.query_one(RunPlot).toggle_frozen()
        self.look()

    def action_log(self) -> None:
        """Show the events, what the driver prints, or where it is narrow the curves again."""
        logs = self.query_one("#logs", ContentSwitcher)
        narrow = self.has_class("-narrow")
        if narrow and not self.has_class("-log"):
            self.add_class("-log")
            logs.current = "events"
        elif logs.current == "events":
            logs.current = "driver-log"
        else:
            logs.current = "events"
            self.remove_class("-log")
        self.look()
