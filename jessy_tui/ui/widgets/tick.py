"""A box that can be ticked, and shows without colour whether it is."""

from textual.widgets import Checkbox


class Tick(Checkbox):
    """`[X]` where it is ticked, `[ ]` where it is not."""

    BUTTON_LEFT = "["
    BUTTON_RIGHT = "]"

    def on_mount(self) -> None:
        self._show_value()

    def _show_value(self) -> None:
        # Textual draws the same sign in two colours; here it is there or not.
        self.BUTTON_INNER = "X" if self.value else " "

    def watch_value(self) -> None:
        self._show_value()
        super().watch_value()
