"""The app: tabs, theme, and the services the tabs share. What a tab shows is the tab's business."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding

from jessy_tui.errors import JessyError
from jessy_tui.ui import tabs
from jessy_tui.ui.keeping import Keeping
from jessy_tui.ui.themes import DEFAULT_VARIABLES, THEMES
from jessy_tui.ui.widgets.tab_bar import TABS, TabBar
from jessy_tui.workspace import Workspace

if TYPE_CHECKING:
    from jessy_tui.ui.bases.fetches import BaseFetches
    from jessy_tui.ui.export.exports import Exports, Job

_SENTINEL_AFTER = 1.5  # seconds


class JessyApp(Keeping):
    """Jessy on one workspace."""

    TITLE = "Jessy"
    COMMANDS = Keeping.COMMANDS | {tabs.action_commands}
    MODES = {
        "examples": tabs.examples,
        "dashboard": tabs.dashboard,
        "training": tabs.training,
        "chat": tabs.chat,
        "evaluation": tabs.evaluation,
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
        super().__init__(workspace)
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

    @cached_property
    def exports(self) -> "Exports":
        """The export that is being made, if any."""
        from jessy_tui.ui.export.exports import Exports

        return Exports(self.workspace.settings.training.blas, self._export_ended)

    def _export_ended(self, job: "Job") -> None:
        """Called in the export's own thread; notices may come from any."""
        from jessy_tui.export.client import ExportCancelledError
        from jessy_tui.ui.export.export_screen import ExportRunScreen

        if isinstance(self.screen, ExportRunScreen):
            return  # it shows what came of it
        if job.exported is not None:
            self.notify(f"{job.exported.folder} is there.", title="Exported", markup=False)
        elif isinstance(job.reason, ExportCancelledError):
            self.notify(str(job.reason), markup=False)
        else:
            self.notify(
                str(job.reason), title="Not exported", severity="error", timeout=15, markup=False
            )

    def on_mount(self) -> None:
        self.switch_mode("examples")
        self.open_store()
        self.set_timer(_SENTINEL_AFTER, self._watch_runs)

    def _watch_runs(self) -> None:
        """Tell when a run ends; begun after the first screen, which does not wait for it."""
        from jessy_tui.ui.training.sentinel import RunSentinel

        RunSentinel(self).start()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return DEFAULT_VARIABLES

    @on(TabBar.Pressed)
    def _tab_pressed(self, message: TabBar.Pressed) -> None:
        self.switch_mode(message.tab)

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


def run(workspace: Workspace) -> None:
    """Open the app on `workspace` and return when it is left."""
    workspace.settings  # noqa: B018  # a broken jessy.toml is said before the screen is taken
    JessyApp(workspace).run()
