"""What can be talked to: the checkpoints of the runs, and the bases as they are."""

import contextlib
from collections.abc import Sequence
from typing import ClassVar, Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from jessy_tui.bases.catalogue import list_bases
from jessy_tui.chats.turn import Named
from jessy_tui.errors import JessyError
from jessy_tui.inference.target import Target, served, target_of_base, target_of_run
from jessy_tui.training.runs import list_runs
from jessy_tui.workspace import Workspace

BASES: Final = "bases"
ENDPOINT: Final = "endpoint"
MOST: Final = 3
"""So many can be asked side by side."""


def short_name(target: Target) -> str:
    """As people say it: "first@final", or the base's name."""
    return str(Named.of(target))


def find_targets(workspace: Workspace) -> list[Target]:
    """All there is to talk to: every run's default checkpoint, then the others, then bases, then
    the endpoints of jessy.toml."""
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
    return [*first, *others, *bases, *_endpoints(workspace)]


def _endpoints(workspace: Workspace) -> list[Target]:
    """Those of jessy.toml whose model it names; what the others serve they would have to be asked.

    One whose key the environment lacks is not among them: choosing it by its name says so.
    """
    found = []
    for name, endpoint in workspace.settings.endpoints.items():
        if endpoint.model is not None:
            with contextlib.suppress(JessyError):
                found.append(served(workspace, name, endpoint.model))
    return found


class TargetPicker(ModalScreen[list[Target] | str]):
    """Answers with what to talk to, one or several, with `BASES` for another base, with `ENDPOINT`
    for one that is served, or None."""

    PLACE = "Talk to"
    BINDINGS: ClassVar = [
        Binding("space", "mark", "Compare", tooltip="Ask this one and others side by side"),
        Binding("b", f"dismiss('{BASES}')", "Bases", tooltip="Fetch or choose a base as it is"),
        Binding(
            "u", f"dismiss('{ENDPOINT}')", "URL", tooltip="What an OpenAI-compatible URL serves"
        ),
        Binding("escape", "dismiss(None)", "Cancel", tooltip="Talk on as before"),
        Binding("j", "move('down')", "Next", show=False, tooltip="The next one"),
        Binding("k", "move('up')", "Previous", show=False, tooltip="The one before"),
    ]

    def __init__(
        self, targets: list[Target], current: Sequence[Target], *, title: str = "Talk to"
    ) -> None:
        super().__init__()
        self._title = title
        self._targets = targets
        self._current = current
        self._marked = [one for one in current if one in targets] if len(current) > 1 else []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = self._title
            dialog.border_subtitle = "enter chooses · space compares · b bases · u URL · esc"
            yield OptionList(*map(self._option, self._targets), id="targets")
            if not self._targets:
                yield Static(
                    "Nothing is here yet: [b]b[/b] makes a base ready, [b]u[/b] asks a URL."
                )

    def _option(self, target: Target) -> Option:
        mark = f"{self._marked.index(target) + 1} " if target in self._marked else "  "
        words = f"on {target.base_name}" if target.run else "the base, untrained"
        if target.url:
            words = "served by an endpoint"
        return Option(Text.assemble((f"{mark}{short_name(target):<28} ", "bold"), (words, "dim")))

    def on_mount(self) -> None:
        first = next((one for one in self._current if one in self._targets), None)
        if first is not None:
            self.query_one(OptionList).highlighted = self._targets.index(first)

    @on(OptionList.OptionSelected)
    def _chosen(self, message: OptionList.OptionSelected) -> None:
        if len(self._marked) > 1:
            self.dismiss(self._marked)
        else:
            self.dismiss([self._targets[message.option_index]])

    def action_mark(self) -> None:
        """Put what is under the cursor beside the others, or take it away from them."""
        options = self.query_one(OptionList)
        place = options.highlighted
        if place is None:
            return
        target = self._targets[place]
        if target in self._marked:
            self._marked.remove(target)
        elif len(self._marked) == MOST:
            self.notify(f"No more than {MOST} fit side by side; space takes one away.")
            return
        else:
            self._marked.append(target)
        for number, one in enumerate(self._targets):
            options.replace_option_prompt_at_index(number, self._option(one).prompt)
        count = len(self._marked)
        self.query_one(".dialog").border_subtitle = (
            f"enter asks these {count} side by side · space · esc"
            if count > 1
            else "space on another one compares · enter chooses · esc"
        )
        options.action_cursor_down()

    def action_move(self, direction: str) -> None:
        """Move the cursor."""
        options = self.query_one(OptionList)
        options.action_cursor_down() if direction == "down" else options.action_cursor_up()
