"""Checks for questions that are asked twice.

Only the first question of a conversation is compared: what follows is asked within another one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from jessy_tui.dataset.checks.check import Check
from jessy_tui.dataset.checks.finding import FieldPath, Flaw
from jessy_tui.dataset.checks.index import Groups, Known, NameOf
from jessy_tui.dataset.checks.subject import Subject
from jessy_tui.dataset.similarity import SimilarTexts
from jessy_tui.iteration import Plan
from jessy_tui.workspace import CheckSettings

DUPLICATE: Final = Check(
    "duplicate-question", "warning", "A question and its answer that stand there twice."
)
TWO_ANSWERS: Final = Check(
    "two-answers", "warning", "One question with different answers, of which one is learnt by luck."
)
SIMILAR: Final = Check(
    "similar-question",
    "warning",
    "Questions that differ in case, dots, spacing or punctuation only.",
)
NEAR: Final = Check(
    "near-duplicate", "warning", "Questions that differ in a slip, an ending or a word put in."
)
CHECKS: Final = (DUPLICATE, TWO_ANSWERS, SIMILAR, NEAR)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is remembered of a question."""

    path: FieldPath
    key: str
    exact: int
    """The hash of the text as it stands, as is `answer`."""
    answer: int
    plan: Plan | None


class QuestionIndex:
    """The questions by their folded text, and which folded texts are near each other."""

    def __init__(self, settings: CheckSettings) -> None:
        self._asked: dict[int, _Asked] = {}
        self._groups: Groups[str] = Groups()
        self._same: Groups[int] = Groups()
        """By the hash of the text as it stands."""
        self._texts: SimilarTexts[str] | None = None
        if NEAR.name not in settings.off:
            self._texts = SimilarTexts(settings.near_duplicate)
        self._near: dict[str, dict[str, float]] = {}
        """Only those keys are here that have others near them."""

    def add_all(self, entries: Sequence[tuple[Known, Subject]]) -> set[int]:
        touched: set[int] = set()
        new: dict[str, None] = {}
        for known, subject in entries:
            asked = _asked(subject)
            if asked is None:
                continue
            self._asked[known.id] = asked
            if asked.key not in self._groups:
                new[asked.key] = None
            touched |= self._groups.add(asked.key, known) | self._same.add(asked.exact, known)
            touched |= self._neighbours(asked.key)
        if self._texts is not None:
            for key, near in self._texts.add_all((key, key) for key in new):
                for other, score in near:
                    self._near.setdefault(key, {})[other] = score
                    self._near.setdefault(other, {})[key] = score
                touched |= self._neighbours(key)
        return touched

    def remove(self, known: Known) -> set[int]:
        asked = self._asked.pop(known.id, None)
        if asked is None:
            return set()
        touched = self._neighbours(asked.key) | self._same.remove(asked.exact, known)
        touched |= self._groups.remove(asked.key, known)
        if asked.key not in self._groups:
            for other in self._near.pop(asked.key, {}):
                del self._near[other][asked.key]
                if not self._near[other]:
                    del self._near[other]
            if self._texts is not None:
                self._texts.discard(asked.key)
        return touched - {known.id}

    def _neighbours(self, key: str) -> set[int]:
        return {self._groups.first(other)[1] for other in self._near.get(key, ())}

    def flaws(self, known: Known, name_of: NameOf) -> Iterator[tuple[Check, Flaw]]:
        asked = self._asked.get(known.id)
        if asked is None:
            return
        first = self._groups.first(asked.key)[1]
        if first == known.id:
            yield from self._near_flaws(known, asked, name_of)
            return
        same = self._same.first(asked.exact)[1]
        if same != known.id:
            before = self._asked[same]
            check, reason = repeated_reason(
                name_of(same), before.plan, asked.plan, same=asked.answer == before.answer
            )
            yield check, Flaw(asked.path, reason)
            return
        yield SIMILAR, Flaw(asked.path, similar_reason(name_of(first)))

    def _near_flaws(
        self, known: Known, asked: _Asked, name_of: NameOf
    ) -> Iterator[tuple[Check, Flaw]]:
        before = [
            (-score, *self._groups.first(other))
            for other, score in self._near.get(asked.key, {}).items()
            if self._groups.first(other)[0] < known.order
        ]
        if before:
            score, _, entry_id = min(before)
            yield NEAR, Flaw(asked.path, near_reason(name_of(entry_id), -score))


def repeated_reason(
    name: str, there: Plan | None, here: Plan | None, *, same: bool
) -> tuple[Check, str]:
    """Of a question that `name` has too, with the `same` answer or another one."""
    label = ""
    if here != there:
        label = f" under another label ({there or 'none'} there, {here or 'none'} here)"
    if same:
        reason = f"{name} has the same question and answer{label}; delete one of them."
        return DUPLICATE, reason
    reason = f"{name} has the same question with another answer{label}; delete one of them."
    return TWO_ANSWERS, reason


def similar_reason(name: str) -> str:
    """Of a question that `name` asks in other letters."""
    return (
        f"{name} asks the same but for case, dots, spacing or punctuation; "
        "delete one of them, or ask something else."
    )


def near_reason(name: str, score: float) -> str:
    """Of a question that is nearly that of `name`; `score` is how alike they are, 0 to 1."""
    return (
        f"{name} asks nearly the same ({score:.0%} alike); delete one "
        "of them, or ask something else."
    )


def _asked(subject: Subject) -> _Asked | None:
    if subject.first_question is None:
        return None
    path, text = subject.first_question
    key = subject.keys[path]
    if not key:
        return None
    example = subject.example
    return _Asked(path, key, hash(text.strip()), hash(example.answer), example.plan)
