"""Which probes a run was trained on: what is trained on cannot test."""

from collections.abc import Iterable
from typing import Final

from jessy_tui.dataset.similarity import NEAR, SimilarTexts
from jessy_tui.dataset.turkish import question_key
from jessy_tui.evaluation.probe import Probe
from jessy_tui.evaluation.record import Excluded
from jessy_tui.evaluation.rows import TrainingRow

# As `dataset.checks.leaks` has them: there for examples, here for the rows that were made of them.
_SHORT: Final = 3
_FOLLOW_UP_WORDS: Final = 4


def leaked(
    probes: Iterable[Probe], rows: Iterable[TrainingRow], near: float = NEAR
) -> list[Excluded]:
    """The probes that are among the questions of the rows, or nearly, in the order of the probes.

    Args:
        probes: to be asked.
        rows: that the model was trained on.
        near: from this Jaccard index of their trigrams on, two questions are nearly the same.
    """
    asked = list(probes)
    same: dict[str, list[int]] = {}
    texts: SimilarTexts[int] = SimilarTexts(near, _SHORT)
    for number, probe in enumerate(asked):
        key = question_key(probe.query)
        known = same.setdefault(key, [])
        if not known and key:
            texts.add(number, key)
        known.append(number)
    found: dict[int, str] = {}
    questions = dict.fromkeys(
        question
        for row in rows
        for place, question in enumerate(row.questions)
        if place == 0 or len(question.split()) >= _FOLLOW_UP_WORDS
    )
    keys = [question_key(question) for question in questions]
    for question, key, nears in zip(questions, keys, texts.near_all(keys), strict=True):
        for first, _ in nears:
            for number in same[question_key(asked[first].query)]:
                found.setdefault(number, question)
        for number in same.get(key, ()):
            found[number] = question
    return [Excluded(probe=asked[number].id, question=found[number]) for number in sorted(found)]
