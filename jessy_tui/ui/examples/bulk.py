"""Changing what is in hand, one example or a million, as one step of undo."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.store import Entry
from jessy_tui.errors import JessyError
from jessy_tui.ui.examples.ordering import Ordering
from jessy_tui.ui.modals.busy import BusyScreen, Steps
from jessy_tui.ui.text import count_of

Result = TypeVar("Result")
_FEW = 200
"""So many are changed faster than a dialog is drawn."""


class Bulk(Ordering):
    """How the keys that change something reach the store."""

    def change(self, change: Callable[[], Result]) -> Result | None:
        """Make a change; what it refuses is said, and nothing is lost."""
        try:
            return change()
        except JessyError as error:
            self.notify(str(error), severity="error", timeout=15, markup=False)
            return None

    def go_through(
        self,
        title: str,
        ids: Sequence[int],
        task: Callable[[Steps], Result],
        then: Callable[[Result], object],
    ) -> None:
        """Do something with many examples: at once where they are few, else in a thread.

        `then` is called with what `task` returned, unless it was refused or given up.
        """

        def end(result: Result | None) -> None:
            if result is not None:
                then(result)

        if len(ids) <= _FEW:
            end(self.change(lambda: task(Steps())))
        else:
            self.app.push_screen(BusyScreen[Result](title, len(ids), task), end)

    def change_all(
        self, ids: Sequence[int], change: Callable[[Entry], Example | None], summary: str
    ) -> None:
        """Change several examples; None leaves one as it is, and takes it out of the count.

        `summary` is in the past tense, with {} for the count: "put {} into rust".
        """
        store = self.store

        def task(steps: Steps) -> int:
            if len(ids) == 1:
                [entry_id] = ids
                if (example := change(store.entry(entry_id))) is None:
                    return 0
                store.replace(entry_id, example)
                return 1
            changed = 0
            with store.together(summary.format(count_of(len(ids), "example"))):
                for entry_id in steps.through(ids):
                    if (example := change(store.entry(entry_id))) is not None:
                        store.replace(entry_id, example)
                        changed += 1
            return changed

        def say(changed: int) -> None:
            if not changed:
                self.notify("There is no answer here that could carry a label.", severity="warning")
            elif len(ids) > 1:
                words = summary.format(count_of(changed, "example"))
                self.notify(f"{words[0].upper()}{words[1:]}. u undoes.", markup=False)

        self.go_through("Changing the examples", ids, task, say)
