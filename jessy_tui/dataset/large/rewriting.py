"""Writing all rows of a large file with the labels that a rule sets, into a file of their own."""

import itertools
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from jessy_tui.dataset.bulk import SetLabel
from jessy_tui.dataset.large.columns import Columns
from jessy_tui.dataset.large.content import Content, OpenDescriptor
from jessy_tui.dataset.large.file import LargeFile
from jessy_tui.dataset.large.relabelling import PLAIN, WANTED, Relabelled, relabel
from jessy_tui.dataset.large.table import Column
from jessy_tui.dataset.large.worker import RelabelRows
from jessy_tui.dataset.large.workers import COUNT
from jessy_tui.errors import JessyError
from jessy_tui.files import Staged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ROWS: Final = 8_000
"""So many rows are asked for at once."""
_RELABELLED: Final = msgspec.msgpack.Decoder(Relabelled)


class Rewriting:
    """The rows of a large file as a rule makes them."""

    def __init__(
        self,
        large: LargeFile,
        wanted: "NDArray[np.bool_]",
        rule: SetLabel,
        *,
        apart: Mapping[int, bytes],
        tell: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`wanted` says which rows the rule is for; `tell` is told how many rows are written.

        `apart` has the text of rows that are not where they were in the file.
        """
        self._large, self._wanted, self._rule, self._tell = large, wanted, rule, tell
        self._apart = apart
        self._workers, self._begins, self._ends = large.reading()
        self._style = large.frame.style
        self._columns = Columns()
        self._new_begins, self._new_ends = Column("int64"), Column("int64")
        self._changed: list[NDArray[np.int64]] = []
        self._place = 0

    def write(self, path: Path) -> "tuple[Content, NDArray[np.int64]]":
        """The content, kept in a file of that name, and the rows that are others in it.

        The memory it takes does not grow with the texts.

        Raises:
            JessyError: it could not be written.
        """
        import numpy as np

        path.parent.mkdir(parents=True, exist_ok=True)
        staged = Staged(path, self._blocks())
        open_now = OpenDescriptor(staged.open())
        staged.commit()
        content = Content(
            open_now, self._place, self._new_begins, self._new_ends, self._columns, kept=path
        )
        return content, np.concatenate([np.empty(0, np.int64), *self._changed])

    def _blocks(self) -> Iterator[bytes]:
        waiting: deque[tuple[int, int, Future[Relabelled]]] = deque()
        pool = ThreadPoolExecutor(COUNT)
        try:
            for first, last in self._runs():
                waiting.append((first, last, pool.submit(self._ask, first, last)))
                if len(waiting) > 2 * COUNT:
                    yield self._written(*waiting.popleft())
            while waiting:
                yield self._written(*waiting.popleft())
        finally:
            pool.shutdown(cancel_futures=True)

    def _runs(self) -> Iterator[tuple[int, int]]:
        """Rows that stand one behind the other, the second exclusive; those apart by themselves."""
        import numpy as np

        cuts = np.flatnonzero(self._begins[1:] != self._ends[:-1] + 1) + 1
        apart = np.fromiter(self._apart, np.int64, len(self._apart))
        size = len(self._begins)
        cuts = np.unique(np.concatenate([cuts, apart, apart + 1, [0, size]]))
        for low, high in itertools.pairwise(cuts.tolist()):
            for first in range(low, high, _ROWS):
                yield first, min(first + _ROWS, high)

    def _ask(self, first: int, last: int) -> Relabelled:
        if (text := self._apart.get(first)) is not None:
            return relabel(text, bytes(1), self._rule, self._style)
        assert self._large.columns is not None  # noqa: S101 - all rows are labelled
        plain = self._large.columns["plain"][first:last] > 0
        flags = (self._wanted[first:last] * WANTED + plain * PLAIN).astype("uint8").tobytes()
        request = RelabelRows(
            int(self._begins[first]),
            int(self._ends[last - 1]),
            flags,
            self._rule,
            self._style,
        )
        return _RELABELLED.decode(self._workers.ask(request))

    def _written(self, first: int, last: int, future: "Future[Relabelled]") -> bytes:
        import numpy as np

        new = future.result()
        ends = np.frombuffer(new.ends, np.int64) + self._place
        if len(ends) != last - first or new.labels.rows != len(ends):
            raise JessyError(
                f"{self._large.path} was overwritten by another program meanwhile; nothing was "
                "changed."
            )
        begins = np.empty_like(ends)
        begins[0], begins[1:] = self._place, ends[:-1] + 1
        self._new_begins.append(begins)
        self._new_ends.append(ends)
        self._columns.add(new.labels)
        self._changed.append(np.flatnonzero(np.frombuffer(new.changed, np.uint8)) + first)
        self._tell(last)
        block = new.content + b"\n"
        self._place += len(block)
        return block
