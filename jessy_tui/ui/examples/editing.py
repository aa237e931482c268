"""Changing the examples. Every change goes through the store, where it is journalled and undone."""

import asyncio
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.binding import Binding

from jessy_tui.dataset.bulk import Delete
from jessy_tui.dataset.bulk_making import MANY
from jessy_tui.dataset.changes import Change
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.store import Entry, ExampleStore
from jessy_tui.iteration import Complexity
from jessy_tui.ui.clipboard import copy_text
from jessy_tui.ui.examples.bulk import Bulk
from jessy_tui.ui.examples.example_list import ExampleList
from jessy_tui.ui.examples.view import View
from jessy_tui.ui.modals.busy import Steps
from jessy_tui.ui.text import count_of

_COUNTED_AT_ONCE = 20_000
"""So many examples are counted in less time than a key may take."""


class Editing(Bulk):
    """The half of the Examples tab that changes something."""

    PLACE: ClassVar[str] = "Change"
    BINDINGS = [
        Binding("e,enter", "edit", "Edit", tooltip="Edit this example", id="examples.edit"),
        Binding(
            "i", "label", "Label", tooltip="Set iterations and complexity", id="examples.label"
        ),
        Binding("a", "add", "Add", tooltip="Add an example after this one", id="examples.add"),
        Binding("d", "delete", "Delete", tooltip="Delete what is in hand", id="examples.delete"),
        Binding("D", "duplicate", "Duplicate", show=False, tooltip="Duplicate this example"),
        Binding("M", "move", "Move", show=False, tooltip="Move what is in hand to another file"),
        Binding("E", "edit_outside", "Editor", show=False, tooltip="Edit in $VISUAL or $EDITOR"),
        Binding("c", "category", "Category", show=False, tooltip="Choose the category"),
        Binding("R", "replace", "Replace", show=False, tooltip="Find and replace in what is shown"),
        Binding("y", "copy", "Copy", show=False, tooltip="Copy the answer; works over ssh"),
        Binding("Y", "copy_question", "Copy question", show=False, tooltip="Copy the question"),
        Binding("u", "undo", "Undo", tooltip="Undo the last change", id="examples.undo"),
        Binding("U,ctrl+r", "redo", "Redo", show=False, tooltip="Redo what was undone"),
    ]

    # --- one example ---------------------------------------------------------------------------

    @on(ExampleList.Opened)
    def action_edit(self) -> None:
        """Open the form on the example in hand."""
        entry = self._one_in_hand()
        if entry is None:
            return

        def keep(edited: Example | None) -> None:
            if edited is not None:
                self.change(lambda: self.store.replace(entry.id, edited))

        self._open_editor(entry.example, keep, entry.id)

    def _open_editor(
        self,
        example: Example | None,
        then: Callable[[Example | None], None],
        entry_id: int | None = None,
    ) -> None:
        # Imported when first asked for: the first paint does not wait for text areas.
        from jessy_tui.ui.examples.example_editor import ExampleEditor

        def open_form(categories: dict[str, int]) -> None:
            form = ExampleEditor(
                example,
                categories,
                findings_of=lambda draft: self.jessy.findings.findings_if(entry_id, draft),
            )
            self.app.push_screen(form, then)

        self._with_categories(open_form)

    def _with_categories(self, then: Callable[[dict[str, int]], object]) -> None:
        """Do something with the categories that exist, and how many examples each has."""
        if len(self.store) <= _COUNTED_AT_ONCE:
            then(categories_of(self.store))
        else:
            self._count_categories(self.store, then)

    @work(exclusive=True, group="categories")
    async def _count_categories(
        self, store: ExampleStore, then: Callable[[dict[str, int]], object]
    ) -> None:
        then(await asyncio.to_thread(categories_of, store))

    def action_edit_outside(self) -> None:
        """Edit the example in hand in an editor of one's own."""
        entry = self._one_in_hand()
        if entry is not None:
            self._edit_outside(entry)

    @work(exclusive=True, group="editor")
    async def _edit_outside(self, entry: Entry) -> None:
        from jessy_tui.ui.examples.external_editor import edit_outside

        edited = await edit_outside(self.app, entry.example)
        if edited is not None:
            self.change(lambda: self.store.replace(entry.id, edited))

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

        self.change(make)

    def action_duplicate(self) -> None:
        """Put a copy behind the example in hand, to be changed."""
        entry = self._one_in_hand()
        if entry is None:
            return
        if entry.problem is not None:
            self.notify(f"{entry.problem} It was not copied.", severity="warning", markup=False)
            return
        self._insert(entry, entry.file, Example(entry.example.raw))

    def action_copy(self) -> None:
        """Copy the answer in hand."""
        entry = self._one_in_hand()
        if entry is not None:
            copy_text(self.app, entry.example.answer, "the answer")

    def action_copy_question(self) -> None:
        """Copy the question in hand."""
        entry = self._one_in_hand()
        if entry is not None:
            copy_text(self.app, entry.example.question, "the question")

    # --- what is in hand, one or several -------------------------------------------------------

    def action_label(self) -> None:
        """Choose iterations for what is in hand; the complexity goes with them."""
        ids = self._labelled_in_hand()
        if ids:
            self.go_through(
                "Reading the labels",
                ids,
                lambda _: self.store.complexities(ids),
                lambda complexities: self._pick_label(ids, complexities),
            )

    def _pick_label(self, ids: Sequence[int], complexities: Counter[Complexity | None]) -> None:
        from jessy_tui.ui.examples.label_picker import LabelPicker

        def keep(iterations: int | None) -> None:
            if iterations is None:
                return
            complexity = str(Complexity.of(iterations))
            summary = f"relabelled {{}} {complexity} {iterations}"
            self.set_label(ids, summary, complexity=complexity, iterations=iterations)

        current = self.store.entry(ids[0]).example.iterations if len(ids) == 1 else None
        self.app.push_screen(LabelPicker(current, complexities), keep)

    def action_category(self) -> None:
        """Choose a category for what is in hand."""
        from jessy_tui.ui.examples.category_picker import CategoryPicker

        ids = self._labelled_in_hand()
        if not ids:
            return

        def keep(category: str | None) -> None:
            if category is not None:
                self.set_label(ids, f"put {{}} into {category}", category=category)

        current = self.store.entry(ids[0]).example.category if len(ids) == 1 else None
        self._with_categories(
            lambda categories: self.app.push_screen(CategoryPicker(categories, current), keep)
        )

    def _labelled_in_hand(self) -> list[int]:
        """What is in hand; nothing, which is said, where it is one without an answer."""
        ids = self.ids_in_hand()
        if len(ids) == 1 and not self.store.entry(ids[0]).example.answer:
            self.notify("There is no answer here that could carry a label.", severity="warning")
            return []
        return ids

    def action_delete(self) -> None:
        """Delete what is in hand; undo brings it back."""
        ids, store = self.ids_in_hand(), self.store
        if not ids:
            return
        words = count_of(len(ids), "example")

        def task(steps: Steps) -> int:
            if len(ids) >= MANY:
                store.change_many(ids, Delete(), "deleted {}", tell=steps.at)
            elif len(ids) == 1:
                store.delete(ids[0])
            else:
                with store.together(f"deleted {words}"):
                    for entry_id in steps.through(ids):
                        store.delete(entry_id)
            return len(ids)

        def say(_: int) -> None:
            self._list.marked.difference_update(ids)
            self.notify(f"Deleted {words}. u brings back.")
            self.show_title()

        self.go_through("Deleting the examples", ids, task, say)

    def action_move(self) -> None:
        """Move what is in hand to another file."""
        from jessy_tui.dataset.moving import Moved, move
        from jessy_tui.ui.examples.move_picker import MovePicker

        ids, store = self.ids_in_hand(), self.store
        if not ids:
            return
        if len(ids) == 1 and (problem := store.entry(ids[0]).problem) is not None:
            self.notify(f"{problem} It stays where it is.", severity="warning", markup=False)
            return
        words = count_of(len(ids), "example")

        def go(target: Path | None) -> None:
            if target is None:
                return
            self.go_through(
                "Moving the examples",
                ids,
                lambda steps: move(
                    store, steps.through(ids), target, f"moved {words} to {target.name}"
                ),
                lambda moved: say(moved, target),
            )

        def say(moved: Moved, target: Path) -> None:
            self._list.marked.difference_update(ids)
            if moved.ids:
                count = count_of(len(moved.ids), "example")
                self.notify(f"Moved {count} to {target.name}. u undoes.", markup=False)
            else:
                self.notify(f"Nothing was moved to {target.name}.", markup=False)
            if moved.stayed:
                more = f" And {len(moved.stayed) - 1:,} more." if len(moved.stayed) > 1 else ""
                self.notify(
                    f"{moved.stayed[0]}{more}",
                    title=f"{count_of(len(moved.stayed), 'example')} cannot be moved",
                    severity="warning",
                    timeout=15,
                    markup=False,
                )
            self.show_title()

        here = {store.file_of(entry_id) for entry_id in ids}
        files = [
            (path, size) for path, _, size in store.spans() if len(here) > 1 or path not in here
        ]
        self.app.push_screen(MovePicker(words, files, self.jessy.workspace.data), go)

    def action_replace(self) -> None:
        """Find and replace in the marked examples, or else in all that are shown."""
        from jessy_tui.ui.examples.replace import Replacement, ReplaceScreen

        view = self._list.view
        if view is None or not len(view):
            self.notify("There is nothing to replace in.")
            return
        marked = self.ids_in_hand() if self._list.marked else []
        if marked:
            view = View(self.store, array("q", marked))
            scope = f"the {len(marked):,} marked"
        else:
            scope = f"the {len(view):,} shown" if view.filtered else f"all {len(view):,}"

        def keep(replacement: Replacement | None) -> None:
            if replacement is not None:
                self._replace_all(replacement.examples, replacement.summary)

        self.app.push_screen(ReplaceScreen(Rows(view), scope), keep)

    def _replace_all(self, changes: Sequence[tuple[int, Example]], summary: str) -> None:
        store = self.store

        def task(steps: Steps) -> int:
            with store.together(summary):
                for entry_id, example in steps.through(changes):
                    store.replace(entry_id, example)
            return len(changes)

        def say(_: int) -> None:
            self.notify(f"{summary[:1].upper()}{summary[1:]}. u undoes.", markup=False)

        self.go_through("Replacing", [entry_id for entry_id, _ in changes], task, say)

    # --- undo ----------------------------------------------------------------------------------

    def action_undo(self) -> None:
        """Undo the last change."""
        self._step(lambda: self.store.undo(), "Nothing to undo.")

    def action_redo(self) -> None:
        """Redo what was undone."""
        self._step(lambda: self.store.redo(), "Nothing to redo.")

    def _step(self, step: Callable[[], Change | None], nothing: str) -> None:
        if self.jessy.store is None:
            return
        change = self.change(step)
        self.notify(change.description if change is not None else nothing, markup=False)
        if change is not None:
            self._go_to_first(change)

    def _go_to_first(self, change: Change) -> None:
        """Show where something was undone or redone, if that is in view."""
        for entry_id in change.entry_ids:
            if self._is_there(entry_id):
                self._list.go_to(entry_id)
                return


def categories_of(store: ExampleStore) -> dict[str, int]:
    """The categories that exist, with how many examples each has."""
    return store.census().categories()


class Rows:
    """The entries of a view, read anew each time they are gone through."""

    def __init__(self, view: View) -> None:
        self._view = view

    def __iter__(self) -> Iterator[Entry]:
        entries = (self._view.get(row) for row in range(len(self._view)))
        return (entry for entry in entries if entry is not None)
