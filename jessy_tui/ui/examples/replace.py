"""Find and replace: what would change is shown while it is typed, before anything changes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, Label, Static
from textual.worker import get_current_worker

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.replacing import WHERE, Replacer, Search, replaced
from jessy_tui.dataset.store import Entry
from jessy_tui.errors import JessyError
from jessy_tui.ui.examples.hit_list import Found, HitList, around, shown
from jessy_tui.ui.text import count_of

MOST_HITS = 10_000
"""Nobody looks through more; the rest is found when the same is asked again."""
_PAUSE = 0.15  # seconds without a key before it searches
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Replacement:
    """What is to be replaced, and what was done in words."""

    examples: list[tuple[int, Example]]
    """Entry ids, each with the example that is to take its place."""
    summary: str
    """In the past tense and without a full stop: `replaced "a" by "b" in 12 examples`."""


class ReplaceScreen(ModalScreen[Replacement]):
    """Answers with what is to be replaced, or None."""

    CSS_PATH = "editing.tcss"
    PLACE = "Find and replace"
    BINDINGS = [
        Binding("escape", "dismiss(None)", "Cancel", tooltip="Change nothing"),
        Binding(
            "ctrl+s", "replace", "Replace", tooltip="Replace all hits that are in", priority=True
        ),
        Binding("alt+r", "toggle_regex", "Regex", tooltip="Regular expression", priority=True),
        Binding("alt+f", "toggle_folding", "Folding", tooltip="Case and dots", priority=True),
        Binding(
            "alt+w", "next_where", "Where", tooltip="Questions, answers or both", priority=True
        ),
    ]
    AUTO_FOCUS = "#wanted"

    @dataclass
    class HitsFound(Message):
        """Some of the hits were found; the last of them where `finished`."""

        replacer: Replacer
        found: list[Found]
        finished: bool

    def __init__(self, entries: Iterable[Entry], scope: str) -> None:
        """`entries` are read anew for each search; `scope` names them: "the 37 shown"."""
        super().__init__()
        self._entries = entries
        self._scope = scope
        self._search = Search("")
        self._replacer: Replacer | None = None
        self._finished = True
        self._problem: str | None = None
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="replace") as dialog:
            dialog.border_title = f"Find and replace in {self._scope}"
            dialog.border_subtitle = "ctrl+s replaces · tab next field · esc cancels"
            with Horizontal(id="replace-fields"):
                with Vertical():
                    yield Label("find", classes="field-label")
                    yield Input(id="wanted")
                with Vertical():
                    yield Label("replace by", classes="field-label")
                    yield Input(id="replacement")
            yield Static(id="replace-options")
            yield HitList()
            yield Static(id="replace-preview")

    def on_mount(self) -> None:
        self._show()

    # --- the search ----------------------------------------------------------------------------

    @on(Input.Changed)
    def _typed(self) -> None:
        self._change(
            wanted=self.query_one("#wanted", Input).value,
            replacement=self.query_one("#replacement", Input).value,
        )

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.query_one(HitList).focus()

    def action_toggle_regex(self) -> None:
        """Read what is to be found as a regular expression, or as it is."""
        self._change(regex=not self._search.regex)

    def action_toggle_folding(self) -> None:
        """Ignore case, dots and accents, or not."""
        self._change(folding=not self._search.folding)

    def action_next_where(self) -> None:
        """Search both, the questions, or the answers."""
        place = WHERE.index(self._search.where)
        self._change(where=WHERE[(place + 1) % len(WHERE)])

    def _change(self, **changes: object) -> None:
        self._search = replace(self._search, **changes)  # type: ignore[arg-type] # names of fields
        self._finished = False
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_PAUSE, self._start)
        self._show()

    def _start(self) -> None:
        self._problem, self._replacer = None, None
        self.query_one(HitList).clear()
        self.workers.cancel_group(self, "replace")
        self._finished = not self._search.wanted
        if self._search.wanted:
            try:
                self._replacer = Replacer(self._search)
                self._find(self._replacer)
            except JessyError as error:
                self._problem, self._finished = str(error), True
        self._show()

    @work(thread=True, exclusive=True, group="replace")
    def _find(self, replacer: Replacer) -> None:
        worker, batch, total = get_current_worker(), [], 0
        for count, entry in enumerate(self._entries, start=1):
            if worker.is_cancelled:
                return
            name, number = entry.file.name, entry.index + 1
            hits = replacer.hits(entry.example)
            batch += [Found(entry.id, name, number, entry.example, hit) for hit in hits]
            if total + len(batch) >= MOST_HITS:
                break
            if count % _BATCH == 0 and batch:
                self.post_message(self.HitsFound(replacer, batch, finished=False))
                total += len(batch)
                batch = []
        if not worker.is_cancelled:
            self.post_message(self.HitsFound(replacer, batch, finished=True))

    @on(HitsFound)
    def _hits_found(self, message: HitsFound) -> None:
        if message.replacer is self._replacer:
            self._finished = message.finished
            self.query_one(HitList).add(message.found)
            self._show()

    # --- what is shown -------------------------------------------------------------------------

    @on(HitList.Changed)
    def _show(self) -> None:
        search, hits = self._search, self.query_one(HitList)
        options = Text()
        for key, words in (
            ("alt+r", f"regex {'on' if search.regex else 'off'}"),
            ("alt+f", f"case and dots {'ignored' if search.folding else 'matter'}"),
            ("alt+w", f"in {search.where}"),
        ):
            options.append(f"{key} ", "bold").append(f"{words}   ", "dim")
        self.query_one("#replace-options", Static).update(options)
        total = len(hits.found)
        more = "+" if total >= MOST_HITS else "" if self._finished else " …"
        position = f"{hits.cursor + 1:,} of " if total else ""
        hits.border_title = f"Hits {position}{total:,}{more}"
        out = total - len(hits.chosen)
        hits.border_subtitle = f"{out:,} taken out" if out else "space takes out · a all"
        self._show_preview(hits.current)

    def _show_preview(self, found: Found | None) -> None:
        preview = self.query_one("#replace-preview", Static)
        preview.set_class(self._problem is not None, "error-line")
        if self._problem is not None:
            preview.update(Text(self._problem))
        elif found is None:
            nothing = "Nothing is found." if self._finished and self._search.wanted else ""
            preview.update(nothing or "Write what is to be found, and what is to stand there.")
        else:
            left, right = around(found, 40, 80)
            parts = (("-", found.hit.found, "bold strike"), ("+", found.hit.replacement, "bold"))
            lines = [
                Text.assemble(f"{sign} ", left, (shown(part), style), right)
                for sign, part, style in parts
            ]
            preview.update(Text("\n").join(lines))

    # --- the answer ----------------------------------------------------------------------------

    def action_replace(self) -> None:
        """Close with the hits that are in."""
        if not self._finished:
            self.notify("It is still searching; wait for the last hit.")
            return
        by_entry: dict[int, list[Found]] = {}
        for found in self.query_one(HitList).chosen:
            by_entry.setdefault(found.entry_id, []).append(found)
        if not by_entry:
            self.notify("There is nothing to replace.")
            return
        examples = [
            (entry_id, replaced(group[0].example, [found.hit for found in group]))
            for entry_id, group in by_entry.items()
        ]
        wanted, new = shown(self._search.wanted[:30]), shown(self._search.replacement[:30])
        self.dismiss(
            Replacement(
                examples,
                f'replaced "{wanted}" by "{new}" in {count_of(len(examples), "example")}',
            )
        )
