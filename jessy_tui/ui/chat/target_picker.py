"""What can be talked to: the checkpoints of the runs, and the bases as they are."""

from typing import ClassVar, Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from jessy_tui.bases.catalogue import list_bases
from jessy_tui.errors import JessyError
from jessy_tui.inference.target import Target, target_of_base, target_of_run
from jessy_tui.training.runs import list_runs
from jessy_tui.workspace import Workspace

BASES: Final = "bases"


def short_name(target: Target) -> str:
    """As people say it: "first@final", or the base's name."""
    return f"{target.run}@{target.checkpoint}" if target.run else target.base_name


def find_targets(workspace: Workspace) -> list[Target]:
    """All there is to talk to: every run's default checkpoint, then the others, then bases."""
    first: list[Target] = []
    others: list[Target] = []
    for run in list_runs(workspace):
        for name in (None, *reversed(run.checkpoints())):
            try:
                target = target_of_run(workspace, run.name, name)
            except JessyError:
                break  # without a checkpoint yet, or its base is gone: it cannot be talked to
            if name is None:
                first.append(target)
            elif target not in first:
                others.append(target)
    bases = [target_of_base(workspace, base.name) for base in list_bases(workspace) if base.ready]
    return [*first, *others, *bases]


class TargetPicker(ModalScreen[Target | str]):
    """Answers with what to talk to, with `BASES` where another base is wanted, or None."""

    BINDINGS: ClassVar = [
        Binding("b", f"dismiss('{BASES}')", "Bases", tooltip="Fetch or choose a base as it is"),
        Binding("escape", "dismiss(None)", "Cancel"),
        Binding("j", "move('down')", "Next", show=False),
        Binding("k", "move('up')", "Previous", show=False),
    ]

    def __init__(self, targets: list[Target], current: Target | None) -> None:
        super().__init__()
        self._targets = targets
        self._current = current

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Talk to"
            dialog.border_subtitle = "enter chooses · b another base · esc cancels"
            yield OptionList(
                *(
                    Option(
                        Text.assemble(
                            (f"{short_name(target):<28} ", "bold"), (_words(target), "dim")
                        ),
                        id=str(place),
                    )
                    for place, target in enumerate(self._targets)
                ),
                id="targets",
            )

    def on_mount(self) -> None:
        if self._current in self._targets:
            self.query_one(OptionList).highlighted = self._targets.index(self._current)

    @on(OptionList.OptionSelected)
    def _chosen(self, message: OptionList.OptionSelected) -> None:
        self.dismiss(self._targets[message.option_index])

    def action_move(self, direction: str) -> None:
        """Move the cursor."""
        options = self.query_one(OptionList)
        options.action_cursor_down() if direction == "down" else options.action_cursor_up()


def _words(target: Target) -> str:
    return f"on {target.base_name}" if target.run else "the base, untrained"
