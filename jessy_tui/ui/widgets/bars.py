"""Horizontal bars that are read without colour: a name, a bar, a count and a share."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual.app import RenderResult
from textual.widget import Widget

from jessy_tui.ui.text import one_line

_EIGHTHS = " ▏▎▍▌▋▊▉"


@dataclass(frozen=True)
class Bar:
    """One bar: `count` of something, which is `share` (0 to 1) of all."""

    name: str
    count: int
    share: float
    colour: str = ""


class Bars(Widget):
    """Bars one below the other, the longest as wide as there is room."""

    DEFAULT_CSS = """
    Bars { height: auto; width: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._bars: Sequence[Bar] = ()

    def show(self, bars: Sequence[Bar]) -> None:
        """Draw `bars`."""
        self._bars = bars
        self.refresh(layout=True)

    def render(self) -> RenderResult:
        return draw_bars(self._bars, self.content_size.width)


def draw_bars(bars: Sequence[Bar], width: int) -> Text:
    """The bars as text, `width` cells wide, one line each."""
    text = Text(no_wrap=True)
    names = min(18, max((len(bar.name) for bar in bars), default=0))
    counts = max((len(f"{bar.count:,}") for bar in bars), default=0)
    most = max((bar.count for bar in bars), default=0)
    room = max(0, width - names - counts - 8)
    for position, bar in enumerate(bars):
        if position:
            text.append("\n")
        eighths = round(8 * room * bar.count / most) if most else 0
        # What is there is never drawn as nothing.
        eighths = max(eighths, 1) if bar.count else 0
        drawn = "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
        text.append(f"{one_line(bar.name, names)} ")
        text.append(f"{drawn:<{room}}", bar.colour)
        text.append(f" {bar.count:>{counts},}", "bold").append(f" {bar.share:>4.0%}", "dim")
    return text
