"""From a miss to its cause: the training questions that are most like a probe. Pure functions."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from jessy_tui.dataset.turkish import question_key
from jessy_tui.evaluation.answers import Answer
from jessy_tui.evaluation.measures import plan_of
from jessy_tui.evaluation.probe import Probe
from jessy_tui.evaluation.rows import TrainingRow
from jessy_tui.iteration import Plan

_GRAMS: Final = (2, 3, 4)
FAR: Final = 0.2
"""Below this similarity two questions have hardly more than endings in common."""
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class NearRow:
    """A question that was trained on, and how like the probe it is."""

    question: str
    answer: str
    """Plan header included."""
    plan: Plan | None
    similarity: float
    """0 to 1."""
    times: int
    """How often the row stands in the training file."""


class Index:
    """Texts by what they are made of, so that the nearest to another are found at once.

    The similarity is the cosine of two texts' counts of character n-grams (2 to 4, folded, edges
    included), each weighted by how few texts have it: tf-idf with idf = ln((1 + n) / (1 + df)) + 1
    (Manning, Raghavan & Schütze 2008, section 6.2-6.3, smoothed as in scikit-learn, against which
    the tests compare it).
    """

    def __init__(self, texts: Sequence[str]) -> None:
        counts = [_grams(text) for text in texts]
        found = Counter(gram for count in counts for gram in count)
        total = len(texts)
        self._idf = {gram: math.log((1 + total) / (1 + df)) + 1 for gram, df in found.items()}
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for place, count in enumerate(counts):
            for gram, weight in self._weighted(count).items():
                self._postings.setdefault(gram, []).append((place, weight))

    def nearest(self, text: str, most: int = _SHOWN) -> list[tuple[int, float]]:
        """The places of the texts that are most like `text`, and their similarities, the nearest
        first; those that share nothing with it are left out."""
        scores: dict[int, float] = {}
        for gram, weight in self._weighted(_grams(text)).items():
            for place, other in self._postings.get(gram, ()):
                scores[place] = scores.get(place, 0.0) + weight * other
        ordered = sorted(scores.items(), key=lambda entry: (-entry[1], entry[0]))
        return [(place, min(1.0, score)) for place, score in ordered[:most]]

    def _weighted(self, counts: Counter[str]) -> dict[str, float]:
        """The weights of the n-grams that the texts have, as a vector of length 1."""
        weights = {g: number * self._idf[g] for g, number in counts.items() if g in self._idf}
        length = math.sqrt(sum(weight * weight for weight in weights.values()))
        return {gram: weight / length for gram, weight in weights.items()} if length else {}


def nearest_rows(rows: Sequence[TrainingRow], query: str, most: int = _SHOWN) -> list[NearRow]:
    """The rows whose questions are most like `query`, each question once, the nearest first."""
    times = Counter(row.question for row in rows)
    by_question = {row.question: row for row in rows if row.question}
    questions = list(by_question)
    return [
        NearRow(
            question=questions[place],
            answer=by_question[questions[place]].answer,
            plan=by_question[questions[place]].plan,
            similarity=similarity,
            times=times[questions[place]],
        )
        for place, similarity in Index(questions).nearest(query, most)
    ]


def explain_miss(probe: Probe, answer: Answer, near: Sequence[NearRow]) -> str:
    """What the nearest training rows say of a plan that missed, in a sentence."""
    plan = plan_of(answer)
    close = [row for row in near if row.similarity >= FAR and row.plan is not None]
    if not close:
        return (
            "Nothing like it was trained: write examples of its kind "
            f"({probe.category}, {probe.complexity})."
        )
    same = sum(row.plan is not None and row.plan.complexity is probe.complexity for row in close)
    if plan is None:
        return "No plan came, though questions like it were trained with one."
    misled = sum(row.plan is not None and row.plan.complexity is plan.complexity for row in close)
    if plan.complexity is probe.complexity:
        return (
            f"The band is right; {same} of {len(close)} like it were trained as {plan.complexity}."
        )
    if misled > same:
        return (
            f"{misled} of the {len(close)} questions most like it were trained as "
            f"{plan.complexity}: they may have taught it so. Look whether their labels are right, "
            f"or add {probe.complexity} ones."
        )
    return (
        f"{same} of the {len(close)} questions most like it were trained as {probe.complexity}: "
        "what it needs is more of them, or longer training."
    )


def _grams(text: str) -> Counter[str]:
    padded = f" {question_key(text)} "
    return Counter(
        padded[start : start + size] for size in _GRAMS for start in range(len(padded) - size + 1)
    )
