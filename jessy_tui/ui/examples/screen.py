"""Tab 1: browse the examples and mend them."""

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.widgets import ContentSwitcher, Static

from jessy_tui.dataset.changes import Change
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.store import Entry, ExampleStore
from jessy_tui.errors import JessyError
from jessy_tui.iteration import Complexity
from jessy_tui.ui.examples.example_detail import ExampleDetail
from jessy_tui.ui.examples.example_list import ExampleList
from jessy_tui.ui.tab_screen import TabScreen


class ExamplesScreen(TabScreen):
    """The list beside the example under its cursor; below it where the terminal is narrow."""

    TAB = "examples"
    CSS_PATH = "examples.tcss"
    AUTO_FOCUS = "ExampleList"
    BINDINGS = [
        Binding("e,enter", "edit", "Edit", tooltip="Edit this example", id="examples.edit"),
        Binding(
            "i", "label", "Label", tooltip="Set iterations and complexity", id="examples.label"
        ),
        Binding("a", "add", "Add", tooltip="Add an example after this one", id="examples.add"),
        Binding("d", "delete", "Delete", tooltip="Delete this example", id="examples.delete"),
        Binding("u", "undo", "Undo", tooltip="Undo the last change", id="examples.undo"),
        Binding("U,ctrl+r", "redo", "Redo", tooltip="Redo what was undone", id="examples.redo"),
        Binding("tab", "app.focus_next", "Next pane", show=False, id="examples.pane"),
    ]

    def compose_body(self) -> ComposeResult:
        with ContentSwitcher(initial="waiting", id="body"):
            yield Static("Reading the examples …", id="waiting", classes="empty-state")
            with Container(id="browse"):
                yield ExampleList()
                yield ExampleDetail()
            yield Static(id="empty", classes="empty-state")

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
        examples = self.query_one(ExampleList)
        examples.show(store)
        if self.focused is None and self.is_current:
            examples.focus()

    def _empty_text(self) -> str:
        store = self.jessy.store
        if store and store.problems:
            return "[b]No example could be read.[/b]\n\n" + "\n".join(
                problem.replace("[", r"\[") for problem in store.problems
            )
        return (
            "[b]No examples yet.[/b]\n\n"
            "Press [b]a[/b] to write the first one, or put .json or .jsonl files\n"
            "into the folder data/ and start again."
        )

    @on(ExampleList.Highlighted)
    def _show_detail(self, message: ExampleList.Highlighted) -> None:
        self.query_one(ExampleDetail).show(message.entry)
        store = self.jessy.store
        examples = self.query_one(ExampleList)
        examples.border_title = f"Examples {examples.cursor + 1:,}/{len(store or ()):,}"

    def _in_hand(self, then: Callable[[Entry], None]) -> None:
        entry = self.query_one(ExampleList).current
        if entry is None:
            self.notify("There is no example here. Press a to add one.")
        else:
            then(entry)

    def action_edit(self) -> None:
        """Open the form on the example in hand."""
        self._in_hand(self._edit)

    def _edit(self, entry: Entry) -> None:
        def keep(edited: Example | None) -> None:
            if edited is not None:
                self._change(lambda: self._store.replace(entry.id, edited))

        if not entry.example.question or not entry.example.answer:
            self.notify(
                "This entry is not a question with an answer; mend it in its file.",
                severity="warning",
            )
            return
        self._open_editor(entry.example, keep)

    def action_label(self) -> None:
        """Choose iterations; the complexity follows."""
        self._in_hand(self._label)

    def _label(self, entry: Entry) -> None:
        from jessy_tui.ui.examples.label_picker import LabelPicker

        def keep(iterations: int | None) -> None:
            if iterations is None or iterations == entry.example.iterations:
                return
            complexity = str(Complexity.of(iterations))
            self._change(
                lambda: self._store.replace(
                    entry.id,
                    entry.example.with_metadata(complexity=complexity, iterations=iterations),
                )
            )

        if not entry.example.answer:
            self.notify("This entry has no answer that could carry a label.", severity="warning")
            return
        self.app.push_screen(LabelPicker(entry.example.iterations), keep)

    def action_add(self) -> None:
        """Write a new example after the one in hand."""
        if self.jessy.store is None:
            return
        after = self.query_one(ExampleList).current

        def keep(example: Example | None) -> None:
            if example is None:
                return
            file = after.file if after else self.jessy.workspace.data / "examples.json"
            self._change(lambda: self._store.insert(after.id if after else None, file, example))

        self._open_editor(None, keep)

    def _open_editor(self, example: Example | None, then: Callable[[Example | None], None]) -> None:
        # Imported when first asked for: the first paint does not wait for text areas.
        from jessy_tui.ui.examples.example_editor import ExampleEditor

        self.app.push_screen(ExampleEditor(example), then)

    def action_delete(self) -> None:
        """Delete the example in hand; undo brings it back."""
        self._in_hand(self._delete)

    def _delete(self, entry: Entry) -> None:
        self._change(lambda: self._store.delete(entry.id))
        self.notify("Deleted. u brings it back.")

    def action_undo(self) -> None:
        """Undo the last change."""
        self._step(lambda: self._store.undo(), "Nothing to undo.")

    def action_redo(self) -> None:
        """Redo what was undone."""
        self._step(lambda: self._store.redo(), "Nothing to redo.")

    @property
    def _store(self) -> ExampleStore:
        store = self.jessy.store
        assert store is not None  # noqa: S101  # keys do nothing until it is open
        return store

    def _step(self, step: Callable[[], Change | None], nothing: str) -> None:
        if self.jessy.store is None:
            return
        change = self._change(step)
        self.notify(change.description if isinstance(change, Change) else nothing, markup=False)

    def _change(self, change: Callable[[], object]) -> object:
        """Make a change; what it refuses is said, and nothing is lost."""
        try:
            return change()
        except JessyError as error:
            self.notify(str(error), severity="error", timeout=15, markup=False)
            return None
