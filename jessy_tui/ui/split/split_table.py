"""Both sides of a split, value by value: their shares as bars, and how far apart they are."""

from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from jessy_tui.dataset.sides import THINGS, Compared, Sides
from jessy_tui.ui.text import one_line

_EIGHTHS = " ▏▎▍▌▋▊▉█"
FAR = 3.0
"""Percentage points from which on a difference is marked."""


class SplitTable(OptionList):
    """One line a value; choosing one asks for the held-out examples that have it."""

    PLACE: ClassVar[str] = "Both sides"
    BINDINGS = [
        Binding("j", "cursor_down", "Next", show=False, tooltip="The next value"),
        Binding("k", "cursor_up", "Before", show=False, tooltip="The value before"),
        Binding("g", "first", "First", show=False, tooltip="The first value"),
        Binding("G", "last", "Last", show=False, tooltip="The last value"),
        Binding("enter", "select", "Held out", tooltip="Go to the held-out examples of this value"),
    ]

    @dataclass
    class Wanted(Message):
        """The held-out examples of a value are asked for; all of them where it is None."""

        value: Compared | None

    def __init__(self) -> None:
        super().__init__(id="split-table", markup=False)
        self._sides: Sides | None = None
        self._values: list[Compared | None] = []

    def show(self, sides: Sides) -> None:
        """Draw both sides."""
        self._sides = sides
        self._draw()

    def clear(self) -> None:
        """Show nothing."""
        self._sides, self._values = None, []
        self.clear_options()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if self._sides is None:
            return
        highlighted, sides = self.highlighted, self._sides
        width = self.scrollable_content_region.width - 2 or 70
        name = 16 if width < 90 else 20
        # Name, two counts with a bar and a share each, and the difference.
        bar = max(3, (width - name - 2 * (8 + 7) - 9) // 2)
        colour = self.app.theme_variables["primary"]
        self._values = [None]
        options: list[Option | None] = [Option(_head(sides, name, bar))]
        largest = max((one.train / sides.train for one in sides.compared), default=1)
        largest = max([largest, *(one.held_out / sides.held_out for one in sides.compared)])
        for thing in THINGS:
            values = sides.of(thing)
            if not values:
                continue
            options.append(Option(Text(thing, "bold"), disabled=True))
            self._values.append(None)
            for one in values:
                options.append(Option(_line(one, sides, name, bar, largest, colour)))
                self._values.append(one)
        self.clear_options()
        self.add_options(options)
        self.highlighted = min(highlighted or 0, len(options) - 1)

    def on_option_list_option_selected(self, message: OptionList.OptionSelected) -> None:
        """A value was chosen."""
        message.stop()
        self.post_message(self.Wanted(self._values[message.option_index]))


def _head(sides: Sides, name: int, bar: int) -> Text:
    text = Text(f"{'examples':<{name}}", no_wrap=True)
    for count, title in ((sides.train, "training"), (sides.held_out, "held out")):
        text.append(f"{count:>7,} ", "bold")
        text.append(f"{title:<{bar + 7}}", "dim")
    text.append("difference"[:9] if bar < 8 else "points", "dim")
    return text


def _line(one: Compared, sides: Sides, name: int, bar: int, largest: float, colour: str) -> Text:
    text = Text(f"  {one_line(one.value or '(none)', name - 2)}", no_wrap=True)
    for count, total in ((one.train, sides.train), (one.held_out, sides.held_out)):
        share = count / total if total else 0.0
        text.append(f"{count:>7,} ")
        text.append(f"{_bar(share / largest, bar):<{bar}}", colour)
        text.append(f" {share:>5.1%}{' ' if share < 0.9995 else ''}", "dim")
    far = abs(one.points) >= FAR
    points = f"{one.points:+5.1f}" if abs(one.points) >= 0.05 else "  0.0"
    text.append(f" {points}{' !' if far else '  '}", "bold" if far else "")
    return text


def _bar(share: float, width: int) -> str:
    eighths = round(8 * width * share)
    eighths = max(eighths, 1) if share else 0
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
