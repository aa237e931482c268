"""One field of a conflict: what is here and what is on disk, side by side, and which is taken."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual.binding import Binding
from textual.message import Message
from textual.widget import Widget

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.merging.fields import MISSING, Field, Side
from jessy_tui.dataset.plainvalue import value_text
from jessy_tui.ui.text import count_of, visible

_STACKED_BELOW = 70
"""Cells; in less, one side stands below the other."""
_MOST_SHOWN = 4_000
_MOST_COMPARED = 1_500
"""So many words of a text are compared with those of the other side."""
_SIDES: tuple[tuple[Side, str], ...] = (("mine", "mine"), ("theirs", "theirs, on disk"))


class ConflictField(Widget, can_focus=True):
    """What both sides have, with what differs picked out, and the side that is taken."""

    PLACE: ClassVar[str] = "Field"
    COMPONENT_CLASSES = {"conflict-field--differs", "conflict-field--quiet"}
    BINDINGS = [
        Binding("h,left,m", "take('mine')", "Mine", tooltip="Take mine for this field"),
        Binding("l,right,t", "take('theirs')", "Theirs", tooltip="Take theirs for this field"),
    ]

    class Taken(Message):
        """A side was chosen for the field."""

        def __init__(self, field: Field, side: Side) -> None:
            super().__init__()
            self.field, self.side = field, side

    def __init__(self, field: Field, side: Side | None) -> None:
        super().__init__()
        self.field, self.side = field, side

    def action_take(self, side: Side) -> None:
        """Take a side."""
        self.side = side
        self.refresh(layout=True)
        self.post_message(self.Taken(self.field, side))

    @property
    def _heading(self) -> str:
        match self.field.changed_by if self.field.path else "whole":
            case "whole":
                why = "kept or deleted" if self.side else "kept or deleted: h mine, l theirs"
            case "mine":
                why = "only you changed it"
            case "theirs":
                why = "only they changed it"
            case _:
                why = "both changed it" if self.side else "both changed it: h mine, l theirs"
        return f"{self.field.name} · {why}"

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def render(self) -> RenderableType:
        quiet = self.get_component_rich_style("conflict-field--quiet", partial=True)
        differs = self.get_component_rich_style("conflict-field--differs", partial=True)
        titles = []
        for side, title in _SIDES:
            mark = "●" if self.side == side else "○"
            titles.append(Text(f"{mark} {title}", Style(bold=self.side == side) + quiet))
        heading = Text(("▸ " if self.has_focus else "  ") + self._heading, "bold")
        return _Sides(heading, titles, _bodies(self.field, differs))


@dataclass(frozen=True, slots=True)
class _Sides:
    """Side by side where there is room, else one below the other."""

    heading: Text
    titles: Sequence[Text]
    bodies: Sequence[Text]

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        yield self.heading
        if options.max_width < _STACKED_BELOW:
            for title, body in zip(self.titles, self.bodies, strict=True):
                yield title
                yield Padding(body, (0, 0, 0, 2))
            return
        table = Table.grid(expand=True, padding=(0, 2, 0, 0))
        table.add_column(ratio=1)
        table.add_column(ratio=1)
        table.add_row(*self.titles)
        table.add_row(*self.bodies)
        yield table


def _bodies(field: Field, differs: Style) -> tuple[Text, Text]:
    gone = "not there" if field.path else "deleted"
    mine, theirs = _shown(field.mine, gone), _shown(field.theirs, gone)
    if MISSING in (field.mine, field.theirs):
        return mine, theirs
    ones, others = _words(mine.plain), _words(theirs.plain)
    if len(ones) + len(others) > _MOST_COMPARED:
        return mine, theirs
    matcher = difflib.SequenceMatcher(None, ones, others, autojunk=False)
    for text, words, low, high in ((mine, ones, 0, 1), (theirs, others, 2, 3)):
        starts = [0]
        for word in words:
            starts.append(starts[-1] + len(word))
        for tag, *ends in matcher.get_opcodes():
            if tag != "equal":
                text.stylize(differs, starts[ends[low]], starts[ends[high]])
    return mine, theirs


def _words(text: str) -> list[str]:
    return re.findall(r"\w+|\s+|[^\w\s]", text)


def _shown(value: object, gone: str) -> Text:
    if value is MISSING:
        return Text(gone, "italic")
    if isinstance(value, dict) and "conversations" in value:
        return Text(_conversation(Example(value)))
    text = value if isinstance(value, str) else value_text(value)
    if not text:
        return Text("empty", "italic")
    if len(text) > _MOST_SHOWN:
        more = count_of(len(text) - _MOST_SHOWN, "more character")
        return Text(f"{visible(text[:_MOST_SHOWN])}\n… and {more}")
    return Text(visible(text))


def _conversation(example: Example) -> str:
    label = " ".join(
        str(part or "?") for part in (example.complexity, example.iterations, example.category)
    )
    said = "\n".join(f"{turn.role}: {turn.text}" for turn in example.turns)
    return visible(f"{label}\n{said}"[:_MOST_SHOWN])
