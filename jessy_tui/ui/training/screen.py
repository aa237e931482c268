"""Tab 3: start a run, watch it, leave it, come back to it."""

from dataclasses import dataclass

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical
from textual.message import Message
from textual.widgets import ContentSwitcher, Static

from jessy_tui.bases.catalogue import list_bases
from jessy_tui.errors import JessyError
from jessy_tui.training.progress import Progress
from jessy_tui.training.runs import create_run, find_run, start_run, stop_run
from jessy_tui.ui.modals.confirm import ConfirmScreen
from jessy_tui.ui.tab_screen import TabScreen
from jessy_tui.ui.training.figures import Figures
from jessy_tui.ui.training.loss_plot import LossPlot
from jessy_tui.ui.training.new_run import NewRunScreen, RunOrder
from jessy_tui.ui.training.run_list import RunList
from jessy_tui.ui.training.run_log import RunLog
from jessy_tui.ui.training.watch import RunWatch, Seen

_LOOK_EVERY = 0.7  # seconds
_COUNTED = 20_000


@dataclass
class RunsSeen(Message):
    """The run folders were looked at."""

    seen: Seen


@dataclass
class RunStarted(Message):
    """A driver is at work on a new run."""

    name: str


@dataclass
class RunRefused(Message):
    """A run could not be started or stopped; `reason` is a sentence."""

    reason: str


class TrainingScreen(TabScreen):
    """The runs on the left; the one under the cursor on the right."""

    TAB = "training"
    CSS_PATH = "training.tcss"
    AUTO_FOCUS = "RunList"
    BINDINGS = [
        Binding("n", "new_run", "New run", tooltip="Start a run", id="training.new"),
        Binding("s", "stop", "Stop", tooltip="Stop this run; its checkpoint is saved"),
        Binding("c", "chat", "Chat", tooltip="Chat with this run's checkpoint", id="training.chat"),
        Binding("tab", "app.focus_next", "Next pane", show=False, id="training.pane"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._progress = Progress()
        self._followed: str | None = None
        self._looking = False
        self._watch: RunWatch | None = None
        self._said: set[str] = set()

    def compose_body(self) -> ComposeResult:
        with ContentSwitcher(initial="waiting", id="body"):
            yield Static("Looking for runs …", id="waiting", classes="empty-state")
            with Container(id="runs-pane"):
                yield RunList()
                with Vertical(id="run"):
                    yield LossPlot()
                    yield Figures()
                    yield RunLog()
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
        self.query_one(RunLog).border_title = "Log"
        self.set_interval(_LOOK_EVERY, self._look)
        self._look()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._look()

    def _look(self) -> None:
        # A look that is still under way is not overtaken, and nobody looks for a hidden screen.
        if self._watch is not None and not self._looking and self.is_current:
            self._looking = True
            self._look_in_thread(self._watch, self.query_one(RunList).chosen)

    @work(thread=True, group="runs")
    def _look_in_thread(self, watch: RunWatch, follow: str | None) -> None:
        self.post_message(RunsSeen(watch.look(follow)))

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
        if seen.followed != self._followed:
            self._followed = seen.followed
            self._progress = Progress()
            self.query_one(RunLog).clear()
            self.query_one(LossPlot).reset_view()
        if seen.followed is None:
            self._look()
            return
        self._show_followed(seen)

    def _show_followed(self, seen: Seen) -> None:
        summary = seen.summary
        if summary is None:
            return
        self._progress.take(seen.events)
        progress = self._progress
        plot = self.query_one(LossPlot)
        if seen.events:
            plot.show(progress.train_curve, progress.validation_curve)
            self.query_one(RunLog).add(seen.events)
        low, medium = (self.app.theme_variables[f"band-{band}"] for band in ("low", "medium"))
        plot.border_title = f"Loss: [{low}]train[/] · [{medium}]validation[/]"
        best = progress.best
        plot.border_subtitle = (
            f"best {best.loss:.3f} at step {best.step:,}" if best and best.loss is not None else ""
        )
        figures = self.query_one(Figures)
        figures.border_title = f"{summary.name} · {summary.state}"
        figures.show(progress, summary.state, summary.explanation)

    @on(RunList.RowHighlighted)
    def _run_chosen(self) -> None:
        self._look()

    @property
    def _chosen(self) -> str | None:
        chosen = self.query_one(RunList).chosen
        if chosen is None:
            self.notify("There is no run yet. Press n to start one.")
        return chosen

    def action_new_run(self) -> None:
        """Ask for a name, a base and a length, and start."""
        store = self.jessy.store
        if store is None or not len(store):
            self.notify("There are no examples to train on yet. Press 1.", severity="warning")
            return
        validation = self.jessy.workspace.settings.split.validation
        # Counting the weights of a million would take seconds; they are rare.
        examples = (
            sum(example.weight for example in store.examples())
            if len(store) <= _COUNTED
            else len(store)
        )
        rows = round(examples * (1 - validation))
        try:
            bases = list_bases(self.jessy.workspace)
        except JessyError as error:
            self.notify(str(error), severity="error", timeout=15, markup=False)
            return
        self.app.push_screen(NewRunScreen(bases, rows, store.unsaved), self._start)

    def _start(self, order: RunOrder | None) -> None:
        if order is not None:
            self.query_one("#waiting", Static).update("Splitting the examples …")
            self._start_in_thread(order)

    @work(thread=True, group="start")
    def _start_in_thread(self, order: RunOrder) -> None:
        workspace = self.jessy.workspace
        try:
            run = create_run(workspace, name=order.name, base=order.base, recipe=order.recipe)
            start_run(workspace, run)
        except JessyError as error:
            self.post_message(RunRefused(str(error)))
        else:
            self.post_message(RunStarted(run.name))

    @on(RunStarted)
    def _started(self, message: RunStarted) -> None:
        self.notify(f"{message.name} has started. It goes on when you leave the app.")
        self._choose_when_listed(message.name)

    def _choose_when_listed(self, name: str) -> None:
        runs = self.query_one(RunList)
        if name in runs.rows:
            runs.choose(name)
        else:
            self._look()
            self.set_timer(0.2, lambda: self._choose_when_listed(name))

    @on(RunRefused)
    def _refused(self, message: RunRefused) -> None:
        self.notify(message.reason, severity="error", timeout=15, markup=False)

    def action_stop(self) -> None:
        """Stop the run under the cursor, when sure."""
        if (name := self._chosen) is None:
            return

        def stop(sure: bool | None) -> None:
            if sure:
                self._stop_in_thread(name)

        self.app.push_screen(
            ConfirmScreen(
                f"Stop {name}?",
                "It ends its step, saves a checkpoint that can be chatted with, and stops.",
            ),
            stop,
        )

    @work(thread=True, group="stop")
    def _stop_in_thread(self, name: str) -> None:
        try:
            stop_run(find_run(self.jessy.workspace, name))
        except JessyError as error:
            self.post_message(RunRefused(str(error)))

    def action_chat(self) -> None:
        """Go to the Chat tab with this run."""
        if (name := self._chosen) is not None:
            self.jessy.chat_with(name)
