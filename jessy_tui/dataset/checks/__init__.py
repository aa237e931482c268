"""What is wrong with the examples: one module a family, and here the list of all checks.

To add a check, write a function in the module of its family that yields a `Flaw` for each thing
it finds, and name it in that module's `CHECKS`. Its name is what `jessy.toml` and an example's
`waive` call it. Errors cannot be waived: they cannot be trained on.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from jessy_tui.dataset.checks import duplicates, label, probes, schema, text
from jessy_tui.dataset.checks.check import DatasetCheck, ExampleCheck, NamedCheck, Place
from jessy_tui.dataset.checks.finding import Finding, Flaw, Severity, field_name
from jessy_tui.dataset.checks.subject import Subject
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.files import ExampleFile, ExampleFileError
from jessy_tui.dataset.patch import offset_of
from jessy_tui.dataset.probes import ProbeFile
from jessy_tui.errors import JessyError
from jessy_tui.workspace import CheckSettings

Check = ExampleCheck | DatasetCheck | NamedCheck

__all__ = [
    "Finding",
    "Severity",
    "check_example",
    "check_files",
    "check_names",
    "check_probes",
    "count_severities",
    "unreadable_file",
]

EXAMPLE_CHECKS: Final[tuple[ExampleCheck, ...]] = (*schema.CHECKS, *label.CHECKS, *text.CHECKS)
DATASET_CHECKS: Final[tuple[DatasetCheck, ...]] = duplicates.CHECKS
FILE_CHECK: Final = "file"
"""The name under which a file that cannot be read is reported."""

SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "note")
_DEFAULTS: Final = CheckSettings()


def check_example(example: Example, settings: CheckSettings = _DEFAULTS) -> list[Finding]:
    """What the checks that look at one example alone say of it, the gravest first."""
    findings = [_finding(check, flaw) for check, flaw in _flaws(Subject(example), settings)]
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


def check_files(
    files: Sequence[ExampleFile],
    settings: CheckSettings = _DEFAULTS,
    probe_file: ProbeFile | None = None,
) -> list[Finding]:
    """What all checks say of these files, in the order of the files and their examples.

    With a file of probes, also which examples are among them; `check_probes` says what is wrong
    with the probes themselves.

    Raises:
        JessyError: the settings turn off a check that does not exist.
    """
    _refuse_unknown(settings.off)
    places = [
        Place(number, file.path, index, Subject(example))
        for number, file in enumerate(files)
        for index, example in enumerate(file.examples)
    ]
    found: list[tuple[Place, Check, Flaw]] = [
        (place, check, flaw) for place in places for check, flaw in _flaws(place.subject, settings)
    ]
    for check in DATASET_CHECKS:
        if check.name not in settings.off:
            found += (
                (place, check, flaw)
                for place, flaw in check.find(places, settings)
                if check.name not in _waived(place.example)
            )
    if probe_file is not None and probes.LEAK.name not in settings.off:
        leaks = probes.Leaks(probe_file, settings.near_duplicate)
        found += (
            (place, probes.LEAK, flaw) for place in places for flaw in leaks.find(place.subject)
        )
    found.sort(key=lambda one: (one[0].number, one[0].index))
    return [_placed(files[place.number], place, check, flaw) for place, check, flaw in found]


def check_probes(file: ProbeFile, settings: CheckSettings = _DEFAULTS) -> list[Finding]:
    """What is wrong with a file of probes, in its order.

    Raises:
        JessyError: the settings turn off a check that does not exist.
    """
    _refuse_unknown(settings.off)
    return probes.find(file, settings)


def unreadable_file(error: ExampleFileError) -> Finding:
    """A file that cannot be read, as a finding."""
    message = _sentence(f"{error.reason}.")
    return Finding(FILE_CHECK, "error", error.path, error.index, error.line, None, message, None)


def count_severities(findings: Iterable[Finding]) -> dict[Severity, int]:
    """How many findings there are of each severity, also of those there are none of."""
    counts: dict[Severity, int] = dict.fromkeys(SEVERITIES, 0)
    for finding in findings:
        counts[finding.severity] += 1
    return counts


def _flaws(subject: Subject, settings: CheckSettings) -> Iterator[tuple[ExampleCheck, Flaw]]:
    waived = _waived(subject.example)
    for check in EXAMPLE_CHECKS:
        if check.name in settings.off or (check.name in waived and check.severity != "error"):
            continue
        for flaw in check.find(subject):
            yield check, flaw


def _waived(example: Example) -> Container[str]:
    """The checks an example is excused from; only those that it gives a reason for."""
    waive = example.metadata.get("waive")
    if not isinstance(waive, dict):
        return ()
    return {check for check, reason in waive.items() if isinstance(reason, str) and reason.strip()}


def _finding(check: Check, flaw: Flaw) -> Finding:
    message, field = _sentence(flaw.message), field_name(flaw.path)
    return Finding(check.name, check.severity, None, None, None, field, message, flaw.fix)


def _placed(file: ExampleFile, place: Place, check: Check, flaw: Flaw) -> Finding:
    offset = offset_of(file.piece(place.index).source, flaw.path)
    return replace(
        _finding(check, flaw),
        file=place.file,
        index=place.index,
        line=file.line_of(place.index, offset),
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def check_names() -> list[str]:
    """The names of all checks that `jessy.toml` can turn off."""
    checks: list[Check] = [*EXAMPLE_CHECKS, *DATASET_CHECKS, probes.LEAK, *probes.CHECKS]
    return [check.name for check in checks]


def _refuse_unknown(off: Iterable[str]) -> None:
    known = check_names()
    for name in off:
        if name not in known:
            raise JessyError(
                f'jessy.toml turns off a check "{name}", which does not exist; '
                f"the checks are {', '.join(known)}."
            )
