"""Following a run on the terminal until it ends; ctrl+c asks it to stop, not the follower."""

import contextlib
import time
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from jessy_tui.errors import JessyError
from jessy_tui.training import events
from jessy_tui.training.progress import Progress as RunProgress
from jessy_tui.training.runs import Run, stop_run

_POLL_SECONDS: Final = 0.1
# How often it is looked whether the driver still lives, in polls.
_LOOK_EVERY: Final = 10


class Follower:
    """Reads a run's events and shows them: a bar in a terminal, lines elsewhere, or nothing."""

    def __init__(self, run: Run, *, quiet: bool = False, resumed: bool = False) -> None:
        """Follow `run`; with `resumed`, what was said before is not said again."""
        self._run = run
        self._reader = events.EventReader(run.events)
        self._quiet = quiet
        self._console = Console(stderr=True, highlight=False)
        self.progress = RunProgress()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[figures]}"),
            console=self._console,
            disable=quiet or not self._console.is_terminal,
        )
        self._task: TaskID = self._bar.add_task(run.name, total=None, figures="")
        if resumed:
            self.progress.take(self._reader.all())
            self._bar.update(self._task, total=self.progress.steps or None)

    def follow(self) -> None:
        """Return when the run has ended, or at the second ctrl+c, which leaves it to itself."""
        asked = False
        with self._bar:
            while True:
                try:
                    if self._ended():
                        return
                except KeyboardInterrupt:
                    if asked:
                        self._say(f"{self._run.name} goes on by itself.")
                        return
                    asked = True
                    with contextlib.suppress(JessyError):  # it may just have ended
                        stop_run(self._run)
                    self._say("It ends its step and saves; ctrl+c again leaves it to itself.")

    def _ended(self) -> bool:
        """Follow for a while; whether the run has ended."""
        for _ in range(_LOOK_EVERY):
            for event in self._reader.poll():
                self.progress.take([event])
                self._show(event)
            if self.progress.ended:
                break
            time.sleep(_POLL_SECONDS)
        if self._run.state.active:
            return False
        left = self._reader.all()
        self.progress.take(left)
        for event in left:
            self._show(event)
        return True

    def _show(self, event: events.AnyEvent) -> None:
        match event:
            case events.Preparing(doing=doing):
                self._say(doing)
            case events.Warned(message=message):
                self._say(f"warning: {message}")
            case events.Started():
                self._say(event.blas)
                self._say(
                    f"{event.rows} rows, {event.epochs:g} epochs of {event.steps_per_epoch} steps: "
                    f"{event.steps} steps"
                )
                self._bar.update(self._task, total=event.steps)
            case events.Resumed(step=step, checkpoint=checkpoint):
                self._say(f"goes on from step {step} ({checkpoint or 'the beginning'})")
            case events.Paused(step=step):
                self._say(f"pauses after step {step}")
            case events.Continued():
                self._say("goes on")
            case events.Validated() if event.step and not self._console.is_terminal:
                loss = "not a number" if event.loss is None else f"{event.loss:.3f}"
                self._say(f"step {event.step}: validation {loss}{' (best)' if event.best else ''}")
            case events.Probed() if not self._console.is_terminal:
                self._say(f"step {event.step}: {event.band:.0%} of {event.probes} probes in band")
            case _:
                pass
        figures = figures_line(self.progress)
        self._bar.update(self._task, completed=self.progress.step, figures=figures)

    def _say(self, text: str) -> None:
        if not self._quiet:
            self._console.print(text, markup=False)


def figures_line(progress: RunProgress) -> str:
    """The last figures in one line: losses, pace and the time left."""
    parts = []
    if progress.trained and progress.trained.loss is not None:
        parts.append(f"loss {progress.trained.loss:.3f}")
    if progress.validated and progress.validated.loss is not None:
        parts.append(f"validation {progress.validated.loss:.3f}")
    if progress.probed is not None:
        parts.append(f"band {progress.probed.band:.0%}")
    if progress.trained:
        parts.append(f"{progress.trained.steps_per_second:.1f} steps/s")
    if progress.seconds_left is not None:
        parts.append(f"{clock(progress.seconds_left)} left")
    return " · ".join(parts)


def clock(seconds: float) -> str:
    """Minutes and seconds: "2:07", with hours where there are any."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes = f"{rest // 60}:{rest % 60:02}"
    return f"{hours}:{minutes.zfill(5)}" if hours else minutes
