"""The dialog in which a base is chosen, fetched, or taken off the disk."""

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import DataTable, Input, Static

from jessy_tui.bases.catalogue import NANO, Base, chosen, list_bases
from jessy_tui.bases.removing import remove_base, runs_on
from jessy_tui.bases.wanted import find_wanted
from jessy_tui.bases.words import (
    describe_bytes,
    describe_fit,
    describe_stage,
)
from jessy_tui.errands.stage import Stage
from jessy_tui.errors import JessyError
from jessy_tui.ui.bases.base_table import BaseTable
from jessy_tui.ui.bases.fetches import BaseFetches
from jessy_tui.ui.modals.confirm import ConfirmScreen

_LOOK_SECONDS = 0.25
_BAR = 24


class BasePicker(ModalScreen[str]):
    """Answers with the name of a base that can be used now, or None."""

    BINDINGS = [
        Binding("f", "fetch", "Fetch", tooltip="Fetch this base, or build it", id="bases.fetch"),
        Binding("x", "cancel_fetch", "Cancel the fetch", tooltip="Stop fetching it"),
        Binding("d", "remove", "Remove", tooltip="Take it off this disk; asks first"),
        Binding(
            "p,slash", "path", "Path", tooltip="Give a folder, a GGUF file or a repository instead"
        ),
        Binding("escape", "back", "Close", tooltip="Choose nothing; fetches go on"),
    ]
    AUTO_FOCUS = "BaseTable"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-tall")]

    class Removed(Message):
        """A base is gone, or is not for a reason."""

        def __init__(self, words: str, *, failed: bool) -> None:
            super().__init__()
            self.words, self.failed = words, failed

    def __init__(
        self,
        fetches: BaseFetches,
        purpose: str,
        current: str | None = None,
        *,
        builds: bool = True,
    ) -> None:
        """Offer the bases of the fetches' workspace.

        Args:
            fetches: knows what is being fetched.
            purpose: for the border: "Train", "Talk to a base".
            current: the base the cursor begins on.
            builds: whether nano may be chosen before it is there, since whoever asks builds it.
        """
        super().__init__()
        self._fetches = fetches
        self._workspace = fetches.workspace
        self._purpose = purpose
        self._current = current
        self._builds = builds
        self._bases: list[Base] = []
        self._default: str | None = None
        self._fetching: set[str] = set()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="base-picker") as dialog:
            dialog.border_title = self._purpose
            dialog.border_subtitle = (
                "enter chooses · f fetches · x cancels · d removes · p path · esc"
            )
            yield BaseTable()
            yield Static(id="base-facts", markup=False)
            yield Static(id="base-stage", markup=False)
            yield Input(
                placeholder="p: a model's folder, a GGUF file, or OWNER/REPOSITORY of the hub",
                id="base-path",
                compact=True,
            )
            yield Static(id="problem", classes="error-line", markup=False)

    def on_mount(self) -> None:
        self._read()
        table = self.query_one(BaseTable)
        table.choose(self._current or self._default or NANO)
        self._show_chosen()
        self.set_interval(_LOOK_SECONDS, self._look)

    def _read(self) -> None:
        """Read the disk again, and draw."""
        default: Base | None = None
        try:
            self._bases = list_bases(self._workspace)
            default = chosen(self._workspace)
        except JessyError as error:
            self._say(str(error))
        self._default = default.name if default else None
        self._draw()

    def _look(self) -> None:
        """Draw how far the fetches are; read the disk when one has ended."""
        fetching = {base.name for base in self._fetches.bases}
        if fetching != self._fetching:
            self._fetching = fetching
            self._read()
        elif fetching:
            self._draw()

    def _draw(self) -> None:
        there = {base.name for base in self._bases}
        new = [base for base in self._fetches.bases if base.name not in there]
        stages: dict[str, Stage] = {}
        for base in self._fetches.bases:
            if (stage := self._fetches.stage_of(base.name)) is not None:
                stages[base.name] = stage
        self.query_one(BaseTable).show([*self._bases, *new], stages, self._default)
        self._show_chosen()

    @on(DataTable.RowHighlighted)
    def _show_chosen(self) -> None:
        base = self._chosen
        if base is None:
            return
        facts = [base.description] if base.description else []
        facts.append(f"Origin: {base.origin}.")
        if base.languages:
            facts.append(f"Languages: {', '.join(base.languages)}.")
        if not base.ready and base.download:
            facts.append(f"{describe_bytes(base.download)} to fetch.")
        if base.parameters:
            facts.append(f"It {_verb(describe_fit(base))}.")
        if base.terms:
            facts.append(base.terms + ".")
        self.query_one("#base-facts", Static).update(" ".join(facts))
        self.query_one("#base-stage", Static).update(self._stage_words(base))

    def _stage_words(self, base: Base) -> Text:
        stage = self._fetches.stage_of(base.name)
        if stage is None:
            if base.ready:
                star = " * new runs train it." if base.name == self._default else ""
                return Text(f"✓ on this disk.{star}")
            how = "the first run builds it, or f" if base.name == NANO else "f fetches it"
            return Text(f"Not on this disk yet: {how}.")
        words = describe_stage(stage)
        if stage.share is None:
            return Text(words)
        full = round(_BAR * stage.share)
        return Text(f"{'━' * full}{'╌' * (_BAR - full)} {stage.share:>4.0%}  {words}")

    @property
    def _chosen(self) -> Base | None:
        name = self.query_one(BaseTable).chosen
        return next(
            (base for base in [*self._bases, *self._fetches.bases] if base.name == name), None
        )

    @on(DataTable.RowSelected)
    def _take(self) -> None:
        base = self._chosen
        if base is None:
            return
        if base.ready or (base.name == NANO and self._builds):
            self.dismiss(base.name)
        elif self._fetches.stage_of(base.name):
            self._say(f"{base.name} is not there yet; wait for it, or choose another.")
        else:
            how = "builds" if base.name == NANO else "fetches"
            self._say(f"{base.name} is not on this disk; f {how} it.")

    def action_fetch(self) -> None:
        """Fetch the base under the cursor, after its terms are agreed to."""
        base = self._chosen
        if base is None:
            return
        if base.ready:
            self._say(f"{base.name} is on this disk already.")
        elif base.terms is None:
            self._begin(base)
        else:

            def agreed(yes: bool | None) -> None:
                if yes:
                    self._begin(base)

            self.app.push_screen(
                ConfirmScreen(
                    f"Terms of {base.name}", f"{base.terms}.\n\nDo you agree? Then it is fetched."
                ),
                agreed,
            )

    def _begin(self, base: Base) -> None:
        self._say("")
        if self._fetches.start(base):
            self._look()

    def action_cancel_fetch(self) -> None:
        """Stop fetching the base under the cursor."""
        base = self._chosen
        if base is not None and not self._fetches.cancel(base.name):
            self._say(f"{base.name} is not being fetched.")

    def action_remove(self) -> None:
        """Take the base under the cursor off the disk, after asking."""
        base = self._chosen
        if base is None:
            return
        if not base.ready:
            self._say(f"{base.name} is not on this disk.")
            return
        names = [run.name for run in runs_on(self._workspace, base)]
        lost = f" Without it these runs cannot be asked: {', '.join(names)}." if names else ""

        def confirmed(yes: bool | None) -> None:
            if yes:
                self._remove(base)

        self.app.push_screen(
            ConfirmScreen(
                f"Remove {base.name}?", f"{describe_bytes(base.disk)} of disk are freed.{lost}"
            ),
            confirmed,
        )

    @work(thread=True, group="remove")
    def _remove(self, base: Base) -> None:
        try:
            freed = remove_base(self._workspace, base)
        except JessyError as error:
            self.post_message(self.Removed(str(error), failed=True))
        else:
            words = f"{base.name} is removed; {describe_bytes(freed)} are free again."
            self.post_message(self.Removed(words, failed=False))

    @on(Removed)
    def _was_removed(self, message: Removed) -> None:
        if message.failed:
            self._say(message.words)
        else:
            self.notify(message.words, markup=False)
        self._read()

    def action_path(self) -> None:
        """Write a path or the name of a repository."""
        self.query_one("#base-path", Input).focus()

    @on(Input.Submitted, "#base-path")
    def _fetch_path(self, message: Input.Submitted) -> None:
        if not message.value.strip():
            return
        try:
            base = find_wanted(self._workspace, message.value)
        except JessyError as error:
            self._say(str(error))
            return
        message.input.clear()
        table = self.query_one(BaseTable)
        table.focus()
        if not base.ready:
            self._begin(base)
        self._draw()
        table.choose(base.name)

    @on(Input.Changed, "#base-path")
    def _path_changed(self) -> None:
        self._say("")

    def action_back(self) -> None:
        """Out of the path field, else out of the dialog."""
        if self.focused is not None and self.focused.id == "base-path":
            self.query_one(BaseTable).focus()
        else:
            self.dismiss(None)

    def _say(self, problem: str) -> None:
        self.query_one("#problem", Static).update(problem)


def _verb(fit: str) -> str:
    return fit if fit.startswith("suits") else f"is {fit}"
