"""Starting runs: the form, and what becomes of it."""

from dataclasses import dataclass

from textual import on, work
from textual.binding import Binding
from textual.message import Message
from textual.widgets import Static

from jessy_tui.bases.catalogue import list_bases
from jessy_tui.errors import JessyError
from jessy_tui.training.runs import create_run, start_run
from jessy_tui.ui.training.new_run import NewRunScreen, RunOrder
from jessy_tui.ui.training.run_actions import RunActions, RunRefused

_COUNTED = 20_000


@dataclass
class RunStarted(Message):
    """A driver is at work on a new run."""

    name: str


class Starting(RunActions):
    """The part of the Training tab that makes runs."""

    BINDINGS = [
        Binding("n", "new_run", "New run", tooltip="Start a run", id="training.new"),
    ]

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
        self.choose_when_listed(message.name)
