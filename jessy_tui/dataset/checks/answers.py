"""Checks for answers that are given twice, and for openings that too many of them share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from jessy_tui.dataset.checks.check import Check
from jessy_tui.dataset.checks.finding import FieldPath, Flaw
from jessy_tui.dataset.checks.index import Groups, Known, NameOf
from jessy_tui.dataset.checks.subject import Subject
from jessy_tui.dataset.turkish import question_key

DUPLICATE: Final = Check("duplicate-answer", "warning", "One answer for several questions.")
OPENING: Final = Check("frequent-opening", "warning", "Too many answers that begin alike.")

_OPENING_WORDS: Final = 2
_BEGINNING: Final = 60
"""In so many characters two words are to be found."""
FEW: Final = 4
"""So many answers may begin alike however few answers there are."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is remembered of an answer."""

    path: FieldPath
    key: int
    """The hash of its folded text."""
    exact: int
    pair: tuple[int, int]
    """The hashes of the question and of the last answer of its conversation."""


class AnswerIndex:
    """The answers by their folded text."""

    def __init__(self) -> None:
        self._answers: dict[int, list[_Answer]] = {}
        self._groups: Groups[int] = Groups()
        self._pairs: Groups[tuple[int, int]] = Groups()

    def add_all(self, entries: Sequence[tuple[Known, Subject]]) -> set[int]:
        touched: set[int] = set()
        for known, subject in entries:
            answers = list(_answers(subject))
            if answers:
                self._answers[known.id] = answers
                touched |= self._pairs.add(answers[0].pair, known)
            for key in {answer.key for answer in answers}:
                touched |= self._groups.add(key, known)
        return touched

    def remove(self, known: Known) -> set[int]:
        answers = self._answers.pop(known.id, [])
        touched = self._pairs.remove(answers[0].pair, known) if answers else set()
        for key in {answer.key for answer in answers}:
            touched |= self._groups.remove(key, known)
        return touched

    def flaws(self, known: Known, name_of: NameOf) -> Iterator[tuple[Check, Flaw]]:
        for answer in self._answers.get(known.id, ()):
            first = self._groups.first(answer.key)[1]
            if first == known.id or self._pairs.first(answer.pair)[1] != known.id:
                continue  # the first, or said as a duplicate question
            same = any(other.exact == answer.exact for other in self._answers[first])
            count = self._groups.size(answer.key)
            reason = duplicate_reason(name_of(first), count, same=same)
            yield DUPLICATE, Flaw(answer.path, reason)


def duplicate_reason(name: str, count: int, *, same: bool) -> str:
    """Of an answer that `name` has too, and `count` examples together."""
    how = "" if same else " but for case, dots, spacing or punctuation"
    many = f", as have {count - 2:,} more" if count > 2 else ""
    return f"{name} has the same answer{how}{many}; write another one."


def _answers(subject: Subject) -> Iterator[_Answer]:
    example = subject.example
    pair = hash(example.question.strip()), hash(example.answer)
    for path, text, is_answer in subject.texts:
        key = subject.keys[path]
        if is_answer and key:
            yield _Answer(path, hash(key), hash(text.strip()), pair)


class OpeningIndex:
    """The last answers by their first words."""

    def __init__(self, share: float) -> None:
        """Openings on more than `share` of the answers are flagged."""
        self._share = share
        self._openings: dict[int, tuple[FieldPath, str]] = {}
        self._groups: Groups[str] = Groups()
        self._frequent: set[str] = set()
        """The openings that more than a few answers have."""
        self._flagged: set[int] = set()

    def add_all(self, entries: Sequence[tuple[Known, Subject]]) -> set[int]:
        for known, subject in entries:
            opening = opening_of(subject)
            if opening is not None:
                self._openings[known.id] = opening
                self._groups.add(opening[1], known)
                self._count(opening[1])
        return self._changed()

    def remove(self, known: Known) -> set[int]:
        opening = self._openings.pop(known.id, None)
        if opening is not None:
            self._groups.remove(opening[1], known)
            self._count(opening[1])
        return self._changed() - {known.id}

    def flaws(self, known: Known, name_of: NameOf) -> Iterator[tuple[Check, Flaw]]:
        if known.id not in self._flagged:
            return
        path, words = self._openings[known.id]
        count, total = self._groups.size(words), len(self._openings)
        yield OPENING, Flaw(path, opening_reason(words, count, total, self._share))

    def _count(self, words: str) -> None:
        if self._groups.size(words) > FEW:
            self._frequent.add(words)
        else:
            self._frequent.discard(words)

    def _changed(self) -> set[int]:
        """The entries that are flagged now and were not, or the other way round.

        The first example of each opening stands for all that have it.
        """
        most = self._share * len(self._openings)
        now = {
            self._groups.first(words)[1]
            for words in self._frequent
            if self._groups.size(words) > most
        }
        changed, self._flagged = now ^ self._flagged, now
        return changed


def opening_reason(words: str, count: int, total: int, share: float) -> str:
    """Of `words` with which `count` of `total` answers begin, more than the `share` allows."""
    return (
        f'{count:,} of {total:,} answers begin with "{words}" ({count / total:.1%}), more than '
        f"{share:.1%}; begin some of them in another way."
    )


def opening_of(subject: Subject) -> tuple[FieldPath, str] | None:
    """The words that the last answer begins with, folded, and where it stands."""
    for (path, _, is_answer), folded in zip(
        reversed(subject.texts), reversed(subject.folded), strict=True
    ):
        if is_answer:
            words = question_key(folded[:_BEGINNING]).split()[:_OPENING_WORDS]
            return (path, " ".join(words)) if words else None
    return None
