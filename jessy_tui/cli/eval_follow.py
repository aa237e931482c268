"""Following evaluations on the terminal until they end; ctrl+c stops them."""

import contextlib
import time
from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from jessy_tui.cli.follow import clock
from jessy_tui.errors import JessyError
from jessy_tui.evaluation.evaluation import Evaluation
from jessy_tui.evaluation.record import EvaluationState
from jessy_tui.evaluation.starting import stop_evaluation

_POLL_SECONDS: Final = 0.2
_SLOW_SECONDS: Final = 10.0


class Follower:
    """Shows how far evaluations are: a bar each in a terminal, or nothing."""

    def __init__(self, evaluations: Sequence[Evaluation], *, quiet: bool = False) -> None:
        self._evaluations = evaluations
        self._console = Console(stderr=True, highlight=False)
        self._quiet = quiet
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[words]}", markup=False),
            console=self._console,
            disable=quiet or not self._console.is_terminal,
        )

    def follow(self) -> bool:
        """Return when all have ended: True; or at ctrl+c, when they have been stopped: False."""
        asked = False
        with self._bar:
            tasks = {
                evaluation: self._bar.add_task(
                    evaluation.record.target.name, total=evaluation.record.total, words=""
                )
                for evaluation in self._evaluations
            }
            while True:
                try:
                    for evaluation, task in tasks.items():
                        progress = evaluation.progress()
                        if progress is not None:
                            self._bar.update(task, completed=progress.done)
                        self._bar.update(task, words=words_of(evaluation))
                    if not any(evaluation.state.active for evaluation in self._evaluations):
                        return not asked
                    time.sleep(_POLL_SECONDS)
                except KeyboardInterrupt:
                    if asked:
                        return False
                    asked = True
                    for evaluation in self._evaluations:
                        with contextlib.suppress(JessyError):  # it has ended by itself
                            stop_evaluation(evaluation)
                    if not self._quiet:
                        self._console.print("It stops; the same command goes on with it.")


def words_of(evaluation: Evaluation) -> str:
    """What it does at the moment, in a few words: "4:12 left · ask-01, pass 2"."""
    state, progress = evaluation.state, evaluation.progress()
    if state is not EvaluationState.ASKING or progress is None:
        return str(state)
    parts = []
    if progress.seconds_left is not None:
        parts.append(f"{clock(progress.seconds_left)} left")
    if progress.probe is not None:
        parts.append(progress.probe)
        if progress.pass_number > 1:
            parts[-1] += f", pass {progress.pass_number}"
        if progress.seconds > _SLOW_SECONDS:
            parts.append(f"for {clock(progress.seconds)}")
    return " · ".join(parts)
