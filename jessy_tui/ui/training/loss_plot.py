"""The loss over the steps, train and validation, with zoom and pan."""

import math
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding
from textual_plot import HiResMode, PlotWidget

from jessy_tui.training.progress import Point

# Two points a column, its lowest and its highest, are all a column of cells can show; the plot
# loops over points in Python, so it gets no more than this many columns' worth.
_COLUMNS = 400


class LossPlot(PlotWidget):
    """The curves of one run. A loss that was not a number is a gap."""

    PLACE: ClassVar[str] = "Loss"
    BINDINGS = [
        Binding("plus,equals_sign", "zoom_in", "Zoom in", show=False, id="plot.zoom_in"),
        Binding("minus", "zoom_out", "Zoom out", show=False, id="plot.zoom_out"),
        Binding("h,left", "pan_left", "Pan left", show=False, id="plot.left"),
        Binding("l,right", "pan_right", "Pan right", show=False, id="plot.right"),
        Binding("k,up", "pan_up", "Pan up", show=False, id="plot.up"),
        Binding("j,down", "pan_down", "Pan down", show=False, id="plot.down"),
        Binding("r,0", "reset_scales", "Whole run", show=False, id="plot.reset"),
    ]

    def reset_view(self) -> None:
        """Forget the curves, and where the view was put."""
        self.set_xlimits(None, None)
        self.set_ylimits(None, None)
        self.clear()

    def show(self, train: Sequence[Point], validation: Sequence[Point]) -> None:
        """Draw the curves; the part in view stays where it was put."""
        self.margin_top = 0
        self.margin_bottom = 2
        self.margin_left = 7
        colours = self.app.theme_variables
        self._datasets = []
        self._labels = []
        drawn = False
        for curve, colour in (
            (train, colours["band-low"]),
            (validation, colours["band-medium"]),
        ):
            for piece in _pieces(_thinned(curve)):
                steps, losses = zip(*piece, strict=True)
                drawn = True
                if len(piece) == 1:
                    self.scatter(steps, losses, marker="•", marker_style=colour)
                else:
                    self.plot(steps, losses, line_style=colour, hires_mode=HiResMode.BRAILLE)
        if not drawn:
            self.clear()


def _pieces(curve: Sequence[Point]) -> list[list[tuple[int, float]]]:
    """The curve cut where a loss is missing."""
    pieces: list[list[tuple[int, float]]] = [[]]
    for step, loss in curve:
        if loss is None or not math.isfinite(loss):
            pieces.append([])
        else:
            pieces[-1].append((step, loss))
    return [piece for piece in pieces if piece]


def _thinned(curve: Sequence[Point]) -> Sequence[Point]:
    """At most two points a column, the lowest and the highest, in the order of their steps."""
    if len(curve) <= 2 * _COLUMNS:
        return curve
    thinned: list[Point] = []
    size = math.ceil(len(curve) / _COLUMNS)
    for start in range(0, len(curve), size):
        column = curve[start : start + size]
        known = [point for point in column if point[1] is not None]
        if len(known) < len(column):
            thinned.append((column[0][0], None))
        if known:
            lowest = min(known, key=lambda point: point[1] or 0.0)
            highest = max(known, key=lambda point: point[1] or 0.0)
            thinned.extend(sorted({lowest, highest}))
    return thinned
