"""Starting runs: the form, and what becomes of it."""

from dataclasses import dataclass

from textual import on, work
from textual.binding import Binding
from textual.message import Message

from jessy_tui.bases.catalogue import chosen, list_bases
from jessy_tui.bases.choosing import choose_base
from jessy_tui.errors import JessyError
from jessy_tui.training.expected import ExpectedRows, count_plans
from jessy_tui.training.ordering import RunOrder, carry_out
from jessy_tui.ui.bases.base_picker import BasePicker
from jessy_tui.ui.text import count_of
from jessy_tui.ui.training.new_run import Model, NewRunScreen
from jessy_tui.ui.training.run_actions import RunActions, RunRefused

_COUNTED = 20_000


@dataclass
class RunsOrdered(Message):
    """Runs were made, and are at work or wait."""

    names: list[str]
    queued: bool


class Starting(RunActions):
    """The part of the Training tab that makes runs."""

    BINDINGS = [
        Binding("n", "new_run", "New run", tooltip="Start a run", id="training.new"),
        Binding("b", "bases", "Bases", tooltip="See, fetch and choose what is trained"),
        Binding("D", "duplicate", "Duplicate", show=False, tooltip="A new run like this one"),
    ]

    def action_new_run(self) -> None:
        """Ask for a name, a base and a recipe, and start."""
        self._ask(None)

    def action_bases(self) -> None:
        """Choose the base that new runs train, and fetch or remove bases."""

        def picked(name: str | None) -> None:
            if name is None:
                return
            try:
                choose_base(self.jessy.workspace, name)
            except JessyError as error:
                self.post_message(RunRefused(str(error)))
            else:
                self.notify(f"New runs train {name}: n starts one.", markup=False)

        self.app.push_screen(BasePicker(self.jessy.base_fetches, "Bases"), picked)

    def action_duplicate(self) -> None:
        """Ask for a run that begins with the base and the recipe of the one under the cursor."""
        if (run := self._chosen_run()) is None:
            return
        try:
            record = run.record
        except JessyError as error:
            self.post_message(RunRefused(str(error)))
            return
        self._ask(Model(run.name, record.base.name, record.recipe))

    def _ask(self, model: Model | None) -> None:
        store = self.jessy.store
        if store is None or not len(store):
            self.notify("There are no examples to train on yet. Press 1.", severity="warning")
            return
        workspace = self.jessy.workspace
        validation = workspace.settings.split.validation
        # Counting the labels of a million would take seconds; they are rare.
        expected = (
            ExpectedRows(validation, plans=count_plans(store.examples()))
            if len(store) <= _COUNTED
            else ExpectedRows(validation, uncounted=len(store))
        )
        try:
            bases = list_bases(workspace)
            base = chosen(workspace)
        except JessyError as error:
            self.post_message(RunRefused(str(error)))
            return
        name = base.name if base else None
        self.app.push_screen(
            NewRunScreen(
                bases,
                expected,
                store.unsaved,
                self.jessy.base_fetches,
                base=name,
                model=model,
            ),
            self._ordered,
        )

    def _ordered(self, order: RunOrder | None) -> None:
        if order is not None:
            self.notify("Splitting the examples …", timeout=2)
            self._carry_out(order)

    @work(thread=True, group="start")
    def _carry_out(self, order: RunOrder) -> None:
        names: list[str] = []
        try:
            carry_out(self.jessy.workspace, order, lambda run: names.append(run.name))
        except JessyError as error:
            self.post_message(RunRefused(str(error)))
        if names:
            self.post_message(RunsOrdered(names, order.queued or bool(order.axes)))

    @on(RunsOrdered)
    def _were_ordered(self, message: RunsOrdered) -> None:
        first, number = message.names[0], len(message.names)
        if number > 1:
            words = f"{count_of(number, 'run')} are made, {first} and on; one after another"
            self.notify(f"{words}, also when you leave the app.")
        elif message.queued:
            self.notify(f"{first} is made; it starts when the runs before it have ended.")
        else:
            self.notify(f"{first} has started. It goes on when you leave the app.")
        self.choose_when_listed(first)
