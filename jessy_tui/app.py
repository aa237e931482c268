"""The app: tabs, theme, and the services the tabs share. What a tab shows is the tab's business."""

import gc
import threading
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding
from textual.signal import Signal

from jessy_tui.dataset.changes import Change
from jessy_tui.dataset.saving import ConflictsError
from jessy_tui.dataset.store import JOURNAL_NAME, ExampleStore, Progress
from jessy_tui.errors import JessyError
from jessy_tui.ui import tabs
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
from jessy_tui.ui.themes import DEFAULT_VARIABLES, THEMES
from jessy_tui.ui.widgets.tab_bar import TABS, TabBar
from jessy_tui.workspace import Workspace

if TYPE_CHECKING:
    from jessy_tui.ui.bases.fetches import BaseFetches

_SENTINEL_AFTER = 1.5  # seconds
_PATIENCE = 0.5
"""Seconds that the indexing of large files waits at the most for the first screen."""


class JessyApp(Carrying):
    """Jessy on one workspace."""

    TITLE = "Jessy"
    COMMANDS = Carrying.COMMANDS | {tabs.action_commands}
    MODES = {
        "examples": tabs.examples,
        "dashboard": tabs.dashboard,
        "training": tabs.training,
        "chat": tabs.chat,
    }
    CSS_PATH = Path(__file__).parent / "ui" / "app.tcss"
    BINDINGS = [
        *(
            Binding(
                f"{number},f{number}",
                f"switch_mode('{name}')",
                title,
                show=False,
                tooltip=f"Go to {title}",
                id=f"tab.{name}",
            )
            for number, (name, title) in enumerate(TABS, start=1)
        ),
        Binding("ctrl+s", "save", "Save", tooltip="Write all edits to their files", id="save"),
        Binding(
            "equals_sign",
            "conflicts",
            "Conflicts",
            key_display="=",
            show=False,
            tooltip="Both sides of what another program changed, too",
            id="conflicts",
        ),
        Binding(
            "question_mark",
            "keys",
            "Keys",
            key_display="?",
            tooltip="The keys of this place",
            id="keys",
        ),
        Binding(
            "ctrl+p", "command_palette", "All actions", show=False, priority=True, id="palette"
        ),
        Binding(
            "I",
            "import_examples",
            "Import",
            show=False,
            tooltip="Import examples from a file of another tool",
            id="import",
        ),
        Binding(
            "X",
            "export_examples",
            "Export",
            show=False,
            tooltip="Export what is marked or shown for another tool",
            id="export",
        ),
        Binding(
            "percent_sign,S",
            "split",
            "Split",
            key_display="%",
            show=False,
            tooltip="The split into training and validation",
            id="split",
        ),
        Binding("ctrl+q,q", "leave", "Quit", tooltip="Leave; training goes on", id="quit"),
    ]
    # Textual's own ctrl+c notice would compete with copying; ctrl+q is the way out.
    COMMAND_PALETTE_DISPLAY: ClassVar[str] = "ctrl+p"

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
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "jessy-dark"

    @cached_property
    def base_fetches(self) -> "BaseFetches":
        """The bases that are being fetched."""
        from jessy_tui.ui.bases.fetches import BaseFetches

        return BaseFetches(self.workspace, self._base_fetched)

    def _base_fetched(self, name: str, reason: JessyError | None) -> None:
        """Called in the fetch's own thread; notices may come from any."""
        from jessy_tui.bases.fetch import FetchCancelledError

        if reason is None:
            self.notify(f"{name} is on this disk now.", title="Fetched", markup=False)
        elif isinstance(reason, FetchCancelledError):
            self.notify(str(reason), markup=False)
        else:
            self.notify(
                str(reason), title="Not fetched", severity="error", timeout=15, markup=False
            )

    def on_mount(self) -> None:
        self.switch_mode("examples")
        self._open_store()
        self.set_timer(_SENTINEL_AFTER, self._watch_runs)

    def _watch_runs(self) -> None:
        """Tell when a run ends; begun after the first screen, which does not wait for it."""
        from jessy_tui.ui.training.sentinel import RunSentinel

        RunSentinel(self).start()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return DEFAULT_VARIABLES

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
    def _open_store(self) -> None:
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
        _collect_garbage()
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
        _collect_garbage()
        self.notify(message.reason, title="Not read", severity="error", timeout=20, markup=False)

    @on(DiskChanged)
    def _disk_changed(self, message: DiskChanged) -> None:
        self.other_hands.take_in(message.looked)

    def action_conflicts(self) -> None:
        """Show what was changed here and by another program."""
        self.other_hands.show_conflicts()

    @on(TabBar.Pressed)
    def _tab_pressed(self, message: TabBar.Pressed) -> None:
        self.switch_mode(message.tab)

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

    def chat_with(self, run: str) -> None:
        """Go to the Chat tab and talk to a run."""
        from jessy_tui.ui.chat.screen import ChatScreen

        self.switch_mode("chat")
        if isinstance(self.screen, ChatScreen):
            self.screen.talk_to_run(run)

    def action_keys(self) -> None:
        """Show the keys of where the focus is."""
        from jessy_tui.ui.help import KeysScreen

        self.push_screen(KeysScreen.of(self.screen))

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


def _collect_garbage() -> None:
    """From now on; what was imported stays, and need not be looked through again and again."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def run(workspace: Workspace) -> None:
    """Open the app on `workspace` and return when it is left."""
    workspace.settings  # noqa: B018  # a broken jessy.toml is said before the screen is taken
    JessyApp(workspace).run()
