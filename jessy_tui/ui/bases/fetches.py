"""The bases that are being fetched; they go on when the dialog that began them is left."""

import threading
from collections.abc import Callable

from jessy_tui.bases.catalogue import Base
from jessy_tui.bases.fetch import Fetch
from jessy_tui.errands.stage import Stage
from jessy_tui.errors import JessyError
from jessy_tui.workspace import Workspace

Ended = Callable[[str, JessyError | None], object]
"""Called with the base's name and the reason why it is not there; None where it is."""


class BaseFetches:
    """Fetches of one app, each in a thread that waits for a process.

    Ask it from the screen's thread; `ended` is called in the fetch's own. When the app ends, the
    processes notice that nobody listens, and clear up after themselves.
    """

    def __init__(self, workspace: Workspace, ended: Ended) -> None:
        self.workspace = workspace
        self._ended = ended
        self._fetches: dict[str, Fetch] = {}
        self._stages: dict[str, Stage] = {}

    @property
    def bases(self) -> list[Base]:
        """What is being fetched now."""
        return [fetch.base for fetch in list(self._fetches.values())]

    def stage_of(self, name: str) -> Stage | None:
        """How far the base of that name is; None where it is not being fetched."""
        return self._stages.get(name)

    def start(self, base: Base) -> bool:
        """Begin to fetch `base`; returns False where it is being fetched already."""
        if base.name in self._fetches:
            return False
        fetch = Fetch(self.workspace, base)
        self._fetches[base.name] = fetch
        self._stages[base.name] = Stage(doing="begins")
        threading.Thread(target=self._run, args=(fetch,), daemon=True).start()
        return True

    def cancel(self, name: str) -> bool:
        """End the fetch of that base; returns False where there is none."""
        fetch = self._fetches.get(name)
        if fetch is None:
            return False
        self._stages[name] = Stage(doing="is being cancelled")
        fetch.cancel()
        return True

    def _run(self, fetch: Fetch) -> None:
        name = fetch.base.name
        reason: JessyError | None = None

        def told(stage: Stage) -> None:
            if not fetch.cancelled:
                self._stages[name] = stage

        try:
            fetch.run(told)
        except JessyError as error:
            reason = error
        finally:
            self._fetches.pop(name, None)
            self._stages.pop(name, None)
        self._ended(name, reason)
