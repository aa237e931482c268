"""Changing what is in hand, one example or a million, as one step of undo."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from jessy_tui.dataset.bulk import SetLabel
from jessy_tui.dataset.bulk_making import MANY
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

    def set_label(self, ids: Sequence[int], summary: str, **values: Any) -> None:
        """Set keys of the label of what has an answer.

        `summary` is in the past tense, with {} for the count: "put {} into rust".
        """
        store, rule = self.store, SetLabel(values)

        def task(steps: Steps) -> int:
            if len(ids) >= MANY:
                return store.change_many(ids, rule, summary, tell=steps.at)
            changed = [
                (entry_id, example)
                for entry_id in steps.through(ids)
                if (example := rule.of(store.example(entry_id))) is not None
            ]
            if len(ids) == 1:
                for entry_id, example in changed:
                    store.replace(entry_id, example)
            elif changed:
                with store.together(summary.format(count_of(len(changed), "example"))):
                    for entry_id, example in steps.through(changed):
                        store.replace(entry_id, example)
            return len(changed)

        def say(changed: int) -> None:
            if not changed and len(ids) >= MANY:
                self.notify("Nothing differs from that, so nothing was changed.")
            elif not changed:
                self.notify("There is no answer here that could carry a label.", severity="warning")
            elif len(ids) > 1:
                words = summary.format(count_of(changed, "example"))
                self.notify(f"{words[0].upper()}{words[1:]}. u undoes.", markup=False)

        self.go_through("Changing the examples", ids, task, say)
