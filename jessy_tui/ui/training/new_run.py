"""The form that starts a run."""

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Select, Static

from jessy_tui.bases.catalogue import Base
from jessy_tui.errors import JessyError
from jessy_tui.training.names import check_name
from jessy_tui.training.presets import recipe_for
from jessy_tui.training.recipe import Recipe
from jessy_tui.training.settings import with_settings


@dataclass(frozen=True)
class RunOrder:
    """What was asked for."""

    name: str | None
    base: str
    recipe: Recipe


class NewRunScreen(ModalScreen[RunOrder]):
    """Answers with an order, or None."""

    BINDINGS = [
        Binding("ctrl+s", "start", "Start", tooltip="Start the run", priority=True),
        Binding("escape", "dismiss(None)", "Cancel"),
    ]
    AUTO_FOCUS = "#name"

    def __init__(self, bases: list[Base], rows: int, unsaved: int) -> None:
        """Offer `bases`; about `rows` rows will be trained on, without the `unsaved` edits."""
        super().__init__()
        self._bases = bases
        self._rows = rows
        self._unsaved = unsaved

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="new-run") as dialog:
            dialog.border_title = "New run"
            dialog.border_subtitle = "enter or ctrl+s starts · esc cancels"
            yield Label("name (empty: one is made up)", classes="field-label")
            yield Input(placeholder="calm-otter", id="name", compact=True)
            yield Label("base", classes="field-label")
            names = [(base.name, base.name) for base in self._bases]
            yield Select(names, value=names[0][1], allow_blank=False, id="base", compact=True)
            yield Static(id="base-words", classes="dialog-hint")
            yield Label("epochs", classes="field-label")
            yield Input(restrict=r"[0-9.]*", id="epochs", compact=True)
            yield Label("other settings, key=value with spaces between", classes="field-label")
            yield Input(placeholder="learning_rate=0.001 batch_size=8", id="settings", compact=True)
            yield Static(id="length")
            yield Static(id="problem", classes="error-line")
            if self._unsaved:
                yield Static(
                    f"{self._unsaved} unsaved: a run trains on the saved files. Esc, then ctrl+s "
                    "saves first.",
                    classes="error-line",
                )

    def on_mount(self) -> None:
        self._base_chosen()

    @on(Select.Changed, "#base")
    def _base_chosen(self) -> None:
        base = self._base
        self.query_one("#base-words", Static).update(f"{base.description} From: {base.origin}.")
        self.query_one("#epochs", Input).value = f"{recipe_for(base.name).epochs:g}"
        self._show_length()

    @property
    def _base(self) -> Base:
        chosen = self.query_one("#base", Select).value
        return next(base for base in self._bases if base.name == chosen)

    @on(Input.Changed)
    def _show_length(self) -> None:
        self.query_one("#problem", Static).update("")
        length = self.query_one("#length", Static)
        try:
            recipe = self._recipe()
        except JessyError as error:
            length.update(str(error).replace("[", r"\["))
        else:
            length.update(f"About {recipe.describe_length(self._rows)}.")

    def _recipe(self) -> Recipe:
        settings = self.query_one("#settings", Input).value.split()
        epochs = self.query_one("#epochs", Input).value.strip()
        if epochs:
            settings.insert(0, f"epochs={epochs}")
        return with_settings(recipe_for(self._base.name), settings)

    @on(Input.Submitted)
    def action_start(self) -> None:
        """Close with the order, if it can be carried out."""
        name = self.query_one("#name", Input).value.strip()
        try:
            order = RunOrder(check_name(name) if name else None, self._base.name, self._recipe())
        except JessyError as error:
            self.query_one("#problem", Static).update(str(error).replace("[", r"\["))
            return
        self.dismiss(order)
