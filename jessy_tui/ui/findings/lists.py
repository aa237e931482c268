"""The two lists of the findings view: the checks that find something, and what one finds."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from jessy_tui.ui.text import sign_of

if TYPE_CHECKING:
    from jessy_tui.dataset.checks import Finding, Said

_KEYS = [
    Binding("j,down", "cursor_down", "Next", show=False, tooltip="The next line"),
    Binding("k,up", "cursor_up", "Previous", show=False, tooltip="The line before"),
    Binding("g,home", "first", "First", show=False, tooltip="The first line"),
    Binding("G,end", "last", "Last", show=False, tooltip="The last line"),
    Binding("ctrl+d,pagedown", "page_down", "A page down", show=False, tooltip="A page down"),
    Binding("ctrl+u,pageup", "page_up", "A page up", show=False, tooltip="A page up"),
]


class CheckList(OptionList):
    """A check a line: its gravest sign, its name, how many findings, and what it looks for."""

    PLACE: ClassVar[str] = "Checks"
    BINDINGS = [
        *_KEYS,
        Binding("enter", "select", "Show", tooltip="Show the examples of this check in the list"),
    ]

    def __init__(self) -> None:
        super().__init__(id="checks", markup=False)
        self.checks: list[tuple[Said, int]] = []

    @property
    def current(self) -> "Said | None":
        """The check under the cursor."""
        at = self.highlighted
        return self.checks[at][0] if at is not None and at < len(self.checks) else None

    def show(self, checks: "list[tuple[Said, int]]", about: dict[str, str]) -> None:
        """Draw these checks with their numbers of findings, the cursor where it was."""
        if checks == self.checks:
            return
        held = self.current
        self.checks = checks
        self.set_options(
            Option(
                Text.assemble(
                    (f"{sign_of([said])} ", "bold"),
                    f"{said.check:<19}",
                    (f"{count:>7,}", "bold"),
                    (f"  {about.get(said.check, '')}", "dim"),
                    no_wrap=True,
                    overflow="ellipsis",
                )
            )
            for said, count in checks
        )
        names = [said for said, _ in checks]
        self.highlighted = (names.index(held) if held in names else 0) if names else None


@dataclass(frozen=True, slots=True)
class Row:
    """One finding in the list, and the entry it is about; None for one about a file."""

    finding: "Finding"
    entry_id: int | None


class FoundList(OptionList):
    """A finding a paragraph: where it is, and its sentence."""

    PLACE: ClassVar[str] = "Findings"
    BINDINGS = [
        *_KEYS,
        Binding("enter", "select", "Go", tooltip="Go to this example"),
    ]

    def __init__(self) -> None:
        super().__init__(id="found", markup=False)
        self.rows: list[Row] = []

    @property
    def current(self) -> Row | None:
        """The finding under the cursor."""
        at = self.highlighted
        return self.rows[at] if at is not None and at < len(self.rows) else None

    def show(self, rows: list[Row], more: int) -> None:
        """Draw these findings, and say how many `more` there are."""
        held = self.highlighted
        self.rows = rows
        options = [Option(_line(row)) for row in rows]
        if more:
            words = f"… and {more:,} more; enter on the check shows them all in the list"
            options.append(Option(Text(words, "italic"), disabled=True))
        self.set_options(options)
        self.highlighted = min(held or 0, len(rows) - 1) if rows else None


def _line(row: Row) -> Text:
    from jessy_tui.ui.text import visible

    finding = row.finding
    text = Text()
    if finding.file is not None:
        what = "" if finding.index is None else f" #{finding.index + 1}"
        text.append(f"{finding.file.name}{what}  ", "dim")
    text.append(visible(finding.message))
    if finding.fix is not None:
        text.append("  f fixes it", "bold")
    return text
