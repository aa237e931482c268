"""The curves of the runs over their steps, with zoom and pan; follows them, or holds still."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Final

from rich.markup import escape
from textual import on
from textual.binding import Binding
from textual.message import Message
from textual_plot import HiResMode, NumericAxisFormatter, PlotWidget

from jessy_tui.ui.training.drawing import FIGURES, Drawing, Line, View

_OVERLAID: Final = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#f0e442", "#0072b2")
"""Colours that stay apart for colour-blind eyes (Okabe-Ito); each curve ends in a number, too."""


class PowerFormatter(NumericAxisFormatter):
    """Ticks of an axis that shows logarithms to the base 10, at 1, 2 and 5 of each decade."""

    def get_ticks(self, min_: float, max_: float, max_ticks: int = 8) -> list[float]:
        decades = range(math.floor(min_), math.ceil(max_) + 1)
        for steps in ((1, 2, 5), (1,)):
            found = [math.log10(step) + decade for decade in decades for step in steps]
            ticks = [tick for tick in found if min_ <= tick <= max_]
            if 2 <= len(ticks) <= max_ticks:
                return ticks
        return super().get_ticks(min_, max_, max_ticks)

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        return [f"{10**tick:.3g}" for tick in ticks]


class RunPlot(PlotWidget):
    """The curves of one run, or of several over each other. What was not a number is a gap."""

    PLACE: ClassVar[str] = "Curves"
    BINDINGS = [
        Binding("plus,equals_sign", "zoom_in", "Zoom in", show=False, tooltip="Zoom in"),
        Binding("minus", "zoom_out", "Zoom out", show=False, tooltip="Zoom out"),
        Binding("h,left", "pan_left", "Pan left", show=False, tooltip="Earlier steps"),
        Binding("l,right", "pan_right", "Pan right", show=False, tooltip="Later steps"),
        Binding("k,up", "pan_up", "Pan up", show=False, tooltip="Higher values"),
        Binding("j,down", "pan_down", "Pan down", show=False, tooltip="Lower values"),
        Binding("0", "reset_scales", "Whole run", show=False, tooltip="The whole run again"),
    ]

    class Moved(Message):
        """Another part of the curves is in view, or they are looked at in another way."""

    def __init__(self) -> None:
        super().__init__()
        self.view = View()
        self.frozen = False
        """Whether what is in view stays as it is while steps are made."""
        self._drawing = Drawing()

    def on_mount(self) -> None:
        super().on_mount()
        self.margin_top = 0
        self.margin_bottom = 2
        self.margin_left = 7

    def on_resize(self) -> None:
        """How much is drawn goes by the columns there are."""
        self.post_message(self.Moved())

    # --- how to look ---------------------------------------------------------------------------

    def wanted(self) -> View:
        """How to look at the curves now."""
        return replace(self.view, limits=self._limits(), columns=max(20, 2 * self.size.width))

    def _limits(self) -> tuple[float, float] | None:
        automatic = self._auto_x_min and self._auto_x_max
        return None if automatic else (float(self._x_min), float(self._x_max))

    def next_figure(self) -> None:
        """Plot the next figure."""
        self.view = self.view.next_figure(probed=self._drawing.probed)
        self.show_all()

    def toggle_smooth(self) -> None:
        """Draw the training loss smoothed, or as it is."""
        self.view = replace(self.view, smooth=not self.view.smooth)
        self.post_message(self.Moved())

    def toggle_log(self) -> None:
        """Draw heights as logarithms, or as they are."""
        self.view = replace(self.view, log=not self.view.log)
        self.set_ylimits(None, None)
        self.post_message(self.Moved())

    def toggle_frozen(self) -> None:
        """Hold what is in view still, or follow the run again."""
        self.frozen = not self.frozen
        if self.frozen:
            self.set_xlimits(self._x_min, self._x_max)
            self.set_ylimits(self._y_min, self._y_max)
            self._show_titles()
        else:
            self.show_all()

    def show_all(self) -> None:
        """Show the whole run, and follow it."""
        self.frozen = False
        self.set_xlimits(None, None)
        self.set_ylimits(None, None)
        self.post_message(self.Moved())

    def action_reset_scales(self) -> None:
        self.show_all()

    @on(PlotWidget.ScaleChanged)
    def _scale_changed(self) -> None:
        self._show_titles()
        self.post_message(self.Moved())

    # --- drawing -------------------------------------------------------------------------------

    def show(self, drawing: Drawing) -> None:
        """Draw curves; the part in view stays where it was put."""
        self._drawing = drawing
        self.set_y_formatter(PowerFormatter() if drawing.view.log else NumericAxisFormatter())
        self._datasets = []
        self._labels = []
        names = self._names()
        for line in drawing.lines:
            self._draw(line, self._style(line, names))
        for number, name in enumerate(names if len(names) > 1 else [], start=1):
            ends = [line.end for line in drawing.lines if line.run == name and line.end]
            if ends:
                x, y = max(ends)
                self.scatter(
                    [x], [y], marker=str(number), marker_style=f"bold {self._of(names, name)}"
                )
        if drawing.best is not None and len(names) == 1:
            x, y = drawing.best
            self.scatter([x], [y], marker="★", marker_style="bold")
        if not self._datasets:
            self.clear()
        self._show_titles()

    def _draw(self, line: Line, style: str) -> None:
        for steps, heights in line.pieces:
            if len(steps) > 1:
                self.plot(steps, heights, line_style=style, hires_mode=HiResMode.BRAILLE)
            if len(steps) == 1 or (
                line.kind == "validation" and len(steps) <= self.size.width // 4
            ):
                # Validations are few: their points tell them apart where there is no colour.
                self.scatter(steps, heights, marker="•", marker_style=style)

    def _names(self) -> list[str]:
        return list(dict.fromkeys(line.run for line in self._drawing.lines))

    def _style(self, line: Line, names: list[str]) -> str:
        colours = self.app.theme_variables
        if line.kind == "raw":
            return colours["border"]
        if len(names) > 1:
            return self._of(names, line.run)
        return colours["band-medium" if line.kind == "validation" else "band-low"]

    def _of(self, names: list[str], name: str) -> str:
        return _OVERLAID[names.index(name) % len(_OVERLAID)]

    def _show_titles(self) -> None:
        view, names = self.view, self._names()
        title = FIGURES[view.figure]
        if len(names) > 1:
            title += " · " + " ".join(
                f"[{self._of(names, name)}]{number} {escape(name)}[/]"
                for number, name in enumerate(names, start=1)
            )
        elif view.figure in ("loss", "probes"):
            low, medium = (self.app.theme_variables[f"band-{band}"] for band in ("low", "medium"))
            line, points = ("train", "validation") if view.figure == "loss" else ("band", "exact")
            title += f" · [{low}]{line}[/] [{medium}]•{points}[/]"
        self.border_title = title
        signs = [
            "smoothed" if view.smooth and view.figure == "loss" else "",
            "log scale" if view.log else "",
            "frozen" if self.frozen else "zoomed; 0 shows all" if self._limits() else "",
        ]
        if self._drawing.best is not None and len(names) == 1:
            step, height = self._drawing.best
            loss = 10**height if self._drawing.view.log else height
            signs.insert(0, f"★ best {loss:.3f} at step {step:,.0f}")
        self.border_subtitle = " · ".join(sign for sign in signs if sign)
