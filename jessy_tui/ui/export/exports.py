"""The export that is being made; it goes on when the dialog that began it is left."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from jessy_tui.errands.stage import Stage
from jessy_tui.errors import JessyError
from jessy_tui.export.client import Export
from jessy_tui.export.order import Exported, Order


@dataclass
class Job:
    """An export, at work or ended."""

    order: Order
    stage: Stage
    """How far it is."""
    exported: Exported | None = None
    """What came of it."""
    reason: JessyError | None = None
    """Why nothing did."""

    @property
    def ended(self) -> bool:
        """Whether it is over, one way or the other."""
        return self.exported is not None or self.reason is not None


Ended = Callable[[Job], object]
"""Called with the export that has ended."""


class Exports:
    """The exports of one app, one at a time, in a thread that waits for a process.

    Ask it from the screen's thread; `ended` is called in the export's own. When the app ends, the
    process notices that nobody listens, and clears up after itself.
    """

    def __init__(self, blas: str, ended: Ended) -> None:
        """Nothing is exported yet.

        Args:
            blas: the workspace's setting.
            ended: hears of each that has ended.
        """
        self._blas = blas
        self._ended = ended
        self._export: Export | None = None
        self.job: Job | None = None
        """The latest."""

    @property
    def at_work(self) -> Job | None:
        """The export that is being made now."""
        return self.job if self.job is not None and not self.job.ended else None

    def start(self, order: Order) -> bool:
        """Begin; returns False where one is at work already."""
        if self.at_work is not None:
            return False
        self._export = Export(order, self._blas)
        self.job = Job(order, Stage(doing="begins"))
        threading.Thread(target=self._run, args=(self._export, self.job), daemon=True).start()
        return True

    def cancel(self) -> bool:
        """End the one that is at work; returns False where there is none."""
        job = self.at_work
        if job is None or self._export is None:
            return False
        job.stage = Stage(doing="is being cancelled")
        self._export.cancel()
        return True

    def _run(self, export: Export, job: Job) -> None:
        def told(stage: Stage) -> None:
            if not export.cancelled:
                job.stage = stage

        try:
            job.exported = export.run(told)
        except JessyError as error:
            job.reason = error
        self._ended(job)
