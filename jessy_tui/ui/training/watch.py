"""Looks at the run folders from a thread, so that a slow disk never holds the screen up."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from jessy_tui.errors import JessyError
from jessy_tui.training.about import About, read_about
from jessy_tui.training.events import AnyEvent, EventReader
from jessy_tui.training.machine import Machine, MachineReader
from jessy_tui.training.progress import Progress
from jessy_tui.training.runs import Figures, Run, RunState, list_runs
from jessy_tui.ui.training.drawing import Drawing, View, draw
from jessy_tui.ui.training.followed import Followed
from jessy_tui.ui.training.tail import Tail
from jessy_tui.workspace import Workspace

_EVENTS_A_LOOK = 20_000
"""As many events as one look takes in of a run; a long run comes in over several looks."""


@dataclass(frozen=True)
class RunSummary:
    """One run in a line."""

    name: str
    state: RunState
    figures: Figures
    explanation: str
    about: About = field(default_factory=About)
    data_digest: str = ""
    """Of the examples it was made from."""
    ended_early: bool = False
    """Whether it has finished before its last step, since nothing got better any more."""
    patience: int = 0
    """So many steps without a better validation end it; 0: none do."""


@dataclass(frozen=True)
class Wanted:
    """What the screen wants to see."""

    focus: str | None = None
    """The run whose figures and log are shown."""
    overlaid: Sequence[str] = ()
    """Other runs whose curves are drawn over it."""
    view: View = field(default_factory=View)
    driver_log: bool = False
    """Whether to read what the driver of `focus` prints."""


@dataclass(frozen=True)
class Seen:
    """What one look saw."""

    runs: list[RunSummary]
    wanted: Wanted
    progress: Progress = field(default_factory=Progress)
    """Of the run in focus, all its events so far folded in."""
    events: list[AnyEvent] = field(default_factory=list)
    """The latest of its events that are new."""
    drawing: Drawing = field(default_factory=Drawing)
    machine: Machine | None = None
    driver_lines: list[str] = field(default_factory=list)
    """What its driver has newly printed."""
    behind: bool = False
    """Whether there are more events to be read at once."""
    problems: list[str] = field(default_factory=list)

    @property
    def summary(self) -> RunSummary | None:
        """Of the run in focus."""
        return next((run for run in self.runs if run.name == self.wanted.focus), None)


class RunWatch:
    """Lists the runs, and follows the events of some. Used by one thread at a time."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._followed: dict[str, Followed] = {}
        self._machine = MachineReader()
        self._tail: Tail | None = None

    def look(self, wanted: Wanted) -> Seen:
        """See what there is now."""
        problems: list[str] = []
        runs = {run.name: run for run in list_runs(self._workspace, problems)}
        summaries = []
        for run in runs.values():
            try:
                summaries.append(_summarize(run))
            except (JessyError, OSError) as error:
                problems.append(str(error))
        shown = [name for name in (wanted.focus, *wanted.overlaid) if name in runs]
        for name in [name for name in self._followed if name not in shown]:
            del self._followed[name]
        behind = False
        for name in dict.fromkeys(shown):
            followed = self._followed.setdefault(name, Followed(EventReader(runs[name].events)))
            try:
                behind |= followed.read(_EVENTS_A_LOOK)
            except OSError as error:
                problems.append(f"{runs[name].events} cannot be read: {error}.")
        focus = self._followed.get(wanted.focus or "")
        summary = next((one for one in summaries if one.name == wanted.focus), None)
        pid = runs[summary.name].pid if summary is not None and summary.state.active else None
        return Seen(
            runs=summaries,
            wanted=wanted,
            progress=focus.progress if focus else Progress(),
            events=focus.take_news() if focus else [],
            drawing=draw([(name, self._followed[name]) for name in shown], wanted.view),
            machine=self._machine.read(pid) if pid is not None else None,
            driver_lines=self._driver_lines(wanted, runs.get(wanted.focus or ""), problems),
            behind=behind,
            problems=problems,
        )

    def _driver_lines(self, wanted: Wanted, run: Run | None, problems: list[str]) -> list[str]:
        if run is None or not wanted.driver_log:
            self._tail = None
            return []
        if self._tail is None or self._tail.path != run.log:
            self._tail = Tail(run.log)
        try:
            return self._tail.read()
        except OSError as error:
            problems.append(f"{run.log} cannot be read: {error}.")
            return []


def _summarize(run: Run) -> RunSummary:
    record = run.record
    state = run.state_of(record)
    return RunSummary(
        run.name,
        state,
        run.figures(),
        run.explain(),
        read_about(run.folder),
        data_digest=record.data.digest,
        ended_early=state is RunState.FINISHED and record.reason is not None,
        patience=record.recipe.patience,
    )
