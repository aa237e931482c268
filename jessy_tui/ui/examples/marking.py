"""Marks: the examples that a key is about when it is about several."""

from typing import ClassVar

from textual import work
from textual.binding import Binding
from textual.worker import get_current_worker

from jessy_tui.ui.examples.browsing import Browsing
from jessy_tui.ui.examples.view import View
from jessy_tui.ui.text import count_of


class Marking(Browsing):
    """Marking one, a range or all that is shown, and going from mark to mark."""

    PLACE: ClassVar[str] = "Mark"
    BINDINGS = [
        Binding("space", "mark", "Mark", show=False, tooltip="Mark this example"),
        Binding("V", "mark_range", "Mark range", show=False, tooltip="Mark from the last mark on"),
        Binding("asterisk", "mark_all", "Mark all", show=False, tooltip="Mark all that is shown"),
        Binding(
            "apostrophe", "to_mark(1)", "Next mark", show=False, tooltip="The next marked example"
        ),
        Binding(
            "quotation_mark",
            "to_mark(-1)",
            "Mark before",
            show=False,
            tooltip="The marked example before",
        ),
    ]

    _mark_from: int | None = None
    """The id of the example that was marked last."""

    def action_mark(self) -> None:
        """Mark the example in hand, or take its mark off, and go to the next."""
        entry = self._list.current
        if entry is None:
            return
        self._list.marked.symmetric_difference_update({entry.id})
        self._mark_from = entry.id
        self._list.action_move(1)
        self._list.refresh()
        self.show_title()

    def action_mark_range(self) -> None:
        """Mark all from the last mark to the example in hand."""
        view = self._list.view
        if view is None or not len(view):
            return
        start = view.row_of(self._mark_from) if self._mark_from is not None else None
        low, high = sorted((self._list.cursor if start is None else start, self._list.cursor))
        self._mark_rows(view, range(low, min(high + 1, len(view))), toggle=False)

    def action_mark_all(self) -> None:
        """Mark all that is shown; again: take all marks off."""
        view = self._list.view
        if view is not None:
            self._mark_rows(view, range(len(view)), toggle=True)

    @work(thread=True, exclusive=True, group="mark")
    def _mark_rows(self, view: View, rows: range, *, toggle: bool) -> None:
        """Look up who stands in `rows`: of a million that takes a moment."""
        worker = get_current_worker()
        shown = set()
        for row in rows:
            if worker.is_cancelled:
                return
            shown.add(view.id_at(row))
        self.app.call_from_thread(self._marked, shown, toggle)

    def _marked(self, shown: set[int], toggle: bool) -> None:
        marked = self._list.marked
        if toggle and shown <= marked:
            marked -= shown
        else:
            marked |= shown
        self._list.refresh()
        self.show_title()
        self.notify(f"{count_of(len(marked), 'example')} marked.")

    def action_to_mark(self, step: int) -> None:
        """Go to the next marked example, or to the one before, around the end."""
        view, marked = self._list.view, self._list.marked
        if view is None or not marked:
            self.notify("Nothing is marked: space marks an example.")
            return
        row = view.next_of(marked, self._list.cursor, step)
        if row is None:
            self.notify("None of the marked examples is shown; the filter hides them.")
        else:
            self._list.cursor = row

    def ids_in_hand(self) -> list[int]:
        """What a key is about: the marked examples, in the order of the files, or else the one
        under the cursor. Where there is none, that is said."""
        marked = self._list.marked
        if marked:
            there = self.store.in_order(marked)
            if len(there) < len(marked):  # some were deleted since they were marked
                marked.intersection_update(there)
            if there:
                return there
        entry = self._one_in_hand()
        return [entry.id] if entry is not None else []
