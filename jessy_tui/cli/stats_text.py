"""`jessy stats` in a terminal, or in whatever its output is piped into."""

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from jessy_tui.bars import bar, compact, shade
from jessy_tui.dataset.figures import Figure, Row
from jessy_tui.dataset.gaps import Grid
from jessy_tui.iteration import Complexity

if TYPE_CHECKING:
    from jessy_tui.cli.stats import Stats

_MOST_NAME: Final = 36
_LEAST_NAME: Final = 6
_MOST_BAR: Final = 40
_MOST_GAPS: Final = 12
_MOST_ROWS: Final = 40
_MOST_USES: Final = 24
COLOURS: Final = {
    Complexity.LOW: "bright_blue",
    Complexity.MEDIUM: "yellow",
    Complexity.HIGH: "magenta",
}


def print_stats(stats: "Stats") -> None:
    """Print everything, as wide as the terminal is."""
    console = Console(highlight=False, markup=False, emoji=False)
    width = console.width
    console.print(stats.summary)
    overview = stats.overview
    for figure in overview.figures.values():
        console.print()
        console.print(Text(figure.title, "bold"), _quiet(figure.verdict))
        for line in _bars(figure, width):
            console.print(line, soft_wrap=True)
    console.print()
    console.print(Text("Complexity x iterations x category", "bold"), _quiet("▾ short of target"))
    for line in _grid(overview.grid, width):
        console.print(line, soft_wrap=True)
    missed = [target for target in overview.targets if not target.met]
    if missed:
        console.print()
        console.print(Text("Targets that are missed", "bold"))
        names = min(_MOST_NAME, max(cell_len(target.name) for target in missed))
        for target in missed:
            line = Text(f"{_fit(target.name, names)} ").append(f"{target.found:>6}", "bold")
            line.append(f"  wanted {target.wanted}").append(f"  {target.verdict}", "bold red")
            line.truncate(width)
            console.print(line, soft_wrap=True)
    console.print()
    _print_gaps(console, overview.grid)
    for title, uses in (("Words", stats.uses.words), ("Openings", stats.uses.openings)):
        if uses:
            examined = stats.uses.examined
            where = (
                f"in {examined:,} examples"
                if examined < stats.examples
                else "by the number of examples"
            )
            console.print()
            console.print(Text(f"{title} used most", "bold"), _quiet(where))
            shown = [f"{one.words}\u00a0{one.count:,}" for one in uses[:_MOST_USES]]
            console.print(Text(" · ".join(shown)))


def _quiet(words: str) -> Text:
    return Text(words, "dim")


def _fit(name: str, width: int) -> str:
    """A name on exactly so many cells: Turkish and wider letters line up."""
    shown = "".join(letter if letter.isprintable() else "·" for letter in name)
    if cell_len(shown) > width:
        return set_cell_size(shown, width - 1) + "…"
    return set_cell_size(shown, width)


def _bars(figure: Figure, width: int) -> list[Text]:
    rows = list(figure.rows[:_MOST_ROWS])
    if not rows:
        return [_quiet("none")]
    names = min(_MOST_NAME, width // 3, max(cell_len(_name(row)) for row in rows))
    counts = max(len(f"{row.count:,}") for row in rows)
    verdicts = [row.target.verdict for row in rows if row.target is not None]
    rest = counts + 9 + (max(map(len, verdicts)) + 3 if verdicts else 0)
    room = max(4, min(_MOST_BAR, width - names - rest - 1))
    aims = [row.target.aim for row in rows if row.target is not None]
    scale = max([*(float(row.count) for row in rows), *aims, 1.0])
    lines = []
    for row in rows:
        mark = row.target.aim / scale if row.target is not None else None
        style = COLOURS[row.band] if row.band is not None else "cyan"
        line = Text(f"{_fit(_name(row), names)} ")
        line.append(bar(row.count / scale, room, mark), style)
        line.append(f" {row.count:>{counts},}", "bold").append(f" {row.share:>6.1%}")
        if row.target is not None:
            line.append(
                f" {'✓' if row.target.met else '✗'} {row.target.verdict}",
                "green" if row.target.met else "bold red",
            )
        lines.append(line)
    if len(figure.rows) > len(rows):
        lines.append(_quiet(f"and {len(figure.rows) - len(rows):,} more"))
    return lines


def _name(row: Row) -> str:
    return "  " * row.depth + row.name


def _grid(grid: Grid, width: int) -> list[Text]:
    if not grid.categories:
        return [_quiet("none")]
    number = max(2, max(len(compact(count)) for count in grid.counts.values()))
    cell = number + 2
    columns = len(grid.columns) * cell + 6
    names = min(22, width - columns - number - 1)
    if names < _LEAST_NAME:
        return [_quiet(f"The map needs {width + _LEAST_NAME - names} columns.")]
    head = Text(" " * names)
    for iterations in grid.columns:
        head.append(" " if _begins_band(iterations) else "")
        style = COLOURS[Complexity.of(iterations)] if iterations else ""
        head.append(f"{iterations or '–':>{number + 1}} ", style)
    lines = [head.append(f" {'all':>{number}}", "dim")]
    for category in grid.categories[:_MOST_ROWS]:
        name = category if category is not None else "(none)"
        line = Text(_fit(name, names))
        for iterations in grid.columns:
            line.append(" " if _begins_band(iterations) else "")
            count, short = grid.count(category, iterations), grid.short(category, iterations)
            level = (count / grid.most) ** 0.5 if grid.most else 0.0
            figure = compact(count) if count or short else "·"
            style = COLOURS[Complexity.of(iterations)] if iterations and count else "dim"
            line.append(f"{shade(level)}{figure:>{number}}", style)
            line.append("▾" if short else " ", "bold red")
        total = sum(grid.count(category, iterations) for iterations in grid.columns)
        lines.append(line.append(f" {compact(total):>{number}}", "dim"))
    if len(grid.categories) > _MOST_ROWS:
        lines.append(_quiet(f"and {len(grid.categories) - _MOST_ROWS:,} more"))
    return lines


def _begins_band(iterations: int | None) -> bool:
    return iterations is None or iterations == Complexity.of(iterations).band[0]


def _print_gaps(console: Console, grid: Grid) -> None:
    gaps = grid.gaps
    console.print(Text("Gaps: what to write next", "bold"))
    if not gaps:
        console.print(_quiet("Every cell holds what it should."))
        return
    shown = gaps[:_MOST_GAPS]
    names = min(_MOST_NAME, max(cell_len(gap.category) for gap in shown))
    for gap in shown:
        line = Text(f"{gap.complexity:<6} {gap.iterations}", COLOURS[gap.complexity])
        line.append(f"  {_fit(gap.category, names)}", "default")
        line.append(f"  {gap.count:>4,} of {gap.wanted:>4,}", "bold")
        console.print(line, soft_wrap=True)
    if len(gaps) > len(shown):
        more = len(gaps) - len(shown)
        console.print(_quiet(f"and {more:,} more cell{'s' if more > 1 else ''}"))
