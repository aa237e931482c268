"""What is wrong with the examples: one module a family, and here what others call.

To add a check of one example, write a function in the module of its family that yields a `Flaw`
for each thing it finds, and name it in that module's `CHECKS`. A check that compares examples is
an `Index` that `Checker` feeds. Its name is what `jessy.toml` and an example's `waive` call it.
Errors cannot be waived: they cannot be trained on.
"""

from collections.abc import Iterable, Sequence
from itertools import count
from typing import Final

from jessy_tui.dataset.census import Census
from jessy_tui.dataset.checks import balance, probes, splits
from jessy_tui.dataset.checks.alone import EXAMPLE_CHECKS, check_example
from jessy_tui.dataset.checks.check import Check
from jessy_tui.dataset.checks.checker import DATASET_CHECKS, Checker
from jessy_tui.dataset.checks.finding import SEVERITIES, Finding, Flaw, Said, Severity, finding_of
from jessy_tui.dataset.checks.length import TOO_LONG
from jessy_tui.dataset.files import ExampleFile, ExampleFileError
from jessy_tui.dataset.patch import offset_of
from jessy_tui.dataset.probes import ProbeFile
from jessy_tui.errors import JessyError
from jessy_tui.workspace import CheckSettings, TargetSettings

__all__ = [
    "ALL_CHECKS",
    "BY_NAME",
    "DATASET_CHECKS",
    "EXAMPLE_CHECKS",
    "FILE_CHECK",
    "PROBE_CHECKS",
    "SEVERITIES",
    "Checker",
    "Finding",
    "Said",
    "Severity",
    "check_balance",
    "check_example",
    "check_files",
    "check_probes",
    "count_severities",
    "refuse_unknown",
    "unreadable_file",
]

_FILE: Final = Check("file", "error", "A file that cannot be read.")
FILE_CHECK: Final = _FILE.name
"""The name under which a file that cannot be read is reported."""

PROBE_CHECKS: Final[tuple[Check, ...]] = probes.CHECKS
"""The checks of the file of probes itself."""

ALL_CHECKS: Final[tuple[Check, ...]] = (
    _FILE,
    *EXAMPLE_CHECKS,
    *DATASET_CHECKS,
    TOO_LONG,
    splits.LEAK,
    *PROBE_CHECKS,
    balance.BALANCE,
)

BY_NAME: Final[dict[str, Check]] = {check.name: check for check in ALL_CHECKS}
"""All checks there are."""

_DEFAULTS: Final = CheckSettings()


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
    refuse_unknown(settings.off)
    places = [(file, index) for file in files for index in range(len(file.examples))]
    checker = Checker(
        settings,
        probe_file,
        place_of=lambda entry_id: (places[entry_id][0].path, places[entry_id][1]),
    )
    checker.load(zip(count(), (example for file in files for example in file.examples)))
    findings = []
    for entry_id in sorted(checker.flagged()):
        file, index = places[entry_id]
        for check, flaw in checker.flaws_of(entry_id):
            offset = offset_of(file.piece(index).source, flaw.path)
            line = file.line_of(index, offset)
            findings.append(finding_of(check, flaw, file=file.path, index=index, line=line))
    return findings


def check_probes(file: ProbeFile, settings: CheckSettings = _DEFAULTS) -> list[Finding]:
    """What is wrong with a file of probes, in its order.

    Raises:
        JessyError: the settings turn off a check that does not exist.
    """
    refuse_unknown(settings.off)
    return probes.find(file, settings)


def check_balance(
    census: Census, settings: CheckSettings, targets: TargetSettings
) -> list[Finding]:
    """Which targets the examples of a census together miss; nothing of a few examples.

    Raises:
        JessyError: the settings turn off a check that does not exist.
    """
    refuse_unknown(settings.off)
    if balance.BALANCE.name in settings.off:
        return []
    return balance.find(census, targets)


def unreadable_file(error: ExampleFileError) -> Finding:
    """A file that cannot be read, as a finding."""
    flaw = Flaw((), f"{error.reason}.")
    return finding_of(_FILE, flaw, file=error.path, index=error.index, line=error.line)


def count_severities(findings: Iterable[Finding]) -> dict[Severity, int]:
    """How many findings there are of each severity, also of those there are none of."""
    counts: dict[Severity, int] = dict.fromkeys(SEVERITIES, 0)
    for finding in findings:
        counts[finding.severity] += 1
    return counts


def refuse_unknown(off: Iterable[str]) -> None:
    """Say of a name that no check has, which names there are.

    Raises:
        JessyError: there is such a name in `off`.
    """
    known = [check.name for check in ALL_CHECKS if check is not _FILE]
    for name in off:
        if name not in known:
            raise JessyError(
                f'jessy.toml turns off a check "{name}", which does not exist; '
                f"the checks are {', '.join(known)}."
            )
