"""The probes in rows, the evaluations in columns: what was declared against what was expected."""

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.text import Text
from textual.binding import Binding
from textual.widgets import DataTable

from jessy_tui.evaluation.measures import BY_NAME
from jessy_tui.evaluation.probe import Probe
from jessy_tui.evaluation.report.words import expected_words, plan_words
from jessy_tui.ui.evaluation.watch import Column, Seen

_STYLES: Final = {"good": "green", "near": "yellow", "bad": "bold red"}
_FIRST: Final = 2
"""Columns before those of the evaluations: the probe's id, and what it wants."""
_NAME: Final = 16


class Board(DataTable[Text]):
    """A cell a probe and evaluation; the cursor is on one of them."""

    PLACE: ClassVar[str] = "Probes"
    BINDINGS: ClassVar = [
        Binding("j", "cursor_down", "Next", show=False, id="probes.down"),
        Binding("k", "cursor_up", "Previous", show=False, id="probes.up"),
        Binding("h", "cursor_left", "Left", show=False, id="probes.left"),
        Binding("l", "cursor_right", "Right", show=False, id="probes.right"),
        Binding("g", "scroll_top", "First", show=False, id="probes.first"),
        Binding("G", "scroll_bottom", "Last", show=False, id="probes.last"),
        Binding("ctrl+d", "page_down", "Page down", show=False, id="probes.page_down"),
        Binding("ctrl+u", "page_up", "Page up", show=False, id="probes.page_up"),
    ]

    def __init__(self) -> None:
        super().__init__(cursor_type="cell", fixed_columns=_FIRST, zebra_stripes=False)
        self.columns_shown: tuple[Column, ...] = ()
        self.probes: tuple[Probe, ...] = ()
        """Those that are shown."""
        self.marked: str | None = None
        """The key of the column that others are held against."""
        self._drawn: tuple[object, ...] = ()
        self._cells: dict[tuple[str, str], Text] = {}
        self._answered: dict[str, int] = {}
        """How many answers of each column are drawn."""

    def show(self, seen: Seen, probes: Sequence[Probe]) -> None:
        """Draw `probes`; the cursor stays on its probe and its column."""
        probe, column = self.probe, self.column
        heads = [self._head(one) for one in seen.columns]
        shape = (tuple(one.id for one in probes), tuple(heads))
        self.columns_shown, self.probes = seen.columns, tuple(probes)
        if shape != self._drawn:
            self._drawn = shape
            self._draw(heads)
            self._go_to(probe, column)
        else:
            for each in seen.columns:
                if self._answered.get(each.key) != each.answered:
                    for one in probes:
                        self._update(one, each)
        self._answered = {each.key: each.answered for each in seen.columns}

    def _draw(self, heads: Sequence[str]) -> None:
        self.clear(columns=True)
        self._cells.clear()
        self.add_column("probe", key="probe")
        self.add_column("wants", key="wants")
        for column, head in zip(self.columns_shown, heads, strict=True):
            self.add_column(head, key=column.key)
        for probe in self.probes:
            cells = [self._cell(probe, column) for column in self.columns_shown]
            self.add_row(
                Text(probe.id, "bold"),
                Text(expected_words(probe), "dim"),
                *cells,
                key=probe.id,
            )
            for column, cell in zip(self.columns_shown, cells, strict=True):
                self._cells[probe.id, column.key] = cell

    def _update(self, probe: Probe, column: Column) -> None:
        cell = self._cell(probe, column)
        if self._cells.get((probe.id, column.key)) != cell:
            self._cells[probe.id, column.key] = cell
            self.update_cell(probe.id, column.key, cell, update_width=True)

    def _head(self, column: Column) -> str:
        mark = "◆ " if column.key == self.marked else ""
        return f"{mark}{column.name[-_NAME:]}"

    def _cell(self, probe: Probe, column: Column) -> Text:
        answers = column.answers.get(probe.id)
        if not answers:
            asked = any(one.id == probe.id for one in column.probes)
            return Text("·" if asked else "leak", "dim")
        words, kind = plan_words(probe, answers[0])
        if len(answers) > 1:
            right = sum(bool(BY_NAME["band"].of(probe, answer)) for answer in answers)
            words += f" {right}/{len(answers)}"
        return Text(words, _STYLES[kind])

    def _go_to(self, probe: Probe | None, column: Column | None) -> None:
        ids = [one.id for one in self.probes]
        keys = [one.key for one in self.columns_shown]
        row = ids.index(probe.id) if probe and probe.id in ids else 0
        place = keys.index(column.key) if column and column.key in keys else len(keys) - 1
        self.move_cursor(row=row, column=place + _FIRST)

    @property
    def probe(self) -> Probe | None:
        """The one under the cursor."""
        row = self.cursor_row
        return self.probes[row] if 0 <= row < len(self.probes) else None

    @property
    def column(self) -> Column | None:
        """The evaluation under the cursor; the first where it is on the probe's own columns."""
        if not self.columns_shown:
            return None
        place = min(max(0, self.cursor_column - _FIRST), len(self.columns_shown) - 1)
        return self.columns_shown[place]

    def focus_column(self, key: str) -> None:
        """Put the cursor into the column of that key."""
        keys = [column.key for column in self.columns_shown]
        if key in keys:
            self.move_cursor(column=keys.index(key) + _FIRST)

    def next_miss(self, step: int) -> bool:
        """Go to the next probe that the column under the cursor missed, round the end; whether
        there is one."""
        column = self.column
        if column is None or not self.probes:
            return False
        number = len(self.probes)
        for distance in range(1, number + 1):
            row = (self.cursor_row + step * distance) % number
            if column.missed(self.probes[row]):
                self.move_cursor(row=row)
                return True
        return False
