"""`jessy check`: what is wrong with the examples, and mending what can be mended safely."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from jessy_tui.cli.data import load_all, paths_argument, shorten
from jessy_tui.cli.output import json_option, print_json
from jessy_tui.dataset.checks import (
    Finding,
    check_balance,
    check_files,
    check_probes,
    count_severities,
    refuse_unknown,
    unreadable_file,
)
from jessy_tui.dataset.checks.fixes import Fix, fix_example
from jessy_tui.dataset.files import ExampleFile, ExampleFileError
from jessy_tui.dataset.probes import ProbeFile, load_probes
from jessy_tui.dataset.store import ExampleStore
from jessy_tui.errors import JessyError
from jessy_tui.workspace import PROBES_NAME, CheckSettings, Workspace


@click.command("check")
@paths_argument
@click.option("--fix", "fixing", is_flag=True, help="Make the safe fixes, and say which.")
@json_option
@click.option("--sarif", "as_sarif", is_flag=True, help="Print a SARIF 2.1.0 log for editors.")
@click.pass_context
def command(
    ctx: click.Context, paths: tuple[Path, ...], *, fixing: bool, as_json: bool, as_sarif: bool
) -> None:
    """Say what is wrong with the examples in PATHS, or in the workspace's data/.

    In a workspace with data/probes.json, an example that is a probe is an error, and without
    PATHS the probes and the balance are checked too. Exit code 1 when there is an error (after
    the fixes, with --fix); warnings and notes alone give 0.
    """
    if as_json and as_sarif:
        raise click.UsageError("--json and --sarif exclude each other.")
    workspace: Workspace = ctx.obj
    settings = workspace.settings
    named = [path for path in paths if path.name == PROBES_NAME]
    probes, errors = _load_probes(workspace, named)
    files: list[ExampleFile] = []
    fixes: list[tuple[Path, int, Fix]] = []
    if not paths or len(named) < len(paths):
        others = [path for path in paths if path not in named]
        files, unread = load_all(workspace, others)
        errors = [*unread, *errors]
        if fixing:
            refuse_unknown(settings.check.off)  # before anything changes
            fixes = _fix(files, settings.check)
            if fixes:
                files, _ = load_all(workspace, [file.path for file in files])
    findings = [
        *(unreadable_file(error) for error in errors),
        *check_files(files, settings.check, probes),
    ]
    if probes is not None and (named or not paths):
        findings += check_probes(probes, settings.check)
    if not paths:
        findings += check_balance(files, settings.check, settings.targets)
    _print(findings, files, fixes if fixing else None, as_json=as_json, as_sarif=as_sarif)
    ctx.exit(1 if count_severities(findings)["error"] else 0)


def _print(
    findings: Sequence[Finding],
    files: Sequence[ExampleFile],
    fixes: Sequence[tuple[Path, int, Fix]] | None,
    *,
    as_json: bool,
    as_sarif: bool,
) -> None:
    examples = sum(len(file.examples) for file in files)
    counts = count_severities(findings)
    if as_sarif:
        from jessy_tui.cli.sarif import as_sarif as sarif_of

        print_json(sarif_of(findings))
        return
    from jessy_tui.cli.findings import finding_as_json, fix_as_json, print_findings, print_fixes

    if as_json:
        found: dict[str, Any] = {
            "examples": examples,
            "findings": [finding_as_json(finding) for finding in findings],
            "counts": counts,
        }
        if fixes is not None:
            found["fixed"] = [fix_as_json(made) for made in fixes]
        print_json(found)
        return
    if fixes:
        print_fixes(fixes)
    print_findings(findings, examples, len(files), counts)


def _fix(files: Sequence[ExampleFile], settings: CheckSettings) -> list[tuple[Path, int, Fix]]:
    """Make the safe fixes in these files, all or none of each; what does not change stays as is.

    Raises:
        JessyError: a file could not be written; those before it are.
    """
    paths = [
        file.path
        for file in files
        if any(fix_example(example, settings)[1] for example in file.examples)
    ]
    if not paths:
        return []
    made: list[tuple[Path, int, Fix]] = []
    store = ExampleStore.open(paths)
    try:
        store.wait_indexed()
        for entry in list(store):
            fixed, fixes = fix_example(entry.example, settings)
            if fixes:
                store.replace(entry.id, fixed)
                made += ((entry.file, entry.index, fix) for fix in fixes)
        store.save()
    finally:
        store.close()
    return made


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
