"""Changing the examples. Every change goes through the store, where it is journalled and undone."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from textual import work
from textual.binding import Binding

from jessy_tui.dataset.changes import Change
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.store import Entry
from jessy_tui.errors import JessyError
from jessy_tui.iteration import Complexity
from jessy_tui.ui.clipboard import copy_text
from jessy_tui.ui.examples.browsing import Browsing
from jessy_tui.ui.examples.view import View
from jessy_tui.ui.text import count_of


class Editing(Browsing):
    """The half of the Examples tab that changes something."""

    BINDINGS = [
        Binding("e,enter", "edit", "Edit", tooltip="Edit this example", id="examples.edit"),
        Binding(
            "i", "label", "Label", tooltip="Set iterations and complexity", id="examples.label"
        ),
        Binding("a", "add", "Add", tooltip="Add an example after this one", id="examples.add"),
        Binding("d", "delete", "Delete", tooltip="Delete what is in hand", id="examples.delete"),
        Binding("D", "duplicate", "Duplicate", show=False, tooltip="Duplicate this example"),
        Binding("E", "edit_outside", "Editor", show=False, tooltip="Edit in $VISUAL or $EDITOR"),
        Binding("c", "category", "Category", show=False, tooltip="Choose the category"),
        Binding("R", "replace", "Replace", show=False, tooltip="Find and replace in what is shown"),
        Binding("y", "copy", "Copy", show=False, tooltip="Copy the answer; works over ssh"),
        Binding("Y", "copy_question", "Copy question", show=False, tooltip="Copy the question"),
        Binding("u", "undo", "Undo", tooltip="Undo the last change", id="examples.undo"),
        Binding("U,ctrl+r", "redo", "Redo", show=False, tooltip="Redo what was undone"),
    ]

    def _one_in_hand(self, then: Callable[[Entry], object]) -> None:
        entry = self._list.current
        if entry is None:
            self.notify("There is no example here. Press a to add one.")
        else:
            then(entry)

    def action_edit(self) -> None:
        """Open the form on the example in hand."""
        self._one_in_hand(self._edit)

    def _edit(self, entry: Entry) -> None:
        def keep(edited: Example | None) -> None:
            if edited is not None:
                self._change(lambda: self.store.replace(entry.id, edited))

        self._open_editor(entry.example, keep)

    def action_label(self) -> None:
        """Choose iterations for what is in hand; the complexity follows."""
        from jessy_tui.ui.examples.label_picker import LabelPicker

        entries = [entry for entry in self.in_hand() if entry.example.answer]
        if not entries:
            self.notify("There is no answer here that could carry a label.", severity="warning")
            return

        def keep(iterations: int | None) -> None:
            if iterations is not None:
                complexity = str(Complexity.of(iterations))
                self.change_all(
                    entries,
                    lambda example: example.with_metadata(
                        complexity=complexity, iterations=iterations
                    ),
                    f"relabelled {count_of(len(entries), 'example')} {complexity} {iterations}",
                )

        current = entries[0].example.iterations if len(entries) == 1 else None
        self.app.push_screen(LabelPicker(current), keep)

    def action_category(self) -> None:
        """Choose a category for what is in hand."""
        from jessy_tui.ui.examples.category_picker import CategoryPicker

        entries = [entry for entry in self.in_hand() if entry.example.answer]
        if not entries:
            self.notify("There is no answer here that could carry a category.", severity="warning")
            return

        def keep(category: str | None) -> None:
            if category is not None:
                self.change_all(
                    entries,
                    lambda example: example.with_metadata(category=category),
                    f"put {count_of(len(entries), 'example')} into {category}",
                )

        current = entries[0].example.category if len(entries) == 1 else None
        self.app.push_screen(CategoryPicker(self._categories(), current), keep)

    def _categories(self) -> dict[str, int]:
        """Those that exist, with how many examples each has."""
        return {one.value: one.count for one in self.store.distributions().category.counts}

    def action_edit_outside(self) -> None:
        """Edit the example in hand in an editor of one's own."""
        self._one_in_hand(self._edit_outside)

    @work(exclusive=True, group="editor")
    async def _edit_outside(self, entry: Entry) -> None:
        from jessy_tui.ui.examples.external_editor import edit_outside

        edited = await edit_outside(self.app, entry.example)
        if edited is not None:
            self._change(lambda: self.store.replace(entry.id, edited))

    def action_replace(self) -> None:
        """Find and replace in the marked examples, or else in all that are shown."""
        from jessy_tui.ui.examples.replace import Replacement, ReplaceScreen

        view = self._list.view
        if view is None or not len(view):
            self.notify("There is nothing to replace in.")
            return
        marked = self.in_hand() if self._list.marked else None
        if marked:
            scope = f"the {len(marked):,} marked"
        else:
            scope = f"the {len(view):,} shown" if view.filtered else f"all {len(view):,}"

        def keep(replacement: Replacement | None) -> None:
            if replacement is not None:
                self._replace_all(replacement.examples, replacement.summary)

        self.app.push_screen(ReplaceScreen(marked or Rows(view), scope), keep)

    def _replace_all(self, changes: Sequence[tuple[int, Example]], summary: str) -> None:
        def make() -> None:
            with self.store.together(summary):
                for entry_id, example in changes:
                    self.store.replace(entry_id, example)
            self.notify(f"{summary[:1].upper()}{summary[1:]}. u undoes.", markup=False)

        self._change(make)

    def action_copy(self) -> None:
        """Copy the answer in hand."""
        self._one_in_hand(lambda entry: copy_text(self.app, entry.example.answer, "the answer"))

    def action_copy_question(self) -> None:
        """Copy the question in hand."""
        self._one_in_hand(lambda entry: copy_text(self.app, entry.example.question, "the question"))

    def change_all(
        self, entries: list[Entry], change: Callable[[Example], Example], summary: str
    ) -> None:
        """Change several examples as one step of undo."""

        def make() -> None:
            if len(entries) == 1:
                self.store.replace(entries[0].id, change(entries[0].example))
                return
            with self.store.together(summary):
                for entry in entries:
                    self.store.replace(entry.id, change(entry.example))
            self.notify(f"{summary[0].upper()}{summary[1:]}. u undoes.", markup=False)

        self._change(make)

    def action_add(self) -> None:
        """Write a new example after the one in hand."""
        if self.jessy.store is None:
            return
        after = self._list.current

        def keep(example: Example | None) -> None:
            if example is None:
                return
            file = after.file if after else self.jessy.workspace.data / "examples.json"
            self._insert(after, file, example)

        self._open_editor(None, keep)

    def _insert(self, after: Entry | None, file: Path, example: Example) -> None:
        def make() -> None:
            entry_id = self.store.insert(after.id if after else None, file, example)
            self._list.go_to(entry_id)

        self._change(make)

    def action_duplicate(self) -> None:
        """Put a copy behind the example in hand, to be changed."""
        self._one_in_hand(lambda entry: self._insert(entry, entry.file, Example(entry.example.raw)))

    def _open_editor(self, example: Example | None, then: Callable[[Example | None], None]) -> None:
        # Imported when first asked for: the first paint does not wait for text areas.
        from jessy_tui.ui.examples.example_editor import ExampleEditor

        self.app.push_screen(ExampleEditor(example, self._categories()), then)

    def action_delete(self) -> None:
        """Delete what is in hand; undo brings it back."""
        entries = self.in_hand()
        if not entries:
            self.notify("There is no example here.")
            return

        def make() -> None:
            if len(entries) == 1:
                self.store.delete(entries[0].id)
            else:
                with self.store.together(f"deleted {count_of(len(entries), 'example')}"):
                    for entry in entries:
                        self.store.delete(entry.id)
            self._list.marked.clear()
            self.notify(f"Deleted {count_of(len(entries), 'example')}. u brings back.")

        self._change(make)

    def action_undo(self) -> None:
        """Undo the last change."""
        self._step(lambda: self.store.undo(), "Nothing to undo.")

    def action_redo(self) -> None:
        """Redo what was undone."""
        self._step(lambda: self.store.redo(), "Nothing to redo.")

    def _step(self, step: Callable[[], Change | None], nothing: str) -> None:
        if self.jessy.store is None:
            return
        change = self._change(step)
        self.notify(change.description if isinstance(change, Change) else nothing, markup=False)
        if isinstance(change, Change):
            self._go_to_first(change)

    def _go_to_first(self, change: Change) -> None:
        """Show where something was undone or redone, if that is in view."""
        for entry_id in change.entry_ids:
            try:
                self._list.go_to(entry_id)
            except KeyError:
                continue
            return

    def _change(self, change: Callable[[], object]) -> object:
        """Make a change; what it refuses is said, and nothing is lost."""
        try:
            return change()
        except JessyError as error:
            self.notify(str(error), severity="error", timeout=15, markup=False)
            return None


class Rows:
    """The entries of a view, read anew each time they are gone through."""

    def __init__(self, view: View) -> None:
        self._view = view

    def __iter__(self) -> Iterator[Entry]:
        return (self._view[row] for row in range(len(self._view)))
