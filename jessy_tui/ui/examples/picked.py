"""Markdown with what a filter looks for picked out, where it stands once it is drawn."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.style import Style

Spans = Callable[[str], Sequence[tuple[int, int]]]


class Picked:
    """Any renderable; `spans` says which characters of its text are picked out."""

    def __init__(self, content: RenderableType, spans: Spans, style: Style) -> None:
        self._content = content
        self._spans = spans
        self._style = style

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = console.render_lines(self._content, options, pad=False)
        texts = ["".join(segment.text for segment in line) for line in lines]
        # What was wrapped is one text again, so that a phrase is found over the end of a line.
        starts, text = [], ""
        for drawn in texts:
            starts.append((len(text), len(drawn) - len(drawn.lstrip())))
            text += drawn.strip() + " "
        spans = list(self._spans(text))
        for line, drawn, (start, lead) in zip(lines, texts, starts, strict=True):
            end = start + len(drawn.strip())
            here = [
                (max(first, start) - start + lead, min(last, end) - start + lead)
                for first, last in spans
                if first < end and last > start
            ]
            yield from self._styled(line, here) if here else line
            yield Segment.line()

    def _styled(self, line: list[Segment], spans: list[tuple[int, int]]) -> Iterator[Segment]:
        at = 0
        for text, style, control in line:
            cuts = sorted({0, len(text), *(cut - at for span in spans for cut in span)})
            cuts = [cut for cut in cuts if 0 <= cut <= len(text)]
            for first, last in pairwise(cuts):
                inside = any(begin <= at + first < end for begin, end in spans)
                picked = (style + self._style if style else self._style) if inside else style
                yield Segment(text[first:last], picked, control)
            at += len(text)
