"""How many tokens examples have in the chosen base's own, counted in a thread as they are seen."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.rows import Row, training_rows
from jessy_tui.dataset.store import Entry
from jessy_tui.errors import JessyError
from jessy_tui.workspace import Workspace

_KEPT: Final = 50_000
_AT_ONCE: Final = 64
"""Examples that are counted before anything is told."""


@dataclass(frozen=True, slots=True)
class _Base:
    """Who counts: a base on this disk."""

    name: str
    longest: int
    """Tokens of a row; the answer of a longer one is cut in training."""
    count: Callable[[Sequence[Row]], list[int]]


class NoBaseError(JessyError):
    """No base is on this disk, so there are no tokens."""


class Tokens:
    """Answers at once what is known; what is not is counted and told of when it is.

    Nothing is counted, and nothing is said, where no base is on this disk.
    """

    def __init__(self, workspace: Workspace, told: Callable[[], None]) -> None:
        """`told` is called in the thread that counts, whenever more is known."""
        self._workspace = workspace
        self._told = told
        self._known: OrderedDict[int, tuple[Example, tuple[int, ...]]] = OrderedDict()
        self._wanted: OrderedDict[int, Entry] = OrderedDict()
        self._guard = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._ended = False
        self.base = ""
        """The name of the base whose tokens are counted; "" while none is known."""
        self.longest = 0
        """How many tokens of a row that base is trained on, where nobody sets another number."""
        self.failure: str | None = None
        """Why nothing is counted although there is a base, in a sentence."""

    def of(self, entry: Entry) -> tuple[int, ...] | None:
        """The tokens of each training row of an example, or None while they are not known."""
        with self._guard:
            known = self._known.get(entry.id)
            if known is not None and (known[0] is entry.example or known[0] == entry.example):
                self._known.move_to_end(entry.id)
                return known[1]
            if not self._closed and not self._ended:
                self._wanted[entry.id] = entry
                self._wanted.move_to_end(entry.id)
                while len(self._wanted) > 4 * _AT_ONCE:  # what was passed by long ago
                    self._wanted.popitem(last=False)
                if self._thread is None:
                    self._thread = threading.Thread(target=self._count, daemon=True, name="tokens")
                    self._thread.start()
                self._guard.notify()
        return None

    def total(self, entry: Entry) -> str:
        """All tokens of an example as a number; "" while it is not known."""
        counts = self.of(entry)
        return f"{sum(counts):,}" if counts is not None else ""

    def look_again(self) -> None:
        """Try once more where there was no base, or counting failed."""
        with self._guard:
            if self._ended:
                self._ended, self._thread, self.failure = False, None, None

    def close(self) -> None:
        """Count no more; returns at once."""
        with self._guard:
            self._closed = True
            self._wanted.clear()
            self._guard.notify()

    def words(self, entry: Entry) -> str:
        """What to say of an example: "52 nano tokens"; "" while it is not known."""
        counts = self.of(entry)
        if not counts:
            return ""
        total = sum(counts)
        words = f"{total:,} {self.base} {'token' if total == 1 else 'tokens'}"
        if len(counts) > 1:
            words = f"{' + '.join(map(str, counts[:4]))}{' …' if len(counts) > 4 else ''} = {words}"
        if any(count > self.longest for count in counts):
            words = f"! {words}, cut at {self.longest:,}"
        return words

    def count_all(
        self,
        entries: Iterable[Entry],
        cancelled: Callable[[], bool],
        progress: Callable[[int], None],
    ) -> dict[int, int]:
        """The tokens of many examples by id, in whichever thread asks.

        Raises:
            JessyError: there is no base, or its tokens cannot be counted.
        """
        totals: dict[int, int] = {}
        with _counter(self._workspace) as base:
            batch: list[Entry] = []
            for entry in entries:
                batch.append(entry)
                if len(batch) == _AT_ONCE:
                    totals |= self._keep(batch, base)
                    batch = []
                    progress(len(totals))
                    if cancelled():
                        return totals
            return totals | self._keep(batch, base)

    def _count(self) -> None:
        """The thread: what was asked for last is counted first."""
        try:
            with _counter(self._workspace) as base:
                while batch := self._next():
                    self._keep(batch, base)
                    self._told()
        except NoBaseError:
            pass
        except JessyError as error:
            self.failure = str(error)
            self._told()
        finally:
            self._ended = True

    def _next(self) -> list[Entry]:
        """The next examples to count; none where no more is wanted."""
        with self._guard:
            while not self._wanted and not self._closed:
                self._guard.wait()
            take = min(_AT_ONCE, len(self._wanted))
            return [self._wanted.popitem()[1] for _ in range(take)]

    def _keep(self, batch: list[Entry], base: _Base) -> dict[int, int]:
        """Count a few examples and keep what they have; answers with their totals."""
        rows = [list(training_rows([entry.example], weighted=False)) for entry in batch]
        every = [row for own in rows for row in own]
        counted = iter(base.count(every) if every else [])
        found = {
            entry.id: tuple(next(counted) for _ in own)
            for entry, own in zip(batch, rows, strict=True)
        }
        with self._guard:
            self.base, self.longest = base.name, base.longest
            for entry in batch:
                self._known[entry.id] = (entry.example, found[entry.id])
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return {entry_id: sum(counts) for entry_id, counts in found.items()}


@contextmanager
def _counter(workspace: Workspace) -> Iterator[_Base]:
    """Somebody who counts, until the block ends.

    Raises:
        NoBaseError: no base is on this disk.
        JessyError: the one that the settings name is not.
    """
    # Imported in the thread that counts: the first paint waits for no catalogue.
    from jessy_tui.bases.catalogue import chosen
    from jessy_tui.bases.token_client import TokenCounter
    from jessy_tui.training.presets import recipe_for

    base = chosen(workspace)
    if base is None or not base.ready:
        raise NoBaseError("No base is on this disk, so there are no tokens; see: jessy bases.")
    with TokenCounter(base.folder) as counter:
        yield _Base(base.name, recipe_for(base.name).max_seq_length, counter.count)
