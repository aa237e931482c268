"""A text area that gives back exactly the text it was given, whatever characters are in it."""

from itertools import pairwise
from typing import Any, ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.document._document import Document, EditResult, Location
from textual.document._document_navigator import DocumentNavigator
from textual.document._wrapped_document import WrappedDocument
from textual.geometry import Region
from textual.strip import Strip
from textual.widgets import TextArea

from jessy_tui.ui.text import visible

# Textual draws each row of a wrapped line from all of the line, which takes seconds at 100 kB.
_LONG_LINE = 2000


class ExactDocument(Document):
    """Lines end at a line feed and nowhere else; all other characters stay where they are.

    Textual's own document also takes a line separator or a form feed for a line end, and writes
    one kind of line end throughout.
    """

    def __init__(self, text: str) -> None:
        super().__init__("")
        self._lines = text.split("\n")

    def replace_range(self, start: Location, end: Location, text: str) -> EditResult:
        """Replace what stands between two places; returns where the new text ends."""
        (top_row, top_column), (bottom_row, bottom_column) = sorted((start, end))
        lines = self._lines
        replaced = self.get_text_range(start, end)
        before = lines[top_row][:top_column] if top_row < len(lines) else ""
        after = lines[bottom_row][bottom_column:] if bottom_row < len(lines) else ""
        new = text.split("\n")
        end_row, end_column = top_row + len(new) - 1, len(new[-1])
        if len(new) == 1:
            end_column += len(before)
        new[0] = before + new[0]
        new[-1] += after
        lines[top_row : bottom_row + 1] = new
        return EditResult((end_row, end_column), replaced)


class _SlicedDocument(WrappedDocument):
    """Cuts a line into its rows without drawing it."""

    def get_sections(self, line_index: int) -> list[str]:
        line = self.document.get_line(line_index)
        cuts = [0, *self.get_offsets(line_index), len(line)]
        return [line[start:end] for start, end in pairwise(cuts)]


class ExactTextArea(TextArea):
    """For texts of the data: tab leaves it, control characters are pictured, long lines fast."""

    PLACE: ClassVar[str] = "Text"

    def __init__(self, text: str = "", **options: Any) -> None:
        options.setdefault("tab_behavior", "focus")
        super().__init__(text, soft_wrap=True, **options)
        self.match_cursor_bracket = False  # looks through all of the text at each key

    def _set_document(self, text: str, language: str | None) -> None:
        super()._set_document("", language)
        self.document = ExactDocument(text)
        self.wrapped_document = _SlicedDocument(self.document, tab_width=self.indent_width)
        self.navigator = DocumentNavigator(self.wrapped_document)
        self.move_cursor((0, 0))
        self._rewrap_and_refresh_virtual_size()

    async def _on_paste(self, event: events.Paste) -> None:
        # A terminal sends a carriage return for each line end of what is pasted.
        pasted = event.text.replace("\r\n", "\n").replace("\r", "\n")
        await super()._on_paste(events.Paste(pasted))
        event.prevent_default()

    def render_lines(self, crop: Region) -> list[Strip]:
        # A busy machine may paint a field between its mounting and its styling.
        if "text-area--gutter" not in self._component_styles:
            return [Strip.blank(crop.width)] * crop.height
        return super().render_lines(crop)

    def get_line(self, line_index: int) -> Text:
        """A line as it is drawn, one character for each of its own."""
        return Text(visible(self.document.get_line(line_index)), end="", no_wrap=True)

    def _render_line(self, y: int) -> Strip:
        rows = self.wrapped_document._offset_to_line_info
        row = y + self.scroll_offset.y
        if 0 <= row < len(rows):
            line_index, section = rows[row]
            line = self.document.get_line(line_index)
            if len(line) > _LONG_LINE:
                return self._render_section(line, line_index, section)
        return super()._render_line(y)

    def _render_section(self, line: str, line_index: int, section: int) -> Strip:
        """One row of a long line, drawn from the characters on it alone."""
        theme = self._theme
        base = (theme.base_style if theme else None) or self.rich_style
        offsets = [0, *self.wrapped_document.get_offsets(line_index), len(line)]
        start, end = offsets[section], offsets[section + 1]
        text = Text(visible(line[start:end]), end="", no_wrap=True)
        if end == len(line):
            text.append(" ")  # where the cursor stands behind the text
        row_style = Style.null()
        if theme and self._has_cursor and self.selection.end[0] == line_index:
            row_style = (
                theme.cursor_line_style if self.highlight_cursor_line else None
            ) or row_style
            text.stylize(row_style)
        if theme and theme.selection_style and not self.selection.is_empty:
            (top, left), (bottom, right) = sorted(self.selection)
            if top <= line_index <= bottom:
                first = left if line_index == top else 0
                last = right if line_index == bottom else len(line)
                if max(first, start) < min(last, end):
                    text.stylize(theme.selection_style, max(0, first - start), last - start)
        cursor_row, cursor_column = self.selection.end
        at_cursor = cursor_column - start
        here = cursor_row == line_index and 0 <= at_cursor < len(text)
        if theme and theme.cursor_style and self._draw_cursor and here:
            text.stylize(theme.cursor_style, at_cursor, at_cursor + 1)
        text.expand_tabs(self.indent_width)
        strip = Strip(text.render(self.app.console), cell_length=text.cell_len)
        width = self.scrollable_content_region.width
        return strip.extend_cell_length(width, row_style).apply_style(base)
