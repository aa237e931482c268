"""Sorting the list, choosing its columns, and going from file to file."""

from collections.abc import Callable
from typing import ClassVar

from textual import on, work
from textual.binding import Binding
from textual.worker import Worker, get_current_worker

from jessy_tui.dataset.changes import Change
from jessy_tui.dataset.sortkeys import SortField
from jessy_tui.dataset.store import ExampleStore
from jessy_tui.errors import JessyError
from jessy_tui.ui.examples.columns import default_columns, read_columns, write_columns
from jessy_tui.ui.examples.example_list import ExampleList
from jessy_tui.ui.examples.marking import Marking
from jessy_tui.ui.examples.view import View

_SAY_FROM = 0.02
"""A sort that is nearly done is not worth a word."""
_MOST_COUNTED = 50_000
_GRAVITY = {"note": 1, "warning": 2, "error": 3}


class Ordering(Marking):
    """In which order the list stands, and in which columns."""

    PLACE: ClassVar[str] = "Order and columns"
    BINDINGS = [
        Binding(
            "left_square_bracket",
            "sort('up')",
            "Sort",
            show=False,
            key_display="[",
            tooltip="Sort by this column, smallest first; again: as in the files",
        ),
        Binding(
            "right_square_bracket",
            "sort('down')",
            "Sort down",
            show=False,
            key_display="]",
            tooltip="Sort by this column, greatest first; again: as in the files",
        ),
        Binding("s", "choose_sort", "Sort", show=False, tooltip="Choose what to sort by"),
        Binding("C", "columns", "Columns", show=False, tooltip="Choose and order the columns"),
        Binding(
            "right_curly_bracket",
            "file(1)",
            "Next file",
            show=False,
            key_display="}",
            tooltip="The first example of the next file",
        ),
        Binding(
            "left_curly_bracket",
            "file(-1)",
            "File before",
            show=False,
            key_display="{",
            tooltip="The first example of this file, or of the one before",
        ),
    ]

    _edited_since = False
    """Whether something was changed since the list was sorted."""
    _sort: Worker[None] | None = None
    _share: float | None = None
    """How much of a sort is done that is under way."""

    # --- sorting -------------------------------------------------------------------------------

    def action_sort(self, direction: str) -> None:
        """Sort by the column in hand; where that is so already, go back to the order of files."""
        self.sort_by(self._list.in_hand, descending=direction == "down")

    @on(ExampleList.HeadingPressed)
    def _heading_pressed(self, message: ExampleList.HeadingPressed) -> None:
        """Smallest first, then greatest first, then as in the files."""
        current = self._list.sorted_by
        sorted_by_it = current is not None and current[0] == message.field
        self.sort_by(message.field, descending=sorted_by_it)

    def action_choose_sort(self) -> None:
        """Choose among all fields, also those that have no column now."""
        from jessy_tui.ui.examples.sort_picker import SortPicker

        def sort(choice: tuple[SortField, bool] | None) -> None:
            if choice is not None:
                self.sort_by(choice[0], descending=choice[1])

        current, in_hand = self._list.sorted_by, self._list.in_hand
        self.app.push_screen(SortPicker(current, in_hand), sort)

    def sort_by(self, field: SortField, *, descending: bool) -> None:
        """Sort; the same once more takes the sort back, unless something was edited meanwhile."""
        if self.jessy.store is None:
            return
        again = self._list.sorted_by == (field, descending) and not self._edited_since
        if again or (field == "number" and not descending):
            self._stop_sorting()
            self._take_order(None)
        else:
            self._stop_sorting()
            self._share = 0.0
            self._sort = self._sort_all(self.store, field, descending=descending)

    def _stop_sorting(self) -> bool:
        """Give up a sort that is under way; whether there was one."""
        if self._sort is None:
            return False
        self._sort.cancel()
        self._sort, self._share = None, None
        self.show_title()
        return True

    async def action_unfilter(self) -> None:
        """Give up a sort that is under way; else show everything again, and take off the marks."""
        if self._stop_sorting():
            self.notify("The list is left in the order it had.")
            return
        await super().action_unfilter()

    @work(thread=True, exclusive=True, group="sort")
    def _sort_all(self, store: ExampleStore, field: SortField, *, descending: bool) -> None:
        from jessy_tui.dataset.sorting import SortCancelledError

        worker = get_current_worker()
        told = 0.0

        def tell(share: float) -> None:
            nonlocal told
            if share - told > _SAY_FROM:
                told = share
                self.app.call_from_thread(self._sorting, worker, share)

        try:
            ordering = store.sort(
                field,
                descending=descending,
                scores=self.scores(field, store, lambda: worker.is_cancelled, tell),
                cancelled=lambda: worker.is_cancelled,
                progress=tell,
            )
        except SortCancelledError:
            return
        except JessyError as error:
            self.app.call_from_thread(self._not_sorted, worker, str(error))
            return
        if not worker.is_cancelled:
            self.app.call_from_thread(self._sorted, worker, ordering)

    def scores(
        self,
        field: SortField,
        store: ExampleStore,
        cancelled: Callable[[], bool],
        progress: Callable[[float], None],
    ) -> dict[int, int] | None:
        """Numbers for fields that the store knows nothing of. Called in a thread.

        Raises:
            JessyError: there are none; the sentence says why.
        """
        if field == "tokens":
            if len(store) > _MOST_COUNTED:
                raise JessyError(
                    f"To sort by tokens all {len(store):,} examples would be counted, which takes "
                    "too long; sort by length, which is close."
                )
            return self.count_tokens(store, cancelled, progress)
        if field != "findings":
            return None
        findings = self.jessy.findings
        return {
            entry_id: max((_GRAVITY[one.severity] for one in findings.said_of(entry_id)), default=0)
            for entry_id in findings.flagged()
        }

    def count_tokens(
        self,
        store: ExampleStore,
        cancelled: Callable[[], bool],
        progress: Callable[[float], None],
    ) -> dict[int, int]:
        """The tokens of all examples, by id. Called in a thread.

        Raises:
            JessyError: they cannot be counted.
        """
        raise NotImplementedError

    def _sorting(self, worker: object, share: float) -> None:
        if worker is self._sort:
            self._share = share
            self.show_title()

    def _not_sorted(self, worker: object, reason: str) -> None:
        if worker is self._sort:
            self._stop_sorting()
            self.notify(reason, title="Not sorted", severity="warning", timeout=15, markup=False)

    def _sorted(self, worker: object, ordering: object) -> None:
        from jessy_tui.dataset import sorting

        if worker is self._sort:
            assert isinstance(ordering, sorting.Ordering)  # noqa: S101
            self._sort, self._share = None, None
            self._take_order(ordering)

    def _take_order(self, ordering: "object | None") -> None:
        from jessy_tui.dataset import sorting

        self._edited_since = False
        self._ordering = ordering if isinstance(ordering, sorting.Ordering) else None
        self._list.sorted_by = (
            (self._ordering.field, self._ordering.descending) if self._ordering else None
        )
        self.refilter(news=False)
        self.show_title()

    def rows_changed(self, change: Change | None) -> None:
        if self._ordering is not None and change is not None and change.edits:
            self._edited_since = True
        super().rows_changed(change)

    def order_title(self) -> str:
        words = []
        entry = self._list.current
        files = self.store.files
        if entry is not None and len(files) > 1:
            place = f" {files.index(entry.file) + 1}/{len(files)}" if entry.file in files else ""
            words.append(f"{entry.file.name}{place}")
        elif entry is not None:
            words.append(entry.file.name)
        if self._share is not None:
            words.append(f"sorting {self._share:.0%}, esc leaves it")
        elif self._ordering is not None:
            direction = "↓" if self._ordering.descending else "↑"
            since = ", edited since" if self._edited_since else ""
            words.append(f"by {self._ordering.field} {direction}{since}")
        return " · ".join(words)

    # --- columns -------------------------------------------------------------------------------

    def take_columns(self) -> None:
        """Show the columns that were chosen last time."""
        try:
            self._list.chosen = read_columns(self.jessy.workspace.state)
        except JessyError as error:
            self.notify(str(error), severity="error", timeout=15, markup=False)

    def action_columns(self) -> None:
        """Choose and order the columns."""
        from jessy_tui.ui.examples.column_chooser import ColumnChooser

        examples = self._list
        usual = default_columns(examples.scrollable_content_region.width)

        def keep(names: tuple[SortField, ...] | None) -> None:
            if names is None:
                return
            chosen = None if names == usual else names
            try:
                write_columns(self.jessy.workspace.state, chosen)
            except JessyError as error:
                self.notify(str(error), severity="error", timeout=15, markup=False)
            examples.chosen = chosen
            if examples.in_hand not in names:
                examples.in_hand = names[-1]
            examples.refresh()

        self.app.push_screen(ColumnChooser(examples.chosen or usual, usual), keep)

    # --- files ---------------------------------------------------------------------------------

    def action_file(self, step: int) -> None:
        """Go to the first example of the next file; with -1 of this one, then of that before."""
        view, entry = self._list.view, self._list.current
        if view is None or entry is None:
            return
        if view.ordered:
            self._seek_file(view, self._list.cursor, step)
            return
        starts = [start for _, start, size in self.store.spans() if size]
        cursor = view.position(self._list.cursor)
        rows = [view.row_near(start) or 0 for start in starts]
        if step > 0:
            ahead = [row for row, start in zip(rows, starts, strict=True) if start > cursor]
            self._sought_file(ahead[0] if ahead else None, step)
        else:
            behind = [row for row in rows if row < self._list.cursor]
            self._sought_file(behind[-1] if behind else None, step)

    @work(thread=True, exclusive=True, group="seek")
    def _seek_file(self, view: View, cursor: int, step: int) -> None:
        """In a sorted list: the nearest row of another file, this way or that."""
        worker = get_current_worker()
        here = self.store.file_of(view.id_at(cursor))
        row: int | None = cursor
        while row is not None and self.store.file_of(view.id_at(row)) == here:
            row = row + step if 0 <= row + step < len(view) else None
            if worker.is_cancelled:
                return
        self.app.call_from_thread(self._sought_file, row, step)

    def _sought_file(self, row: int | None, step: int) -> None:
        if row is None:
            which = "next one" if step > 0 else "one before"
            self.notify(
                f"This is the {'last' if step > 0 else 'first'} file that is shown; "
                f"there is no {which}."
            )
        else:
            self._list.cursor = row
