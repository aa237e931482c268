"""How long the examples of a store are in the tokens of the base that its workspace trains."""

import threading
from collections.abc import Callable
from pathlib import Path

from jessy_tui.bases.catalogue import chosen
from jessy_tui.bases.token_client import TokenCounter
from jessy_tui.dataset.figures import Figure
from jessy_tui.dataset.store import ExampleStore
from jessy_tui.dataset.token_figure import token_figure, token_lengths
from jessy_tui.dataset.words import SAMPLE, sample_of
from jessy_tui.errors import JessyError
from jessy_tui.workspace import Workspace

_ROWS_AT_ONCE = 64
"""Examples between two looks at whether anybody still wants to know."""


class TokenLengths:
    """Counts in a process of its own, from a worker thread; what was counted is remembered."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._counter: TokenCounter | None = None
        self._lock = threading.Lock()

    def figure(
        self, store: ExampleStore, cancelled: Callable[[], bool] = lambda: False
    ) -> Figure | None:
        """The lengths of all examples, or of a sample of very many; None once `cancelled`.

        Raises:
            JessyError: there is no base to count with, or it cannot be loaded.
        """
        base = chosen(self._workspace)
        if base is None or not base.ready:
            raise JessyError("No base is here to count with: jessy bases says how to get one.")
        counter = self._counter_of(base.folder)
        examples = list(sample_of(store))
        lengths: list[int] = []
        for place in range(0, len(examples), _ROWS_AT_ONCE):
            if cancelled():
                return None
            piece = examples[place : place + _ROWS_AT_ONCE]
            lengths += token_lengths(piece, counter.count)
        return token_figure(lengths, f"Tokens of {base.name}", whole=len(store) <= SAMPLE)

    def _counter_of(self, folder: Path) -> TokenCounter:
        with self._lock:
            if self._counter is not None and self._counter.base_folder == folder:
                return self._counter
            if self._counter is not None:
                self._counter.close()
            self._counter = TokenCounter(folder)
            return self._counter

    def close(self) -> None:
        """End the process, if there is one; a count that is under way in another thread fails."""
        with self._lock:
            if self._counter is not None:
                self._counter.close()
                self._counter = None
