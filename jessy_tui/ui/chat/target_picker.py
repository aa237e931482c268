"""What can be talked to: the checkpoints of the runs, and the bases as they are."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from jessy_tui.bases.catalogue import PARROTS, list_bases
from jessy_tui.errors import JessyError
from jessy_tui.training.runs import Run, list_runs
from jessy_tui.workspace import Workspace


@dataclass(frozen=True)
class Target:
    """A base, with the adapter of a checkpoint on it or none."""

    name: str
    """As people say it: "first@final", or the base's name."""
    base: Path
    adapter: Path | None
    words: str = ""


def target_of(run: Run, checkpoint: str | None = None) -> Target:
    """The checkpoint of a run; by default the one the run is asked with.

    Raises:
        JessyError: the run has no such checkpoint.
    """
    adapter = run.checkpoint(checkpoint)
    words = f"{run.base}, {run.state}"
    return Target(f"{run.name}@{adapter.name}", run.base_folder, adapter, words)


def find_targets(workspace: Workspace) -> list[Target]:
    """All there is to talk to: every run's default checkpoint, then the others, then bases."""
    first: list[Target] = []
    others: list[Target] = []
    for run in list_runs(workspace):
        try:
            default = target_of(run)
            first.append(default)
            for name in reversed(run.checkpoints()):
                target = target_of(run, name)
                if target.name != default.name:
                    others.append(target)
        except JessyError:
            continue  # a run without a checkpoint yet cannot be talked to
    bases = [
        Target(base.name, base.folder, None, f"the base, untrained. {PARROTS}")
        for base in list_bases(workspace)
        if base.ready
    ]
    return [*first, *others, *bases]


class TargetPicker(ModalScreen[Target]):
    """Answers with what to talk to, or None."""

    BINDINGS: ClassVar = [
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
            dialog.border_subtitle = "enter chooses · esc cancels"
            yield OptionList(
                *(
                    Option(
                        Text.assemble((f"{target.name:<28} ", "bold"), (target.words, "dim")),
                        id=str(place),
                    )
                    for place, target in enumerate(self._targets)
                ),
                id="targets",
            )

    def on_mount(self) -> None:
        names = [target.name for target in self._targets]
        if self._current is not None and self._current.name in names:
            self.query_one(OptionList).highlighted = names.index(self._current.name)

    @on(OptionList.OptionSelected)
    def _chosen(self, message: OptionList.OptionSelected) -> None:
        self.dismiss(self._targets[message.option_index])

    def action_move(self, direction: str) -> None:
        """Move the cursor."""
        options = self.query_one(OptionList)
        options.action_cursor_down() if direction == "down" else options.action_cursor_up()
