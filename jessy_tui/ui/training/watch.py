"""Looks at the run folders from a thread, so that a slow disk never holds the screen up."""

from dataclasses import dataclass, field

from jessy_tui.errors import JessyError
from jessy_tui.training.events import AnyEvent, EventReader
from jessy_tui.training.runs import Figures, Run, RunState, list_runs
from jessy_tui.workspace import Workspace

# As many events as one look takes in; a long run comes in over several looks.
_EVENTS_A_LOOK = 2000


@dataclass(frozen=True)
class RunSummary:
    """One run in a line."""

    name: str
    state: RunState
    figures: Figures
    explanation: str


@dataclass(frozen=True)
class Seen:
    """What one look saw."""

    runs: list[RunSummary]
    followed: str | None
    """The run the events are of."""
    events: list[AnyEvent] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def summary(self) -> RunSummary | None:
        """Of the run that is followed."""
        return next((run for run in self.runs if run.name == self.followed), None)


class RunWatch:
    """Lists the runs, and follows the events of one. Used by one thread at a time."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._reader: EventReader | None = None
        self._followed: str | None = None

    def look(self, follow: str | None) -> Seen:
        """See what there is now; `follow` names the run whose new events are wanted."""
        problems: list[str] = []
        runs = list_runs(self._workspace, problems)
        summaries = []
        for run in runs:
            try:
                summaries.append(_summarize(run))
            except (JessyError, OSError) as error:
                problems.append(str(error))
        if follow != self._followed:
            self._followed = follow
            followed = next((run for run in runs if run.name == follow), None)
            self._reader = EventReader(followed.events) if followed else None
        events: list[AnyEvent] = []
        if self._reader is not None:
            try:
                events = self._reader.poll(_EVENTS_A_LOOK)
            except OSError as error:
                problems.append(f"{self._reader.path} cannot be read: {error}.")
        return Seen(summaries, self._followed, events, problems)


def _summarize(run: Run) -> RunSummary:
    return RunSummary(run.name, run.state, run.figures(), run.explain())
