"""Work on many examples, done in a thread while its progress is shown; esc gives it up."""

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import ProgressBar
from textual.worker import get_current_worker

from jessy_tui.errors import JessyError

Result = TypeVar("Result")
_Item = TypeVar("_Item")
_TELL_EVERY = 200


class GivenUpError(Exception):
    """Esc was pressed. What was begun is to be taken back."""


class BusyScreen(ModalScreen[Result | None], Generic[Result]):
    """Answers with what the work returned, or None where it was given up or refused."""

    CSS = "BusyScreen ProgressBar { width: 1fr; } BusyScreen Bar { width: 1fr; }"
    PLACE = "Work"
    BINDINGS = [Binding("escape", "give_up", "Give up", tooltip="Stop, and change nothing")]

    def __init__(self, title: str, total: int, task: "Callable[[Steps], Result]") -> None:
        """`task` goes through its `total` examples with the `Steps` that it is given."""
        super().__init__()
        self._title = title
        self._total = total
        self._work = task

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = self._title
            dialog.border_subtitle = "esc gives up"
            yield ProgressBar(total=self._total, show_eta=False)

    def on_mount(self) -> None:
        self._run()

    @work(thread=True)
    def _run(self) -> None:
        result: Result | None = None
        worker = get_current_worker()
        try:
            result = self._work(Steps(self._tell, lambda: worker.is_cancelled))
        except GivenUpError:
            self.app.call_from_thread(self.app.notify, "Given up; nothing was changed.")
        except JessyError as error:
            self.app.call_from_thread(
                self.app.notify, str(error), severity="error", timeout=15, markup=False
            )
        self.app.call_from_thread(self.dismiss, result)

    def _tell(self, done: int) -> None:
        self.app.call_from_thread(self._show, done)

    def _show(self, done: int) -> None:
        self.query_one(ProgressBar).update(progress=done)

    def action_give_up(self) -> None:
        """Stop at the next example."""
        self.workers.cancel_node(self)


class Steps:
    """Goes through examples: it tells how far it is, and stops where that was asked for."""

    def __init__(
        self,
        tell: Callable[[int], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        self._tell = tell
        self._cancelled = cancelled

    def at(self, done: int) -> None:
        """So many are done.

        Raises:
            GivenUpError: esc was pressed.
        """
        if self._cancelled():
            raise GivenUpError
        self._tell(done)

    def through(self, items: Iterable[_Item]) -> Iterator[_Item]:
        """One item after the other.

        Raises:
            GivenUpError: esc was pressed.
        """
        for done, item in enumerate(items):
            if not done % _TELL_EVERY:
                if self._cancelled():
                    raise GivenUpError
                self._tell(done)
            yield item
