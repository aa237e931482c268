"""Checks of the probes: a probe that the model was trained on measures nothing."""

from collections.abc import Iterator
from typing import Any, Final

from jessy_tui.dataset.checks.check import Check
from jessy_tui.dataset.checks.finding import Finding, Flaw, finding_of
from jessy_tui.dataset.checks.schema import LANGUAGES
from jessy_tui.dataset.example import complexity_in, iterations_in
from jessy_tui.dataset.probes import PROBES_KEY, ProbeFile
from jessy_tui.dataset.similarity import SimilarTexts
from jessy_tui.dataset.turkish import question_key
from jessy_tui.iteration import Complexity, describe_band
from jessy_tui.workspace import CheckSettings

Problem = tuple[str | None, str]
"""A key of a probe, or None for the whole, and what is wrong with it."""


SHAPE: Final = Check("probe-shape", "error", "A probe that lacks a key, or has a wrong value.")
IDENTITY: Final = Check("probe-id", "error", "Two probes of one id.")
BAND: Final = Check("probe-band", "error", "A probe whose iterations do not fit its complexity.")
SIMILAR: Final = Check("similar-probe", "warning", "Two probes that ask the same, or nearly.")

CHECKS: Final = (SHAPE, IDENTITY, BAND, SIMILAR)


def find(file: ProbeFile, settings: CheckSettings) -> list[Finding]:
    """What is wrong with a file of probes, in the order of the file."""
    found: list[tuple[int, Check, tuple[str | int, ...], str]] = []
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
        finding_of(
            check,
            Flaw(path, reason),
            file=file.path,
            index=None if index < 0 else index,
            line=file.line_of(path),
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
) -> Iterator[tuple[int, Check, tuple[str | int, ...], str]]:
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
) -> Iterator[tuple[int, Check, tuple[str | int, ...], str]]:
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
