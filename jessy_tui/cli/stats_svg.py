"""`jessy stats --svg`: the figures as one picture without fonts or pictures from elsewhere."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, set_cell_size

from jessy_tui.bars import compact
from jessy_tui.dataset.figures import Figure, Row
from jessy_tui.dataset.gaps import Gap, Grid
from jessy_tui.iteration import Complexity

if TYPE_CHECKING:
    from jessy_tui.cli.stats import Stats

_WIDTH: Final = 1080
_EDGE: Final = 24
_COLUMN: Final = (_WIDTH - 3 * _EDGE) // 2
_LINE: Final = 20
_NAME: Final = 150
_MOST_ROWS: Final = 30
_MOST_GAPS: Final = 16

_STYLE: Final = """
text { font: 13px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #20242e; }
.title { font-size: 15px; font-weight: bold; }
.end { text-anchor: end; } .mid { text-anchor: middle; }
.quiet { fill: #5f6672; } .bold { font-weight: bold; }
.page { fill: #f6f6f3; } .card { fill: #ffffff; stroke: #d7d8db; }
.bar { fill: #2f5fb3; } .part { fill: #7d9ed6; }
.low { fill: #0072b2; } .medium { fill: #a86a00; } .high { fill: #a0337a; } .none { fill: #5f6672; }
.mark { stroke: #20242e; stroke-width: 2; } .good { fill: #00745a; } .bad { fill: #b3261e; }
.short { fill: none; stroke: #b3261e; stroke-width: 2; }
@media (prefers-color-scheme: dark) {
text { fill: #d5d9e3; } .quiet { fill: #8b92a5; } .page { fill: #14161c; }
.card { fill: #1a1d25; stroke: #3d4457; } .bar { fill: #7aa2f7; } .part { fill: #4d6aa8; }
.low { fill: #56b4e9; } .medium { fill: #e6b450; } .high { fill: #e28ac0; } .none { fill: #8b92a5; }
.mark { stroke: #ffffff; } .good { fill: #4ec9a0; } .bad { fill: #f2777a; }
.short { stroke: #f2777a; } }
"""


def svg_of(stats: "Stats") -> str:
    """The report."""
    overview = stats.overview
    parts = [
        _text(_EDGE, 34, "The examples", "title"),
        _text(_EDGE, 54, stats.summary, "quiet"),
    ]
    top = 72
    heat, height = _heat(overview.grid, _EDGE, top)
    parts.append(heat)
    tops = [top + height + _EDGE] * 2
    blocks = [_gap_lines(overview.grid.gaps)]
    blocks += [_figure_lines(figure) for figure in overview.figures.values()]
    for title, words, lines in blocks:
        side = tops.index(min(tops))
        x = _EDGE + side * (_COLUMN + _EDGE)
        height = (len(lines) + 2) * _LINE + 8
        parts.append(_card(x, tops[side], _COLUMN, height, title, words))
        parts += [
            f'<g transform="translate({x + 14} {tops[side] + (place + 2) * _LINE + 8})">{line}</g>'
            for place, line in enumerate(lines)
        ]
        tops[side] += height + _EDGE
    height = max(tops)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" role="img">\n'
        f"<title>{_escaped(stats.summary)}</title>\n"
        f"<style>{_STYLE}</style>\n"
        f'<rect class="page" width="{_WIDTH}" height="{height}"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _escaped(text: str) -> str:
    """Text as XML takes it: control characters, which it does not take at all, as dots."""
    return escape("".join(letter if letter.isprintable() else "·" for letter in text))


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{kind}">{_escaped(text)}</text>'


def _rect(x: float, y: float, width: float, height: float, kind: str, more: str = "") -> str:
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:.1f}" height="{height:g}" class="{kind}"{more}/>'
    )


def _fit(name: str, cells: int) -> str:
    if cell_len(name) > cells:
        return set_cell_size(name, cells - 1) + "…"
    return name


def _card(x: int, y: int, width: int, height: int, title: str, words: str) -> str:
    return (
        _rect(x, y, width, height, "card", ' rx="6"')
        + _text(x + 14, y + 22, title, "title")
        + _text(x + width - 14, y + 22, words, "quiet end")
    )


_Block = tuple[str, str, list[str]]


def _figure_lines(figure: Figure) -> _Block:
    rows = figure.rows[:_MOST_ROWS]
    aims = [row.target.aim for row in rows if row.target is not None]
    scale = max([*(float(row.count) for row in rows), *aims, 1.0])
    lines = [_row(row, scale) for row in rows]
    if len(figure.rows) > len(rows):
        lines.append(_text(0, 0, f"and {len(figure.rows) - len(rows):,} more", "quiet"))
    return figure.title, figure.verdict, lines


def _row(row: Row, scale: float) -> str:
    right = _COLUMN - 28
    room = right - _NAME - 8 - 200
    kind = str(row.band).lower() if row.band is not None else "part" if row.depth else "bar"
    line = _text(14 * row.depth, 0, _fit(row.name, 18 - 2 * row.depth))
    line += _rect(_NAME, -11, room * row.count / scale, 13, kind, ' rx="1"')
    if row.target is not None:
        at = _NAME + room * row.target.aim / scale
        line += f'<path d="M{at:.1f} -13v17" class="mark"/>'
        kind = "good end" if row.target.met else "bad bold end"
        line += _text(right, 0, f"{'✓' if row.target.met else '✗'} {row.target.verdict}", kind)
    line += _text(right - 148, 0, f"{row.count:,}", "bold end")
    return line + _text(right - 92, 0, f"{row.share:.1%}", "quiet end")


def _gap_lines(gaps: Sequence[Gap]) -> _Block:
    right = _COLUMN - 28
    lines = []
    for gap in gaps[:_MOST_GAPS]:
        kind = gap.complexity.lower()
        line = _text(0, 0, f"{gap.complexity} {gap.iterations}", f"bold {kind}")
        line += _text(90, 0, _fit(gap.category, 24))
        line += _text(right - 92, 0, f"{gap.count:,} of {gap.wanted:,}", "bold end")
        lines.append(line + _text(right, 0, f"{gap.short:,} short", "bad end"))
    if len(gaps) > _MOST_GAPS:
        lines.append(_text(0, 0, f"and {len(gaps) - _MOST_GAPS:,} more", "quiet"))
    return "Gaps", "what to write next", lines or [_text(0, 0, "Every cell holds what it should.")]


def _heat(grid: Grid, x: int, y: int) -> tuple[str, int]:
    """The heat map and its height."""
    if not grid.categories:
        return "", 0
    rows = grid.categories[:_MOST_ROWS]
    width = _WIDTH - 2 * _EDGE
    height = (len(rows) + 3) * _LINE + 16
    cell = (width - 28 - _NAME - 70) / len(grid.columns)
    left = x + 14 + _NAME
    parts = [_card(x, y, width, height, "Complexity x iterations x category", "framed: short")]
    for complexity in Complexity:
        middle = left + cell * (complexity.band[0] - 1 + len(complexity.band) / 2)
        parts.append(_text(middle, y + 44, str(complexity), f"bold mid {complexity.lower()}"))
    for place, iterations in enumerate(grid.columns):
        middle = left + cell * (place + 0.5)
        parts.append(_text(middle, y + 62, str(iterations or "–"), "quiet mid"))
    parts.append(_text(x + width - 14, y + 62, "all", "quiet end"))
    for row, category in enumerate(rows):
        line = y + 84 + row * _LINE
        name = category if category is not None else "(none)"
        parts.append(_text(x + 14, line, _fit(name, 18)))
        for place, iterations in enumerate(grid.columns):
            parts.append(_cell(grid, category, iterations, left + cell * place, line, cell))
        total = sum(grid.count(category, iterations) for iterations in grid.columns)
        parts.append(_text(x + width - 14, line, f"{total:,}", "quiet end"))
    return "\n".join(parts), height


def _cell(
    grid: Grid, category: str | None, iterations: int | None, x: float, line: float, width: float
) -> str:
    count, short = grid.count(category, iterations), grid.short(category, iterations)
    middle = x + width / 2
    if not count and not short:
        return _text(middle, line, "·", "quiet mid")
    level = 0.75 * (count / grid.most) ** 0.5 if grid.most else 0.0
    band = str(Complexity.of(iterations)).lower() if iterations else "none"
    drawn = _rect(x + 2, line - 14, width - 4, 18, band, f' opacity="{level:.2f}" rx="2"')
    if short:
        drawn += _rect(x + 2, line - 14, width - 4, 18, "short", ' rx="2"')
    return drawn + _text(middle, line, compact(count), "bold mid")
