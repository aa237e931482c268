"""Tab 1: browse the examples and mend them."""

import contextlib
from collections.abc import Callable, Iterator

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.message import Message
from textual.widgets import ContentSwitcher, Static

from jessy_tui.dataset.changes import Change
from jessy_tui.dataset.store import Entry, ExampleStore
from jessy_tui.ui.carrying.actions import Chosen, all_of
from jessy_tui.ui.examples.editing import Editing
from jessy_tui.ui.examples.example_detail import ExampleDetail
from jessy_tui.ui.examples.example_list import ExampleList
from jessy_tui.ui.examples.tokens import Tokens


class ExamplesScreen(Editing):
    """The list beside the example under its cursor; below it where the terminal is narrow."""

    TAB = "examples"
    CSS_PATH = "examples.tcss"
    AUTO_FOCUS = "ExampleList"

    class TokensCounted(Message):
        """The tokens of some examples are known that were not."""

    _tokens: Tokens | None = None

    def compose_body(self) -> ComposeResult:
        with ContentSwitcher(initial="waiting", id="body"):
            yield Static("Reading the examples …", id="waiting", classes="empty-state")
            with Vertical(id="browse"), Container(id="panes"):
                yield ExampleList()
                yield ExampleDetail()
            yield Static(id="empty", classes="empty-state")

    def set_up(self) -> None:
        self.query_one(ExampleDetail).findings_of = self.jessy.findings.findings_of
        self.query_one(ExampleList).said_of = self.jessy.findings.said_of
        self._tokens = tokens = Tokens(self.jessy.workspace, self._tell_counted)
        self.query_one(ExampleDetail).tokens_of = tokens.words
        self.query_one(ExampleList).tokens_of = tokens.total
        self.take_columns()

    def _tell_counted(self) -> None:
        """Called in the thread that counts."""
        self.post_message(self.TokensCounted())

    @on(TokensCounted)
    def _tokens_counted(self) -> None:
        if self._tokens is not None and self._tokens.failure is not None:
            self.notify(self._tokens.failure, severity="warning", timeout=15, markup=False)
        self.query_one(ExampleDetail).draw_border()
        self.query_one(ExampleList).refresh()

    def count_tokens(
        self,
        store: ExampleStore,
        cancelled: Callable[[], bool],
        progress: Callable[[float], None],
    ) -> dict[int, int]:
        assert self._tokens is not None  # noqa: S101 - by set_up
        size = max(1, len(store))
        return self._tokens.count_all(store, cancelled, lambda done: progress(done / size))

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if self._tokens is not None:
            self._tokens.look_again()  # a base may have come meanwhile

    def on_unmount(self) -> None:
        if self._tokens is not None:
            self._tokens.close()

    _change: Change | None = None

    def _examples_changed(self, change: Change | None) -> None:
        self._change = change if self.is_current else None
        super()._examples_changed(change)

    def chosen(self) -> Chosen:
        """The marked examples, or else those that are shown."""
        view, store = self._list.view, self.store
        if marked := list(self._list.marked):
            return Chosen(
                lambda: entries_of(store, marked), len(marked), f"the {len(marked):,} marked"
            )
        if view is not None and (view.filtered or view.ordered):
            rows = range(len(view))
            return Chosen(
                lambda: (entry for row in rows if (entry := view.get(row)) is not None),
                len(rows),
                f"the {len(rows):,} shown",
            )
        return all_of(store)

    def examples_changed(self) -> None:
        store = self.jessy.store
        body = self.query_one("#body", ContentSwitcher)
        if store is None:
            return
        if not len(store):
            body.current = "empty"
            self.query_one("#empty", Static).update(self._empty_text())
            return
        body.current = "browse"
        self.rows_changed(self._change)
        if self.focused is None and self.is_current:
            self.query_one(ExampleList).focus()

    def findings_changed(self) -> None:
        self.query_one(ExampleList).refresh()
        self.query_one(ExampleDetail).draw_findings()
        self.refilter_findings()
        self.show_title()

    def rows_arrived(self) -> None:
        if self.jessy.store is not None and len(self.jessy.store):
            self.query_one("#body", ContentSwitcher).current = "browse"
            self.show_arrived()

    def _empty_text(self) -> str:
        store = self.jessy.store
        if store is not None and store.problems:
            return "[b]No example could be read.[/b]\n\n" + "\n".join(
                problem.replace("[", r"\[") for problem in store.problems
            )
        return (
            "[b]No examples yet.[/b]\n\n"
            "Press [b]a[/b] to write the first one, or put .json or .jsonl files\n"
            "into the folder data/ and start again."
        )


def entries_of(store: ExampleStore, ids: list[int]) -> Iterator[Entry]:
    """The entries of these ids, in the order of the files; those that are gone are left out."""
    positions = []
    for entry_id in ids:
        with contextlib.suppress(KeyError):
            positions.append(store.position_of(entry_id))
    return (store[position] for position in sorted(positions))
