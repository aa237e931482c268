"""All findings by check: go to them, fix what is safe to fix, waive what is right as it is."""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.worker import get_current_worker

from jessy_tui.dataset.checks import ALL_CHECKS, PROBE_CHECKS, SEVERITIES, Said
from jessy_tui.errors import JessyError
from jessy_tui.ui.findings.counting import words_of
from jessy_tui.ui.findings.fixing import Fixed, FixPreview, find_fixes
from jessy_tui.ui.findings.lists import CheckList, FoundList, Row
from jessy_tui.ui.findings.waiving import WaiveScreen, waived
from jessy_tui.ui.text import count_of

if TYPE_CHECKING:
    from jessy_tui.app import JessyApp

_MOST_SHOWN = 200
"""So many findings of one check are told here; the list of examples shows all."""
_HINT = "enter goes there · f fix · F fix all · w waive · r check anew · esc closes"
_ABOUT = {check.name: check.about for check in ALL_CHECKS}
_NO_EXAMPLE = frozenset({"file", "balance", *(check.name for check in PROBE_CHECKS)})


class FindingsScreen(ModalScreen[None]):
    """The checks that find something beside what one of them finds."""

    CSS_PATH = "findings.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    BINDINGS = [
        Binding("escape,q,x", "dismiss", "Close", tooltip="Back to where you were"),
        Binding("f", "fix", "Fix", tooltip="Make the safe fix of this finding, or of this check"),
        Binding("F", "fix_all", "Fix all", tooltip="Make all safe fixes there are"),
        Binding("w", "waive", "Waive", tooltip="Excuse this example from this check"),
        Binding(
            "r", "check_anew", "Check anew", tooltip="Check all, with settings as they are now"
        ),
        Binding("c", "check_all", "Check all", show=False, tooltip="Check a very large workspace"),
        Binding("tab", "app.focus_next", "Other list", show=False, tooltip="The other list"),
        Binding("l,right", "focus_found", "Findings", show=False, tooltip="To the findings"),
        Binding("h,left", "focus_checks", "Checks", show=False, tooltip="To the checks"),
        Binding("question_mark", "app.keys", "Keys", show=False, tooltip="The keys of this place"),
    ]

    @property
    def jessy(self) -> "JessyApp":
        """The app, by its own type."""
        return cast("JessyApp", self.app)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="findings-view") as dialog:
            dialog.border_title = "Findings"
            dialog.border_subtitle = _HINT
            yield Static(id="findings-state")
            with Container(id="findings-lists"):
                yield CheckList()
                yield FoundList()

    def on_mount(self) -> None:
        self.jessy.findings_changed.subscribe(self, lambda _: self._show())
        self._show()
        self.query_one(CheckList).focus()

    # --- showing -------------------------------------------------------------------------------

    def _show(self) -> None:
        findings = self.jessy.findings
        counts = dict(findings.by_check())
        for one in findings.about_files():
            said = Said(one.check, one.severity)
            counts[said] = counts.get(said, 0) + 1
        checks = sorted(
            counts.items(), key=lambda item: (SEVERITIES.index(item[0].severity), item[0].check)
        )
        self.query_one("#findings-view", Vertical).border_title = " · ".join(
            ["Findings", *(words for words in [words_of(counts)] if words)]
        )
        state = self._state(bool(checks))
        line = self.query_one("#findings-state", Static)
        line.display = bool(state)
        line.update(Text(state))
        self.query_one("#findings-lists").display = bool(checks)
        self.query_one(CheckList).show(checks, _ABOUT)
        self._show_found()

    def _state(self, any_found: bool) -> str:
        findings = self.jessy.findings
        if findings.failure is not None:
            return findings.failure
        progress = findings.progress
        if findings.too_many and progress is not None:
            what = "Comparing questions and answers" if progress.comparing else "Checking"
            return f"{what}, as they are saved, in a process of its own: {progress.share:.0%}."
        if findings.too_many and not findings.checked_all:
            store = self.jessy.store
            count = len(store) if store is not None else 0
            return (
                f"{count:,} examples are too many to be checked while you type: only the one in "
                "hand is. c checks all, as they are saved, in a process of its own."
            )
        if findings.unmeasured is not None and not any_found:
            return findings.unmeasured
        if progress is not None:
            return (
                f"Checking: {progress.checked:,} of {progress.total:,} examples "
                f"({progress.share:.0%}). What is found so far is below."
            )
        if not any_found:
            return "Nothing found: every check is content with every example. esc closes."
        return ""

    @on(OptionList.OptionHighlighted, "#checks")
    def _other_check(self) -> None:
        self._show_found()

    def _show_found(self) -> None:
        said = self.query_one(CheckList).current
        if said is not None:
            rows, more = self._rows(said)
            self.query_one(FoundList).show(rows, more)

    def _rows(self, said: Said) -> tuple[list[Row], int]:
        findings = self.jessy.findings
        if said.check in _NO_EXAMPLE:
            about = [one for one in findings.about_files() if one.check == said.check]
            return [Row(one, None) for one in about[:_MOST_SHOWN]], len(about[_MOST_SHOWN:])
        ids, total = self._ids(said.check), findings.by_check().get(said, 0)
        rows = [
            Row(one, entry_id)
            for entry_id in ids[:_MOST_SHOWN]
            for one in findings.findings_of(entry_id)
            if one.check == said.check
        ]
        return rows, max(len(ids[_MOST_SHOWN:]), total - len(rows) if findings.too_many else 0)

    def _ids(self, check: str | None) -> list[int]:
        """The entries that have findings of a check, or any, in the order of the list."""
        store = self.jessy.store
        assert store is not None  # noqa: S101 - it is opened on a store
        placed = []
        for entry_id in self.jessy.findings.flagged(check):
            try:
                placed.append((store.position_of(entry_id), entry_id))
            except KeyError:
                continue  # deleted a moment ago
        return [entry_id for _, entry_id in sorted(placed)]

    def action_focus_found(self) -> None:
        """Go to the findings."""
        self.query_one(FoundList).focus()

    def action_focus_checks(self) -> None:
        """Go to the checks."""
        self.query_one(CheckList).focus()

    # --- going ---------------------------------------------------------------------------------

    @on(OptionList.OptionSelected, "#checks")
    def _show_examples(self) -> None:
        said = self.query_one(CheckList).current
        if said is None:
            return
        if said.check in _NO_EXAMPLE:
            self.query_one(FoundList).focus()
            return
        self.dismiss()
        self.jessy.show_examples(f"has:{said.check}")

    @on(OptionList.OptionSelected, "#found")
    def _go(self) -> None:
        row = self.query_one(FoundList).current
        if row is None:
            return
        if row.entry_id is None:
            self.notify("This is about a file, not about an example.", severity="warning")
            return
        self.dismiss()
        self.jessy.show_example(row.entry_id)

    def action_check_all(self) -> None:
        """Check a workspace that is too large to be checked all the time."""
        if not self.jessy.findings.too_many:
            self.notify("All examples are checked as they change.")
            return
        self.jessy.findings.check_all()
        self._show()

    def action_check_anew(self) -> None:
        """Look at everything again."""
        self.jessy.findings.check_anew()
        self._show()

    # --- changing ------------------------------------------------------------------------------

    def action_fix(self) -> None:
        """Fix the finding under the cursor; in the list of checks, all of that check."""
        said = self.query_one(CheckList).current
        if said is None:
            return
        row = self.query_one(FoundList).current if self.query_one(FoundList).has_focus else None
        if row is not None and row.entry_id is not None:
            self._find_fixes([row.entry_id], said.check)
        else:
            self._find_fixes(self._ids(said.check), said.check)

    def action_fix_all(self) -> None:
        """Make all safe fixes there are."""
        self._find_fixes(self._ids(None), None)

    @work(thread=True, exclusive=True, group="fixes")
    def _find_fixes(self, ids: list[int], check: str | None) -> None:
        store = self.jessy.store
        assert store is not None  # noqa: S101 - it is opened on a store
        worker = get_current_worker()
        settings = self.jessy.workspace.settings.check
        found = find_fixes(store, ids, settings, check, lambda: worker.is_cancelled)
        if not worker.is_cancelled:
            self.app.call_from_thread(self._ask, found)

    def _ask(self, fixed: list[Fixed]) -> None:
        if not fixed:
            self.notify("There is no safe fix here: enter goes to the example.")
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._change(lambda: self._fix(fixed))

        self.app.push_screen(FixPreview(fixed), answered)

    def _fix(self, fixed: list[Fixed]) -> None:
        store = self.jessy.store
        assert store is not None  # noqa: S101 - it is opened on a store
        fixes = count_of(sum(len(one.fixes) for one in fixed), "fix", "fixes")
        summary = f"made {fixes} in {count_of(len(fixed), 'example')}"
        with store.together(summary):
            for one in fixed:
                store.replace(one.entry.id, one.example)
        self.notify(f"{summary.capitalize()}. u undoes them.")

    def action_waive(self) -> None:
        """Excuse the example under the cursor from the check, with a reason."""
        row = self.query_one(FoundList).current
        if row is None or row.entry_id is None:
            self.notify("Only findings of examples can be waived.", severity="warning")
            return
        if row.finding.severity == "error":
            self.notify(
                "An error cannot be waived, since it cannot be trained on; enter goes there.",
                severity="warning",
            )
            return
        entry_id, check = row.entry_id, row.finding.check

        def given(reason: str | None) -> None:
            if reason is not None:
                self._change(lambda: self._waive(entry_id, check, reason))

        self.app.push_screen(WaiveScreen(check, row.finding.message), given)

    def _waive(self, entry_id: int, check: str, reason: str) -> None:
        store = self.jessy.store
        assert store is not None  # noqa: S101 - it is opened on a store
        store.replace(entry_id, waived(store.example(entry_id), check, reason))
        self.notify(f"Waived {check}. u undoes it.", markup=False)

    def _change(self, change: Callable[[], object]) -> None:
        """Make a change; what it refuses is said, and nothing is lost."""
        try:
            change()
        except JessyError as error:
            self.notify(str(error), severity="error", timeout=15, markup=False)
        except (KeyError, IndexError):
            self.notify("The example has changed meanwhile; look again.", severity="warning")
