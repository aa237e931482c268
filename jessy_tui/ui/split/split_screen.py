"""The split: both sides as seed and share are changed, and written to a folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

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
from jessy_tui.dataset.grouping import Grouping
from jessy_tui.dataset.sides import Compared
from jessy_tui.dataset.split import Division, divide, group_examples, write_division
from jessy_tui.dataset.store import ExampleStore
from jessy_tui.errors import JessyError
from jessy_tui.settings_file import keep_settings
from jessy_tui.ui.split.split_table import SplitTable
from jessy_tui.ui.text import count_of, visible
from jessy_tui.ui.widgets.path_suggester import resolved
from jessy_tui.workspace import Workspace

_PAUSE = 0.2
_MOST_NUMBERS = 400
"""So many examples one filter names by their numbers."""
_HINT = "enter held out · ctrl+n seed · ctrl+g groups · alt+k keep · ctrl+s write"


class SplitScreen(ModalScreen[str]):
    """Answers with a filter of the examples to go to, or None."""

    CSS_PATH = "split.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    PLACE = "Split"
    BINDINGS = [
        Binding("escape", "dismiss(None)", "Close", tooltip="Back to where you were"),
        Binding("ctrl+n", "next_seed", "Next seed", tooltip="Draw with the next seed"),
        Binding("ctrl+g", "groups", "Groups", tooltip="Go to the examples that are kept together"),
        Binding(
            "ctrl+s", "write", "Write", tooltip="Write train.jsonl and valid.jsonl", priority=True
        ),
        Binding(
            "alt+k",
            "keep",
            "Keep",
            tooltip="Split runs so from now on: seed, share and system prompt go into jessy.toml",
            priority=True,
        ),
        Binding("tab", "app.focus_next", "Next field", show=False, tooltip="The next field"),
    ]
    AUTO_FOCUS = "SplitTable"

    @dataclass
    class Told(Message):
        """What is being done, and how much of it."""

        what: str
        share: float

    @dataclass
    class Grouped(Message):
        """It is known which examples belong together; or why that cannot be."""

        grouping: Grouping | None
        problem: str | None

    @dataclass
    class Divided(Message):
        """Both sides are known; or why there are none."""

        asked: tuple[int, float]
        division: Division | None
        problem: str | None

    @dataclass
    class Written(Message):
        """The files are there; or why not."""

        words: str
        problem: bool = False

    def __init__(self, store: ExampleStore, workspace: Workspace, batch_size: int):
        """Split the examples of `store` as they are now; nothing of them is changed."""
        super().__init__()
        self._examples, self._unsaved = StoreExamples(store), store.unsaved
        self._workspace, self._batch_size = workspace, batch_size
        self._grouping: Grouping | None = None
        self._division: Division | None = None
        self._problem: str | None = None
        self._doing = "reading 0%"
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        split = self._workspace.settings.split
        with Vertical(classes="dialog", id="split-view") as dialog:
            dialog.border_title = "Split"
            dialog.border_subtitle = _HINT
            with Horizontal(id="split-fields"):
                with Vertical(id="seed-field"):
                    yield Label("seed", classes="field-label")
                    yield Input(str(split.seed), id="split-seed", restrict=r"[0-9]*", compact=True)
                with Vertical(id="share-field"):
                    yield Label("held out, %", classes="field-label")
                    share = f"{100 * split.validation:g}"
                    yield Input(share, id="split-share", restrict=r"[0-9.]*", compact=True)
                with Vertical():
                    yield Label("system prompt of every row, or none", classes="field-label")
                    yield Input(split.system, id="split-system", placeholder="none", compact=True)
                with Vertical():
                    yield Label("folder to write to", classes="field-label")
                    yield Input("split", id="split-folder", compact=True)
            yield Static(id="split-state")
            yield SplitTable()

    def on_mount(self) -> None:
        self._show()
        self._group()

    # --- working it out ------------------------------------------------------------------------

    @work(thread=True, exclusive=True, group="split")
    def _group(self) -> None:
        worker = get_current_worker()
        last = ""

        def told(what: str, share: float) -> None:
            nonlocal last
            if (words := f"{what} {share:.0%}") != last:
                last = words
                self.post_message(self.Told(what, share))

        try:
            grouping = group_examples(
                self._examples,
                near=self._workspace.settings.check.near_duplicate,
                total=len(self._examples),
                told=told,
                stopped=lambda: worker.is_cancelled,
            )
        except JessyError as error:
            if not worker.is_cancelled:
                self.post_message(self.Grouped(None, str(error)))
        else:
            self.post_message(self.Grouped(grouping, None))

    @on(Told)
    def _told(self, message: Told) -> None:
        self._doing = f"{message.what} {message.share:.0%}"
        self._show()

    @on(Grouped)
    def _grouped(self, message: Grouped) -> None:
        self._grouping, self._problem = message.grouping, message.problem
        self._doing = ""
        self._show()
        self._divide()

    @on(Input.Changed, "#split-seed, #split-share")
    def _typed(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_PAUSE, self._divide)

    @property
    def _asked(self) -> tuple[int, float] | None:
        """The seed and the share that are typed, if they are any."""
        try:
            seed = int(self.query_one("#split-seed", Input).value)
            share = float(self.query_one("#split-share", Input).value) / 100
        except ValueError:
            return None
        return (seed, round(share, 6)) if 0 < share < 1 else None

    def _divide(self) -> None:
        if self._grouping is None:
            return
        asked = self._asked
        if asked is None:
            self._problem = "Give a seed, and a share above 0 and below 100 %."
            self._show()
            return
        self._doing = "dividing"
        self._show()
        self._divide_in_thread(self._grouping, asked)

    @work(thread=True, exclusive=True, group="split")
    def _divide_in_thread(self, grouping: Grouping, asked: tuple[int, float]) -> None:
        seed, share = asked
        try:
            division = divide(grouping, validation=share, seed=seed, batch_size=self._batch_size)
        except JessyError as error:
            self.post_message(self.Divided(asked, None, str(error)))
        else:
            self.post_message(self.Divided(asked, division, None))

    @on(Divided)
    def _divided(self, message: Divided) -> None:
        if message.asked != self._asked:
            return  # of what was typed before
        self._division, self._problem, self._doing = message.division, message.problem, ""
        table = self.query_one(SplitTable)
        if message.division is None:
            table.clear()
        else:
            table.show(message.division.sides)
        self._show()

    # --- showing -------------------------------------------------------------------------------

    def _show(self) -> None:
        state = self.query_one("#split-state", Static)
        state.set_class(self._problem is not None, "error-line")
        if self._problem is not None:
            state.update(Text(visible(self._problem)))
            return
        if self._doing:
            state.update(f"{self._doing} …")
            return
        division = self._division
        if division is None:
            return
        lines = Text()
        if (largest := division.sides.largest) is not None:
            lines.append("Largest difference: ", "dim")
            lines.append(f"{abs(largest.points):.1f} points", "bold")
            lines.append(f" ({largest.thing} {largest.value or '(none)'}). ", "dim")
        together = division.together
        if together:
            lines.append(
                f"{sum(map(len, together)):,} examples in {count_of(len(together), 'group')} ask "
                "the same or nearly the same and stay on one side."
            )
        else:
            lines.append("No two examples ask the same or nearly the same.", "dim")
        split = self._workspace.settings.split
        if self._asked != (split.seed, split.validation):
            lines.append(
                f"\nRuns are split by jessy.toml: seed {split.seed}, {split.validation:.0%} held "
                "out; alt+k has them split so.",
                "dim",
            )
        if self._unsaved:
            edits = count_of(self._unsaved, "unsaved edit")
            lines.append(f"\nWith {edits}; runs are made from the saved files.", "dim")
        state.update(lines)

    # --- keys ----------------------------------------------------------------------------------

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.query_one(SplitTable).focus()

    def action_next_seed(self) -> None:
        """Draw with the next seed."""
        field = self.query_one("#split-seed", Input)
        field.value = str(int(field.value or 0) + 1)

    def action_keep(self) -> None:
        """Have runs split so from now on."""
        asked = self._asked
        if asked is None or self._problem is not None:
            self.notify(self._problem or "Give a seed and a share first.", markup=False)
            return
        seed, share = asked
        system = self.query_one("#split-system", Input).value
        values: dict[str, str | int | float] = {
            "seed": seed,
            "validation": share,
            "system": system,
        }
        try:
            keep_settings(self._workspace, "split", values)
        except JessyError as error:
            self.notify(str(error), severity="error", timeout=15, markup=False)
            return
        self.notify("Kept in jessy.toml: runs are split so from now on.")
        self._show()

    @on(SplitTable.Wanted)
    def _wanted(self, message: SplitTable.Wanted) -> None:
        if self._division is None:
            return
        value = message.value
        held = self._division.held_out
        if value is not None:
            held = tuple(position for position in held if _has(self._examples[position], value))
        self._go_to(held, "held-out examples")

    def action_groups(self) -> None:
        """Go to the examples that are kept together."""
        if self._division is not None:
            positions = [position for group in self._division.together for position in group]
            self._go_to(positions, "examples that are kept together")

    def _go_to(self, positions: Sequence[int], what: str) -> None:
        if not positions:
            self.notify(f"There are no {what} here.")
            return
        if len(positions) > _MOST_NUMBERS:
            self.app.notify(f"The first {_MOST_NUMBERS} of {len(positions):,} {what}.")
        self.dismiss(numbers_filter(sorted(positions)[:_MOST_NUMBERS]))

    # --- writing -------------------------------------------------------------------------------

    def action_write(self) -> None:
        """Write both sides and the manifest to the folder."""
        typed = self.query_one("#split-folder", Input).value.strip()
        if self._division is None or self._doing or self._problem:
            self.notify(self._problem or "Wait until both sides are known.", markup=False)
        elif not typed:
            self.notify("Name a folder to write to.", severity="warning")
        else:
            system = self.query_one("#split-system", Input).value
            self._write(self._division, resolved(self._workspace.root, typed), system)

    @work(thread=True, exclusive=True, group="split")
    def _write(self, division: Division, folder: Path, system: str) -> None:
        worker = get_current_worker()
        try:
            manifest = write_division(
                division,
                self._examples,
                folder,
                system=system,
                told=lambda what, share: self.post_message(self.Told(what, share)),
                stopped=lambda: worker.is_cancelled,
            )
        except JessyError as error:
            self.post_message(self.Written(str(error), problem=True))
            return
        rows = f"{manifest.train.rows:,} + {manifest.validation.rows:,} rows"
        self.post_message(self.Written(f"{rows} written to {folder}."))

    @on(Written)
    def _written(self, message: Written) -> None:
        self._doing = ""
        self._show()
        self.notify(
            message.words, severity="error" if message.problem else "information", markup=False
        )


class StoreExamples(Sequence[Example]):
    """The examples of the store as they are when they are asked for."""

    def __init__(self, store: ExampleStore) -> None:
        self._store = store

    def __len__(self) -> int:
        return len(self._store)

    @overload
    def __getitem__(self, position: int) -> Example: ...
    @overload
    def __getitem__(self, position: slice) -> Sequence[Example]: ...
    def __getitem__(self, position: Any) -> Any:
        if isinstance(position, slice):
            return [self[at] for at in range(*position.indices(len(self)))]
        return self._store[position].example


def numbers_filter(positions: Sequence[int]) -> str:
    """A filter that shows the examples at these positions, ascending, from 0."""
    parts: list[str] = []
    first = last = positions[0]
    for position in [*positions[1:], -1]:
        if position == last + 1:
            last = position
            continue
        parts.append(f"#{first + 1}" if first == last else f"#{first + 1}..{last + 1}")
        first = last = position
    return " or ".join(parts)


def _has(example: Example, value: Compared) -> bool:
    found = {
        "complexity": str(example.complexity),
        "category": str(example.category),
        "iterations": str(example.iterations),
        "language": example.language or "",
    }
    return found[value.thing] == value.value
