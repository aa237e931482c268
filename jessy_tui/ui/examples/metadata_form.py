"""The keys beside a label, such as language or weight: one line until somebody edits them."""

from collections.abc import Mapping
from typing import Any

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input, Static

from jessy_tui.dataset.jsontext import JsonTextError
from jessy_tui.dataset.layout import same_json
from jessy_tui.dataset.plainlabel import LABEL_KEYS
from jessy_tui.dataset.plainvalue import value_of, value_text
from jessy_tui.errors import JessyError
from jessy_tui.ui.text import one_line


class MetadataRow(Horizontal):
    """A key and its value."""

    def __init__(self, key: str, value: str) -> None:
        super().__init__(classes="metadata-row")
        self._key, self._value = key, value

    def compose(self) -> ComposeResult:
        yield Input(self._key, placeholder="key", compact=True, classes="metadata-key")
        yield Input(
            self._value,
            placeholder="value: a text, 3, true, [1, 2]",
            compact=True,
            classes="metadata-value",
        )

    @property
    def pair(self) -> tuple[str, str]:
        """What stands in the two fields."""
        if not self.is_mounted or not self.query(Input):
            return self._key, self._value
        key, value = self.query(Input)
        return key.value.strip(), value.value


class MetadataForm(VerticalScroll, can_focus=False):
    """Rows of keys and values; closed, it is one line that names them."""

    def __init__(self) -> None:
        super().__init__(id="metadata-fields")
        self._loaded: dict[str, Any] = {}
        self._open = False

    def compose(self) -> ComposeResult:
        yield Static(id="metadata-line")

    @property
    def rows(self) -> list[MetadataRow]:
        """The rows, in order."""
        return list(self.query(MetadataRow))

    async def load(self, metadata: Mapping[str, Any]) -> None:
        """Show what stands beside the label of an answer."""
        self._loaded = {key: value for key, value in metadata.items() if key not in LABEL_KEYS}
        await self.query(MetadataRow).remove()
        if self._open:
            await self.mount_all(self._rows_of_loaded())
        self._show_line()

    async def open(self) -> None:
        """Show the rows, with an empty one that has the focus."""
        if not self._open:
            self._open = True
            await self.mount_all(self._rows_of_loaded())
        last = self.rows[-1] if self.rows else None
        if last is None or any(last.pair):
            last = MetadataRow("", "")
            await self.mount(last)
        self._show_line()
        last.query(Input).first().focus()

    async def remove_row(self, row: MetadataRow) -> None:
        """Take a key out; the focus goes to the row next to it."""
        rows = self.rows
        place = rows.index(row)
        left = rows[:place] + rows[place + 1 :]
        await row.remove()
        if left:
            left[min(place, len(left) - 1)].query(Input).first().focus()
        self._show_line()

    def _rows_of_loaded(self) -> list[MetadataRow]:
        return [MetadataRow(key, value_text(value)) for key, value in self._loaded.items()]

    def _show_line(self) -> None:
        line = self.query_one("#metadata-line", Static)
        line.display = not self._open and bool(self._loaded)
        named = " · ".join(f"{key} {value_text(value)}" for key, value in self._loaded.items())
        line.update(Text(one_line(named, 500).rstrip(), overflow="ellipsis", no_wrap=True))

    @property
    def typed(self) -> tuple[tuple[str, str], ...] | None:
        """The rows as they stand, or None while they are closed and so unchanged."""
        return tuple(row.pair for row in self.rows) if self._open else None

    def values(self) -> dict[str, Any]:
        """The keys and values; rows without a key and a value are left out.

        Raises:
            JessyError: a row that is none, with the remedy.
        """
        if not self._open:
            return dict(self._loaded)
        values: dict[str, Any] = {}
        for key, text in (row.pair for row in self.rows):
            if not key and not text.strip():
                continue
            if not key:
                raise JessyError(f'The value "{text[:30]}" has no key; name it or empty it.')
            if key in LABEL_KEYS:
                raise JessyError(f'"{key}" has a field of its own above; take it out here.')
            if key in values:
                raise JessyError(f'The key "{key[:30]}" stands twice; take one out with alt+x.')
            if not text.strip():
                raise JessyError(
                    f'"{key[:30]}" has no value; write one, or take it out with alt+x.'
                )
            try:
                value = value_of(text)
            except JsonTextError as error:
                raise JessyError(f'The value of "{key[:30]}": {error.reason}.') from None
            old = self._loaded.get(key)
            values[key] = old if key in self._loaded and same_json(old, value) else value
        return values
