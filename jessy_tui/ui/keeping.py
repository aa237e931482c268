"""The examples as the app keeps them: opened, followed, saved, and let go of at the end."""

import threading

from textual import on, work
from textual.signal import Signal

from jessy_tui.dataset.changes import Change
from jessy_tui.dataset.saving import ConflictsError
from jessy_tui.dataset.store import JOURNAL_NAME, ExampleStore, Progress
from jessy_tui.errors import JessyError
from jessy_tui.ui import garbage
from jessy_tui.ui.carrying.actions import Carrying
from jessy_tui.ui.findings.service import FindingsService
from jessy_tui.ui.messages import (
    DiskChanged,
    FindingsChanged,
    Indexed,
    OpeningFailed,
    Saved,
    SavingFailed,
    StoreChanged,
    StoreOpened,
)
from jessy_tui.ui.other_hands import OtherHands
from jessy_tui.ui.text import count_of
from jessy_tui.workspace import Workspace

_PATIENCE = 0.5
"""Seconds that the indexing of large files waits at the most for the first screen."""


class Keeping(Carrying):
    """What the tabs share of the examples, and how they are kept."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self.store: ExampleStore | None = None
        """The examples, once they have been read."""
        self.examples_changed: Signal[Change | None] = Signal(self, "examples_changed")
        """Published when the examples were opened, edited, undone or saved."""
        self.rows_arrived: Signal[None] = Signal(self, "rows_arrived")
        """Published while the rows of a large file are being found."""
        self.findings = FindingsService(self)
        """What the checks say of the examples."""
        self.findings_changed: Signal[None] = Signal(self, "findings_changed")
        """Published when the checks have found something new, or are further."""
        self.other_hands = OtherHands(self)
        """Merges what other programs do to the files."""

    @property
    def status(self) -> str:
        """The workspace in a few words, for the tab bar."""
        if self.store is None:
            return "reading the examples …"
        words = count_of(len(self.store), "example")
        if (indexing := self.store.indexing) is not None:
            words = f"{words}, {indexing.share:.0%} indexed"
        return f"{words} · {self.store.unsaved:,} unsaved" if self.store.unsaved else words

    @work(thread=True, exclusive=True, group="store")
    def open_store(self) -> None:
        workspace = self.workspace
        try:
            journal = workspace.state / JOURNAL_NAME
            store = ExampleStore.open(
                workspace.example_files(), journal=journal, patience=_PATIENCE
            )
        except JessyError as error:
            self.post_message(OpeningFailed(str(error)))
        else:
            self.post_message(StoreOpened(store))

    @on(StoreOpened)
    def _store_opened(self, message: StoreOpened) -> None:
        self.store = message.store
        self.store.subscribe(self._store_changed)
        for problem in self.store.problems:
            self.notify(problem, title="Not read", severity="error", timeout=20, markup=False)
        if self.store.recovered:
            self.notify(
                f"{count_of(self.store.recovered, 'unsaved edit')} from last time, as you left "
                "them. Ctrl+s saves, u undoes.",
                title="Recovered",
                timeout=10,
            )
        indexing = self.store.indexing is not None
        self.examples_changed.publish(None)
        self.call_after_refresh(self._shown, self.store, indexing)

    def _shown(self, store: ExampleStore, indexing: bool) -> None:
        """The first screen is painted: now comes what would have held it up."""
        garbage.settle()
        if store is not self.store:
            return
        store.begin_indexing()
        self.findings.follow(store)
        self.other_hands.follow(store)
        if indexing:  # it may be done by now: then that is told at once
            store.subscribe_indexing(self._tell_indexed)

    def _store_changed(self, change: Change) -> None:
        """An edit is drawn at once; a save tells from its own thread."""
        if threading.get_ident() == self._thread_id:
            self.examples_changed.publish(change)
        else:
            self.post_message(StoreChanged(change))

    @on(StoreChanged)
    def _tell_changed(self, message: StoreChanged) -> None:
        self.examples_changed.publish(message.change)

    @on(FindingsChanged)
    def _tell_findings(self) -> None:
        self.findings_changed.publish(None)

    def _tell_indexed(self, progress: Progress | None) -> None:
        """Called in the indexer's thread."""
        self.post_message(Indexed(progress))

    @on(Indexed)
    def _indexed(self, message: Indexed) -> None:
        if message.progress is None:
            self.examples_changed.publish(None)
        else:
            self.rows_arrived.publish(None)

    @on(OpeningFailed)
    def _opening_failed(self, message: OpeningFailed) -> None:
        garbage.settle()
        self.notify(message.reason, title="Not read", severity="error", timeout=20, markup=False)

    @on(DiskChanged)
    def _disk_changed(self, message: DiskChanged) -> None:
        self.other_hands.take_in(message.looked)

    def action_conflicts(self) -> None:
        """Show what was changed here and by another program."""
        self.other_hands.show_conflicts()

    def action_save(self) -> None:
        """Write all edits to their files."""
        if self.store is None or not self.store.unsaved:
            self.notify("Nothing to save.")
            return
        self._save(self.store, then_leave=False)

    @work(thread=True, exclusive=True, group="save")
    def _save(self, store: ExampleStore, *, then_leave: bool) -> None:
        try:
            written = self.other_hands.save(store)
        except JessyError as error:
            conflicts = isinstance(error, ConflictsError)
            self.post_message(SavingFailed(str(error), conflicts))
        else:
            self.post_message(Saved(tuple(written), then_leave))

    @on(Saved)
    def _saved(self, message: Saved) -> None:
        if message.then_leave:
            self.exit()
        else:
            self.notify(f"Saved {', '.join(message.files)}.", markup=False)

    @on(SavingFailed)
    def _saving_failed(self, message: SavingFailed) -> None:
        if message.conflicts:
            self.other_hands.say_unsaved(message.reason)
            return
        self.notify(message.reason, title="Not saved", severity="error", timeout=15, markup=False)

    def on_unmount(self) -> None:
        """Let the journal go; what is unsaved in it waits for the next start."""
        self.findings.close()
        self.other_hands.close()
        if self.store is not None:
            self.store.close()

    def action_leave(self) -> None:
        """Quit; edits that are not saved are kept, and said so."""
        from jessy_tui.ui.modals.leave import LeaveScreen

        unsaved = self.store.unsaved if self.store is not None else 0
        if not unsaved:
            self.exit()
            return
        self.push_screen(LeaveScreen(unsaved), self._leave)

    def _leave(self, answer: str | None) -> None:
        if answer == "keep":
            self.exit()
        elif answer == "save" and self.store is not None:
            self._save(self.store, then_leave=True)
