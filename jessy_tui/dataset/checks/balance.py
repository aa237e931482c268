"""The check of the distributions against the targets of the workspace."""

from collections.abc import Sequence
from fnmatch import fnmatch
from typing import Final

from jessy_tui.dataset.checks.check import Check
from jessy_tui.dataset.checks.finding import Finding, Flaw, finding_of
from jessy_tui.dataset.distribution import distributions_of, file_distribution
from jessy_tui.dataset.files import ExampleFile
from jessy_tui.dataset.targets import compare
from jessy_tui.workspace import TargetSettings

BALANCE: Final = Check("balance", "note", "A target of the workspace that is missed.")

_ENOUGH: Final = 100
"""Of fewer examples, one more or less is a percent: shares say nothing yet."""


def find(files: Sequence[ExampleFile], targets: TargetSettings) -> list[Finding]:
    """A note for each target that is missed; none as long as there are few examples.

    Targets of files count only where a file has a name they are about: they are those of the
    examples that come with Jessy, and others keep theirs in files of other names.
    """
    if sum(len(file.examples) for file in files) < _ENOUGH:
        return []
    names = [file.path.name for file in files]
    ours = any(fnmatch(name, pattern) for pattern in targets.files for name in names)
    found = distributions_of(example for file in files for example in file.examples)
    missed = [
        target
        for target in compare(found, file_distribution(files), targets)
        if not target.met and (ours or not target.name.startswith("files "))
    ]
    return [
        finding_of(
            BALANCE,
            Flaw((), f"{target.name}: {target.found} found, {target.wanted} wanted."),
        )
        for target in missed
    ]
