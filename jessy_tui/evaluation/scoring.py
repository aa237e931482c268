"""The scores of an evaluation, computed from its probes and answers. Pure functions.

The unit is the probe: where it was asked with several seeds, it counts with the mean of its
answers, and the bootstrap draws probes, not answers, since answers to one question are no
independent witnesses.
"""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from jessy_tui.evaluation.answers import Answer
from jessy_tui.evaluation.estimates import (
    Floats,
    Interval,
    harmonic_mean,
    least_telling,
    mean_interval,
    share_interval,
    spearman,
    statistic_interval,
)
from jessy_tui.evaluation.measures import MEASURES, Measure, plan_of
from jessy_tui.evaluation.probe import Probe
from jessy_tui.iteration import MAX_ITERATIONS, Complexity

NO_PLAN: Final = MAX_ITERATIONS
"""The last column of a confusion: answers without a well-formed plan."""

# Ranking takes longer than adding up.
_FEWER_RESAMPLES: Final = 500


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """A share of the probes."""

    name: str
    """That of its measure; see `measures.BY_NAME`."""
    value: float
    """0 to 1."""
    hits: float
    """Probes that have it; parts of one where the seeds of a probe differ."""
    total: int
    """Probes it makes sense for."""
    interval: Interval
    """See `estimates.share_interval`."""


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A figure that is no share."""

    value: float
    total: int
    """Probes it was made from."""
    interval: Interval


class BandScores(msgspec.Struct, frozen=True, kw_only=True):
    """What the probes of one complexity took; medians and means over answers."""

    complexity: Complexity
    probes: int
    right: float
    """The share that got a plan of this band, 0 to 1."""
    iterations: float | None
    """The mean number declared; None without any plan."""
    passes: float
    """The mean number of passes made."""
    tokens: float
    """The mean of all passes together."""
    seconds: float
    """The median."""
    slow_seconds: float
    """The 90th percentile."""
    in_budget: float
    """The share within the band's seconds."""


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """All scores of one evaluation; None where it cannot be said."""

    answered: int
    """Probes that have at least one answer."""
    probes: int
    """That are to be asked."""
    seeds: int
    rates: dict[str, Rate]
    """By the names of the measures; those that apply to no probe are missing."""
    confusion: tuple[tuple[int, ...], ...]
    """Answers: a row for each expected complexity, a column for 1 to 9 iterations declared, and
    one for no plan (`NO_PLAN`)."""
    bias: Figure | None
    """The mean of declared minus expected iterations, where there is a plan: above 0 it
    overthinks, below 0 it underthinks."""
    overthought: Figure | None
    """The share of plans with more iterations than the probe accepts."""
    underthought: Figure | None
    """The share of plans with fewer."""
    rank_correlation: Figure | None
    """Spearman's, of expected and declared iterations, where there is a plan."""
    optimal: Figure | None
    """See `optimal_thinking`."""
    bands: tuple[BandScores, ...]
    repetition: float | None
    """The mean of `texts.repetition_of`; None where only plans were asked for."""
    noise: float
    """Smaller differences of a rate than this are noise, 0 to 1; see `estimates.least_telling`."""

    def value(self, name: str) -> float | None:
        """The rate of that name; None where it applies to no probe."""
        rate = self.rates.get(name)
        return rate.value if rate else None


def score(
    probes: Sequence[Probe],
    answers: Sequence[Answer],
    *,
    plans_only: bool = False,
    auto: bool = True,
) -> Scores:
    """Score the answers.

    Args:
        probes: that are asked; answers to others are not looked at.
        answers: one to each probe and seed.
        plans_only: whether there are no whole answers.
        auto: whether the plan decided how many passes were made.
    """
    from jessy_tui.evaluation.texts import repetition_of

    wanted = {probe.id: probe for probe in probes}
    answers = [answer for answer in answers if answer.probe in wanted]
    by_probe: dict[str, list[Answer]] = {}
    for answer in answers:
        by_probe.setdefault(answer.probe, []).append(answer)
    asked = [(probe, by_probe[probe.id]) for probe in probes if probe.id in by_probe]
    rates = {}
    for measure in MEASURES:
        if (measure.whole and plans_only) or (measure.name == "planned_passes" and not auto):
            continue
        if (found := rate_of(measure, asked)) is not None:
            rates[measure.name] = found
    repetitions = [repetition_of(answer.answer) for answer in answers]
    return Scores(
        answered=len(asked),
        probes=len(probes),
        seeds=len({answer.seed for answer in answers}),
        rates=rates,
        confusion=confusion(wanted, answers),
        bias=_mean_of(asked, lambda probe, declared: declared - probe.expected, mean_interval),
        overthought=_mean_of(asked, lambda probe, declared: declared > probe.iterations[1]),
        underthought=_mean_of(asked, lambda probe, declared: declared < probe.iterations[0]),
        rank_correlation=_rank_correlation(asked),
        optimal=optimal_thinking(asked),
        bands=tuple(filter(None, (_band_scores(band, asked) for band in Complexity))),
        repetition=None if plans_only or not answers else float(np.mean(repetitions)),
        noise=least_telling(len(asked)),
    )


Asked = Sequence[tuple[Probe, Sequence[Answer]]]
"""Probes with their answers, at least one each."""


def rate_of(measure: Measure, asked: Asked) -> Rate | None:
    """The share of the probes that have it; None where it applies to none."""
    values = []
    for probe, answers in asked:
        verdicts = [measure.of(probe, answer) for answer in answers]
        known = [verdict for verdict in verdicts if verdict is not None]
        if known:
            values.append(sum(known) / len(known))
    interval = share_interval(values)
    if interval is None:
        return None
    hits = sum(values)
    return Rate(
        name=measure.name,
        value=hits / len(values),
        hits=hits,
        total=len(values),
        interval=interval,
    )


def confusion(probes: dict[str, Probe], answers: Sequence[Answer]) -> tuple[tuple[int, ...], ...]:
    """How many answers to each complexity declared each number of iterations, or no plan."""
    rows = {band: [0] * (MAX_ITERATIONS + 1) for band in Complexity}
    for answer in answers:
        plan = plan_of(answer)
        column = NO_PLAN if plan is None else plan.iterations - 1
        rows[probes[answer.probe].complexity][column] += 1
    return tuple(tuple(row) for row in rows.values())


def optimal_thinking(asked: Asked) -> Figure | None:
    """One figure for not overthinking the simple and not underthinking the hard, 0 to 1.

    After OptimalThinkingBench (Aggarwal et al. 2025, section 3.3), which takes the harmonic mean
    of the accuracy on simple questions, adjusted for the tokens spent on thinking, and the
    accuracy on hard ones. Here the plan stands in for the tokens, and its band for the adjustment:
    F1 of the share of LOW probes that got a plan of LOW, and the share of HIGH probes that got a
    plan of HIGH. None where there are none of either.
    """
    simple, hard = (
        np.array([_right(probe, answers) for probe, answers in asked if probe.complexity is band])
        for band in (Complexity.LOW, Complexity.HIGH)
    )
    if not len(simple) or not len(hard):
        return None

    def of(ones: NDArray[np.int64], others: NDArray[np.int64]) -> Floats:
        one, other = simple[ones].mean(axis=1), hard[others].mean(axis=1)
        both = one + other
        found: Floats = np.divide(2 * one * other, both, out=np.zeros_like(both), where=both > 0)
        return found

    return Figure(
        value=harmonic_mean(float(simple.mean()), float(hard.mean())),
        total=len(simple) + len(hard),
        interval=statistic_interval([len(simple), len(hard)], of),
    )


def _right(probe: Probe, answers: Sequence[Answer]) -> float:
    """The share of the answers whose plan is of the probe's band."""
    plans = [plan_of(answer) for answer in answers]
    return sum(p is not None and p.complexity is probe.complexity for p in plans) / len(plans)


def _declared(answers: Sequence[Answer]) -> float | None:
    """The mean number of iterations that the answers to a probe declare."""
    plans = [plan for answer in answers if (plan := plan_of(answer)) is not None]
    return sum(plan.iterations for plan in plans) / len(plans) if plans else None


def _mean_of(
    asked: Asked,
    of: Callable[[Probe, int], float],
    interval_of: Callable[[list[float]], Interval | None] = share_interval,
) -> Figure | None:
    """The mean over the probes of what `of` says of each number that was declared."""
    values = []
    for probe, answers in asked:
        plans = [plan for answer in answers if (plan := plan_of(answer)) is not None]
        if plans:
            values.append(sum(of(probe, plan.iterations) for plan in plans) / len(plans))
    interval = interval_of(values)
    if interval is None:
        return None
    return Figure(value=float(np.mean(values)), total=len(values), interval=interval)


def _rank_correlation(asked: Asked) -> Figure | None:
    pairs = [
        (float(probe.expected), declared)
        for probe, answers in asked
        if (declared := _declared(answers)) is not None
    ]
    expected, said = (np.array([pair[side] for pair in pairs]) for side in (0, 1))
    value = spearman(expected, said)
    if value is None:
        return None

    def of(drawn: NDArray[np.int64]) -> Floats:
        found = (spearman(expected[row], said[row]) for row in drawn)
        return np.array([np.nan if one is None else one for one in found])

    return Figure(
        value=value,
        total=len(pairs),
        interval=statistic_interval([len(pairs)], of, _FEWER_RESAMPLES),
    )


def _band_scores(band: Complexity, asked: Asked) -> BandScores | None:
    here = [(probe, answers) for probe, answers in asked if probe.complexity is band]
    answers = [answer for _, given in here for answer in given]
    if not answers:
        return None
    declared = [plan.iterations for answer in answers if (plan := plan_of(answer)) is not None]
    seconds = np.array([answer.seconds for answer in answers])
    return BandScores(
        complexity=band,
        probes=len(here),
        right=float(np.mean([_right(probe, given) for probe, given in here])),
        iterations=float(np.mean(declared)) if declared else None,
        passes=float(np.mean([len(answer.passes) for answer in answers])),
        tokens=float(np.mean([answer.tokens for answer in answers])),
        seconds=float(np.median(seconds)),
        slow_seconds=float(np.percentile(seconds, 90)),
        in_budget=float((seconds <= band.budget_seconds).mean()),
    )
