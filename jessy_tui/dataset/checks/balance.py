"""The check of the distributions against the targets of the workspace."""

from fnmatch import fnmatch
from typing import Final

from jessy_tui.dataset.census import Census
from jessy_tui.dataset.checks.check import Check
from jessy_tui.dataset.checks.finding import Finding, Flaw, finding_of
from jessy_tui.dataset.targets import compare
from jessy_tui.workspace import TargetSettings

BALANCE: Final = Check("balance", "note", "A target of the workspace that is missed.")

_ENOUGH: Final = 100
"""Of fewer examples, one more or less is a percent: shares say nothing yet."""


def find(census: Census, targets: TargetSettings) -> list[Finding]:
    """A note for each target that is missed; none as long as there are few examples.

    Targets of files count only where a file has a name they are about: they are those of the
    examples that come with Jessy, and others keep theirs in files of other names.
    """
    if census.examples < _ENOUGH:
        return []
    names = [path.name for path in census.files]
    ours = any(fnmatch(name, pattern) for pattern in targets.files for name in names)
    missed = [
        target
        for target in compare(census.distributions(), census.file_distribution(), targets)
        if not target.met and (ours or not target.name.startswith("files "))
    ]
    return [
        finding_of(
            BALANCE,
            Flaw((), f"{target.name}: {target.found} found, {target.wanted} wanted."),
        )
        for target in missed
    ]
