"""One run, read from its folder."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jessy_tui.errors import JessyError
from jessy_tui.training import events
from jessy_tui.training.about import read_about
from jessy_tui.training.processes import is_alive
from jessy_tui.training.recipe import Recipe
from jessy_tui.training.record import RunRecord, RunState, read_record

EVENTS_NAME: Final = "events.jsonl"
LOG_NAME: Final = "log.txt"
STOP_NAME: Final = "stop"
"""A file that stands in the folder from the moment a run is asked to stop until it has."""
PAUSE_NAME: Final = "pause"
"""The same for a pause; the run goes on when it is removed."""
CHECKPOINT_NAME: Final = "checkpoint"
"""The same for a checkpoint."""

# How long a run that was made may wait for its driver before it counts as never started, seconds.
_START_GRACE: Final = 60.0
# How long a driver that lives may say nothing, in seconds; a heartbeat comes every five.
_SILENCE: Final = 60.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run last said of itself; None where it has not said it yet."""

    step: int
    steps: int
    epoch: float | None = None
    loss: float | None = None
    validation_loss: float | None = None
    steps_per_second: float | None = None
    tokens_per_second: float | None = None
    peak_memory: int | None = None
    """In bytes."""
    seconds: float | None = None
    """Since the first step."""

    @property
    def seconds_left(self) -> float | None:
        """Seconds to the last step at the pace so far."""
        if not self.seconds or not self.step or not self.steps:
            return None
        return self.seconds / self.step * (self.steps - self.step)


@dataclass(frozen=True, slots=True)
class Run:
    """One fine-tune, read from its folder anew whenever something is asked."""

    folder: Path

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def record(self) -> RunRecord:
        """What `run.json` says now.

        Raises:
            JessyError: it is missing or unreadable.
        """
        return read_record(self.folder)

    @property
    def events(self) -> Path:
        """The file to follow with `events.EventReader`."""
        return self.folder / EVENTS_NAME

    @property
    def log(self) -> Path:
        """What the driver printed, for people."""
        return self.folder / LOG_NAME

    @property
    def state(self) -> RunState:
        """How it stands, whether the driver lived to write it down or not.

        Raises:
            JessyError: the record is missing or unreadable.
        """
        return self.state_of(self.record)

    def state_of(self, record: RunRecord) -> RunState:
        """How the run stands that has this record."""
        if not record.state.active:
            return record.state
        if record.pid is None or record.process_started is None:
            waiting = time.time() - record.created < _START_GRACE
            return RunState.PREPARING if waiting else RunState.DIED
        if not is_alive(record.pid, record.process_started):
            # It may have ended well between the two looks.
            now = self.record
            if not now.state.active:
                return now.state
            # A signal that came before the driver could handle it has ended it as well.
            never_began = now.state is RunState.PREPARING and (self.folder / STOP_NAME).exists()
            return RunState.STOPPED if never_began else RunState.DIED
        if (self.folder / STOP_NAME).exists():
            return RunState.STOPPING
        return RunState.LOST if self._silent_for > _SILENCE else record.state

    @property
    def _silent_for(self) -> float:
        """Seconds since the driver last said something; it says at least that it lives."""
        try:
            return time.time() - self.events.stat().st_mtime
        except OSError:
            return 0.0  # it has not said anything yet

    @property
    def pid(self) -> int | None:
        """The number of the driver's process, while there is one."""
        record = self.record
        return record.pid if self.state_of(record).active else None

    @property
    def recipe(self) -> Recipe:
        """How it trains."""
        return self.record.recipe

    @property
    def base(self) -> str:
        """The name of the base it fine-tunes."""
        return self.record.base.name

    @property
    def base_folder(self) -> Path:
        """Where that base is."""
        return Path(os.path.normpath(self.folder / self.record.base.folder))

    def figures(self) -> Figures:
        """What it last said of itself."""
        record = self.record
        step = record.step
        trained: events.Trained | None = None
        validated: events.Validated | None = None
        for event in events.last_events(self.events):
            match event:
                case events.Resumed():
                    # What was said of later steps is made again.
                    step = event.step
                    trained = trained if trained and trained.step <= step else None
                    validated = validated if validated and validated.step <= step else None
                case events.Trained():
                    trained = event
                case events.Validated():
                    validated = event
                case _:
                    pass
            step = max(step, getattr(event, "step", 0))
        validation_loss = validated.loss if validated else None
        if trained is None:
            return Figures(step, record.steps, validation_loss=validation_loss)
        return Figures(
            step,
            record.steps,
            trained.epoch,
            trained.loss,
            validation_loss,
            trained.steps_per_second,
            trained.tokens_per_second,
            trained.peak_memory,
            trained.seconds,
        )

    def checkpoints(self) -> list[str]:
        """The complete checkpoints by name: the steps in order, then "best" and "final"."""
        folder = self.folder / "checkpoints"
        found = folder.iterdir() if folder.is_dir() else ()
        steps = sorted(int(path.name) for path in found if path.name.isdigit())
        ends = [name for name in ("best", "final") if (self.folder / name).is_dir()]
        return [*(str(step) for step in steps), *ends]

    @property
    def chosen(self) -> str:
        """The checkpoint it is asked with: the one a person has chosen, else that of its recipe."""
        return read_about(self.folder).chosen or self.recipe.chosen

    def checkpoint(self, name: str | None = None) -> Path:
        """The folder of a checkpoint, which mlx-lm loads as an adapter path.

        Args:
            name: a step, "best" or "final"; by default the one that a person or else the recipe
                chooses, and where it is not there yet, the latest there is.

        Raises:
            JessyError: there is no such checkpoint, or none at all yet.
        """
        there = self.checkpoints()
        if not there:
            raise JessyError(
                f"The run {self.name} has no checkpoint (it is {self.state}); see: jessy runs "
                f"{self.name}."
            )
        if name is None:
            chosen = self.chosen
            steps = [step for step in there if step.isdigit()]
            name = chosen if chosen in there else steps[-1] if steps else there[-1]
        if name not in there:
            raise JessyError(
                f"The run {self.name} has no checkpoint {name!r}; there are: {', '.join(there)}."
            )
        return self.folder / name if not name.isdigit() else self.folder / "checkpoints" / name

    def explain(self) -> str:
        """How it stands and why, in a sentence or two."""
        record = self.record
        state, figures = self.state_of(record), self.figures()
        at = f"step {figures.step} of {figures.steps}" if figures.steps else "its beginning"
        match state:
            case RunState.DIED if record.pid is None:
                return "It was made, but its driver never started."
            case RunState.DIED:
                return (
                    f"Its driver (process {record.pid}) is gone without a word, last heard of at "
                    f"{at}. Whether it was killed, ran out of memory or went with the machine "
                    f"cannot be known from here; {self.log.name} may say more."
                )
            case RunState.FAILED:
                return record.reason or "It failed."
            case RunState.QUEUED:
                return "It waits until the runs before it have ended."
            case RunState.PREPARING:
                return "It prepares."
            case RunState.PAUSED:
                return f"It pauses, and has saved: {at}."
            case RunState.LOST:
                return (
                    f"Its driver (process {record.pid}) is there, but has given no sign of life "
                    f"for {self._silent_for:.0f} seconds, last at {at}: the machine may be asleep "
                    "or out of memory, or somebody has halted the process."
                )
            case RunState.RUNNING:
                return f"It trains: {at}."
            case RunState.STOPPING:
                return f"It was asked to stop, and saves: {at}."
            case RunState.STOPPED:
                return f"It was stopped at {at}."
            case RunState.FINISHED:
                if record.reason:
                    return f"It ended early, at {at}. {record.reason}"
                return f"It has made all its {record.steps} steps."
