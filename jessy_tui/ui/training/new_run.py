"""The form that starts a run, or a sweep of them."""

from dataclasses import dataclass

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Select, Static

from jessy_tui.bases.catalogue import NANO, Base, list_bases
from jessy_tui.errors import JessyError
from jessy_tui.training.expected import ExpectedRows
from jessy_tui.training.names import check_name
from jessy_tui.training.ordering import RunOrder, describe
from jessy_tui.training.presets import PRESETS, preset_for
from jessy_tui.training.recipe import Recipe
from jessy_tui.training.settings import with_settings
from jessy_tui.ui.bases.base_picker import BasePicker
from jessy_tui.ui.bases.fetches import BaseFetches
from jessy_tui.ui.training.preflight import PreflightScreen
from jessy_tui.ui.widgets.tick import Tick


@dataclass(frozen=True)
class Model:
    """A run whose recipe a new one begins with."""

    run: str
    base: str
    recipe: Recipe


class NewRunScreen(ModalScreen[RunOrder]):
    """Answers with an order, or None."""

    BINDINGS = [
        Binding("ctrl+s", "start", "Start", tooltip="Start the run", priority=True),
        Binding(
            "ctrl+r",
            "preflight",
            "Preflight",
            tooltip="Find out what the run takes and what would stop it, before it starts",
            priority=True,
        ),
        Binding("ctrl+b", "bases", "Bases", tooltip="Choose or fetch another base", priority=True),
        Binding("escape", "dismiss(None)", "Cancel", tooltip="Start nothing"),
    ]
    AUTO_FOCUS = "#name"

    def __init__(
        self,
        bases: list[Base],
        expected: ExpectedRows,
        unsaved: int,
        fetches: BaseFetches,
        *,
        base: str | None = None,
        model: Model | None = None,
    ) -> None:
        """Offer those of `bases` that can be trained now.

        They will be trained on the rows that are `expected`, without the `unsaved` edits.

        `base` is the one that is chosen at first; with a `model`, its base and its recipe are.
        Others can be fetched through `fetches`, into its workspace.
        """
        super().__init__()
        self._bases = _usable(bases)
        self._fetches = fetches
        self._expected = expected
        self._unsaved = unsaved
        self._model = model
        names = [found.name for found in self._bases]
        wanted = model.base if model else base
        self._first = wanted if wanted in names else names[0]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="new-run") as dialog:
            dialog.border_title = f"New run like {self._model.run}" if self._model else "New run"
            dialog.border_subtitle = "enter starts · ctrl+r preflight · ctrl+b bases · esc cancels"
            with VerticalScroll(can_focus=False):
                yield Label("name (empty: one is made up)", classes="field-label")
                yield Input(placeholder="calm-otter", id="name", compact=True)
                with Horizontal(classes="fields"):
                    with Vertical():
                        yield Label("base", classes="field-label")
                        names = [(base.name, base.name) for base in self._bases]
                        yield Select(
                            names, value=self._first, allow_blank=False, id="base", compact=True
                        )
                    with Vertical():
                        yield Label("recipe to begin with", classes="field-label")
                        yield Select(
                            self._recipes(),
                            value=self._recipe_at_first(),
                            allow_blank=False,
                            id="preset",
                            compact=True,
                        )
                yield Static(id="base-words", classes="dialog-hint", markup=False)
                yield Label("epochs", classes="field-label")
                yield Input(restrict=r"[0-9.]*", id="epochs", compact=True)
                yield Label("other settings, key=value with spaces between", classes="field-label")
                yield Input(
                    placeholder="learning_rate=0.001 batch_size=8", id="settings", compact=True
                )
                yield Label("sweep: settings with several values each", classes="field-label")
                yield Input(placeholder="rank=4,8 learning_rate=2e-4,4e-4", id="axes", compact=True)
                yield Tick("wait for the runs before it", id="queued", compact=True)
                yield Static(id="length", markup=False)
                yield Static(id="problem", classes="error-line", markup=False)
                if self._unsaved:
                    yield Static(
                        f"{self._unsaved} unsaved: a run trains on the saved files. Esc, then "
                        "ctrl+s saves first.",
                        classes="error-line",
                    )

    def _recipes(self) -> list[tuple[str, str]]:
        named = [(name, name) for name in PRESETS]
        return [(f"as {self._model.run}", ""), *named] if self._model else named

    def _recipe_at_first(self) -> str:
        return "" if self._model else preset_for(self._first)

    def on_mount(self) -> None:
        self._show_base()
        self._show_epochs()

    @on(Select.Changed, "#base")
    def _base_chosen(self) -> None:
        self._show_base()
        if not self._model:
            self.query_one("#preset", Select).value = preset_for(self._base.name)

    def action_bases(self) -> None:
        """Choose among all bases, and fetch what is not here yet."""
        picker = BasePicker(self._fetches, "The base to train", self._base.name)
        self.app.push_screen(picker, self._picked)

    def _picked(self, name: str | None) -> None:
        if name is None:
            return
        self._bases = _usable(list_bases(self._fetches.workspace))
        select = self.query_one("#base", Select)
        select.set_options([(base.name, base.name) for base in self._bases])
        select.value = name

    def _show_base(self) -> None:
        base = self._base
        self.query_one("#base-words", Static).update(f"{base.description} From: {base.origin}.")
        self._show_length()

    @on(Select.Changed, "#preset")
    def _show_epochs(self) -> None:
        self.query_one("#epochs", Input).value = f"{self._start.epochs:g}"
        self._show_length()

    @property
    def _base(self) -> Base:
        chosen = self.query_one("#base", Select).value
        return next(base for base in self._bases if base.name == chosen)

    @property
    def _start(self) -> Recipe:
        """The recipe to begin with."""
        preset = str(self.query_one("#preset", Select).value)
        return self._model.recipe if self._model and not preset else PRESETS[preset]

    @on(Input.Changed)
    def _show_length(self) -> None:
        self.query_one("#problem", Static).update("")
        length = self.query_one("#length", Static)
        try:
            order = self._order(named=False)
            words = describe(order, self._expected)
        except JessyError as error:
            length.update(Text(str(error)))
        else:
            method = order.recipe.describe_method()
            length.update(Text(f"{words} {method[:1].upper()}{method[1:]}."))

    def _order(self, *, named: bool = True) -> RunOrder:
        """What the form says.

        Raises:
            JessyError: something in it cannot be; the sentence says what can.
        """
        name = self.query_one("#name", Input).value.strip() if named else ""
        settings = self.query_one("#settings", Input).value.split()
        epochs = self.query_one("#epochs", Input).value.strip()
        if epochs:
            settings.insert(0, f"epochs={epochs}")
        return RunOrder(
            name=check_name(name) if name else None,
            base=self._base.name,
            recipe=with_settings(self._start, settings),
            axes=tuple(self.query_one("#axes", Input).value.split()),
            queued=self.query_one("#queued", Tick).value,
        )

    def action_preflight(self) -> None:
        """Show what the run would take, and what would stop it; starts it, if that is wanted."""
        try:
            order = self._order()
            describe(order, self._expected)
        except JessyError as error:
            self.query_one("#problem", Static).update(str(error))
            return

        def seen(start: bool | None) -> None:
            if start:
                self.dismiss(order)

        looked = PreflightScreen(self._fetches.workspace, order)
        self.app.push_screen(looked, seen)

    @on(Input.Submitted)
    def action_start(self) -> None:
        """Close with the order, if it can be carried out."""
        try:
            order = self._order()
            describe(order, self._expected)
        except JessyError as error:
            self.query_one("#problem", Static).update(str(error))
            return
        self.dismiss(order)


def _usable(bases: list[Base]) -> list[Base]:
    """Those that can be trained now: nano is built by the run that needs it."""
    return [base for base in bases if base.ready or base.name == NANO]
