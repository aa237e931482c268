"""Export: choose a format and a file, see what would be lost, and write."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, Label, Select, Static
from textual.worker import get_current_worker

from jessy_tui.dataset.formats.carrying import to_row
from jessy_tui.dataset.formats.converting import Conversion, Placed, convert, placed_example
from jessy_tui.dataset.formats.format import RowError
from jessy_tui.dataset.formats.importing import CancelledError
from jessy_tui.dataset.formats.registry import FORMATS
from jessy_tui.dataset.formats.report import Report
from jessy_tui.dataset.formats.source import SUFFIXES
from jessy_tui.dataset.formats.targets import columns_of, kind_named, through
from jessy_tui.dataset.store import Entry
from jessy_tui.errors import JessyError
from jessy_tui.ui.carrying.words import report_lines
from jessy_tui.ui.text import count_of, visible
from jessy_tui.ui.widgets.path_suggester import PathSuggester, resolved

_PAUSE = 0.25
_LOOKED_AT = 5000
"""So many examples are converted to see what would be lost."""
_SHOWN = 600


class ExportScreen(ModalScreen[str]):
    """Answers with what was written, as a sentence, or None."""

    CSS_PATH = "carrying.tcss"
    PLACE = "Export"
    BINDINGS = [
        Binding("escape", "cancel", "Cancel", tooltip="Stop, and write nothing"),
        Binding("ctrl+s", "write", "Write", tooltip="Write the file", priority=True),
        Binding(
            "alt+p", "toggle_plan", "Plans", tooltip="Answers say their plan, or not", priority=True
        ),
        Binding(
            "alt+b",
            "toggle_bare",
            "Bare",
            tooltip="Only what the format has a place for, or all of it",
            priority=True,
        ),
        Binding(
            "alt+o",
            "toggle_over",
            "Overwrite",
            tooltip="Replace a file that is there",
            priority=True,
        ),
    ]
    AUTO_FOCUS = "#export-format"

    @dataclass
    class Looked(Message):
        """The first examples were converted, to see what would be lost."""

        conversion: Conversion
        report: Report
        sample: str

    @dataclass
    class Written(Message):
        """So far as it is written; all of it where `report` is there."""

        done: int
        report: Report | None = None
        problem: str | None = None

    def __init__(self, root: Path, entries: Callable[[], Iterable[Entry]], scope: str, total: int):
        """`entries` gives what is written, each time anew; `scope` names it: "the 37 shown"."""
        super().__init__()
        self._root, self._entries, self._scope, self._total = root, entries, scope, total
        self._plan, self._bare, self._over = True, False, False
        self._report: Report | None = None
        self._sample = ""
        self._timer: Timer | None = None
        self._writing: str | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog carrying", id="export-view") as dialog:
            dialog.border_title = f"Export {self._scope}"
            dialog.border_subtitle = "ctrl+s writes · tab next field · esc cancels"
            yield Label("format", classes="field-label")
            yield Select(
                [(format_.title, name) for name, format_ in FORMATS.items()],
                value="openai",
                allow_blank=False,
                id="export-format",
                compact=True,
            )
            yield Label(
                "file; its ending says the kind: .json .jsonl .csv .tsv .parquet",
                classes="field-label",
            )
            yield Input(
                "export.jsonl",
                id="export-target",
                suggester=PathSuggester(self._root, tuple(SUFFIXES)),
                compact=True,
            )
            yield Static(id="export-options")
            yield Static(id="export-report")
            yield Static(id="export-sample")

    # --- looking -------------------------------------------------------------------------------

    @on(Select.Changed)
    @on(Input.Changed)
    def _changed(self) -> None:
        self._report = None
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_PAUSE, self._look)
        self._show()

    @property
    def _conversion(self) -> Conversion:
        name = self.query_one("#export-format", Select).value
        target = resolved(self._root, self.query_one("#export-target", Input).value)
        return Conversion(FORMATS[str(name)], target, self._plan, self._bare)

    def _look(self) -> None:
        self._look_in_thread(self._conversion)

    @work(thread=True, exclusive=True, group="look")
    def _look_in_thread(self, conversion: Conversion) -> None:
        worker, report, sample = get_current_worker(), Report(), ""
        try:
            kind = kind_named(conversion.target)
        except JessyError:
            return  # said in the dialog
        columns = columns_of(conversion.format, bare=conversion.bare)
        changed = through(kind, columns)
        for entry in itertools.islice(self._entries(), _LOOKED_AT):
            if worker.is_cancelled:
                return
            report.rows += 1
            try:
                row, lost = to_row(
                    conversion.format,
                    entry.example.raw,
                    plan=conversion.plan,
                    bare=conversion.bare,
                    through=changed,
                )
            except RowError as error:
                report.add_bad(f"{entry.file.name}, example {entry.index + 1}", str(error))
                continue
            report.examples += 1
            report.labelled += entry.example.plan is not None
            report.count(report.lost, lost)
            sample = sample or _sample_of(row)
        self.post_message(self.Looked(conversion, report, sample))

    @on(Looked)
    def _looked(self, message: Looked) -> None:
        if message.conversion == self._conversion:
            self._report, self._sample = message.report, message.sample
            self._show()

    # --- showing -------------------------------------------------------------------------------

    def _show(self) -> None:
        options = Text()
        for key, words in (
            ("alt+p", f"answers {'say their plan' if self._plan else 'without plan'}"),
            ("alt+b", "only what the format has a place for" if self._bare else "nothing is lost"),
            ("alt+o", "a file that is there is replaced" if self._over else "no file is replaced"),
        ):
            options.append(f"{key} ", "bold").append(f"{words}   ", "dim")
        self.query_one("#export-options", Static).update(options)
        told = self.query_one("#export-report", Static)
        problem = self._problem()
        told.set_class(problem is not None and self._writing is None, "error-line")
        if self._writing is not None:
            told.update(Text(self._writing))
        elif problem is not None:
            told.update(Text(visible(problem)))
        elif self._report is not None:
            lines = report_lines(self._report, "example")
            if self._total > _LOOKED_AT:
                lines = Text.assemble((f"Of the first {_LOOKED_AT:,}: ", "dim"), lines)
            told.update(lines)
        else:
            told.update("Looking …")
        shown = self._sample if problem is None else ""
        self.query_one("#export-sample", Static).update(Text(shown, "dim"))

    def _problem(self) -> str | None:
        target = self._conversion.target
        try:
            kind_named(target)
        except JessyError as error:
            return str(error)
        if target.exists() and not self._over:
            return f"{target.name} exists; name another file, or replace it with alt+o."
        return None

    def action_toggle_plan(self) -> None:
        """Answers say their plan, or not."""
        self._plan = not self._plan
        self._changed()

    def action_toggle_bare(self) -> None:
        """Only what the format has a place for, or all of it."""
        self._bare = not self._bare
        self._changed()

    def action_toggle_over(self) -> None:
        """Replace a file that is there, or not."""
        self._over = not self._over
        self._show()

    # --- writing -------------------------------------------------------------------------------

    @on(Input.Submitted)
    def action_write(self) -> None:
        """Write the file, unless something stands against it."""
        if self._writing is not None:
            return
        if problem := self._problem():
            self.notify(problem, severity="warning", markup=False)
            return
        self._writing = "Writing …"
        self._show()
        self._write_in_thread(self._conversion)

    @work(thread=True, exclusive=True, group="write")
    def _write_in_thread(self, conversion: Conversion) -> None:
        worker, report = get_current_worker(), Report()

        def placed() -> Iterable[Placed]:
            return (placed_example(one.file, one.index, one.example) for one in self._entries())

        try:
            staged = convert(
                placed(),
                conversion,
                report,
                cancelled=lambda: worker.is_cancelled,
                progressed=lambda: self.post_message(self.Written(report.rows)),
            )
            staged.commit()
        except CancelledError:
            return
        except JessyError as error:
            self.post_message(self.Written(report.rows, None, str(error)))
        else:
            self.post_message(self.Written(report.rows, report))

    @on(Written)
    def _written(self, message: Written) -> None:
        if message.problem is not None:
            self._writing = None
            self.notify(
                message.problem, title="Not written", severity="error", timeout=15, markup=False
            )
        elif message.report is not None:
            rows, name = message.report.examples, self._conversion.target.name
            self.dismiss(f"Wrote {count_of(rows, 'row')} to {name}.")
        else:
            self._writing = f"Writing … {message.done:,} of {self._total:,}"
        self._show()

    def action_cancel(self) -> None:
        """Stop, and write nothing."""
        self.workers.cancel_group(self, "write")
        self.dismiss(None)


def _sample_of(row: dict[str, object]) -> str:
    from jessy_tui.dataset.formats.json_rows import as_json

    text = as_json(row).decode()
    return visible(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")
