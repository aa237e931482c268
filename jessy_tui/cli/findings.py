"""How findings are printed: as a table for people, as objects for programs."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import Any, Final

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from jessy_tui.cli.data import plural, printable
from jessy_tui.dataset.checks import PROBE_CHECKS, SEVERITIES, Finding, Said, Severity
from jessy_tui.dataset.checks.fixes import Fix

Made = tuple[Path, int, Fix]
"""A fix that was made: the file, the place of the example in it, and what changed."""

_STYLES: Final = {"error": "bold red", "warning": "yellow", "note": "cyan"}
_PROBE_CHECKS: Final = frozenset(check.name for check in PROBE_CHECKS)
_LONGEST: Final = 48
_FIRST: Final = 5
_PAGE: Final = 500
MOST_PRINTED: Final = 2_000
"""Of more findings than this, people are shown the first of each check."""


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


def print_json_findings(
    findings: Iterable[Finding],
    examples: int,
    counts: dict[Severity, int],
    fixes: Sequence[Made] | None,
    *,
    complete: bool,
) -> None:
    """One JSON object, written as it comes: a million findings are not held in memory.

    Where the check was stopped it says `"complete": false` at the end.
    """
    sys.stdout.flush()
    out = sys.stdout.buffer
    out.write(b'{\n  "examples": %d,\n  "findings": [' % examples)
    separator = b"\n    "
    for finding in findings:
        out.write(separator + orjson.dumps(finding_as_json(finding)))
        separator = b",\n    "
    out.write(b"]" if separator == b"\n    " else b"\n  ]")
    rest: dict[str, Any] = {"counts": counts}
    if fixes is not None:
        rest["fixed"] = [fix_as_json(made) for made in fixes]
    if not complete:
        rest["complete"] = False
    for key, value in rest.items():
        out.write(b',\n  "%s": ' % key.encode() + orjson.dumps(value))
    out.write(b"\n}\n")
    out.flush()


def print_findings(findings: Iterable[Finding]) -> None:
    """The findings by file."""
    console = _console()
    for file, found in groupby(findings, key=lambda finding: finding.file):
        title = "all examples" if file is None else printable(file)
        console.print(Text(title, "bold"), soft_wrap=True)
        _print_table(console, found)


def print_summary(
    findings: Iterable[Finding], by_check: dict[Said, int], after: Sequence[Finding]
) -> None:
    """How many findings each check has, with the first few of each: there are too many to read."""
    counts = Counter(by_check)
    first: dict[Said, list[Finding]] = {}
    others = Counter(Said(one.check, one.severity) for one in after)
    for finding in findings:
        said = Said(finding.check, finding.severity)
        shown = first.setdefault(said, [])
        if len(shown) < _FIRST:
            shown.append(finding)
            if said not in by_check and said not in others:
                others[said] += 1  # a file that cannot be read
    counts += others
    console = _console()
    order = sorted(first, key=lambda said: (SEVERITIES.index(said.severity), said.check))
    for said in order:
        title = Text(said.check, "bold")
        title.append(f": {plural(counts[said], said.severity)}", _STYLES[said.severity])
        if counts[said] > _FIRST:
            title.append(f", the first {_FIRST} of them", "dim")
        console.print(title, soft_wrap=True)
        _print_table(console, first[said], with_file=True)
    console.print(Text("--all prints every finding, --json for programs.", "dim"))


def _print_table(console: Console, findings: Iterable[Finding], *, with_file: bool = False) -> None:
    """Findings a page at a time, so that the first are seen while the others are made."""
    rest = iter(findings)
    while page := list(islice(rest, _PAGE)):
        table = Table.grid(padding=(0, 1))
        table.add_column(width=1)
        table.add_column(justify="right", no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for finding in page:
            message = Text(finding.message)
            place = _place(finding)
            if with_file and finding.file is not None:
                place = f"{printable(finding.file)} · {place}"
            message.append(f" [{place}]", "dim")
            line = "" if finding.line is None else str(finding.line)
            severity = Text(finding.severity, _STYLES[finding.severity])
            table.add_row("", line, severity, message)
        console.print(table)
    console.print()


def print_closing(
    examples: int, files: int, counts: dict[Severity, int], *, complete: bool
) -> None:
    """A line that counts what was found, and says where it is not all there is."""
    console = _console()
    where = f"{plural(examples, 'example')} in {plural(files, 'file')}"
    found_words = ", ".join(plural(count, name) for name, count in counts.items() if count)
    style = next((_STYLES[name] for name, count in counts.items() if count), "green")
    closing = Text(f"{where}: ")
    closing.append(found_words or "nothing found", style)
    console.print(closing.append("."), soft_wrap=True)
    if not complete:
        console.print(
            Text(
                "Stopped before the end: the examples behind were not looked at, and questions "
                "that are nearly the same were not looked for.",
                "bold",
            ),
            soft_wrap=True,
        )


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
