"""What the tabs have in common."""

from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from textual.app import ComposeResult
from textual.screen import Screen
from textual.types import CSSPathType
from textual.widgets import Footer

from jessy_tui.ui import garbage
from jessy_tui.ui.widgets.tab_bar import TabBar

if TYPE_CHECKING:
    from jessy_tui.app import JessyApp

_SETTLED_AFTER: Final = 2.0  # seconds


class TabScreen(Screen[None]):
    """A stage of the loop: the tab bar on top, the footer with its keys below."""

    TAB: ClassVar[str]
    CSS_PATH: ClassVar[CSSPathType | None] = None
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    AUTO_FOCUS: ClassVar[str | None] = None

    @property
    def jessy(self) -> "JessyApp":
        """The app, by its own type."""
        return cast("JessyApp", self.app)

    def compose(self) -> ComposeResult:
        yield TabBar(self.TAB)
        yield from self.compose_body()
        yield Footer(compact=True, show_command_palette=False)

    def compose_body(self) -> ComposeResult:
        """What stands between the tab bar and the footer."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self.jessy.examples_changed.subscribe(self, self._examples_changed)
        self.jessy.rows_arrived.subscribe(self, self._rows_arrived)
        self.jessy.findings_changed.subscribe(self, self._findings_changed)
        self._examples_changed(None)
        self.set_up()
        # By then it has read and mounted what stays.
        self.set_timer(_SETTLED_AFTER, garbage.settle)

    def set_up(self) -> None:
        """What a tab does once, when it is first shown."""

    def examples_changed(self) -> None:
        """The examples were opened, edited or saved. For a tab that shows them."""

    def rows_arrived(self) -> None:
        """More rows of a large file are known. For a tab that shows them."""

    def findings_changed(self) -> None:
        """The checks have found something new, or are further. For a tab that shows findings."""

    _stale = False

    def _examples_changed(self, _: Any) -> None:
        self.query_one(TabBar).status = self.jessy.status
        if self.is_current:
            self._stale = False
            self.examples_changed()
        else:
            # A tab that nobody sees is drawn when somebody does.
            self._stale = True

    def _rows_arrived(self, _: None) -> None:
        self.query_one(TabBar).status = self.jessy.status
        if self.is_current:
            self.rows_arrived()

    def _findings_changed(self, _: None) -> None:
        if self.is_current:
            self.findings_changed()
        else:
            self._stale = True

    def on_screen_resume(self) -> None:
        self.query_one(TabBar).status = self.jessy.status
        if self._stale:
            self._stale = False
            self.examples_changed()
