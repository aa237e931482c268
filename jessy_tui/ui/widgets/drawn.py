"""A text that is drawn once, however often it is measured and painted."""

from rich.console import RenderableType
from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget


class Drawn(Widget):
    """What Rich draws, as high as it is. A `Static` draws it anew to learn how high that is."""

    DEFAULT_CSS = "Drawn { height: auto; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as widgets have it
        super().__init__(id=id)
        self._content: RenderableType = ""
        self._strips: list[Strip] = []
        self._drawn_for = 0
        """The width of the strips; 0 for none."""

    def update(self, content: RenderableType) -> None:
        """Show something else. Only where it has another height are the widgets laid out anew."""
        width, height = self._drawn_for, len(self._strips)
        self._content, self._drawn_for = content, 0
        self.clear_cached_dimensions()
        self.refresh(layout=not width or len(self._lines(width)) != height)

    def notify_style_update(self) -> None:
        self._drawn_for = 0
        super().notify_style_update()

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def render_line(self, y: int) -> Strip:
        lines = self._lines(self.size.width)
        if y < len(lines):
            return lines[y]
        return Strip.blank(self.size.width, self.visual_style.rich_style)

    def render(self) -> RenderableType:
        return self._content

    def _lines(self, width: int) -> list[Strip]:
        if width and self._drawn_for != width:
            console = self.app.console
            lines: list[list[Segment]] = console.render_lines(
                self._content,
                console.options.update(width=width, height=None),
                style=self.visual_style.rich_style,
            )
            self._strips = [Strip(line, width) for line in lines]
            self._drawn_for = width
        return self._strips if width else []
