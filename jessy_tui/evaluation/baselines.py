"""What needs no language model: three ways to plan that a trained one must beat.

All are made from the same training file as the run. Each gives a plan to every probe, as answers
that are scored like a model's.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from jessy_tui.dataset.turkish import fold
from jessy_tui.evaluation.answers import Answer, PlanSaid
from jessy_tui.evaluation.probe import Probe
from jessy_tui.evaluation.rows import TrainingRow
from jessy_tui.iteration import Complexity, Plan

BaselineName = Literal["majority", "bayes", "constant"]

CLASSIFIER_MISSING: Final = (
    "Naive Bayes is not compared with, since the package scikit-learn is not installed; install "
    "the extra: pip install 'jessy-tui[eval]'."
)

_GRAMS: Final = (1, 4)
_SMOOTHING: Final = 0.3


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """The plans of something simple."""

    name: BaselineName
    title: str
    meaning: str
    answers: tuple[Answer, ...]
    """One a probe; only the plan says something."""
    told_band: bool = False
    """Whether it is told the right band, so that only its iterations are its own."""


def baselines_of(rows: Sequence[TrainingRow], probes: Sequence[Probe]) -> list[Baseline]:
    """The baselines, without the one whose package is not installed.

    Args:
        rows: that the run was trained on; each question counts once, however often it is there.
        probes: to be planned.
    """
    plans = {row.question: plan for row in rows if (plan := row.plan) is not None}
    if not plans:
        return []
    bands = Counter(plan.complexity for plan in plans.values())
    usual = {band: usual_iterations(band, list(plans.values())) for band in Complexity}
    [(most, _)] = bands.most_common(1)
    found = [
        Baseline(
            name="majority",
            title="majority",
            meaning=f"says {most} {usual[most]} to everything, the commonest band in training",
            answers=_answers(probes, [most] * len(probes), usual),
        )
    ]
    guessed = _bayes(plans, [probe.query for probe in probes])
    if guessed is not None:
        found.append(
            Baseline(
                name="bayes",
                title="naive Bayes",
                meaning=(
                    "tells the band by the characters of the question, and says the commonest "
                    "number of that band"
                ),
                answers=_answers(probes, guessed, usual),
            )
        )
    numbers = ", ".join(str(number) for number in usual.values())
    found.append(
        Baseline(
            name="constant",
            title="constant per band",
            meaning=f"is told the right band, and says one number in each: {numbers}",
            answers=_answers(probes, [probe.complexity for probe in probes], usual),
            told_band=True,
        )
    )
    return found


def usual_iterations(band: Complexity, plans: Sequence[Plan]) -> int:
    """The number of iterations that is commonest in a band, the lowest where several are; its
    middle where the plans have none of it."""
    counts = Counter(plan.iterations for plan in plans if plan.complexity is band)
    if not counts:
        return band.band[len(band.band) // 2]
    return min(counts, key=lambda number: (-counts[number], number))


def _answers(
    probes: Sequence[Probe], bands: Sequence[Complexity], usual: dict[Complexity, int]
) -> tuple[Answer, ...]:
    return tuple(
        Answer(probe=probe.id, seed=0, plan=PlanSaid(band, usual[band]), ended="plan known")
        for probe, band in zip(probes, bands, strict=True)
    )


def _bayes(plans: dict[str, Plan], queries: Sequence[str]) -> list[Complexity] | None:
    """Bands by multinomial naive Bayes (Manning, Raghavan & Schütze 2008, section 13.2) over the
    counts of folded character n-grams of 1 to 4; None without scikit-learn."""
    try:
        from sklearn.feature_extraction.text import CountVectorizer
        from sklearn.naive_bayes import MultinomialNB
        from sklearn.pipeline import make_pipeline
    except ImportError:
        return None
    model = make_pipeline(
        CountVectorizer(analyzer="char", ngram_range=_GRAMS, preprocessor=_padded),
        MultinomialNB(alpha=_SMOOTHING),
    )
    model.fit(list(plans), [str(plan.complexity) for plan in plans.values()])
    return [Complexity(str(band)) for band in model.predict(list(queries))]


def _padded(text: str) -> str:
    """The question, folded, with its edges marked."""
    return f"  {fold(text)}  "
