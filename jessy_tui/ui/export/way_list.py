"""The list of the ways in which a checkpoint can be exported."""

from textual.binding import Binding
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from jessy_tui.export.order import Way
from jessy_tui.ui.export.words import way_text


class WayList(OptionList):
    """One row a way, what it is for beside it."""

    BINDINGS = [
        Binding("j", "cursor_down", "Next", show=False, tooltip="The next way"),
        Binding("k", "cursor_up", "Previous", show=False, tooltip="The way before"),
        Binding("g", "first", "First", show=False, tooltip="The first way"),
        Binding("G", "last", "Last", show=False, tooltip="The last way"),
    ]

    def __init__(self) -> None:
        super().__init__(
            *(Option(way_text(way, chosen=False), id=way) for way in Way), id="ways", compact=True
        )

    def watch_highlighted(self, highlighted: int | None) -> None:
        """Mark the row under the cursor by a sign, too."""
        for place, way in enumerate(Way):
            prompt = way_text(way, chosen=place == highlighted)
            self.replace_option_prompt_at_index(place, prompt)
        super().watch_highlighted(highlighted)

    @property
    def way(self) -> Way:
        """The one under the cursor."""
        return list(Way)[self.highlighted or 0]
