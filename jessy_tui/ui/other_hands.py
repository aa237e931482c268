"""What the app does when other hands change its files: merge, say so, and show conflicts."""

from typing import TYPE_CHECKING

from jessy_tui.dataset.saving import ChangedOnDiskError
from jessy_tui.dataset.store import ExampleStore
from jessy_tui.errors import JessyError
from jessy_tui.ui.messages import DiskChanged
from jessy_tui.ui.watching import Watching

if TYPE_CHECKING:
    from jessy_tui.dataset.merging.looking import Looked
    from jessy_tui.ui.keeping import Keeping

_AFTER = 0.3
"""Seconds after the examples are there: they are on the screen before watching begins."""
_TRIES = 5
_KEY = "="
_WAITS = "Another program wrote it so; nothing was saved, and the edits stay in the journal."


class OtherHands:
    """A service of the app: `app.other_hands`."""

    def __init__(self, app: "Keeping") -> None:
        self._app = app
        self._watching: Watching | None = None

    def follow(self, store: ExampleStore) -> None:
        """Watch the files of `store` from now on."""
        if not store.merged and (number := len(store.conflicts)):
            are = "conflict is" if number == 1 else "conflicts are"
            self._say_merged(f"{number} {are} open from last time.", conflicts=True)
        for sentence in store.merged:
            self._say_merged(sentence, conflicts=bool(store.conflicts))
        self._app.set_timer(_AFTER, lambda: self._begin(store))

    def _begin(self, store: ExampleStore) -> None:
        self._watching = Watching(self._app.workspace, store, self._found)
        self._watching.start()

    def _found(self, looked: "Looked") -> None:
        """Called in the thread that watches."""
        self._app.post_message(DiskChanged(looked))

    def close(self) -> None:
        """Watch no more."""
        if self._watching is not None:
            self._watching.close()
            self._watching = None

    def take_in(self, looked: "Looked") -> None:
        """Merge what was found, and say what came of it. In the screen's thread."""
        store = self._app.store
        if store is None:
            return
        merge = store.take_in(looked)
        for problem in merge.problems:
            self._app.notify(
                f"{problem} What is open of it stays as it was; it is looked at again when it "
                "changes.",
                title="Not read",
                severity="warning",
                timeout=15,
                markup=False,
            )
        if merge.files:
            self._say_merged(merge.sentence, conflicts=bool(merge.conflicts))

    def _say_merged(self, sentence: str, *, conflicts: bool) -> None:
        if conflicts:
            sentence = f"{sentence} {_KEY} shows both sides."
        self._app.notify(
            sentence,
            title="Conflict" if conflicts else "Changed on disk",
            severity="warning" if conflicts else "information",
            timeout=15 if conflicts else 8,
            markup=False,
        )

    def save(self, store: ExampleStore) -> list[str]:
        """Save, merged with what other hands did a moment ago; returns the names of the files.

        For a thread that does not paint.

        Raises:
            ConflictsError: there are conflicts; nothing is saved.
            JessyError: not everything could be saved.
        """
        for _ in range(_TRIES):
            try:
                return [path.name for path in store.save()]
            except ChangedOnDiskError:
                looked = store.look(self._app.workspace.example_files(), again=True)
                open_files = set(store.files)
                for seen in looked.files:
                    if seen.problem is not None and seen.path in open_files:
                        raise JessyError(f"{seen.problem} {_WAITS}") from None
                self._app.call_from_thread(self.take_in, looked)
        return [path.name for path in store.save()]

    def show_conflicts(self) -> None:
        """Show the conflicts, beginning with the example in hand."""
        from jessy_tui.ui.examples.conflicts import ConflictsScreen
        from jessy_tui.ui.examples.example_list import ExampleList

        store = self._app.store
        if store is None or not store.conflicts:
            self._app.notify("There is no conflict with what other programs wrote.")
        elif not isinstance(self._app.screen, ConflictsScreen):
            in_hand = [one.current for one in self._app.screen.query(ExampleList)]
            entry_ids = [entry.id for entry in in_hand if entry is not None]
            self._app.push_screen(ConflictsScreen(store, *entry_ids[:1]))

    def say_unsaved(self, reason: str) -> None:
        """Saving has to wait until the conflicts are settled."""
        self._app.notify(
            f"{reason} Ctrl+s saves then.",
            title="Not saved",
            severity="warning",
            timeout=15,
            markup=False,
        )
        self.show_conflicts()
