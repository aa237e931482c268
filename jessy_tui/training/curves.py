"""The figures of a run over its steps, compact enough for a million events.

A run that was resumed tells some steps again: the later word counts, and what was told of steps
from there on is dropped. A figure that was not a number is NaN.
"""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jessy_tui.training.events import AnyEvent, Probed, Trained, Validated

Floats = NDArray[np.float64]

SMOOTHING: Final = 0.9
"""How much of the smoothed curve is kept at each point, 0 to below 1."""


class Curve:
    """Rows of figures, one a step, ascending by step. One thread appends; any may read."""

    def __init__(self, names: tuple[str, ...]) -> None:
        """`names` are those of the figures beside the step."""
        self._names = names
        self._rows: Floats = np.empty((64, 1 + len(names)))
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def append(self, step: int, figures: tuple[float | None, ...]) -> None:
        """Add the figures of a step; what is there of that step and of later ones is dropped."""
        rows, size = self._rows, self._size
        if size and rows[size - 1, 0] >= step:
            size = int(np.searchsorted(rows[:size, 0], step))
            # Who still reads the old rows keeps them.
            rows = self._rows = rows.copy()
        if size == len(rows):
            rows = np.empty((2 * size, rows.shape[1]))
            rows[:size] = self._rows[:size]
            self._rows = rows
        rows[size] = (step, *(np.nan if figure is None else figure for figure in figures))
        self._size = size + 1  # last, so that nobody reads what is not written yet

    def last_before(self, step: int) -> tuple[float, ...]:
        """The figures of the last step before `step`; () where there is none."""
        rows, size = self._rows, self._size
        if size and rows[size - 1, 0] >= step:
            size = int(np.searchsorted(rows[:size, 0], step))
        return tuple(rows[size - 1, 1:].tolist()) if size else ()

    @property
    def steps(self) -> Floats:
        """The steps, ascending; a view that later points do not change."""
        return self._rows[: self._size, 0]

    def figure(self, name: str) -> Floats:
        """The figures of that name, one a step; NaN where there was none."""
        return self._rows[: self._size, 1 + self._names.index(name)]


class Curves:
    """What a run said of its training and of its validations."""

    def __init__(self, keep: float = SMOOTHING) -> None:
        self.training = Curve(
            (
                *("loss", "learning_rate", "steps_per_second", "tokens_per_second", "memory"),
                *("average", "weight"),
            )
        )
        """`memory` is the peak, in bytes; `average` and `weight` see `smoothed_loss`; the others
        are as in `events.Trained`."""
        self.validation = Curve(("loss",))
        self.probes = Curve(("well_formed", "band", "exact", "within_one"))
        """Shares of the probes that are asked while it trains; see `events.Probed`."""
        self._keep = keep

    @property
    def smoothed_loss(self) -> Floats:
        """The exponential moving average of the loss, unbiased at its beginning; gaps stay gaps.

        As in Adam (Kingma & Ba 2015, section 3): the average of what was seen, divided by the
        weight that it has so far.
        """
        training = self.training
        loss, average, weight = (training.figure(name) for name in ("loss", "average", "weight"))
        size = min(len(loss), len(average), len(weight))
        with np.errstate(invalid="ignore", divide="ignore"):
            smoothed: Floats = np.where(
                np.isfinite(loss[:size]), average[:size] / weight[:size], np.nan
            )
        return smoothed

    def take(self, events: Iterable[AnyEvent]) -> None:
        """Fold in events, oldest first."""
        for event in events:
            match event:
                case Trained():
                    self.training.append(
                        event.step,
                        (
                            event.loss,
                            event.learning_rate,
                            event.steps_per_second,
                            event.tokens_per_second,
                            float(event.peak_memory),
                            *self._average(event),
                        ),
                    )
                case Validated():
                    self.validation.append(event.step, (event.loss,))
                case Probed():
                    self.probes.append(
                        event.step,
                        (event.well_formed, event.band, event.exact, event.within_one),
                    )
                case _:
                    pass

    def _average(self, event: Trained) -> tuple[float, float]:
        """The average of the losses to this one, and the weight it has."""
        before = self.training.last_before(event.step)
        average, weight = before[-2:] if before else (0.0, 0.0)
        if event.loss is None:
            return average, weight
        keep = self._keep
        return keep * average + (1 - keep) * event.loss, keep * weight + 1 - keep


def reduced(steps: Floats, figures: Floats, columns: int) -> tuple[Floats, Floats]:
    """At most three points a column, all that a terminal can show of it: its extremes and gaps.

    Args:
        steps: ascending.
        figures: one a step; NaN is a gap, of which one point stays in each column.
        columns: how many, at least 1.

    Returns:
        The steps and the figures that are left, in order.
    """
    if len(steps) <= 3 * columns:
        return steps, figures
    first, last = float(steps[0]), float(steps[-1])
    column = ((steps - first) * (columns / max(last - first, 1e-12))).astype(np.int64)
    column = np.minimum(column, columns - 1)
    starts = np.flatnonzero(np.diff(column, prepend=-1))
    gaps = np.isnan(figures)
    lowest = _extreme(np.where(gaps, np.inf, figures), starts, np.minimum)
    highest = _extreme(np.where(gaps, -np.inf, figures), starts, np.maximum)
    first_gaps = _extreme((~gaps).astype(np.float64), starts, np.minimum)
    kept = np.unique(np.concatenate([lowest, highest, first_gaps]))
    return steps[kept], figures[kept]


def _extreme(figures: Floats, starts: NDArray[np.int64], best: Any) -> NDArray[np.int64]:
    """In each group of figures, the place of its first extreme one."""
    sizes = np.diff(starts, append=len(figures))
    wanted = np.repeat(best.reduceat(figures, starts), sizes)
    hits = np.flatnonzero(figures == wanted)
    groups = np.repeat(np.arange(len(starts)), sizes)[hits]
    return hits[np.flatnonzero(np.diff(groups, prepend=-1))]


def pieces(steps: Floats, figures: Floats) -> list[tuple[Floats, Floats]]:
    """The curve cut where a figure is missing, without the gaps."""
    known = np.isfinite(figures)
    edges = np.flatnonzero(np.diff(known.astype(np.int8), prepend=0, append=0))
    return [
        (steps[begin:end], figures[begin:end])
        for begin, end in zip(edges[::2], edges[1::2], strict=True)
    ]
