"""What is drawn of the followed runs: which figure, how, and no more points than cells can show."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import numpy as np

from jessy_tui.training.curves import Floats, pieces, reduced
from jessy_tui.ui.training.followed import Followed

Figure = Literal[
    "loss", "learning_rate", "steps_per_second", "tokens_per_second", "memory", "probes"
]

FIGURES: Final[dict[Figure, str]] = {
    "loss": "loss",
    "learning_rate": "learning rate",
    "steps_per_second": "steps/s",
    "tokens_per_second": "tokens/s",
    "memory": "peak memory, GB",
    "probes": "probes, % right",
}
"""What can be plotted, and what it is called."""


@dataclass(frozen=True)
class View:
    """How to look at the curves."""

    figure: Figure = "loss"
    smooth: bool = False
    """Whether the training loss is drawn smoothed, over the raw one."""
    log: bool = False
    """Whether heights are logarithms to the base 10."""
    limits: tuple[float, float] | None = None
    """The steps in view; None for all."""
    columns: int = 200
    """How many points beside each other can be told apart."""

    def next_figure(self, *, probed: bool = False) -> "View":
        """The same view of the figure after this one, the first again after the last.

        Args:
            probed: whether probes were asked while the runs trained; else there is no such curve.
        """
        names = [name for name in FIGURES if probed or name != "probes"]
        if self.figure not in names:
            return replace(self, figure=names[0])
        return replace(self, figure=names[(names.index(self.figure) + 1) % len(names)])


Kind = Literal["train", "raw", "validation"]


@dataclass(frozen=True)
class Line:
    """One curve of one run."""

    run: str
    kind: Kind
    """`raw` is the training loss under its smoothed self."""
    pieces: list[tuple[Floats, Floats]]
    """Steps and heights, cut where a figure was not a number."""

    @property
    def end(self) -> tuple[float, float] | None:
        """The last point there is."""
        if not self.pieces:
            return None
        steps, heights = self.pieces[-1]
        return float(steps[-1]), float(heights[-1])


@dataclass(frozen=True)
class Drawing:
    """All curves in view; heights are logarithms where the view says so."""

    view: View = field(default_factory=View)
    lines: tuple[Line, ...] = ()
    best: tuple[float, float] | None = None
    """Where the first run's validation loss was lowest, when the loss is drawn."""
    probed: bool = False
    """Whether any of the runs was asked probes while it trained."""


def draw(runs: Sequence[tuple[str, Followed]], view: View) -> Drawing:
    """Draw runs by name, the one in focus first."""
    lines: list[Line] = []
    for name, followed in runs:
        training, validation = followed.curves.training, followed.curves.validation
        if view.figure == "loss":
            raw = training.figure("loss")
            if view.smooth:
                lines.append(_line(name, "raw", training.steps, raw, view))
                smoothed = followed.curves.smoothed_loss
                lines.append(_line(name, "train", training.steps, smoothed, view))
            else:
                lines.append(_line(name, "train", training.steps, raw, view))
            losses = validation.figure("loss")
            lines.append(_line(name, "validation", validation.steps, losses, view))
        elif view.figure == "probes":
            # The band as the line, and the exact number as the points and line under it.
            probes = followed.curves.probes
            lines.append(_line(name, "train", probes.steps, 100 * probes.figure("band"), view))
            exact = 100 * probes.figure("exact")
            lines.append(_line(name, "validation", probes.steps, exact, view))
        else:
            figures = training.figure(view.figure)
            if view.figure == "memory":
                figures = figures / 1e9
            lines.append(_line(name, "train", training.steps, figures, view))
    probed = any(len(followed.curves.probes) for _, followed in runs)
    return Drawing(view, tuple(lines), _best(runs, view), probed)


def _line(name: str, kind: Kind, steps: Floats, figures: Floats, view: View) -> Line:
    size = min(len(steps), len(figures))
    steps, figures = steps[:size], figures[:size]
    if view.limits is not None:
        # One point more on either side, so that the line goes on to the edge.
        first = max(0, int(np.searchsorted(steps, view.limits[0])) - 1)
        last = int(np.searchsorted(steps, view.limits[1], "right")) + 1
        steps, figures = steps[first:last], figures[first:last]
    steps, figures = reduced(steps, figures, view.columns)
    return Line(name, kind, pieces(steps, _height(figures, view)))


def _height(figures: Floats, view: View) -> Floats:
    if not view.log:
        return figures
    with np.errstate(divide="ignore", invalid="ignore"):
        heights: Floats = np.log10(np.where(figures > 0, figures, np.nan))
    return heights


def _best(runs: Sequence[tuple[str, Followed]], view: View) -> tuple[float, float] | None:
    if not runs or view.figure != "loss":
        return None
    best = runs[0][1].progress.best
    if best is None or best.loss is None:
        return None
    height = float(_height(np.array([best.loss]), view)[0])
    return None if np.isnan(height) else (float(best.step), height)
