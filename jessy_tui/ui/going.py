"""Ways from any tab to the examples: to those of a filter, and to the form of a new one."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.store import ExampleStore
from jessy_tui.errors import JessyError
from jessy_tui.iteration import Complexity
from jessy_tui.ui.in_order import InOrder
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
        from jessy_tui.ui.examples.example_editor import ExampleEditor

        store = self.store
        if store is None:
            self.notify("The examples are still being read.", severity="warning")
            return
        # Of a million examples it takes too long for the screen's own thread.
        census = await asyncio.to_thread(store.census)
        target = file or home_of(census, category, self.workspace)
        draft: Example | None = Example.of(
            "", "", complexity=complexity, iterations=iterations, category=category
        )
        categories = census.categories()
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
