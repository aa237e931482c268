"""The check for examples that are probes: what is trained on cannot test."""

import json
from collections.abc import Iterator, Sequence
from typing import Final

from jessy_tui.dataset.checks.check import Check
from jessy_tui.dataset.checks.finding import FieldPath, Flaw
from jessy_tui.dataset.checks.index import Known, NameOf
from jessy_tui.dataset.checks.subject import Subject
from jessy_tui.dataset.probes import ProbeFile
from jessy_tui.dataset.similarity import SimilarTexts
from jessy_tui.dataset.turkish import question_key
from jessy_tui.workspace import CheckSettings

LEAK: Final = Check("probe-leak", "error", "A question that is a probe, or nearly one.")

_SHORT: Final = 3
"""A probe of more words is leaked by itself with a word put in; among examples, "bi şey sorabilir
miyim" and "sana bi şey sorabilir miyim" are two openers."""
_FOLLOW_UP_WORDS: Final = 4
"""A question further down in a conversation is a probe only if it has so many words: "why?" asks
something else in each."""


class LeakIndex:
    """The probes by their text, and which entries hold them."""

    def __init__(self, file: ProbeFile, settings: CheckSettings) -> None:
        self._file = file
        self._same: dict[str, int] = {}
        for index, query in file.queries():
            key = question_key(query)
            if key:
                self._same.setdefault(key, index)
        self._near: SimilarTexts[int] = SimilarTexts(settings.near_duplicate, _SHORT)
        for _ in self._near.add_all((index, key) for key, index in self._same.items()):
            pass  # probes that are near each other are a finding of theirs
        self._flaws: dict[int, list[Flaw]] = {}

    def add_all(self, entries: Sequence[tuple[Known, Subject]]) -> set[int]:
        questions = [
            (known.id, path, key)
            for known, subject in entries
            for path, key in questions_in(subject)
        ]
        nears = self._near.near_all(key for *_, key in questions)
        for (entry_id, path, key), near in zip(questions, nears, strict=True):
            if key in self._same:
                self._add(entry_id, path, self._same[key], "is")
            elif near:
                self._add(entry_id, path, near[0][0], "is nearly")
        return {known.id for known, _ in entries if known.id in self._flaws}

    def _add(self, entry_id: int, path: FieldPath, index: int, how: str) -> None:
        query = json.dumps(self._file.probes[index]["query"], ensure_ascii=False)
        reason = (
            f"the question {how} {self._file.name_of(index)} of {self._file.path.name}, {query}; "
            "what is trained on cannot test: ask something else, or write another probe."
        )
        self._flaws.setdefault(entry_id, []).append(Flaw(path, reason))

    def remove(self, known: Known) -> set[int]:
        self._flaws.pop(known.id, None)
        return set()

    def flaws(self, known: Known, name_of: NameOf) -> Iterator[tuple[Check, Flaw]]:
        for flaw in self._flaws.get(known.id, ()):
            yield LEAK, flaw


def questions_in(subject: Subject) -> Iterator[tuple[FieldPath, str]]:
    """The questions that may be a probe, folded, and where they stand."""
    first = subject.first_question
    for path, _, is_answer in subject.texts:
        key = subject.keys[path]
        if is_answer or not key:
            continue
        if (first and path == first[0]) or len(key.split()) >= _FOLLOW_UP_WORDS:
            yield path, key
