"""Notices that a run has ended, whatever tab is in view, and tells whoever looks elsewhere."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from jessy_tui.errors import JessyError
from jessy_tui.training.queue import work_off
from jessy_tui.training.runs import RunState, list_runs
from jessy_tui.ui.desktop import tell_outside

if TYPE_CHECKING:
    from jessy_tui.app import JessyApp

_LOOK_EVERY: Final = 3.0
"""Seconds between two looks at the runs."""


@dataclass(frozen=True)
class RunEnd:
    """A run that was at work when last looked at is so no more."""

    name: str
    state: RunState
    explanation: str


class RunSentinel:
    """Compares the runs with how they stood at the last look, from a thread."""

    def __init__(self, app: "JessyApp") -> None:
        self._app = app
        self._active: set[str] = set()
        self._looking = False
        self._said = ""

    def start(self) -> None:
        """Look now and then, as long as the app is there."""
        self._app.set_interval(_LOOK_EVERY, self._look)
        self._look()

    def _look(self) -> None:
        if not self._looking:
            self._looking = True
            self._app.run_worker(self._look_in_thread, thread=True, group="sentinel")

    def _look_in_thread(self) -> None:
        problem = ""
        try:
            ended = self.look()
        except (JessyError, OSError) as error:
            ended, problem = [], str(error)
        self._app.call_from_thread(self._looked, ended, problem)

    def _looked(self, ended: list[RunEnd], problem: str) -> None:
        self._looking = False
        if problem != self._said:
            self._said = problem
            if problem:
                self._app.notify(problem, severity="error", timeout=15, markup=False)
        for end in ended:
            well = end.state in (RunState.FINISHED, RunState.STOPPED)
            title = f"{end.name}: {end.state}"
            self._app.notify(
                end.explanation,
                title=title,
                severity="information" if well else "error",
                timeout=10,
                markup=False,
            )
            how = self._app.workspace.settings.training.notice
            tell_outside(self._app, title, end.explanation, how)

    def look(self) -> list[RunEnd]:
        """Which runs have ended since the last look; a queue that stands still is set going.

        Raises:
            JessyError, OSError: the runs cannot be listed, or the queue not be started.
        """
        ended, active, queued = [], set(), False
        for run in list_runs(self._app.workspace):
            try:
                state = run.state
                if state.active:
                    active.add(run.name)
                elif run.name in self._active:
                    ended.append(RunEnd(run.name, state, run.explain()))
                queued |= state is RunState.QUEUED
            except (JessyError, OSError):
                continue  # it is being written, renamed or deleted; the Training tab says so
        self._active = active
        if queued and not active:
            work_off(self._app.workspace)
        return ended
