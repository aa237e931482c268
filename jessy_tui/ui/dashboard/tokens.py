"""Counts tokens for the Dashboard, in the words of the base that the workspace trains."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jessy_tui.dataset.figures import Figure
from jessy_tui.dataset.store import ExampleStore
from jessy_tui.dataset.words import SAMPLE, sample_of
from jessy_tui.errors import JessyError
from jessy_tui.ui.text import count_of
from jessy_tui.workspace import Workspace

if TYPE_CHECKING:
    from jessy_tui.bases.token_client import TokenCounter

_ROWS_AT_ONCE = 64
"""Examples between two looks at whether anybody still wants to know."""


@dataclass(frozen=True)
class TokensCounted:
    """A figure, and what there is to say of it; or of why there is none."""

    figure: Figure
    words: str


class Tokens:
    """Counts in a process of its own, from a worker thread; what was counted is remembered."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._counter: TokenCounter | None = None

    def count(self, store: ExampleStore, cancelled: Callable[[], bool]) -> TokensCounted | None:
        """The tokens of all examples, or of a sample of very many; None once `cancelled`."""
        from jessy_tui.bases.catalogue import chosen
        from jessy_tui.bases.token_client import TokenCounter
        from jessy_tui.dataset.token_figure import token_figure, token_lengths

        try:
            base = chosen(self._workspace)
            if base is None or not base.ready:
                return _nothing("No base is here to count with: jessy bases says how to get one.")
            if self._counter is None or self._counter.base_folder != base.folder:
                self.close()
                self._counter = TokenCounter(base.folder)
            examples = list(sample_of(store))
            lengths: list[int] = []
            for place in range(0, len(examples), _ROWS_AT_ONCE):
                if cancelled():
                    return None
                piece = examples[place : place + _ROWS_AT_ONCE]
                lengths += token_lengths(piece, self._counter.count)
        except JessyError as error:
            return None if cancelled() else _nothing(str(error))
        whole = len(store) <= SAMPLE
        figure = token_figure(lengths, f"Tokens of {base.name}", whole=whole)
        words = f"longest {max(lengths, default=0):,}"
        if not whole:
            words += f" of {count_of(len(lengths), 'example')}"
        return TokensCounted(figure, words)

    def close(self) -> None:
        """End the process, if there is one."""
        if self._counter is not None:
            self._counter.close()
            self._counter = None


def _nothing(reason: str) -> TokensCounted:
    return TokensCounted(Figure("tokens", "Tokens", ()), reason)
