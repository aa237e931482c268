"""The dialog: choose checkpoint and way, see what would happen, follow it, read what comes next."""

from dataclasses import dataclass
from typing import Any

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static

from jessy_tui.errors import JessyError
from jessy_tui.export.order import (
    OLLAMA_NAME,
    Order,
    Quantization,
    Way,
    check_ollama_name,
    order_for,
)
from jessy_tui.export.preflight import Preflight, preflight
from jessy_tui.training.run import Run
from jessy_tui.ui.clipboard import copy_text
from jessy_tui.ui.export.exports import Exports, Job
from jessy_tui.ui.export.way_list import WayList
from jessy_tui.ui.export.words import (
    job_text,
    known_text,
    outcome_text,
    problems_text,
    stage_text,
)
from jessy_tui.ui.modals.ask_text import AskTextScreen
from jessy_tui.workspace import Workspace

_LOOK_SECONDS = 0.2
_HINTS = {
    "choosing": "enter exports · h l checkpoint · w weights · esc closes",
    "at work": "x cancels · esc closes, and it goes on",
    "ended": "y copies the commands · enter exports more · esc closes",
}


@dataclass(frozen=True)
class _Choice:
    """What is asked for."""

    checkpoint: str
    way: Way
    quantization: Quantization
    name: str
    replace: bool


class ExportRunScreen(ModalScreen[None]):
    """Exports checkpoints of one run."""

    CSS_PATH = "export.tcss"
    PLACE = "Export"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-tall")]
    AUTO_FOCUS = "WayList"
    BINDINGS = [
        Binding("escape", "close", "Close", tooltip="Close; an export at work goes on"),
        Binding("enter", "go", "Export", tooltip="Export it, or choose anew", priority=True),
        Binding("h,left", "checkpoint(-1)", "Earlier", tooltip="The checkpoint before"),
        Binding("l,right", "checkpoint(1)", "Later", tooltip="The next checkpoint"),
        Binding("w", "weights", "Weights", tooltip="How a GGUF keeps its weights"),
        Binding("n", "name", "Name", tooltip="What Ollama is to call it"),
        Binding("r", "replace", "Replace", tooltip="Replace what stands there, or not"),
        Binding("x", "cancel", "Cancel", tooltip="Cancel the export; nothing of it is left"),
        Binding("ctrl+d", "scroll(1)", "Down", show=False, tooltip="Read on below"),
        Binding("ctrl+u", "scroll(-1)", "Up", show=False, tooltip="Read on above"),
        Binding("y", "copy", "Copy", tooltip="Copy what to type next"),
    ]

    @dataclass
    class Looked(Message):
        """What is known of a choice."""

        choice: _Choice
        known: Preflight | None
        problem: str | None

    def __init__(self, workspace: Workspace, run: Run, exports: Exports) -> None:
        """Offer the checkpoints of `run`, which has at least one.

        Args:
            workspace: where exports go.
            run: whose checkpoints they are.
            exports: makes them.
        """
        super().__init__()
        self._workspace = workspace
        self._run = run
        self._exports = exports
        self._checkpoints = run.checkpoints()
        self._place = self._checkpoints.index(run.checkpoint().name)
        self._quantization = Quantization.Q8_0
        self._ollama_name = OLLAMA_NAME
        self._replace = False
        self._known: Preflight | None = None
        self._problem: str | None = None
        self._job: Job | None = exports.at_work
        """What is followed, or was; None while choosing."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="export-run") as dialog:
            dialog.border_title = f"Export {self._run.name}"
            yield Static(id="export-choice")
            yield WayList()
            with VerticalScroll(id="export-told", can_focus=False):
                yield Static(id="export-problems", classes="error-line")
                yield Static(id="export-known")

    def on_mount(self) -> None:
        self.set_interval(_LOOK_SECONDS, self._follow)
        self._choose()

    # --- choosing ------------------------------------------------------------------------------

    @property
    def _choice(self) -> _Choice:
        return _Choice(
            self._checkpoints[self._place],
            self.query_one(WayList).way,
            self._quantization,
            self._ollama_name,
            self._replace,
        )

    @on(OptionList.OptionHighlighted)
    def _choose(self) -> None:
        """The choice has changed: find out what is known of it."""
        self._known, self._problem = None, None
        self._show()
        self._look(self._choice)

    @work(thread=True, exclusive=True, group="look")
    def _look(self, choice: _Choice) -> None:
        try:
            known = preflight(self._order(choice))
        except JessyError as error:
            self.post_message(self.Looked(choice, None, str(error)))
        else:
            self.post_message(self.Looked(choice, known, None))

    def _order(self, choice: _Choice) -> Order:
        return order_for(
            self._workspace,
            run=self._run.name,
            checkpoint=choice.checkpoint,
            way=choice.way,
            quantization=choice.quantization,
            name=choice.name,
            replace=choice.replace,
        )

    @on(Looked)
    def _looked(self, message: Looked) -> None:
        if message.choice == self._choice:
            self._known, self._problem = message.known, message.problem
            self._show()

    def action_checkpoint(self, by: int) -> None:
        """Another checkpoint."""
        if self._choosing():
            self._place = (self._place + by) % len(self._checkpoints)
            self._choose()

    def action_weights(self) -> None:
        """Another type of weights, where the way has a GGUF."""
        if not self._choosing():
            return
        if not self._choice.way.has_gguf:
            self.notify("Only a GGUF has a choice of weights: gguf or ollama.")
            return
        kinds = list(Quantization)
        self._quantization = kinds[(kinds.index(self._quantization) + 1) % len(kinds)]
        self._choose()

    def action_replace(self) -> None:
        """Whether an export that stands there is replaced."""
        if self._choosing():
            self._replace = not self._replace
            self._choose()

    def action_name(self) -> None:
        """Ask what Ollama is to call the model."""
        if not self._choosing():
            return
        if self._choice.way is not Way.OLLAMA:
            self.notify("Only Ollama gives a model a name; choose ollama.")
            return

        def named(name: str | None) -> None:
            if name is not None:
                self._ollama_name = name
                self._choose()

        self.app.push_screen(
            AskTextScreen("What Ollama is to call it", self._ollama_name, check=check_ollama_name),
            named,
        )

    def _choosing(self) -> bool:
        """Whether there is still something to choose; says so where there is not."""
        if self._job is not None and not self._job.ended:
            self.notify("An export is at work; x cancels it.")
        return self._job is None

    # --- exporting -----------------------------------------------------------------------------

    def action_go(self) -> None:
        """Export what is chosen; or, when one has ended, choose anew."""
        if self._job is not None:
            if self._job.ended:
                self._job = None
                self._choose()
            return
        known = self._known
        if known is None:
            self.notify(self._problem or "Wait until it is known what will happen.")
        elif not known.ready:
            self.notify(known.problems[0], severity="warning", markup=False)
        elif self._exports.start(known.order):
            self._job = self._exports.job
            self._show()
        else:
            self.notify("Another export is at work; wait for it.", severity="warning")

    def action_cancel(self) -> None:
        """Cancel the export that is at work."""
        if not self._exports.cancel():
            self.notify("No export is at work.")

    def action_copy(self) -> None:
        """Copy what to type next."""
        done = self._job.exported if self._job else None
        if done is None:
            self.notify("There is nothing to type before something is exported.")
        else:
            copy_text(self.app, "\n".join(done.commands), "the commands")

    def action_scroll(self, by: int) -> None:
        """Half a page of what is told, down or up."""
        told = self.query_one("#export-told", VerticalScroll)
        told.scroll_relative(y=by * max(1, told.size.height // 2), animate=False)

    def action_close(self) -> None:
        """Close the dialog; what is at work goes on."""
        self.dismiss(None)

    def _follow(self) -> None:
        if self._job is not None:
            self._show()

    # --- showing -------------------------------------------------------------------------------

    def _show(self) -> None:
        job = self._job
        state = "choosing" if job is None else "ended" if job.ended else "at work"
        for each in _HINTS:
            self.set_class(each == state, f"-{each.replace(' ', '-')}")
        self.query_one("#export-run").border_subtitle = _HINTS[state]
        choice, told = (
            self.query_one("#export-choice", Static),
            self.query_one("#export-known", Static),
        )
        problems: tuple[str, ...] = ()
        if job is None:
            choice.update(self._chosen_text())
            if self._known is not None:
                problems = self._known.problems
                told.update(known_text(self._known, self._workspace.root))
            else:
                problems = (self._problem,) if self._problem else ()
                told.update("" if problems else "Looking …")
        else:
            choice.update(job_text(job))
            told.update(outcome_text(job) if job.ended else stage_text(job))
        against = self.query_one("#export-problems", Static)
        against.update(problems_text(problems))
        against.display = bool(problems)

    def _chosen_text(self) -> Text:
        choice, keys = self._choice, []
        number = f"{self._place + 1} of {len(self._checkpoints)}"
        keys.append(("h l", "checkpoint", f"{choice.checkpoint} ({number})"))
        if choice.way.has_gguf:
            kind = choice.quantization
            keys.append(("w", "weights", f"{kind}, {kind.words}"))
        if choice.way is Way.OLLAMA:
            keys.append(("n", "name", choice.name))
        keys.append(("r", "replaces", "what stands there" if choice.replace else "nothing"))
        text = Text()
        for key, what, value in keys:
            text.append(f"{key:<4}", "bold").append(f"{what:<11}", "dim").append(f"{value}\n")
        text.rstrip()
        return text


def open_export(app: Any, workspace: Workspace, run: Run, exports: Exports) -> None:
    """Open the dialog for a run that has a checkpoint; say so where it has none.

    Raises:
        JessyError: it has none.
    """
    run.checkpoint()
    app.push_screen(ExportRunScreen(workspace, run, exports))
