"""How a report says things: the same in every form."""

from collections.abc import Callable
from typing import Final

from jessy_tui.evaluation.answers import Answer
from jessy_tui.evaluation.measures import MEASURES, Measure, plan_of
from jessy_tui.evaluation.probe import Probe
from jessy_tui.evaluation.report.data import Report
from jessy_tui.evaluation.scoring import Figure, Rate, Scores

NONE: Final = "–"


def share_words(rate: Rate | None) -> str:
    """A rate: "92 % (86-97)"."""
    if rate is None:
        return NONE
    low, high = 100 * rate.interval.low, 100 * rate.interval.high
    return f"{100 * rate.value:.0f} % ({low:.0f}-{high:.0f})"


def figure_words(figure: Figure | None, *, signed: bool = False, share: bool = False) -> str:
    """A figure with its interval: "-0.41 (-0.80 to -0.02)"."""
    if figure is None:
        return NONE
    if share:
        low, high = 100 * figure.interval.low, 100 * figure.interval.high
        return f"{100 * figure.value:.0f} % ({low:.0f}-{high:.0f})"
    sign = "+" if signed else ""
    low, high = figure.interval.low, figure.interval.high
    return f"{figure.value:{sign}.2f} ({low:{sign}.2f} to {high:{sign}.2f})"


def measures_in(report: Report) -> list[Measure]:
    """The measures that some column has a rate of."""
    return [
        measure
        for measure in MEASURES
        if any(measure.name in scores.rates for scores in report.scores)
    ]


def figure_rows(report: Report) -> list[tuple[str, str, list[str]]]:
    """The figures that are no rates: a title, its meaning, and a cell for each column and each
    baseline."""
    everyone = [
        *report.scores,
        # What is told the band knows too much for these figures.
        *(None if one.baseline.told_band else one.scores for one in report.baselines),
    ]
    rows: list[tuple[str, str, Callable[[Scores], str]]] = [
        (
            "optimal thinking (F1)",
            "simple not overthought and hard not underthought, together: OptimalThinkingBench's "
            "way, with plans",
            lambda scores: figure_words(scores.optimal, share=True),
        ),
        (
            "bias",
            "declared minus expected iterations on the average: above 0 overthinks",
            lambda scores: figure_words(scores.bias, signed=True),
        ),
        (
            "overthought",
            "plans with more iterations than the probe accepts",
            lambda scores: figure_words(scores.overthought, share=True),
        ),
        (
            "underthought",
            "plans with fewer",
            lambda scores: figure_words(scores.underthought, share=True),
        ),
        (
            "rank correlation",
            "Spearman's, of expected and declared iterations",
            lambda scores: figure_words(scores.rank_correlation),
        ),
    ]
    return [
        (title, meaning, [NONE if scores is None else words(scores) for scores in everyone])
        for title, meaning, words in rows
    ]


def plan_words(probe: Probe, answer: Answer) -> tuple[str, str]:
    """A plan with its sign, and a word for what is wrong with it: ("LOW 1 ✓", "good").

    ✓ accepted, ≈ right band, ▲ overthought, ▼ underthought, ∅ no plan.
    """
    plan = plan_of(answer)
    if plan is None:
        return "∅", "bad"
    if probe.iterations[0] <= plan.iterations <= probe.iterations[1]:
        return f"{plan} ✓", "good"
    if plan.complexity is probe.complexity:
        return f"{plan} ≈", "near"
    return f"{plan} {'▲' if plan.iterations > probe.expected else '▼'}", "bad"


def expected_words(probe: Probe) -> str:
    """What a probe wants: "LOW 1", or "MEDIUM 4 (3-5)" where more is accepted."""
    least, most = probe.iterations
    more = f" ({least}-{most})" if least != most else ""
    return f"{probe.complexity} {probe.expected}{more}"


LEGEND: Final = (
    "✓ accepted · ≈ right band, other number · ▲ overthought · ▼ underthought · ∅ no well-formed "
    "plan"
)
