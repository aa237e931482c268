"""How the probes are asked: the last question before an evaluation starts."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from jessy_tui.evaluation.evaluations import HowToAsk

WAYS: Final = (
    ("plans only", "the first tokens of each answer: a minute or two", HowToAsk(plans_only=True)),
    ("whole answers", "one pass each: text, marks, language, seconds", HowToAsk()),
    ("all passes", "as many as each plan asks for: slow", HowToAsk(policy="auto")),
)


@dataclass(frozen=True, slots=True)
class Asking:
    """What was chosen."""

    how: HowToAsk
    probes: Path


class AskScreen(ModalScreen[Asking]):
    """Answers with how to ask, or None."""

    PLACE: ClassVar[str] = "Ask the probes"
    BINDINGS: ClassVar = [
        Binding("escape", "dismiss(None)", "Cancel", tooltip="Ask nothing"),
        Binding("j", "move('down')", "Next", show=False, tooltip="The next way"),
        Binding("k", "move('up')", "Previous", show=False, tooltip="The way before"),
    ]

    def __init__(self, names: list[str], probes: Path, root: Path) -> None:
        """Ask how `names` are asked the probes of a file, as a rule `probes`, below `root`."""
        super().__init__()
        self._names, self._root = names, root
        self._probes = probes.relative_to(root) if probes.is_relative_to(root) else probes

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="ask-probes") as dialog:
            dialog.border_title = f"Ask {', '.join(self._names)}"
            dialog.border_subtitle = "enter asks · tab the file of probes · esc"
            yield OptionList(
                *(
                    Option(Text.assemble((f"{name:<14}", "bold"), (words, "dim")))
                    for name, words, _ in WAYS
                )
            )
            yield Static("Probes", classes="field-label")
            yield Input(str(self._probes), compact=True)
            yield Static(
                "Greedy, in a process of its own: it goes on when you leave the app. What was "
                "asked before is not asked again; one that was stopped goes on where it was.",
                classes="dialog-hint",
            )

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    @on(OptionList.OptionSelected)
    def _chosen(self, message: OptionList.OptionSelected) -> None:
        self._take(message.option_index)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self._take(self.query_one(OptionList).highlighted or 0)

    def _take(self, way: int) -> None:
        path = self._root / Path(self.query_one(Input).value.strip()).expanduser()
        self.dismiss(Asking(WAYS[way][2], path))

    def action_move(self, direction: str) -> None:
        """Move the cursor."""
        options = self.query_one(OptionList)
        options.action_cursor_down() if direction == "down" else options.action_cursor_up()
