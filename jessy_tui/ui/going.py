"""Ways from any tab to the examples: to those of a filter, and to the form of a new one."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import work

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.store import ExampleStore
from jessy_tui.errors import JessyError
from jessy_tui.iteration import Complexity
from jessy_tui.ui.in_order import InOrder
from jessy_tui.ui.text import count_of
from jessy_tui.workspace import Workspace

if TYPE_CHECKING:
    from jessy_tui.dataset.census import Census
    from jessy_tui.ui.findings.service import FindingsService

NEW_FILE = "examples.json"
"""Where the first example of a workspace goes."""


class Going(InOrder):
    """What every tab may ask of the app about examples."""

    workspace: Workspace
    store: ExampleStore | None
    findings: "FindingsService"

    def show_examples(self, query: str) -> None:
        """Go to the Examples tab and show those of `query`, as if it had been typed there."""
        from jessy_tui.ui.examples.screen import ExamplesScreen

        self.switch_mode("examples")
        screen = self.screen
        if isinstance(screen, ExamplesScreen):
            self.call_later(screen.filter_by, query)

    def action_findings(self) -> None:
        """Show what the checks find, by check."""
        from jessy_tui.ui.findings.screen import FindingsScreen

        if self.store is None:
            self.notify("The examples are still being read.", severity="warning")
        else:
            self.push_screen(FindingsScreen())

    def show_example(self, entry_id: int) -> None:
        """Go to an example in the Examples tab; its filter goes where it would hide it."""
        from jessy_tui.ui.examples.screen import ExamplesScreen

        self.switch_mode("examples")
        screen = self.screen
        if isinstance(screen, ExamplesScreen):
            self.call_later(screen.go_to, entry_id)

    @work(group="add")
    async def add_examples(
        self,
        rows: Sequence[Example],
        file: Path | None = None,
        *,
        origin: Mapping[str, Any] | None = None,
        then: Callable[[list[int]], object] | None = None,
    ) -> None:
        """Put new examples among the others: unsaved, and undone in one go.

        Each goes to the end of `file`, or else of the file that holds most examples of its
        category. `origin` goes into the metadata of those that have none, and says where they
        come from; `then` gets their ids.
        """
        store = self.store
        if store is None:
            self.notify("The examples are still being read.", severity="warning")
            return
        if origin is not None:
            rows = [
                row if "origin" in row.metadata else row.with_metadata(origin=dict(origin))
                for row in rows
            ]
        words = count_of(len(rows), "example")
        try:
            if file is not None:
                files = [file] * len(rows)
            else:
                census = await asyncio.to_thread(store.census)
                files = [home_of(census, row.category or "", self.workspace) for row in rows]
            where = ", ".join(dict.fromkeys(one.name for one in files))
            with store.together(f"added {words} to {where}"):
                ids = [store.insert(None, *pair) for pair in zip(files, rows, strict=True)]
        except JessyError as error:
            self.notify(str(error), title="Not added", severity="error", timeout=15, markup=False)
            return
        self.notify(f"Added {words} to {where}. F1, then u undoes; ctrl+s saves.", markup=False)
        if then is not None:
            then(ids)

    @work(exclusive=True, group="write")
    async def write_example(
        self,
        *,
        complexity: Complexity,
        iterations: int,
        category: str,
        file: Path | None = None,
        then: Callable[[int], object] | None = None,
    ) -> None:
        """Open the form of a new example with its label filled in, over the tab one is in.

        When it is kept it goes to the end of `file`, or else of the file that holds most examples
        of the category; `then` gets its id.
        """
        draft = Example.of("", "", complexity=complexity, iterations=iterations, category=category)
        await self._write(draft, file, then)

    @work(exclusive=True, group="write")
    async def write_draft(
        self,
        draft: Example,
        *,
        file: Path | None = None,
        then: Callable[[int], object] | None = None,
    ) -> None:
        """Open the form of a new example that is partly written; see `write_example`."""
        await self._write(draft, file, then)

    async def _write(
        self, written: Example, file: Path | None, then: Callable[[int], object] | None
    ) -> None:
        from jessy_tui.ui.examples.example_editor import ExampleEditor

        store = self.store
        if store is None:
            self.notify("The examples are still being read.", severity="warning")
            return
        # Of a million examples it takes too long for the screen's own thread.
        census = await asyncio.to_thread(store.census)
        target = file or home_of(census, written.category or "", self.workspace)
        categories = census.categories()
        draft: Example | None = written
        while draft is not None:
            draft = await self.push_screen_wait(
                ExampleEditor(
                    None,
                    categories,
                    draft=draft,
                    place=target.name,
                    findings_of=lambda example: self.findings.findings_if(None, example),
                )
            )
            if draft is None:
                return
            try:
                entry_id = store.insert(None, target, draft)
            except JessyError as error:
                # What was written comes back into the form.
                self.notify(str(error), severity="error", timeout=15, markup=False)
                continue
            self.notify(f"Added to {target.name}. ctrl+s saves it.", markup=False)
            if then is not None:
                then(entry_id)
            return


def home_of(census: "Census", category: str, workspace: Workspace) -> Path:
    """The file a new example of a category belongs in.

    That which holds most of the category; of a new category, the largest file; else a new one.
    """
    home = census.home_of(category)
    if home is None and census.files:
        counts = census.file_counts()
        largest = max(range(len(census.files)), key=lambda place: (counts[place], -place))
        home = census.files[largest]
    return home or workspace.data / NEW_FILE
