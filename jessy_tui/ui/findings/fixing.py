"""Safe fixes from the findings view: found off the screen's thread, shown, and then made."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from jessy_tui.dataset.checks.fixes import Fix, fix_example
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.store import Entry, ExampleStore
from jessy_tui.ui.text import count_of, one_line
from jessy_tui.workspace import CheckSettings

_MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Fixed:
    """An entry, the example it becomes, and what that changes."""

    entry: Entry
    example: Example
    fixes: list[Fix]


def find_fixes(
    store: ExampleStore,
    ids: Iterable[int],
    settings: CheckSettings,
    check: str | None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Fixed]:
    """The safe fixes of a check, or of all, in these entries. Not for a thread that paints."""
    found = []
    for entry_id in ids:
        if cancelled():
            break
        try:
            entry = store.entry(entry_id)
        except KeyError:
            continue  # deleted meanwhile
        example, fixes = fix_example(entry.example, settings, only=check)
        if fixes:
            found.append(Fixed(entry, example, fixes))
    return found


class FixPreview(ModalScreen[bool]):
    """Shows what would change; answers True where it is to be done."""

    BINDINGS = [
        Binding("y,enter", "dismiss(True)", "Fix", tooltip="Make these fixes; u undoes them"),
        Binding("n,escape", "dismiss(False)", "Cancel", tooltip="Change nothing"),
        Binding("j,down", "scroll(1)", "Down", show=False, tooltip="Scroll down"),
        Binding("k,up", "scroll(-1)", "Up", show=False, tooltip="Scroll up"),
    ]

    def __init__(self, fixed: list[Fixed]) -> None:
        super().__init__()
        self._fixed = fixed

    def compose(self) -> ComposeResult:
        changes = [(one.entry, fix) for one in self._fixed for fix in one.fixes]
        with Vertical(classes="dialog", id="fix-preview") as dialog:
            dialog.border_title = (
                f"{count_of(len(changes), 'fix', 'fixes')} in "
                f"{count_of(len(self._fixed), 'example')}"
            )
            dialog.border_subtitle = "y fixes · esc changes nothing"
            with VerticalScroll(can_focus=False):
                for entry, fix in changes[:_MOST_SHOWN]:
                    yield Static(_change(entry, fix))
                if len(changes) > _MOST_SHOWN:
                    more = len(changes) - _MOST_SHOWN
                    yield Static(Text(f"… and {more:,} more like these", "italic"))

    def action_scroll(self, rows: int) -> None:
        """Move what is shown."""
        self.query_one(VerticalScroll).scroll_relative(y=3 * rows, animate=False)


def _change(entry: Entry, fix: Fix) -> Text:
    """What is there and what comes, around the first place where they differ."""
    same = 0
    for one, other in zip(fix.was, fix.now, strict=False):
        if one != other:
            break
        same += 1
    start = max(0, same - 12)
    text = Text(f"{entry.file.name} #{entry.index + 1}  {fix.check}\n", "dim")
    for sign, value, style in (("-", fix.was, "red"), ("+", fix.now, "green")):
        cut = ("…" if start else "") + value[start:]
        text.append(f"  {sign} ", style).append(one_line(cut, 76).rstrip() + "\n")
    return text
