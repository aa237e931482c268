"""A run's events folded into what a person wants to know of it.

Both the Training tab and the command line read a run through this: figures, and what it is
doing. Its curves are `curves.Curves`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from jessy_tui.training.events import (
    AnyEvent,
    Continued,
    Failed,
    Finished,
    Heartbeat,
    Paused,
    Preparing,
    Probed,
    Resumed,
    Saved,
    Started,
    Stopped,
    Stopping,
    Trained,
    Validated,
    Validating,
    Warned,
)


@dataclass
class Progress:
    """What the events so far add up to. Feed it with `take`."""

    doing: str = "waiting for the driver"
    started: Started | None = None
    trained: Trained | None = None
    validated: Validated | None = None
    probed: Probed | None = None
    best: Validated | None = None
    saved: Saved | None = None
    ended: Stopped | Finished | Failed | None = None
    stopping: bool = False
    paused: bool = False
    validating: bool = False
    resumed: int = 0
    """How often a driver has gone on after another."""
    step: int = 0
    _bests: list[Validated] = field(default_factory=list)

    def take(self, events: Iterable[AnyEvent]) -> None:
        """Fold in `events`, oldest first."""
        for event in events:
            self._take(event)

    def _take(self, event: AnyEvent) -> None:
        match event:
            case Resumed():
                self._forget_after(event.step)
            case Validating():
                self.validating = True
            case Paused():
                self.paused = True
            case Continued():
                self.paused = False
            case Preparing():
                self.doing = event.doing
                self.ended = None
                self.stopping = self.paused = self.validating = False
            case Started():
                self.started = event
            case Trained():
                self.trained = event
            case Validated():
                self.validating = False
                self.validated = event
                if event.best:
                    self.best = event
                    self._bests.append(event)
            case Probed():
                self.probed = event
            case Saved():
                self.saved = event
            case Stopping():
                self.stopping = True
            case Stopped() | Finished() | Failed():
                self.ended = event
            case Heartbeat() | Warned():
                pass
        self.step = max(self.step, getattr(event, "step", 0))

    def _forget_after(self, step: int) -> None:
        """A driver goes on from `step`: what was said of later ones is made and said again."""
        self.step = step
        self.ended = None
        self.resumed += 1
        while self._bests and self._bests[-1].step > step:
            self._bests.pop()
        self.best = self._bests[-1] if self._bests else None
        if self.trained and self.trained.step > step:
            self.trained = None
        if self.probed and self.probed.step > step:
            self.probed = None
        if self.validated and self.validated.step > step:
            self.validated = self.best

    @property
    def steps(self) -> int:
        """Steps of the whole run; 0 until it is known."""
        return self.started.steps if self.started else 0

    @property
    def share(self) -> float:
        """How much of the run is done, 0 to 1."""
        return min(1.0, self.step / self.steps) if self.steps else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Seconds to the last step at the pace of the whole run so far, validations included."""
        trained = self.trained
        if self.ended or trained is None or not trained.step or not self.steps:
            return None
        return trained.seconds / trained.step * (self.steps - self.step)
