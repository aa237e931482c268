"""Finding one's way in the examples: filter, matches, numbers, and the text that is trained on."""

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding
from textual.worker import get_current_worker

from jessy_tui.dataset.changes import Change
from jessy_tui.dataset.store import Entry, ExampleStore
from jessy_tui.errors import JessyError
from jessy_tui.ui.examples.example_detail import ExampleDetail
from jessy_tui.ui.examples.example_list import ExampleList
from jessy_tui.ui.examples.filtering import Found, find
from jessy_tui.ui.examples.view import View
from jessy_tui.ui.tab_screen import TabScreen

if TYPE_CHECKING:
    from jessy_tui.dataset.query import Query, Vocabulary
    from jessy_tui.dataset.sorting import Ordering
    from jessy_tui.ui.examples.filter_bar import FilterBar

_NOTHING_MATCHES = "Nothing matches. Esc shows all, / changes the filter."


class Browsing(TabScreen):
    """What is shown, and where the cursor goes."""

    PLACE: ClassVar[str] = "Find"
    BINDINGS = [
        Binding("slash", "filter", "Filter", key_display="/", tooltip="Filter the list"),
        Binding("x", "app.findings", "Check", tooltip="What the checks find, to fix or to waive"),
        Binding("escape", "unfilter", "All", show=False, tooltip="Show all, take off the marks"),
        Binding("F", "filters", "Filters", show=False, tooltip="Filters kept under a name"),
        Binding("n", "match(1)", "Next match", show=False, tooltip="The next match of the filter"),
        Binding("N", "match(-1)", "Previous", show=False, tooltip="The match of the filter before"),
        Binding("number_sign", "jump", "Number", show=False, tooltip="Go to a number"),
        Binding(
            "m", "verbatim", "Training text", show=False, tooltip="What the model is trained on"
        ),
    ]

    _query: "Query | None" = None
    _last_query: "Query | None" = None
    _ordering: "Ordering | None" = None
    """The order of the list; None for that of the files."""

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

    # --- the filter ----------------------------------------------------------------------------

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
            bar.open()
            self._learn_names(bar, self.store)

    @work(exclusive=True, group="names")
    async def _learn_names(self, bar: "FilterBar", store: ExampleStore) -> None:
        """What is typed first is there before the names are counted that complete it."""
        bar.vocabulary = await asyncio.to_thread(vocabulary_of, store)

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
        for bar in self.query("FilterBar").results():
            bar.clear()  # type: ignore[attr-defined]  # a FilterBar, by its name
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

    def refilter(self, *, news: bool = True) -> None:
        """Show what the filter lets through now, in the order that was asked for.

        `news`: it is another filter, of which the first matches are shown at once.
        """
        self.workers.cancel_group(self, "filter")
        if self._query is None and self._ordering is None:
            self._say_found("")
            self._list.show(View(self.store))
        else:
            self._find(self.store, self._query, self._ordering, news=news)

    def rows_changed(self, change: Change | None) -> None:
        """The store was changed: what is gone leaves the list at once, the rest is looked up."""
        view = self._list.view
        if view is not None and change is not None and change.structural:
            gone = {entry_id for entry_id in change.entry_ids if not self._is_there(entry_id)}
            self._list.view = view.without(gone) if gone else view
        self.refilter(news=change is None)

    def _is_there(self, entry_id: int) -> bool:
        try:
            self.store.position_of(entry_id)
        except KeyError:
            return False
        return True

    def refilter_findings(self) -> None:
        """Filter anew where the filter asks for what the checks say."""
        if self._query is not None and self._query.needs_findings:
            self.refilter(news=False)

    def show_arrived(self) -> None:
        """Show the rows that have come, unless a filter or a sort chooses among them."""
        if self._query is None and self._ordering is None:
            self._list.show(View(self.store))

    @work(thread=True, exclusive=True, group="filter")
    def _find(
        self,
        store: ExampleStore,
        query: "Query | None",
        ordering: "Ordering | None",
        *,
        news: bool,
    ) -> None:
        worker = get_current_worker()
        for found in find(store, query, ordering, lambda: worker.is_cancelled):
            if not worker.is_cancelled and (news or found.complete):
                self.app.call_from_thread(self._show_found, found)

    def _show_found(self, found: Found) -> None:
        if found.query != self._query or found.ordering is not self._ordering:
            return  # of a filter or a sort that has changed since
        filtered = found.query is not None
        view = View(self.store, found.ids, filtered=filtered, ordered=found.ordering is not None)
        self._list.nothing = _NOTHING_MATCHES if filtered and found.complete else ""
        self._list.show(view, found.query)
        more = "" if found.complete else " …"
        self._say_found(f"{len(found.ids):,} of {len(self.store):,}{more}" if filtered else "")

    def _say_found(self, words: str) -> None:
        for bar in self.query("FilterBar"):
            bar.border_subtitle = words

    # --- what is in hand -----------------------------------------------------------------------

    @on(ExampleList.Highlighted)
    def _show_detail(self, message: ExampleList.Highlighted) -> None:
        self.query_one(ExampleDetail).show(message.entry, self._query)
        self.show_title()

    def show_title(self) -> None:
        """Where the cursor is, among how many, and the marks; below, the file and the order."""
        examples = self._list
        shown = len(examples.view) if examples.view is not None else 0
        words = [f"Examples {min(examples.cursor + 1, shown):,}/{shown:,}"]
        if found := self.jessy.findings.words:
            words.append(found)
        if examples.marked:
            words.append(f"{len(examples.marked):,} marked")
        examples.border_title = " · ".join(words)
        examples.border_subtitle = self.order_title()

    def order_title(self) -> str:
        """What the lower border of the list says."""
        return ""

    def action_match(self, step: int) -> None:
        """Go to the next or the previous example that the last filter matches."""
        query = self._last_query
        if query is None:
            self.notify("Nothing was looked for yet: / filters.")
            return
        view = self._list.view
        if self._query is not None or view is None:
            self._list.action_move(step)
            return
        self._seek(view, query, self._list.cursor, step)

    @work(thread=True, exclusive=True, group="seek")
    def _seek(self, view: View, query: "Query", cursor: int, step: int) -> None:
        """Find the next match in the whole list, around its end."""
        worker = get_current_worker()
        matches: set[int] = set()
        for chunk in view.store.select(query, cancelled=lambda: worker.is_cancelled):
            matches.update(view.store.ids_at(chunk))
        if not worker.is_cancelled:
            row = view.next_of(matches, cursor, step) if matches else None
            self.app.call_from_thread(self._sought, row)

    def _sought(self, row: int | None) -> None:
        if row is None:
            self.notify("No example matches the last filter.")
        else:
            self._list.cursor = row

    def action_jump(self) -> None:
        """Go to an example by its number in the whole list."""
        from jessy_tui.ui.examples.jump import JumpScreen

        view = self._list.view
        if view is None or not len(self.store):
            return

        def go(number: int | None) -> None:
            if number is None:
                return
            row = view.row_near(number - 1)
            if row is None:
                self.notify(f"Number {number:,} is not among what is shown; esc shows all.")
            else:
                self._list.cursor = row

        self.app.push_screen(JumpScreen(len(self.store)), go)

    def action_verbatim(self) -> None:
        """Show what the model is trained on, or the conversation again."""
        detail = self.query_one(ExampleDetail)
        detail.verbatim = not detail.verbatim
        detail.show(self._list.current, self._query)

    def _one_in_hand(self) -> Entry | None:
        """The example under the cursor; where there is none, that is said."""
        entry = self._list.current if self.jessy.store is not None else None
        if entry is None:
            self.notify("There is no example here. Press a to add one.")
        return entry


def vocabulary_of(store: ExampleStore) -> "Vocabulary":
    """The names in use, for completing a filter."""
    from jessy_tui.dataset.query import Vocabulary

    categories = store.distributions().category.counts
    return Vocabulary(
        categories=[count.value for count in categories],
        files=[path.name for path in store.files],
    )
