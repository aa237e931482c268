"""The hits of a find and replace, one a line. It draws only the lines in view."""

from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from jessy_tui.dataset.example import HUMAN, Example
from jessy_tui.dataset.replacing import Hit
from jessy_tui.ui.text import one_line, visible

_BEFORE = 24


@dataclass(slots=True)
class Found:
    """A hit, the example it is in, and whether it is to be replaced."""

    entry_id: int
    file: str
    """The name of the file the example stands in."""
    number: int
    """Its place in that file, from 1."""
    example: Example
    hit: Hit
    chosen: bool = True


class HitList(ScrollView, can_focus=True):
    """Each hit with what stands around it, what goes and what comes."""

    PLACE: ClassVar[str] = "Hits"
    COMPONENT_CLASSES = {"hit-list--cursor", "hit-list--gone", "hit-list--new", "hit-list--quiet"}
    BINDINGS = [
        Binding("j,down", "move(1)", "Next", show=False, tooltip="The next hit"),
        Binding("k,up", "move(-1)", "Previous", show=False, tooltip="The hit before"),
        Binding("g,home", "move(-1000000)", "First", show=False, tooltip="The first hit"),
        Binding("G,end", "move(1000000)", "Last", show=False, tooltip="The last hit"),
        Binding("ctrl+d,pagedown", "page(1)", "A page down", show=False, tooltip="A page down"),
        Binding("ctrl+u,pageup", "page(-1)", "A page up", show=False, tooltip="A page up"),
        Binding("space", "flip", "Take out", show=False, tooltip="Take this hit out, or back in"),
        Binding("a", "flip_all", "All", show=False, tooltip="Take all hits in, or all out"),
    ]

    cursor: reactive[int] = reactive(0, repaint=False)

    class Changed(Message):
        """The cursor came to another hit, or hits were taken out or in."""

    def __init__(self) -> None:
        super().__init__(id="hits")
        self.found: list[Found] = []

    @property
    def current(self) -> Found | None:
        """The hit under the cursor."""
        return self.found[self.cursor] if self.cursor < len(self.found) else None

    @property
    def chosen(self) -> list[Found]:
        """The hits that are to be replaced."""
        return [found for found in self.found if found.chosen]

    def clear(self) -> None:
        """Forget all hits."""
        self.found = []
        self.cursor = 0
        self.add([])

    def add(self, more: list[Found]) -> None:
        """Show more hits below those that are there."""
        self.found += more
        self.virtual_size = Size(self.scrollable_content_region.width, len(self.found))
        self.refresh()
        self.post_message(self.Changed())

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, len(self.found) - 1))

    def watch_cursor(self) -> None:
        height = max(1, self.scrollable_content_region.height)
        top = round(self.scroll_y)
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False)
        self.refresh()
        self.post_message(self.Changed())

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self.cursor += rows

    def action_page(self, pages: int) -> None:
        """Move the cursor by what is in view."""
        self.cursor += pages * max(1, self.scrollable_content_region.height - 1)

    def action_flip(self) -> None:
        """Take the hit under the cursor out or in, and go to the next."""
        if self.current is not None:
            self.current.chosen = not self.current.chosen
            self.cursor += 1
            self.refresh()
            self.post_message(self.Changed())

    def action_flip_all(self) -> None:
        """Take all in, or all out where all are in."""
        chosen = not all(found.chosen for found in self.found)
        for found in self.found:
            found.chosen = chosen
        self.refresh()
        self.post_message(self.Changed())

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        row = round(self.scroll_y) + y
        if row >= len(self.found):
            return Strip.blank(width, self.rich_style)
        found = self.found[row]
        text = self._line(found, width)
        base = self.rich_style
        if row == self.cursor:
            base += self.get_component_rich_style("hit-list--cursor", partial=True)
        text.truncate(width, overflow="ellipsis", pad=True)
        return Strip(text.render(self.app.console), width).apply_style(base)

    def _line(self, found: Found, width: int) -> Text:
        quiet, gone, new = (
            self.get_component_rich_style(f"hit-list--{name}", partial=True)
            for name in ("quiet", "gone", "new")
        )
        role = found.example.turns[found.hit.turn].role
        mark = "[x]" if found.chosen else "[ ]"
        text = Text(f"{mark} ", no_wrap=True, end="")
        name = one_line(found.file, min(30, width // 6)).rstrip()
        text.append(f"{name} #{found.number} {'q' if role == HUMAN else 'a'}  ", quiet)
        before, after = around(found, min(_BEFORE, width // 5), width)
        text.append(before)
        text.append(shown(found.hit.found), gone if found.chosen else "")
        if found.chosen:
            text.append("→", quiet)
            text.append(shown(found.hit.replacement), new)
        text.append(after)
        return text


def around(found: Found, before: int, after: int) -> tuple[str, str]:
    """What stands on the two sides of a hit, so many characters of it, on one line."""
    text, hit = found.example.turns[found.hit.turn].text or "", found.hit
    left = shown(text[max(0, hit.start - before) : hit.start])
    right = shown(text[hit.end : hit.end + after])
    return ("…" if hit.start > before else "") + left, right + (
        "…" if hit.end + after < len(text) else ""
    )


def shown(text: str) -> str:
    """A part of a text on one line."""
    return visible(text.replace("\n", "⏎").replace("\t", " "))
