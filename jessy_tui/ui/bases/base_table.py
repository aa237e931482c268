"""The table of bases."""

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.text import Text
from textual.binding import Binding
from textual.widgets import DataTable

from jessy_tui.bases.catalogue import NANO, Base, Fit
from jessy_tui.bases.words import describe_bytes, short_number
from jessy_tui.errands.stage import Stage

_FITS: Final = {Fit.GOOD: "good", Fit.SLOW: "slow", Fit.TOO_LARGE: "large"}
_COLUMNS: Final = ("", "base", "weights", "on disk", "to train", "here", "licence")


class BaseTable(DataTable[Text]):
    """One row a base; the cursor stays on the base it was on."""

    PLACE: ClassVar[str] = "Bases"
    BINDINGS = [
        Binding("j", "cursor_down", "Next", show=False, id="bases.down"),
        Binding("k", "cursor_up", "Previous", show=False, id="bases.up"),
        Binding("g", "scroll_top", "First", show=False, id="bases.first"),
        Binding("G", "scroll_bottom", "Last", show=False, id="bases.last"),
    ]

    def __init__(self) -> None:
        super().__init__(cursor_type="row", zebra_stripes=False, cell_padding=1)

    def on_mount(self) -> None:
        for column in _COLUMNS:
            self.add_column(column, key=column)

    def show(self, bases: Sequence[Base], stages: dict[str, Stage], default: str | None) -> None:
        """Draw `bases`, with how far those are that are being fetched."""
        names = [base.name for base in bases]
        cells = {base.name: _cells(base, stages.get(base.name), default) for base in bases}
        if [str(key.value) for key in self.rows] != names:
            chosen = self.chosen
            self.clear()
            for name in names:
                self.add_row(*cells[name], key=name)
            if chosen in names:
                self.move_cursor(row=names.index(chosen))
            return
        for name in names:
            for column, cell in zip(_COLUMNS, cells[name], strict=True):
                if self.get_cell(name, column) != cell:
                    self.update_cell(name, column, cell, update_width=True)

    @property
    def chosen(self) -> str | None:
        """The name of the base under the cursor."""
        if not self.row_count or not self.is_valid_row_index(self.cursor_row):
            return None
        return self.coordinate_to_cell_key(self.cursor_coordinate).row_key.value

    def choose(self, name: str) -> None:
        """Put the cursor on a base."""
        if name in self.rows:
            self.move_cursor(row=self.get_row_index(name))


def _cells(base: Base, stage: Stage | None, default: str | None) -> list[Text]:
    known = base.parameters > 0
    if stage is not None:
        mark = f"{stage.share:.0%}" if stage.share is not None else "…"
    else:
        mark = "✓" if base.ready else ""
    quiet = "" if base.ready else "dim"
    disk = "" if not known or (base.name == NANO and not base.ready) else describe_bytes(base.disk)
    return [
        Text(f"{mark:>3}", "bold"),
        Text(f"{base.name}{' *' if base.name == default else ''}", "bold" if base.ready else ""),
        Text(f"{short_number(base.parameters):>7}" if known else "", quiet),
        Text(f"{disk:>7}", quiet),
        Text(f"{describe_bytes(base.memory):>7}" if known else "", quiet),
        Text(_FITS[base.fit] if known else "", quiet),
        Text(base.licence, quiet),
    ]
