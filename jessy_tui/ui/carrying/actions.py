"""What the app does about files of other tools, from whichever tab: import, export, split."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.store import Entry, ExampleStore
from jessy_tui.errors import JessyError
from jessy_tui.ui.going import Going
from jessy_tui.ui.text import count_of

if TYPE_CHECKING:
    from jessy_tui.ui.carrying.import_screen import ImportOrder


class Carrying(Going):
    """Import, export and split. Their dialogs are read when they are first asked for."""

    def _open_store_or_say(self) -> ExampleStore | None:
        if self.store is None:
            self.notify("The examples are still being read.", severity="warning")
        elif self.store.indexing is not None:
            self.notify("The examples are still being indexed; wait a moment.", severity="warning")
            return None
        return self.store

    def action_import_examples(self) -> None:
        """Take in examples from a file of another tool."""
        from jessy_tui.ui.carrying.import_screen import ImportScreen

        if (store := self._open_store_or_say()) is None:
            return

        def take(order: "ImportOrder | None") -> None:
            if order is not None:
                self._import(store, order)

        self.push_screen(ImportScreen(self.workspace.root, self.workspace.data), take)

    @work(thread=True, group="import")
    def _import(self, store: ExampleStore, order: "ImportOrder") -> None:
        """Put the rows behind the examples of the target, as one change that can be undone."""
        from jessy_tui.dataset.formats.importing import Import

        name = order.target.name
        summary = f"imported {count_of(order.examples, 'example')} into {name}"
        try:
            if order.written and self._is_ours(order.target):
                store.take_in(store.look([order.target]))
            elif not order.written:
                raws = list(Import(order.detected).raws())
                order.target.parent.mkdir(parents=True, exist_ok=True)
                with store.together(summary):
                    for raw in raws:
                        store.insert(None, order.target, Example(raw))
        except (JessyError, OSError) as error:
            self.call_from_thread(
                self.notify, str(error), title="Not imported", severity="error", timeout=15,
                markup=False,
            )  # fmt: skip
            return
        self.call_from_thread(self._imported, order, summary)

    def _is_ours(self, path: Path) -> bool:
        """Whether a file is among the workspace's own."""
        return path.parent.resolve() == self.workspace.data.resolve()

    def _imported(self, order: "ImportOrder", summary: str) -> None:
        words = f"{summary[:1].upper()}{summary[1:]}."
        if not order.written:
            words += " u undoes, ctrl+s saves."
        if order.unlabelled:
            words += (
                f" {order.unlabelled:,} have no label: filter is:unlabelled, mark with *, "
                "label with i and c."
            )
        if not self._is_ours(order.target):
            words += " It is not among the workspace's files, which are in data/."
        self.notify(words, markup=False, timeout=10)
        if self._is_ours(order.target):
            self.show_examples(f'file:"{order.target.name}"')

    def action_export_examples(self) -> None:
        """Write what is marked or shown in the format of another tool."""
        from jessy_tui.ui.carrying.export_screen import ExportScreen

        if (store := self._open_store_or_say()) is None:
            return
        if not len(store):
            self.notify("There are no examples to export.")
            return
        chosen = self._chosen(store)

        def told(words: str | None) -> None:
            if words is not None:
                self.notify(words, markup=False)

        self.push_screen(
            ExportScreen(self.workspace.root, chosen.entries, chosen.name, chosen.size), told
        )

    def _chosen(self, store: ExampleStore) -> "Chosen":
        """The marked examples of the Examples tab, or else the shown ones, or else all."""
        from jessy_tui.ui.examples.screen import ExamplesScreen

        screen = self.screen
        return screen.chosen() if isinstance(screen, ExamplesScreen) else all_of(store)

    def action_split(self) -> None:
        """Show the split into training and validation, and write it."""
        from jessy_tui.bases.catalogue import NANO, chosen
        from jessy_tui.training.presets import recipe_for
        from jessy_tui.ui.split.split_screen import SplitScreen

        if (store := self._open_store_or_say()) is None:
            return
        if not len(store):
            self.notify("There are no examples to split yet.")
            return

        def go(query: str | None) -> None:
            if query is not None:
                self.show_examples(query)

        base = chosen(self.workspace)
        batch_size = recipe_for(base.name if base else NANO).batch_size
        self.push_screen(SplitScreen(store, self.workspace, batch_size), go)


@dataclass(frozen=True)
class Chosen:
    """Entries that something is done with; they are found while they are gone through."""

    entries: Callable[[], Iterable[Entry]]
    """Called anew for each time they are gone through, in the thread that does."""
    size: int
    name: str
    """What to call them: "the 37 shown"."""


def all_of(store: ExampleStore) -> Chosen:
    """All entries of the store."""
    return Chosen(lambda: iter(store), len(store), f"all {len(store):,}")
