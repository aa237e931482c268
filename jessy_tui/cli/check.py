"""`jessy check`: what is wrong with the examples."""

from itertools import groupby
from pathlib import Path
from typing import Any

import click

from jessy_tui.cli.data import load_all, paths_argument, plural, printable, shorten
from jessy_tui.cli.output import json_option, print_json
from jessy_tui.dataset.checks import (
    Finding,
    Severity,
    check_files,
    check_probes,
    count_severities,
    unreadable_file,
)
from jessy_tui.dataset.files import ExampleFile, ExampleFileError
from jessy_tui.dataset.probes import ProbeFile, load_probes
from jessy_tui.errors import JessyError
from jessy_tui.workspace import PROBES_NAME, Workspace


@click.command("check")
@paths_argument
@json_option
@click.pass_context
def command(ctx: click.Context, paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Say what is wrong with the examples in PATHS, or in the workspace's data/.

    Exit code 1 when there is an error; warnings and notes alone give 0.
    """
    workspace: Workspace = ctx.obj
    settings = workspace.settings.check
    named = [path for path in paths if path.name == PROBES_NAME]
    probes, errors = _load_probes(workspace, named)
    files: list[ExampleFile] = []
    if not paths or len(named) < len(paths):
        others = [path for path in paths if path not in named]
        files, unread = load_all(workspace, others)
        errors = [*unread, *errors]
    findings = [
        *(unreadable_file(error) for error in errors),
        *check_files(files, settings, probes),
    ]
    if probes is not None and (named or not paths):
        findings += check_probes(probes, settings)
    examples = sum(len(file.examples) for file in files)
    counts = count_severities(findings)
    if as_json:
        print_json(
            {
                "examples": examples,
                "findings": [_as_json(finding) for finding in findings],
                "counts": counts,
            }
        )
    else:
        _print(findings, examples, len(files), counts)
    ctx.exit(1 if counts["error"] else 0)


def _load_probes(
    workspace: Workspace, named: list[Path]
) -> tuple[ProbeFile | None, list[ExampleFileError]]:
    """The probes that are named, or those of the workspace, where it has any.

    Raises:
        JessyError: several files of probes are named.
    """
    if len({path.resolve() for path in named}) > 1:
        raise JessyError(f"{named[0]} and {named[1]} are both probes; name one of them.")
    path = named[0] if named else shorten(workspace.probes)
    if not named and not path.exists():
        return None, []
    try:
        return load_probes(path), []
    except ExampleFileError as error:
        return None, [error]


def _as_json(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "severity": finding.severity,
        "file": printable(finding.file),
        "index": finding.index,
        "line": finding.line,
        "field": finding.field,
        "message": finding.message,
        "fix": finding.fix,
    }


_STYLES = {"error": "bold red", "warning": "yellow", "note": "cyan"}


def _print(findings: list[Finding], examples: int, files: int, counts: dict[Severity, int]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, markup=False, emoji=False)
    for file, found in groupby(findings, key=lambda finding: finding.file):
        console.print(Text(printable(file), "bold"), soft_wrap=True)
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


def _place(finding: Finding) -> str:
    places = [finding.check]
    if finding.index is not None:
        places.append(f"example {finding.index + 1}")
    if finding.field is not None:
        places.append(finding.field)
    return " · ".join(places)
