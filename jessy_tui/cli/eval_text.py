"""The report of an evaluation on the terminal."""

from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from jessy_tui.bars import shade
from jessy_tui.evaluation.measures import BY_NAME
from jessy_tui.evaluation.report.data import Report
from jessy_tui.evaluation.report.words import NONE, figure_rows, measures_in, share_words
from jessy_tui.evaluation.scoring import NO_PLAN, Scores
from jessy_tui.iteration import MAX_ITERATIONS, Complexity

# How much room a full table takes, in characters.
_TITLES: Final = 25
_CELL: Final = 15
_BASELINE: Final = 9


def print_report(report: Report) -> None:
    """Print the scores, what was declared, and what comes of it."""
    console = Console(highlight=False, markup=False)
    needed = _TITLES + _CELL * len(report.columns) + _BASELINE * len(report.baselines)
    if needed <= console.width:
        console.print(_scores(report))
    else:
        console.print(_summary(report))
        if any(not column.plans_only for column in report.columns):
            console.print()
            console.print(_others(report))
    for column, scores in zip(report.columns, report.scores, strict=True):
        console.print()
        _print_confusion(console, column.name, scores)
    if any(not column.plans_only for column in report.columns):
        console.print()
        console.print(_bands(report))
    console.print()
    for comparison in report.comparisons:
        counts = " · ".join(f"{change} {number}" for change, number in comparison.counts.items())
        title = BY_NAME[comparison.measure].title
        console.print(f"{comparison.before} → {comparison.after}, {title}: {counts}")
    for curve in report.curves:
        alike = f"; not to be told from it: {', '.join(curve.alike)}" if curve.alike else ""
        console.print(f"Best checkpoint of {curve.run} by behaviour: {curve.best}{alike}.")
    for sentence in report.verdicts:
        console.print(f"- {sentence}")
    for sentence in report.notes:
        console.print(Text(f"  {sentence}", "dim"))


def _summary(report: Report) -> Table:
    """A row a model: where there are too many to stand side by side."""
    table = Table(box=None, pad_edge=False)
    table.add_column("", overflow="fold")
    table.add_column("right band", justify="right", no_wrap=True)
    for heading in ("exact", "within one", "formed", "bias", "F1"):
        table.add_column(heading, justify="right")
    rows = [
        *(
            (column.name, scores)
            for column, scores in zip(report.columns, report.scores, strict=True)
        ),
        *((one.baseline.title, one.scores) for one in report.baselines),
    ]
    for name, scores in rows:
        exact, near, formed = (
            NONE if (value := scores.value(measure)) is None else f"{value:.0%}"
            for measure in ("exact", "within_one", "well_formed")
        )
        bias = NONE if scores.bias is None else f"{scores.bias.value:+.1f}"
        optimal = NONE if scores.optimal is None else f"{scores.optimal.value:.0%}"
        band = share_words(scores.rates.get("band"))
        table.add_row(name, band, exact, near, formed, bias, optimal)
    return table


def _others(report: Report) -> Table:
    """The measures that the summary leaves out, without their intervals."""
    table = Table(box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    for column in report.columns:
        table.add_column(column.name, justify="right", overflow="fold")
    for measure in measures_in(report):
        if measure.whole:
            values = [scores.value(measure.name) for scores in report.scores]
            table.add_row(
                measure.title, *(NONE if value is None else f"{value:.0%}" for value in values)
            )
    return table


def _scores(report: Report) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    for column in report.columns:
        table.add_column(column.name, justify="right", overflow="fold")
    for one in report.baselines:
        table.add_column(one.baseline.title, justify="right", style="dim", overflow="fold")
    for measure in measures_in(report):
        cells = [share_words(scores.rates.get(measure.name)) for scores in report.scores]
        for one in report.baselines:
            told = one.baseline.told_band and measure.name not in ("exact", "within_one")
            rate = one.scores.rates.get(measure.name)
            cells.append(f"{rate.value:.0%}" if rate is not None and not told else NONE)
        table.add_row(measure.title, *cells)
    for title, _, cells in figure_rows(report):
        shown = cells[: len(report.columns)]
        shown += [cell.split(" (")[0] for cell in cells[len(report.columns) :]]
        table.add_row(title, *shown)
    return table


def _print_confusion(console: Console, name: str, scores: Scores) -> None:
    head = "".join(f"{number:>5}" for number in range(1, MAX_ITERATIONS + 1))
    console.print(Text(f"{name}: what it declared, by what was expected", "bold"))
    console.print(Text(f"{'':<8}{head} none", "dim"))
    for band, counts in zip(Complexity, scores.confusion, strict=True):
        most = max(*counts, 1)
        line = Text(f"{band:<8}")
        for column, count in enumerate(counts):
            right = column != NO_PLAN and column + 1 in band.band
            cell = f"{shade(count / most)}{count or '·':>3}"
            line.append(f" {cell}", "bold" if right else "")
        console.print(line)


def _bands(report: Report) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for heading in ("band", "passes", "tokens", "seconds", "90th", "in budget"):
        table.add_column(heading, justify="left" if heading == "band" else "right")
    for column, scores in zip(report.columns, report.scores, strict=True):
        for band in scores.bands:
            if not column.plans_only:
                budget = f"{band.in_budget:.0%} of {band.complexity.budget_seconds:g} s"
                table.add_row(
                    *(column.name, str(band.complexity), f"{band.passes:.1f}"),
                    *(f"{band.tokens:.0f}", f"{band.seconds:.1f}", f"{band.slow_seconds:.1f}"),
                    budget,
                )
    return table
