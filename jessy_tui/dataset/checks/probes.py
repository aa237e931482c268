"""Checks of the probes: a probe that the model was trained on measures nothing."""

import json
from collections.abc import Iterator
from typing import Any, Final

from jessy_tui.dataset.checks.check import NamedCheck
from jessy_tui.dataset.checks.finding import Finding, Flaw, field_name
from jessy_tui.dataset.checks.schema import LANGUAGES
from jessy_tui.dataset.checks.subject import Subject
from jessy_tui.dataset.example import complexity_in, iterations_in
from jessy_tui.dataset.probes import PROBES_KEY, ProbeFile
from jessy_tui.dataset.similarity import SimilarTexts
from jessy_tui.dataset.turkish import question_key
from jessy_tui.iteration import Complexity, describe_band
from jessy_tui.workspace import CheckSettings

_FOLLOW_UP_WORDS: Final = 4
"""A question further down in a conversation is a probe only if it has so many words: "why?" asks
something else in each."""

_SHORT: Final = 3
"""A probe of more words is leaked by itself with a word put in; among examples, "bi şey sorabilir
miyim" and "sana bi şey sorabilir miyim" are two openers."""

Problem = tuple[str | None, str]
"""A key of a probe, or None for the whole, and what is wrong with it."""


SHAPE: Final = NamedCheck("probe-shape", "error")
IDENTITY: Final = NamedCheck("probe-id", "error")
BAND: Final = NamedCheck("probe-band", "error")
SIMILAR: Final = NamedCheck("similar-probe", "warning")

LEAK: Final = NamedCheck("probe-leak", "error")
CHECKS: Final = (SHAPE, IDENTITY, BAND, SIMILAR)


class Leaks:
    """Finds the probes among the questions of examples."""

    def __init__(self, file: ProbeFile, threshold: float) -> None:
        self._file = file
        self._near: SimilarTexts[int] = SimilarTexts(threshold, _SHORT)
        self._same: dict[str, int] = {}
        for index, query in file.queries():
            key = question_key(query)
            if self._same.setdefault(key, index) == index:
                self._near.add(index, key)

    def find(self, subject: Subject) -> Iterator[Flaw]:
        """A flaw for each question of an example that is a probe, or nearly one."""
        first = subject.first_question
        for path, text, is_answer in subject.texts:
            key = question_key(text)
            if is_answer or not key:
                continue
            if first and path != first[0] and len(key.split()) < _FOLLOW_UP_WORDS:
                continue
            same = self._same.get(key)
            if same is not None:
                yield self._flaw(path, same, "is")
                continue
            near = self._near.near(key)
            if near:
                yield self._flaw(path, near[0][0], "is nearly")

    def _flaw(self, path: tuple[str | int, ...], index: int, how: str) -> Flaw:
        query = json.dumps(self._file.probes[index]["query"], ensure_ascii=False)
        reason = (
            f"the question {how} {self._file.name_of(index)} of {self._file.path.name}, {query}; "
            "what is trained on cannot test: ask something else, or write another probe."
        )
        return Flaw(path, reason)


def find(file: ProbeFile, settings: CheckSettings) -> list[Finding]:
    """What is wrong with a file of probes, in the order of the file."""
    found: list[tuple[int, NamedCheck, tuple[str | int, ...], str]] = []
    if not isinstance(file.raw, dict) or not isinstance(file.raw.get(PROBES_KEY), list):
        found.append((-1, SHAPE, (), 'a file of probes is an object {"probes": [...]}.'))
    for index, probe in enumerate(file.probes):
        path = (PROBES_KEY, index)
        for check, problems in ((SHAPE, _shape(probe)), (BAND, _band(probe))):
            for key, reason in problems:
                where = path if key is None else (*path, key)
                found.append((index, check, where, f"{file.name_of(index)}: {reason}"))
    found += _repeated_ids(file)
    found += _similar(file, settings.near_duplicate)
    found.sort(key=lambda one: one[0])
    return [
        Finding(
            check=check.name,
            severity=check.severity,
            file=file.path,
            index=None if index < 0 else index,
            line=file.line_of(path),
            field=field_name(path),
            message=reason[:1].upper() + reason[1:],
            fix=None,
        )
        for index, check, path, reason in found
        if check.name not in settings.off
    ]


def _shape(probe: Any) -> Iterator[Problem]:
    if not isinstance(probe, dict):
        yield None, "a probe is an object."
        return
    for key in ("id", "query", "category"):
        value = probe.get(key)
        if not isinstance(value, str) or not value.strip():
            yield key, f'it needs "{key}", a text that is not blank.'
    if complexity_in(probe) is None:
        yield "complexity", 'it needs "complexity": LOW, MEDIUM or HIGH.'
    if _bounds(probe) is None:
        yield "iterations", 'it needs "iterations", the least and the greatest, such as [1, 2].'
    if "expected" not in probe or iterations_in({"iterations": probe["expected"]}) is None:
        yield "expected", 'it needs "expected", the number from 1 to 9 that the rule gives.'
    if "language" in probe and probe["language"] not in LANGUAGES:
        yield "language", 'its "language" is tr, en or mixed.'
    for key in ("accept", "reject"):
        marks = probe.get(key, [])
        if not isinstance(marks, list) or not all(
            isinstance(mark, str) and mark.strip() for mark in marks
        ):
            yield key, f'"{key}" is a list of texts that are not blank.'


def _band(probe: Any) -> Iterator[Problem]:
    complexity = complexity_in(probe) if isinstance(probe, dict) else None
    bounds = _bounds(probe)
    if complexity is None or bounds is None:
        return
    if not set(bounds) <= set(complexity.band):
        band = describe_band(complexity)
        fitting = " or ".join(dict.fromkeys(str(Complexity.of(bound)) for bound in bounds))
        reason = (
            f"its iterations {_range(bounds)} leave the band of {complexity}, {band}; "
            f"write numbers of the band, or the complexity {fitting}."
        )
        yield "iterations", reason
    expected = iterations_in({"iterations": probe.get("expected")})
    if expected is not None and not bounds[0] <= expected <= bounds[1]:
        reason = f"it expects {expected}, which is not among its iterations {_range(bounds)}."
        yield "expected", reason


def _bounds(probe: Any) -> tuple[int, int] | None:
    found = probe.get("iterations") if isinstance(probe, dict) else None
    if not isinstance(found, list) or len(found) != 2:
        return None
    least, most = (iterations_in({"iterations": bound}) for bound in found)
    if least is None or most is None or least > most:
        return None
    return least, most


def _range(bounds: tuple[int, int]) -> str:
    return f"{bounds[0]}-{bounds[1]}"


def _repeated_ids(
    file: ProbeFile,
) -> Iterator[tuple[int, NamedCheck, tuple[str | int, ...], str]]:
    seen: dict[str, int] = {}
    for index, probe in enumerate(file.probes):
        name = probe.get("id") if isinstance(probe, dict) else None
        if not isinstance(name, str):
            continue
        first = seen.setdefault(name, index)
        if first != index:
            reason = f'probe {index + 1} has the id "{name}" of probe {first + 1}; give it its own.'
            yield index, IDENTITY, (PROBES_KEY, index, "id"), reason


def _similar(
    file: ProbeFile, threshold: float
) -> Iterator[tuple[int, NamedCheck, tuple[str | int, ...], str]]:
    same: dict[str, int] = {}
    texts: SimilarTexts[int] = SimilarTexts(threshold)
    for index, query in file.queries():
        key = question_key(query)
        first = same.setdefault(key, index)
        if first == index:
            near = texts.add(index, key)
            if not near:
                continue
            first = near[0][0]
        reason = (
            f"{file.name_of(index)} asks what {file.name_of(first)} asks, or nearly; "
            "write another question."
        )
        yield index, SIMILAR, (PROBES_KEY, index, "query"), reason
