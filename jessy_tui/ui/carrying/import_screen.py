"""Import: name a file, see what it is and what its rows become, and take it in."""

import shlex
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, Label, Static
from textual.worker import get_current_worker

from jessy_tui.dataset.formats.detect import MAP_KEYS, Detected, detect
from jessy_tui.dataset.formats.importing import (
    CancelledError,
    Import,
    Previewed,
    refuse_target,
)
from jessy_tui.dataset.formats.report import Report
from jessy_tui.dataset.formats.source import SUFFIXES
from jessy_tui.errors import JessyError
from jessy_tui.ui.carrying.words import report_lines
from jessy_tui.ui.text import visible
from jessy_tui.ui.widgets.path_suggester import PathSuggester, resolved

_PAUSE = 0.25  # seconds without a key before the file is looked at
_PREVIEWED = 6
MOST_TOGETHER = 5000
"""So many examples are one step of undo; what is more goes straight to a file of its own."""
_HINT = "ctrl+s imports · tab next field · → completes a path · esc cancels"


@dataclass(frozen=True)
class ImportOrder:
    """What is to be taken in."""

    detected: Detected
    target: Path
    examples: int
    unlabelled: int
    skip_bad: bool
    written: bool
    """Whether it is in `target` already: what is large goes straight to a new file."""


class ImportScreen(ModalScreen[ImportOrder]):
    """Answers with an order, or None."""

    CSS_PATH = "carrying.tcss"
    PLACE = "Import"
    BINDINGS = [
        Binding("escape", "cancel", "Cancel", tooltip="Stop, and import nothing"),
        Binding(
            "ctrl+s", "take", "Import", tooltip="Import what is shown, as one step", priority=True
        ),
        Binding(
            "alt+b",
            "toggle_bad",
            "Bad rows",
            tooltip="Leave bad rows out, or import nothing because of them",
            priority=True,
        ),
    ]
    AUTO_FOCUS = "#import-source"

    @dataclass
    class Detection(Message):
        """What the file is, with its first rows; or why that cannot be said."""

        key: tuple[str, str]
        detected: Detected | None
        rows: list[Previewed]
        problem: str | None

    @dataclass
    class Counted(Message):
        """So far as the rows have been gone through."""

        key: tuple[str, str]
        report: Report
        share: float
        problem: str | None = None

    @dataclass
    class Written(Message):
        """So far as it is written; all of it where `order` is there."""

        share: float
        order: ImportOrder | None = None
        problem: str | None = None

    def __init__(self, root: Path, target_folder: Path) -> None:
        """Paths are from `root`; what is imported goes to `target_folder` unless named."""
        super().__init__()
        self._root, self._folder = root, target_folder
        self._detected: Detected | None = None
        self._report: Report | None = None
        self._share = 0.0
        self._problem: str | None = None
        self._skip_bad = False
        self._named_target = False
        self._timer: Timer | None = None
        self._writing: float | None = None
        """How much is written, 0 to 1, while it is."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog carrying") as dialog:
            dialog.border_title = "Import"
            dialog.border_subtitle = _HINT
            yield Label("file: JSON, JSONL, CSV, TSV or Parquet", classes="field-label")
            yield Input(
                placeholder="downloads/chats.jsonl",
                id="import-source",
                suggester=PathSuggester(self._root, tuple(SUFFIXES)),
                compact=True,
            )
            yield Label(
                "columns that are not found by themselves (question=soru answer=cevap)",
                classes="field-label",
            )
            yield Input(placeholder="found by themselves", id="import-map", compact=True)
            yield Label("into", classes="field-label")
            yield Input(id="import-target", compact=True)
            yield Static(id="import-what")
            with VerticalScroll(id="import-found"):
                yield Static(id="import-rows")
                yield Static(id="import-report")

    def on_mount(self) -> None:
        self._show()

    # --- looking -------------------------------------------------------------------------------

    @property
    def _key(self) -> tuple[str, str]:
        return (
            self.query_one("#import-source", Input).value.strip(),
            self.query_one("#import-map", Input).value.strip(),
        )

    @on(Input.Changed, "#import-source, #import-map")
    def _typed(self) -> None:
        self._detected, self._report, self._problem = None, None, None
        self.workers.cancel_group(self, "import")
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_PAUSE, self._look)
        self.query_one("#import-rows", Static).update("")
        self._show()

    @on(Input.Changed, "#import-target")
    def _target_typed(self, message: Input.Changed) -> None:
        self._named_target = message.value != self._proposed()

    def _proposed(self) -> str:
        stem = Path(self._key[0]).stem
        return str(self._shown(self._folder / f"{stem}.jsonl")) if stem else ""

    def _shown(self, path: Path) -> Path:
        return path.relative_to(self._root) if path.is_relative_to(self._root) else path

    def _look(self) -> None:
        source, columns = self._key
        if not self._named_target:
            self.query_one("#import-target", Input).value = self._proposed()
        if not source or resolved(self._root, source).is_dir():
            return
        try:
            mapping = mapping_in(columns)
        except JessyError as error:
            self._problem = str(error)
            self._show()
            return
        self._look_in_thread(self._key, resolved(self._root, source), mapping)

    @work(thread=True, exclusive=True, group="import")
    def _look_in_thread(self, key: tuple[str, str], path: Path, mapping: dict[str, str]) -> None:
        worker = get_current_worker()
        try:
            detected = detect(path, mapping=mapping)
            job = Import(detected)
            rows = job.preview(_PREVIEWED)
        except JessyError as error:
            self.post_message(self.Detection(key, None, [], str(error)))
            return
        self.post_message(self.Detection(key, detected, rows, None))
        try:
            told = 0.0
            for _ in job.raws(cancelled=lambda: worker.is_cancelled):
                if detected.source.share - told > 0.01:
                    told = detected.source.share
                    self.post_message(self.Counted(key, job.report, told))
        except CancelledError:
            return
        except JessyError as error:
            self.post_message(self.Counted(key, job.report, 1.0, str(error)))
            return
        self.post_message(self.Counted(key, job.report, 1.0))

    @on(Detection)
    def _detection(self, message: Detection) -> None:
        if message.key == self._key:
            self._detected, self._problem = message.detected, message.problem
            self.query_one("#import-rows", Static).update(_table(message.rows))
            self._show()

    @on(Counted)
    def _counted(self, message: Counted) -> None:
        if message.key == self._key:
            self._report, self._share = message.report, message.share
            self._problem = message.problem or self._problem
            self._show()

    # --- showing -------------------------------------------------------------------------------

    def _show(self) -> None:
        what = self.query_one("#import-what", Static)
        what.set_class(self._problem is not None, "error-line")
        if self._problem is not None:
            what.update(Text(visible(self._problem)))
        elif self._detected is not None:
            what.update(Text(visible(self._detected.why)))
        elif self._key[0]:
            what.update("Looking …")
        else:
            what.update(
                "ShareGPT, OpenAI messages, Alpaca, prompt and completion, or transcripts: which "
                "it is is found by looking. Nothing changes before ctrl+s."
            )
        told = self.query_one("#import-report", Static)
        if self._writing is not None:
            told.update(Text(f"Writing … {self._writing:.0%}; esc stops it.", "bold"))
            return
        if self._report is None:
            told.update("")
            return
        lines = report_lines(self._report, "example")
        if self._share < 1:
            lines = Text.assemble((f"{self._share:.0%} read  ", "bold"), lines)
        elif self._report.bad_rows:
            choice = "are left out" if self._skip_bad else "stop the import"
            lines.append("\nalt+b ", "bold").append(f"bad rows {choice}", "dim")
        told.update(lines)

    # --- answering -----------------------------------------------------------------------------

    def action_toggle_bad(self) -> None:
        """Leave bad rows out, or not."""
        self._skip_bad = not self._skip_bad
        self._show()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.focus_next()

    def action_take(self) -> None:
        """Close with the order, if it can be carried out; of what is large, when it is written."""
        if self._writing is not None:
            return
        report, typed = self._report, self.query_one("#import-target", Input).value.strip()
        if self._problem is not None or self._detected is None or report is None:
            self.notify("Name a file with rows that can be read first.", severity="warning")
            return
        if self._share < 1:
            self.notify("It is still being read; wait for the last row.")
            return
        if report.bad_rows and not self._skip_bad:
            self.notify(
                "Some rows are bad: mend the file, or leave them out with alt+b.",
                severity="warning",
            )
            return
        if not report.examples:
            self.notify("None of its rows is an example.", severity="warning")
            return
        target = resolved(self._root, typed)
        try:
            refuse_target(target)
        except JessyError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        # A file elsewhere is not the store's to save.
        elsewhere = target.parent.resolve() != self._folder.resolve()
        large = report.examples > MOST_TOGETHER or elsewhere
        order = ImportOrder(
            self._detected, target, report.examples, report.unlabelled, self._skip_bad, large
        )
        if not large:
            self.dismiss(order)
        elif target.exists():
            self.notify(
                f"{target.name} exists; name another. More than {MOST_TOGETHER:,} examples, and "
                "those that do not go into data/, need a file of their own.",
                severity="warning",
                markup=False,
            )
        else:
            self._writing = 0.0
            self._show()
            self._write_in_thread(order)

    @work(thread=True, exclusive=True, group="import")
    def _write_in_thread(self, order: ImportOrder) -> None:
        worker, told = get_current_worker(), 0.0

        def progressed(share: float) -> None:
            nonlocal told
            if share - told > 0.01:
                told = share
                self.post_message(self.Written(share))

        try:
            order.target.parent.mkdir(parents=True, exist_ok=True)
            staged = Import(order.detected).write(
                order.target,
                skip_bad=order.skip_bad,
                cancelled=lambda: worker.is_cancelled,
                progressed=progressed,
            )
            staged.commit()
        except CancelledError:
            return
        except (JessyError, OSError) as error:
            self.post_message(self.Written(told, None, str(error)))
        else:
            self.post_message(self.Written(1.0, order))

    @on(Written)
    def _written(self, message: Written) -> None:
        if message.order is not None:
            self.dismiss(message.order)
            return
        self._writing = message.share
        if message.problem is not None:
            self._writing = None
            self.notify(
                message.problem, title="Not imported", severity="error", timeout=15, markup=False
            )
        self._show()

    def action_cancel(self) -> None:
        """Stop, and import nothing."""
        self.workers.cancel_group(self, "import")
        self.dismiss(None)


def mapping_in(text: str) -> dict[str, str]:
    """What somebody typed of columns: `question=soru answer="My answer"`.

    Raises:
        JessyError: something is not of that form.
    """
    try:
        settings = shlex.split(text)
    except ValueError:
        raise JessyError("A quotation mark is missing in the columns; close it.") from None
    found = {}
    for setting in settings:
        what, equals, column = setting.partition("=")
        if what not in MAP_KEYS or not equals:
            raise JessyError(f"{setting!r} maps nothing; there are {', '.join(MAP_KEYS)}.")
        if column:
            found[what] = column
    return found


def _table(rows: list[Previewed]) -> Table:
    table = Table(box=None, pad_edge=False, expand=True)
    table.add_column("label", no_wrap=True, max_width=20, overflow="ellipsis")
    for heading in ("question", "answer"):
        table.add_column(heading, no_wrap=True, overflow="ellipsis", ratio=1)
    for row in rows:
        if row.example is None:
            table.add_row(Text("✗ bad", "bold"), Text(visible(row.problem or "")), Text(""))
            continue
        example = row.example
        label = " ".join(filter(None, [str(example.plan or ""), example.category])) or "none"
        question, answer = (
            Text(visible(" ".join(text[:400].split())))
            for text in (example.question, example.answer)
        )
        table.add_row(Text(visible(label)), question, answer)
    return table
