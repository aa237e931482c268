"""Checks for what is said twice."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from jessy_tui.dataset.checks.check import DatasetCheck, Place
from jessy_tui.dataset.checks.finding import FieldPath, Flaw
from jessy_tui.dataset.checks.subject import Subject
from jessy_tui.dataset.similarity import SimilarTexts
from jessy_tui.dataset.turkish import question_key
from jessy_tui.workspace import CheckSettings

# Only the first question is compared: what follows is asked within another conversation.


def _duplicate_question(places: Sequence[Place], _: CheckSettings) -> Iterator[tuple[Place, Flaw]]:
    for place, first, path in _repeated(places, _first_question, str.strip):
        one, other = place.example, first.example
        what = "question and answer" if one.answer == other.answer else "question"
        label = ""
        if one.plan != other.plan:
            label = (
                f" under another label ({other.plan or 'none'} there, {one.plan or 'none'} here)"
            )
        yield place, Flaw(path, f"{first} has the same {what}{label}; delete one of them.")


def _similar_question(places: Sequence[Place], _: CheckSettings) -> Iterator[tuple[Place, Flaw]]:
    for place, first, path in _repeated(places, _first_question, question_key):
        if place.example.question.strip() == first.example.question.strip():
            continue
        reason = (
            f"{first} asks the same but for case, dots, spacing or punctuation; "
            "delete one of them, or ask something else."
        )
        yield place, Flaw(path, reason)


def _duplicate_answer(places: Sequence[Place], _: CheckSettings) -> Iterator[tuple[Place, Flaw]]:
    for place, first, path in _repeated(places, _answers, str.strip):
        same_question = place.example.question.strip() == first.example.question.strip()
        if same_question and place.example.answer == first.example.answer:
            continue  # said as a duplicate question
        yield place, Flaw(path, f"{first} has the same answer; write another one.")


def _near_duplicate(
    places: Sequence[Place], settings: CheckSettings
) -> Iterator[tuple[Place, Flaw]]:
    seen: set[str] = set()
    texts: SimilarTexts[int] = SimilarTexts(settings.near_duplicate)
    for at, place in enumerate(places):
        for path, text in _first_question(place.subject):
            key = question_key(text)
            if not key or key in seen:
                continue  # said as a duplicate or a similar question
            seen.add(key)
            near = texts.add(at, key)
            if near:
                other, score = near[0]
                reason = (
                    f"{places[other]} asks nearly the same ({score:.0%} alike); delete one of "
                    "them, or ask something else."
                )
                yield place, Flaw(path, reason)


def _first_question(subject: Subject) -> Iterable[tuple[FieldPath, str]]:
    return () if subject.first_question is None else (subject.first_question,)


def _answers(subject: Subject) -> Iterable[tuple[FieldPath, str]]:
    return ((path, text) for path, text, is_answer in subject.texts if is_answer)


def _repeated(
    places: Sequence[Place],
    texts: Callable[[Subject], Iterable[tuple[FieldPath, str]]],
    key: Callable[[str], str],
) -> Iterator[tuple[Place, Place, FieldPath]]:
    """Each place whose text stood before, the first place that has it, and where in the former."""
    seen: dict[str, Place] = {}
    for place in places:
        for path, text in texts(place.subject):
            same = key(text)
            if not same:
                continue
            first = seen.setdefault(same, place)
            if first is not place:
                yield place, first, path


CHECKS: Final = (
    DatasetCheck("duplicate-question", "warning", _duplicate_question),
    DatasetCheck("similar-question", "warning", _similar_question),
    DatasetCheck("near-duplicate", "warning", _near_duplicate),
    DatasetCheck("duplicate-answer", "warning", _duplicate_answer),
)
