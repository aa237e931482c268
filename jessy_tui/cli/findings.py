"""How findings are printed: as a table for people, as objects for programs."""

import json
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from jessy_tui.cli.data import plural, printable
from jessy_tui.dataset.checks import PROBE_CHECKS, Finding, Severity
from jessy_tui.dataset.checks.fixes import Fix

Made = tuple[Path, int, Fix]
"""A fix that was made: the file, the place of the example in it, and what changed."""

_STYLES: Final = {"error": "bold red", "warning": "yellow", "note": "cyan"}
_PROBE_CHECKS: Final = frozenset(check.name for check in PROBE_CHECKS)
_LONGEST: Final = 48


def finding_as_json(finding: Finding) -> dict[str, Any]:
    """A finding as `jessy check --json` has it."""
    return {
        "check": finding.check,
        "severity": finding.severity,
        "file": None if finding.file is None else printable(finding.file),
        "index": finding.index,
        "line": finding.line,
        "field": finding.field,
        "message": finding.message,
        "fix": finding.fix,
    }


def fix_as_json(made: Made) -> dict[str, Any]:
    """A fix that was made, as `jessy check --fix --json` has it."""
    path, index, fix = made
    return {
        "check": fix.check,
        "file": printable(path),
        "index": index,
        "field": fix.field,
        "was": fix.was,
        "now": fix.now,
    }


def print_fixes(fixes: Sequence[Made]) -> None:
    """What was changed, by file."""
    console = _console()
    for path, made in groupby(fixes, key=lambda one: one[0]):
        found = list(made)
        title = Text(printable(path), "bold")
        title.append(f": {_fixes(len(found))}", "green")
        console.print(title, soft_wrap=True)
        table = Table.grid(padding=(0, 1))
        table.add_column(width=1)
        table.add_column(overflow="fold")
        for _, index, fix in found:
            change = Text(f"{_shown(fix.was)} → {_shown(fix.now)}")
            change.append(f" [{fix.check} · example {index + 1} · {fix.field}]", "dim")
            table.add_row("", change)
        console.print(table)
        console.print()


def print_findings(
    findings: Sequence[Finding], examples: int, files: int, counts: dict[Severity, int]
) -> None:
    """The findings by file, and a line that counts them."""
    console = _console()
    for file, found in groupby(findings, key=lambda finding: finding.file):
        title = "all examples" if file is None else printable(file)
        console.print(Text(title, "bold"), soft_wrap=True)
        table = Table.grid(padding=(0, 1))
        table.add_column(width=1)
        table.add_column(justify="right", no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for finding in found:
            message = Text(finding.message)
            message.append(f" [{_place(finding)}]", "dim")
            line = "" if finding.line is None else str(finding.line)
            severity = Text(finding.severity, _STYLES[finding.severity])
            table.add_row("", line, severity, message)
        console.print(table)
        console.print()
    where = f"{plural(examples, 'example')} in {plural(files, 'file')}"
    found_words = ", ".join(plural(count, name) for name, count in counts.items() if count)
    style = next((_STYLES[name] for name, count in counts.items() if count), "green")
    closing = Text(f"{where}: ")
    closing.append(found_words or "nothing found", style)
    console.print(closing.append("."), soft_wrap=True)


def _console() -> Console:
    return Console(highlight=False, markup=False, emoji=False)


def _fixes(count: int) -> str:
    return "1 fix" if count == 1 else f"{count:,} fixes"


def _shown(value: str) -> str:
    """Some JSON as the terminal may have it, short enough to be seen at a glance."""
    text = value if value.isprintable() else json.dumps(json.loads(value))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _place(finding: Finding) -> str:
    places = [finding.check]
    if finding.index is not None:
        what = "probe" if finding.check in _PROBE_CHECKS else "example"
        places.append(f"{what} {finding.index + 1}")
    if finding.field is not None:
        places.append(finding.field)
    return " · ".join(places)
