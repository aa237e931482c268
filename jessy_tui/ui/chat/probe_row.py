"""Questions that are one key away, in a row above the prompt."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.widgets import Static

from jessy_tui.chats.quick_probes import QuickProbe
from jessy_tui.ui.text import one_line
from jessy_tui.ui.themes import band_colour

_LEAD = "alt+ "


class ProbeRow(Static):
    """`alt+ 1 sana bisi sorucam  2 tabs or spaces?  …`: the key is the iterations it deserves."""

    def __init__(self) -> None:
        super().__init__(id="probe-row")
        self._probes: Sequence[QuickProbe] = ()

    def offer(self, probes: Sequence[QuickProbe]) -> None:
        """Show these; each has the key of its iterations."""
        self._probes = probes
        self._show()

    def on_resize(self, _: events.Resize) -> None:
        self._show()

    def _show(self) -> None:
        width = self.size.width
        if not self._probes or width <= len(_LEAD):
            return
        share = max((width - len(_LEAD)) // len(self._probes) - 3, 3)
        # What short questions leave over goes to the first one, which is the canonical.
        texts = [_cut(probe.query, share) for probe in self._probes]
        left = width - len(_LEAD) - sum(cell_len(text) + 3 for text in texts)
        texts[0] = _cut(self._probes[0].query, cell_len(texts[0]) + max(left, 0))
        line = Text(_LEAD, "dim", no_wrap=True, overflow="ellipsis")
        for probe, text in zip(self._probes, texts, strict=True):
            colour = band_colour(probe.complexity, self.app.theme_variables)
            line.append(f"{probe.iterations} ", f"bold {colour}").append(f"{text} ", "dim")
        self.update(line)


def _cut(text: str, width: int) -> str:
    return one_line(text, min(width, cell_len(text)))
