"""The file that examples are moved to: one that is open, or a new one."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from jessy_tui.dataset.turkish import fold
from jessy_tui.ui.text import count_of, visible
from jessy_tui.workspace import EXAMPLE_SUFFIXES, PROBES_NAME


def new_file_problem(folder: Path, name: str) -> str | None:
    """Why a name is none for a new file of examples, as a sentence; None if it is one."""
    path = folder / name
    if (name and Path(name).name != name) or "\\" in name or not name.isprintable():
        return f'"{visible(name)[:40]}" is no name of a file in {folder.name}/; leave out slashes.'
    if path.suffix not in EXAMPLE_SUFFIXES or name.startswith(".") or not path.stem.strip():
        return "A new file needs a name that ends in .json or .jsonl, such as more.jsonl."
    if name == PROBES_NAME:
        return f"{PROBES_NAME} holds the probes, which must not be trained on; name another file."
    if path.exists():
        return f"{name} is there, but is not open here; start again to open it, or name another."
    return None


class MovePicker(ModalScreen[Path]):
    """Answers with a path in the workspace's data folder, or None."""

    CSS_PATH = "editing.tcss"
    PLACE = "Move"
    BINDINGS: ClassVar = [
        Binding("escape", "dismiss(None)", "Cancel", tooltip="Leave them where they are"),
        Binding(
            "down,ctrl+n", "move('down')", "Next", show=False, priority=True, tooltip="The next one"
        ),
        Binding(
            "up,ctrl+p", "move('up')", "Before", show=False, priority=True, tooltip="The one before"
        ),
    ]
    AUTO_FOCUS = "#wanted"

    def __init__(self, what: str, files: Sequence[tuple[Path, int]], folder: Path) -> None:
        """`files` are those that can be moved to, with how many examples each has."""
        super().__init__()
        self._what = what
        self._files = list(files)
        self._folder = folder
        self._shown: list[Path] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="move-picker") as dialog:
            dialog.border_title = f"Move {self._what} to"
            dialog.border_subtitle = "enter moves · ↑↓ chooses · esc cancels"
            yield Input(placeholder="a few letters, or a new name", id="wanted")
            yield OptionList(id="files")
            yield Static(id="problem", classes="error-line")

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False
        self._show()

    @on(Input.Changed)
    def _show(self) -> None:
        self.query_one("#problem", Static).update("")
        wanted = self.query_one(Input).value.strip()
        found = [one for one in self._files if fold(wanted) in fold(one[0].name)]
        rows = [
            Option(Text.assemble(f"{visible(path.name):<40} ", (count_of(size, "example"), "dim")))
            for path, size in found
        ]
        self._shown = [path for path, _ in found]
        if wanted and new_file_problem(self._folder, wanted) is None:
            open_names = {path.name for path, _ in self._files}
            if wanted not in open_names:
                rows.append(Option(Text.assemble("new: ", (wanted, "bold"))))
                self._shown.append(self._folder / wanted)
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(rows)
        options.display = bool(rows)
        options.highlighted = 0 if rows else None

    @on(Input.Submitted)
    def _submitted(self) -> None:
        place = self.query_one(OptionList).highlighted
        if place is not None and self._shown:
            self.dismiss(self._shown[place])
            return
        problem = new_file_problem(self._folder, self.query_one(Input).value.strip())
        self.query_one("#problem", Static).update(Text(problem or ""))

    @on(OptionList.OptionSelected)
    def _clicked(self, message: OptionList.OptionSelected) -> None:
        self.dismiss(self._shown[message.option_index])

    def action_move(self, direction: str) -> None:
        """Move the cursor."""
        options = self.query_one(OptionList)
        options.action_cursor_down() if direction == "down" else options.action_cursor_up()
