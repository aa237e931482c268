"""What the app does about files of other tools, from whichever tab: import, export, split."""

from collections.abc import Iterator, Sequence
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
        chosen, scope = self._chosen(store)

        def told(words: str | None) -> None:
            if words is not None:
                self.notify(words, markup=False)

        self.push_screen(
            ExportScreen(self.workspace.root, lambda: iter(chosen), scope, len(chosen)), told
        )

    def _chosen(self, store: ExampleStore) -> "tuple[Chosen, str]":
        """The marked examples of the Examples tab, or else the shown ones, or else all."""
        from jessy_tui.ui.examples.screen import ExamplesScreen

        screen = self.screen
        if isinstance(screen, ExamplesScreen):
            return screen.chosen()
        return Chosen(store, range(len(store))), f"all {len(store):,}"

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


class Chosen:
    """Entries of the store by their positions, read anew each time they are gone through."""

    def __init__(self, store: ExampleStore, positions: Sequence[int]) -> None:
        self._store, self._positions = store, positions

    def __len__(self) -> int:
        return len(self._positions)

    def __iter__(self) -> Iterator[Entry]:
        return (self._store[position] for position in self._positions)
