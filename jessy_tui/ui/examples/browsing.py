"""Finding one's way in the examples: filter, jump, marks, and the text the model is trained on."""

from typing import TYPE_CHECKING

from textual import on, work
from textual.binding import Binding
from textual.worker import get_current_worker

from jessy_tui.dataset.store import Entry, ExampleStore
from jessy_tui.errors import JessyError
from jessy_tui.ui.examples.example_detail import ExampleDetail
from jessy_tui.ui.examples.example_list import ExampleList
from jessy_tui.ui.examples.filtering import Found, find
from jessy_tui.ui.examples.view import View
from jessy_tui.ui.tab_screen import TabScreen
from jessy_tui.ui.text import count_of

if TYPE_CHECKING:
    from jessy_tui.dataset.query import Query, Vocabulary
    from jessy_tui.ui.examples.filter_bar import FilterBar


class Browsing(TabScreen):
    """The half of the Examples tab that changes nothing."""

    BINDINGS = [
        Binding("slash", "filter", "Filter", key_display="/", tooltip="Filter the list"),
        Binding("x", "app.findings", "Check", tooltip="What the checks find, to fix or to waive"),
        Binding("escape", "unfilter", "All", show=False, tooltip="Show all, take off the marks"),
        Binding("F", "filters", "Filters", show=False, tooltip="Filters kept under a name"),
        Binding("n", "match(1)", "Next match", show=False, tooltip="The next match of the filter"),
        Binding("N", "match(-1)", "Previous", show=False, tooltip="The match before"),
        Binding("space", "mark", "Mark", show=False, tooltip="Mark this example"),
        Binding("V", "mark_range", "Mark range", show=False, tooltip="Mark from the last mark on"),
        Binding("asterisk", "mark_all", "Mark all", show=False, tooltip="Mark all that is shown"),
        Binding("number_sign", "jump", "Number", show=False, tooltip="Go to a number"),
        Binding(
            "m", "verbatim", "Training text", show=False, tooltip="What the model is trained on"
        ),
    ]

    _query: "Query | None" = None
    _last_query: "Query | None" = None
    _mark_from: int | None = None

    @property
    def _list(self) -> ExampleList:
        return self.query_one(ExampleList)

    async def _filter(self) -> "FilterBar":
        """The filter bar, made when it is first asked for: start-up reads no query language."""
        from jessy_tui.ui.examples.filter_bar import FilterBar

        for bar in self.query(FilterBar):
            return bar
        bar = FilterBar()
        await self.query_one("#browse").mount(bar, before=0)
        return bar

    @property
    def store(self) -> ExampleStore:
        """The examples. Keys that need them do nothing until they are open."""
        store = self.jessy.store
        assert store is not None  # noqa: S101
        return store

    async def filter_by(self, text: str) -> None:
        """Show the examples of a query, as if it had been typed."""
        (await self._filter()).put(text)
        self._list.focus()

    async def go_to(self, entry_id: int) -> None:
        """Put the cursor on an example, and take a filter off that hides it."""
        try:
            hidden = not self._list.go_to(entry_id)
        except KeyError:
            self.notify("The example is not there any more.", severity="warning")
            return
        if hidden and self._query is not None:
            await self.action_unfilter()
            self._list.go_to(entry_id)
        self._list.focus()

    async def action_filter(self) -> None:
        """Type a filter."""
        if self.jessy.store is not None:
            bar = await self._filter()
            bar.vocabulary = vocabulary_of(self.store)
            bar.open()

    async def action_filters(self) -> None:
        """Apply a filter that was kept, or keep this one."""
        from jessy_tui.ui.examples.named_filters import NamedFilters, read_filters

        state = self.jessy.workspace.state
        try:
            filters = read_filters(state)
        except JessyError as error:
            self.notify(str(error), severity="error", timeout=15, markup=False)
            return

        async def apply(query: str | None) -> None:
            if query is not None:
                await self.filter_by(query)

        current = (await self._filter()).query_text if self._query is not None else ""
        self.app.push_screen(NamedFilters(state, filters, current), apply)

    async def action_unfilter(self) -> None:
        """Show everything again, and take off the marks."""
        self._list.marked.clear()
        if self._query is not None:
            (await self._filter()).clear()
        self._list.refresh()
        self.show_title()

    def on_filter_bar_left(self) -> None:
        """The filter is typed: the list has the word."""
        self._list.focus()

    def on_filter_bar_changed(self, message: "FilterBar.Changed") -> None:
        """Another filter."""
        if message.query is not None:
            self._query = message.query if str(message.query) else None
            self._last_query = self._query or self._last_query
            self.refilter()

    def refilter(self) -> None:
        """Show what the filter lets through now."""
        self.workers.cancel_group(self, "filter")
        if self._query is None:
            self._say_found("")
            self._list.show(View(self.store))
        else:
            self._find(self.store, self._query)

    def refilter_findings(self) -> None:
        """Filter anew where the filter asks for what the checks say."""
        if self._query is not None and self._query.needs_findings:
            self.refilter()

    def show_arrived(self) -> None:
        """Show the rows that have come, unless a filter chooses among them."""
        if self._query is None:
            self._list.show(View(self.store))

    @work(thread=True, exclusive=True, group="filter")
    def _find(self, store: ExampleStore, query: "Query") -> None:
        worker = get_current_worker()
        for found in find(store, query, lambda: worker.is_cancelled):
            if not worker.is_cancelled:
                self.app.call_from_thread(self._show_found, found)

    def _show_found(self, found: Found) -> None:
        if found.query != self._query:
            return  # of a filter that has changed since
        view = View(self.store, found.positions)
        self._list.show(view, found.query)
        more = "" if found.complete else " …"
        self._say_found(f"{len(found.positions):,} of {len(self.store):,}{more}")

    def _say_found(self, words: str) -> None:
        for bar in self.query("FilterBar"):
            bar.border_subtitle = words

    @on(ExampleList.Highlighted)
    def _show_detail(self, message: ExampleList.Highlighted) -> None:
        self.query_one(ExampleDetail).show(message.entry, self._query)
        self.show_title()

    def show_title(self) -> None:
        """Where the cursor is, among how many; the label in hand; the marks."""
        examples = self._list
        shown = len(examples.view) if examples.view is not None else 0
        words = [f"Examples {min(examples.cursor + 1, shown):,}/{shown:,}"]
        if found := self.jessy.findings.words:
            words.append(found)
        if examples.marked:
            words.append(f"{len(examples.marked):,} marked")
        examples.border_title = " · ".join(words)

    def action_match(self, step: int) -> None:
        """Go to the next or the previous example that the last filter matches."""
        query = self._last_query
        if query is None:
            self.notify("Nothing was looked for yet: / filters.")
            return
        if self._query is not None:
            self._list.action_move(step)
            return
        self._seek(self.store, query, self._list.cursor, step)

    @work(thread=True, exclusive=True, group="seek")
    def _seek(self, store: ExampleStore, query: "Query", cursor: int, step: int) -> None:
        """Find the next match in the whole list, around its end."""
        worker = get_current_worker()
        positions: list[int] = []
        for chunk in store.select(query, cancelled=lambda: worker.is_cancelled):
            positions.extend(int(position) for position in chunk)
        if worker.is_cancelled:
            return
        if step > 0:
            after = [place for place in positions if place > cursor] or positions[:1]
            target = after[:1]
        else:
            before = [place for place in positions if place < cursor] or positions[-1:]
            target = before[-1:]
        self.app.call_from_thread(self._sought, target[0] if target else None)

    def _sought(self, position: int | None) -> None:
        if position is None:
            self.notify("No example matches the last filter.")
        else:
            self._list.cursor = position

    def action_mark(self) -> None:
        """Mark the example in hand, or take its mark off, and go to the next."""
        entry = self._list.current
        if entry is None:
            return
        marked = self._list.marked
        marked.symmetric_difference_update({entry.id})
        self._mark_from = self._list.cursor
        self._list.action_move(1)
        self._list.refresh()
        self.show_title()

    def action_mark_range(self) -> None:
        """Mark all from the last mark to the example in hand."""
        view = self._list.view
        if view is None or not len(view):
            return
        start = self._mark_from if self._mark_from is not None else self._list.cursor
        low, high = sorted((start, self._list.cursor))
        self._mark_rows(view, range(low, min(high + 1, len(view))), toggle=False)

    def action_mark_all(self) -> None:
        """Mark all that is shown; again: take all marks off."""
        view = self._list.view
        if view is not None:
            self._mark_rows(view, range(len(view)), toggle=True)

    @work(thread=True, exclusive=True, group="mark")
    def _mark_rows(self, view: View, rows: range, *, toggle: bool) -> None:
        """Look up who stands in `rows`: of a million that takes seconds."""
        worker = get_current_worker()
        shown = set()
        for row in rows:
            if worker.is_cancelled:
                return
            shown.add(view[row].id)
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

    def in_hand(self) -> list[Entry]:
        """What a key is about: the marked examples, or else the one under the cursor."""
        marked = self._list.marked
        if marked:
            there = []
            for entry_id in sorted(marked):
                try:
                    there.append(self.store.entry(entry_id))
                except KeyError:  # deleted since it was marked
                    marked.discard(entry_id)
            if there:
                return there
        current = self._list.current
        return [current] if current is not None else []

    def action_jump(self) -> None:
        """Go to an example by its number in the whole list."""
        from jessy_tui.ui.examples.jump import JumpScreen

        view = self._list.view
        if view is None or not len(self.store):
            return

        def go(number: int | None) -> None:
            if number is not None:
                self._list.cursor = view.row_of(number - 1)

        self.app.push_screen(JumpScreen(len(self.store)), go)

    def action_verbatim(self) -> None:
        """Show what the model is trained on, or the conversation again."""
        detail = self.query_one(ExampleDetail)
        detail.verbatim = not detail.verbatim
        detail.show(self._list.current, self._query)


def vocabulary_of(store: ExampleStore) -> "Vocabulary":
    """The names in use, for completing a filter."""
    from jessy_tui.dataset.query import Vocabulary

    categories = store.distributions().category.counts
    return Vocabulary(
        categories=[count.value for count in categories],
        files=[path.name for path in store.files],
    )
