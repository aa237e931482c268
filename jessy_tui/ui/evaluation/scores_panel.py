"""The scores of the column under the cursor."""

from dataclasses import dataclass
from typing import ClassVar, Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Static

from jessy_tui.bars import bar
from jessy_tui.evaluation.report.data import Report, ScoredBaseline, baselines_for
from jessy_tui.evaluation.report.words import NONE, figure_rows, measures_in, share_words
from jessy_tui.evaluation.scoring import NO_PLAN, Scores
from jessy_tui.iteration import MAX_ITERATIONS, Complexity
from jessy_tui.ui.evaluation.watch import Column

_BAR: Final = 8
_SHORT: Final = {"majority": "majority", "bayes": "n-grams", "constant": "constant"}


@dataclass(frozen=True, slots=True)
class Scored:
    """A column's report, and of how many answers it was made."""

    column: Column
    report: Report


class ScoresPanel(VerticalScroll):
    """Rates with their intervals beside the baselines, what was declared, the time, and what comes
    of it."""

    PLACE: ClassVar[str] = "Scores"
    BINDINGS: ClassVar = [
        Binding("j", "scroll_down", "Down", show=False, id="scores.down"),
        Binding("k", "scroll_up", "Up", show=False, id="scores.up"),
    ]

    def compose(self) -> ComposeResult:
        yield Static(id="scores")

    def show(self, scored: Scored) -> None:
        """Draw them."""
        report = scored.report
        baselines = baselines_for(report.columns[0], report.baselines)
        parts: list[RenderableType] = [Text(f"• {sentence}") for sentence in report.verdicts]
        parts += [Text(""), _rates(report, baselines), Text("")]
        parts += [_confusion(report.scores[0]), Text("")]
        if not report.columns[0].plans_only:
            parts += [_bands(report.scores[0]), Text("")]
        for one in scored.column.record.excluded:
            parts.append(Text(f"left out: {one.probe}, trained as “{one.question}”", "yellow"))
        parts += [
            Text(f"{one.baseline.title}: {one.baseline.meaning}.", "dim") for one in baselines
        ]
        parts += [Text(sentence, "dim") for sentence in report.notes]
        self.query_one("#scores", Static).update(Group(*parts))

    def say(self, words: str) -> None:
        """Show a sentence instead."""
        self.query_one("#scores", Static).update(Text(words, "dim"))


def _rates(report: Report, baselines: list[ScoredBaseline]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("score", no_wrap=True)
    table.add_column("", width=_BAR)
    table.add_column("share (95 %)", no_wrap=True)
    for one in baselines:
        table.add_column(_SHORT[one.baseline.name], style="dim", justify="right", no_wrap=True)
    scores = report.scores[0]
    for measure in measures_in(report):
        cells = []
        for one in baselines:
            told = one.baseline.told_band and measure.name not in ("exact", "within_one")
            value = None if told or measure.whole else one.scores.value(measure.name)
            cells.append(NONE if value is None else f"{value:.0%}")
        rate = scores.rates.get(measure.name)
        filled = bar(rate.value if rate else 0.0, _BAR)
        table.add_row(measure.title, Text(filled, "cyan"), share_words(rate), *cells)
    for title, _meaning, cells_of in figure_rows(report):
        table.add_row(title, "", cells_of[0])
    return table


def _confusion(scores: Scores) -> Table:
    """What was declared, by what was expected; · where nothing was."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("expected")
    for number in range(1, MAX_ITERATIONS + 1):
        table.add_column(str(number), justify="right")
    table.add_column("none", justify="right")
    for band, counts in zip(Complexity, scores.confusion, strict=True):
        cells = []
        for place, count in enumerate(counts):
            right = place != NO_PLAN and place + 1 in band.band
            style = "dim" if not count else "bold green" if right else "bold red"
            cells.append(Text(str(count) if count else "·", style))
        table.add_row(Text(str(band), "bold"), *cells)
    return table


def _bands(scores: Scores) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for head in ("band", "passes", "tokens", "median s", "slow s", "in its time"):
        table.add_column(head, justify="left" if head == "band" else "right")
    for band in scores.bands:
        table.add_row(
            Text(str(band.complexity), "bold"),
            f"{band.passes:.1f}",
            f"{band.tokens:.0f}",
            f"{band.seconds:.1f}",
            f"{band.slow_seconds:.1f}",
            f"{band.in_budget:.0%} of {band.complexity.budget_seconds:.0f} s",
        )
    return table
