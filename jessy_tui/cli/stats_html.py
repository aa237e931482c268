"""`jessy stats --html`: one file without anything around it, light or dark, wide or on a phone."""

from typing import TYPE_CHECKING, Final

from jessy_tui.bars import compact
from jessy_tui.dataset.figures import Figure, Row
from jessy_tui.dataset.gaps import Gap, Grid
from jessy_tui.dataset.words import Use
from jessy_tui.iteration import Complexity
from jessy_tui.page import escape, page

if TYPE_CHECKING:
    from jessy_tui.cli.stats import Stats

_MOST_ROWS: Final = 100
_MOST_GAPS: Final = 40

_STYLE: Final = """
main { columns: 22rem 3; column-gap: 1rem; margin-top: 1rem; }
section { break-inside: avoid; }
th:first-child { text-align: left; max-width: 9rem; overflow: hidden; text-overflow: ellipsis; }
th.part { padding-left: 1.2rem; }
td.bar { width: 45%; min-width: 5.5rem; padding: .1rem 0; }
.track { position: relative; height: .85rem; }
.fill { height: 100%; background: var(--bar); border-radius: 0 2px 2px 0; min-width: 0; }
.part .fill, .fill.part { background: var(--part); }
.fill.low { background: var(--low); } .fill.medium { background: var(--medium); }
.fill.high { background: var(--high); }
.mark { position: absolute; top: -2px; bottom: -2px; width: 2px; background: var(--text);
  outline: 1px solid var(--card); }
.heat td { position: relative; min-width: 2.6rem; text-align: center;
  border: 1px solid var(--line); }
.heat td i { position: absolute; inset: 0; } .heat td span { position: relative; }
.heat td.short { box-shadow: inset 0 0 0 2px var(--bad); }
.heat td.none { color: var(--quiet); }
@media (max-width: 40rem) { .heat td { min-width: 1.55rem; padding: .1rem; }
  .heat th { padding: .1rem; font-size: .85rem; } .heat th:first-child { max-width: 6.5rem; }
  section.wide { padding: .5rem; } }
.words { margin: 0; } .words span { white-space: nowrap; margin-right: .8rem; }
"""


def html_of(stats: "Stats") -> str:
    """The report."""
    overview = stats.overview
    cards = [_figure(figure) for figure in overview.figures.values()]
    cards.insert(0, _gaps(overview.grid.gaps))
    cards.append(_uses("Words used most", stats.uses.words))
    cards.append(_uses("Answers begin with", stats.uses.openings))
    body = (
        f'<h1>The examples</h1>\n<p class="quiet">{escape(stats.summary)}</p>\n'
        f"{_heat(overview.grid)}\n<main>\n{chr(10).join(filter(None, cards))}\n</main>\n"
    )
    return page(f"Jessy: {stats.summary}", body, _STYLE)


def _card(title: str, words: str, body: str, kind: str = "") -> str:
    return (
        f'<section class="{kind}"><h2>{escape(title)} <small>{escape(words)}</small></h2>\n'
        f"{body}</section>"
    )


def _figure(figure: Figure) -> str:
    rows = figure.rows[:_MOST_ROWS]
    aims = [row.target.aim for row in rows if row.target is not None]
    scale = max([*(float(row.count) for row in rows), *aims, 1.0])
    lines = "".join(_row(row, scale) for row in rows)
    more = len(figure.rows) - len(rows)
    words = f'<p class="quiet">and {more:,} more</p>' if more else ""
    return _card(figure.title, figure.verdict, f"<table>{lines}</table>{words}")


def _row(row: Row, scale: float) -> str:
    part = ' class="part"' if row.depth else ""
    kind = str(row.band).lower() if row.band is not None else "part" if row.depth else ""
    mark = verdict = ""
    if row.target is not None:
        share = 100 * row.target.aim / scale
        title = escape(f"wanted: {row.target.wanted}", quote=True)
        mark = f'<div class="mark" style="left:calc({share:.2f}% - 1px)" title="{title}"></div>'
        sign = ("good", "✓") if row.target.met else ("bad", "✗")
        verdict = f'<td class="{sign[0]}">{sign[1]} {escape(row.target.verdict)}</td>'
    width = 100 * row.count / scale
    return (
        f"<tr><th{part} title={_quoted(row.name)}>{escape(row.name)}</th>"
        f'<td class="bar"><div class="track"><div class="fill {kind}" style="width:{width:.2f}%">'
        f"</div>{mark}</div></td><td><b>{row.count:,}</b></td><td>{row.share:.1%}</td>{verdict}</tr>\n"
    )


def _quoted(text: str) -> str:
    return f'"{escape(text, quote=True)}"'


def _heat(grid: Grid) -> str:
    if not grid.categories:
        return ""
    bands = "".join(
        f'<td colspan="{len(one.band)}"><b class="{one.lower()}">{one}</b></td>'
        for one in Complexity
    )
    head = "".join(f"<td>{iterations or '–'}</td>" for iterations in grid.columns)
    rows = []
    for category in grid.categories[:_MOST_ROWS]:
        name = category if category is not None else "(none)"
        cells = "".join(_cell(grid, category, iterations) for iterations in grid.columns)
        total = sum(grid.count(category, iterations) for iterations in grid.columns)
        rows.append(
            f"<tr><th title={_quoted(name)}>{escape(name)}</th>{cells}<th>{total:,}</th></tr>\n"
        )
    return _card(
        "Complexity x iterations x category",
        "a cell with a frame is short of its target",
        f'<table class="heat"><tr><th></th>{bands}</tr><tr><th></th>{head}<th>all</th></tr>'
        f"{''.join(rows)}</table>",
        "wide",
    )


def _cell(grid: Grid, category: str | None, iterations: int | None) -> str:
    count, short = grid.count(category, iterations), grid.short(category, iterations)
    if not count and not short:
        return '<td class="none">·</td>'
    level = 0.75 * (count / grid.most) ** 0.5 if grid.most else 0.0
    band = str(Complexity.of(iterations)).lower() if iterations else "quiet"
    wanted = f"{count:,} of {grid.target(category, iterations):,.0f}"
    kind = "short" if short else ""
    return (
        f'<td class="{kind}" title="{wanted}"><i class="{band}" style="opacity:{level:.2f}"></i>'
        f"<span>{compact(count)}</span></td>"
    )


def _gaps(gaps: tuple[Gap, ...]) -> str:
    if not gaps:
        body = "<p>Every cell holds what it should.</p>"
        return _card("Gaps", "what to write next", body)
    lines = "".join(
        f'<tr><th><b class="{gap.complexity.lower()}">{gap.complexity} {gap.iterations}</b> '
        f"{escape(gap.category)}</th><td><b>{gap.count:,}</b> of {gap.wanted:,}</td>"
        f'<td class="bad">{gap.short:,} short</td></tr>\n'
        for gap in gaps[:_MOST_GAPS]
    )
    more = len(gaps) - _MOST_GAPS
    words = f'<p class="quiet">and {more:,} more</p>' if more > 0 else ""
    return _card("Gaps", "what to write next", f"<table>{lines}</table>{words}")


def _uses(title: str, uses: tuple[Use, ...]) -> str:
    if not uses:
        return ""
    words = " ".join(f"<span>{escape(one.words)} <b>{one.count:,}</b></span>" for one in uses)
    return _card(title, "", f'<p class="words">{words}</p>')
