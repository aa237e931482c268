"""Making a change of very many examples: most of them as rows, the others one by one."""

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Final

from jessy_tui.dataset.bulk import Bulk, Delete, Rule
from jessy_tui.dataset.bulk_journal import new_path
from jessy_tui.dataset.entries import Entries
from jessy_tui.dataset.openfile import OpenFile
from jessy_tui.dataset.order import RowOrder
from jessy_tui.errors import JessyError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MANY: Final = 20_001
"""From so many rows of a large file on, they are changed together: more than the checks follow."""


class BulkMaking:
    """What a rule does to some entries, worked out without changing anything."""

    def __init__(
        self,
        entries: Entries,
        ids: Sequence[int],
        rule: Rule,
        *,
        folder: Path | None,
        tell: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Work it out; `tell` is told how many entries are done, and may raise to give up.

        Raises:
            JessyError: a file could not be read, or the new texts not be written.
        """
        import numpy as np

        self._entries, self._rule, self._tell = entries, rule, tell
        self._folder = folder
        self._done = 0
        self._changes = self._changes_now()
        self.bulks: list[Bulk] = []
        self.singly: list[int] = []
        """The entries to be changed one by one."""
        wanted = np.array(ids, np.int64)
        for file in tuple(entries.files):
            order = file.order
            if not isinstance(order, RowOrder):
                continue
            rows = wanted - order.first_id
            here = (rows >= 0) & (rows < order.rows)
            touched = np.array(entries.touched(file), np.int64)
            here &= ~np.isin(wanted, touched)
            if np.count_nonzero(here) >= MANY:
                self._add(file, order, np.sort(rows[here]))
                wanted = wanted[~here]
        self.singly = wanted.tolist()

    @property
    def fits(self) -> bool:
        """Whether the entries are still as they were when it was worked out."""
        return self._changes == self._changes_now()

    def _changes_now(self) -> list[tuple[OpenFile, int]]:
        return [(file, file.changes) for file in self._entries.files]

    def _add(self, file: OpenFile, order: RowOrder, rows: "NDArray[np.int64]") -> None:
        import numpy as np

        large = file.large
        assert large is not None  # noqa: S101 - by its order
        large.wait()
        while not large.wait_labelled(0.1):
            self._tell(self._done)
        if not isinstance(file.saved, RowOrder) or not file.saved.as_saved_rows:
            raise JessyError(
                f"{file.path.name} was saved with examples added or taken out since it was "
                f"opened; start again before {len(rows):,} of its examples are changed at once."
            )
        before = after = large.content_now
        if isinstance(self._rule, Delete):
            self._refuse_half_read(file, rows)
        else:
            from jessy_tui.dataset.large.rewriting import Rewriting

            mask = np.zeros(large.rows, bool)
            mask[rows] = True
            apart = self._apart(file, order)
            writing = Rewriting(large, mask, self._rule, apart=apart, tell=self._tell)
            after, rows = writing.write(new_path(self._folder or Path(gettempdir())))
            if self._folder is None and after.kept is not None:
                after.kept.unlink()  # without a journal nobody looks for it
                after.kept = None
            if not len(rows):
                return
        self._done += len(rows)
        self.bulks.append(Bulk(file.path, rows, before, after, isinstance(self._rule, Delete)))

    def _apart(self, file: OpenFile, order: RowOrder) -> dict[int, bytes]:
        """The rows in memory as they are on disk: their place in the file may be an older one."""
        apart = {}
        for entry_id in self._entries.touched(file):
            row, slot = entry_id - order.first_id, self._entries.slots[entry_id]
            if 0 <= row < order.rows and slot.disk is not None:
                source = slot.disk.piece.source
                apart[row] = source.encode(errors="surrogateescape")
        return apart

    def _refuse_half_read(self, file: OpenFile, rows: "NDArray[np.int64]") -> None:
        """As an edit of one alone: a row that is no UTF-8 is not taken out."""
        import numpy as np

        large = file.large
        assert large is not None  # noqa: S101 - by the caller
        assert large.columns is not None  # noqa: S101 - all rows are labelled
        odd = rows[np.asarray(large.columns["plain"][rows] == 0)]
        for count, row in enumerate(odd.tolist()):
            if not count % 1_000:
                self._tell(self._done)
            try:
                large.read(*large.extent(row)).decode()
            except UnicodeDecodeError as error:
                problem = large.version(row).example
                raise JessyError(
                    f"{getattr(problem, 'problem', large.path)} Nothing was changed."
                ) from error
