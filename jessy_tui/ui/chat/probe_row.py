"""Questions that are one key away, in a row above the prompt."""

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.widgets import Static

from jessy_tui.chats.quick_probes import QuickProbe
from jessy_tui.ui.text import one_line
from jessy_tui.ui.themes import band_colour

FIRST_KEY: Final = 6
"""The first probe has f6, the second f7, and so on."""


class ProbeRow(Static):
    """`F6 sana bisi sorucam  F7 tabs or spaces?  …`: each with the key that asks it."""

    def __init__(self) -> None:
        super().__init__(id="probe-row")
        self._probes: Sequence[QuickProbe] = ()

    def offer(self, probes: Sequence[QuickProbe]) -> None:
        """Show these."""
        self._probes = probes
        self._show()

    def on_resize(self, _: events.Resize) -> None:
        self._show()

    def _show(self) -> None:
        width = self.size.width
        if not self._probes or not width:
            return
        share = max(width // len(self._probes) - _KEY, 3)
        texts = [_cut(probe.query, share) for probe in self._probes]
        left = width - sum(cell_len(text) + _KEY for text in texts)
        line = Text(no_wrap=True, overflow="ellipsis")
        for number, (probe, text) in enumerate(zip(self._probes, texts, strict=True)):
            # What short questions leave over goes to the first one that was cut.
            if text != probe.query:
                longer = _cut(probe.query, cell_len(text) + max(left, 0))
                left -= cell_len(longer) - cell_len(text)
                text = longer
            colour = band_colour(probe.complexity, self.app.theme_variables)
            line.append(f"F{number + FIRST_KEY} ", f"bold {colour}").append(f"{text}  ", "dim")
        self.update(line)


_KEY: Final = len("F6 ") + 2


def _cut(text: str, width: int) -> str:
    return one_line(text, min(width, cell_len(text)))
