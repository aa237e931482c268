"""`jessy check`: what is wrong with the examples, and mending what can be mended safely."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import click

from jessy_tui.cli.checking import interrupted, measuring, processes, progress
from jessy_tui.cli.data import paths_argument, shorten, workspace_files
from jessy_tui.cli.exits import INTERRUPTED
from jessy_tui.cli.output import json_option
from jessy_tui.dataset.checks import (
    Finding,
    check_balance,
    check_probes,
    count_severities,
    refuse_unknown,
    unreadable_file,
)
from jessy_tui.dataset.checks.fixes import Fix, fix_example
from jessy_tui.dataset.checks.splits import check_split, is_split
from jessy_tui.dataset.checks.sweep import Sweep
from jessy_tui.dataset.files import ExampleFileError
from jessy_tui.dataset.probes import ProbeFile, load_probes
from jessy_tui.dataset.store import ExampleStore
from jessy_tui.errors import JessyError
from jessy_tui.workspace import PROBES_NAME, CheckSettings, Workspace

"""The exit code after ctrl+c, by custom."""


@click.command("check")
@paths_argument
@click.option("--fix", "fixing", is_flag=True, help="Make the safe fixes, and say which.")
@json_option
@click.option("--sarif", "as_sarif", is_flag=True, help="Print a SARIF 2.1.0 log for editors.")
@click.option("--all", "every", is_flag=True, help="Print every finding, however many there are.")
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[Path, ...],
    *,
    fixing: bool,
    as_json: bool,
    as_sarif: bool,
    every: bool,
) -> None:
    """Say what is wrong with the examples in PATHS, or in the workspace's data/.

    A folder with train.jsonl and valid.jsonl is looked through for questions that are on both
    sides.
    In a workspace with data/probes.json, an example that is a probe is an error, and without
    PATHS the probes and the balance are checked too. Exit code 1 when there is an error (after
    the fixes, with --fix); warnings and notes alone give 0. Ctrl+c ends it with what was found
    until then, and exit code 130.
    """
    if as_json and as_sarif:
        raise click.UsageError("--json and --sarif exclude each other.")
    workspace: Workspace = ctx.obj
    settings = workspace.settings.check
    refuse_unknown(settings.off)
    named = [path for path in paths if path.name == PROBES_NAME]
    probes, unread = _load_probes(workspace, named)
    split_rows, split_findings, split_errors = _check_splits(paths, settings)
    unread += split_errors
    files: list[Path] = []
    folders = [path for path in paths if is_split(path)]
    if not paths or len(named) + len(folders) < len(paths):
        others = [path for path in paths if path not in (*named, *folders)]
        others = others or workspace_files(workspace)
        files = list({_real(path): path for path in others}.values())
    fixes: list[tuple[Path, int, Fix]] | None = None
    with interrupted() as stopped, measuring(workspace) as measure:
        if fixing:
            with Sweep(files, settings, probes, processes=processes()) as first:
                with progress(quiet=as_json or as_sarif) as tell:
                    first.run(tell, stopped)
                fixes = [] if stopped() else _fix(workspace, first.findings())
        with Sweep(files, settings, probes, processes=processes(), measure=measure) as sweep:
            with progress(quiet=as_json or as_sarif) as tell:
                sweep.run(tell, stopped)
            before = [unreadable_file(error) for error in (*sweep.errors, *unread)]
            after = split_findings
            if probes is not None and (named or not paths):
                after += check_probes(probes, settings)
            if not paths and sweep.complete:
                after += check_balance(sweep.census, settings, workspace.settings.targets)
            whole = len(files) - len(sweep.errors) + 2 * len(folders) - len(split_errors)
            report = _Report(sweep, before, after, whole, fixes, split_rows)
            if sweep.unmeasured is not None:
                click.echo(f"jessy: tokens were not counted: {sweep.unmeasured}", err=True)
            report.print(as_json=as_json, as_sarif=as_sarif, every=every)
            counts = report.counts
    if not sweep.complete:
        ctx.exit(INTERRUPTED)
    ctx.exit(1 if counts["error"] else 0)


class _Report:
    """All there is to say, printed in one of several forms."""

    def __init__(
        self,
        sweep: Sweep,
        before: Sequence[Finding],
        after: Sequence[Finding],
        files: int,
        fixes: Sequence[tuple[Path, int, Fix]] | None,
        rows: int,
    ) -> None:
        """Findings about files stand `before` those of the examples, others `after`.

        `rows` are those of splits, which count as examples.
        """
        self._examples = sweep.examples + rows
        self._sweep, self._before, self._after = sweep, before, after
        self._files, self._fixes = files, fixes
        self.counts = count_severities(chain(before, after))
        for severity, count in sweep.counts().items():
            self.counts[severity] += count

    def _findings(self) -> Iterator[Finding]:
        return chain(self._before, self._sweep.findings(), self._after)

    def print(self, *, as_json: bool, as_sarif: bool, every: bool) -> None:
        """Say it to a program or to people; to people no more than can be read."""
        if as_sarif:
            from jessy_tui.cli.sarif import print_sarif

            print_sarif(self._findings(), complete=self._sweep.complete)
            return
        from jessy_tui.cli import findings as forms

        if as_json:
            forms.print_json_findings(
                self._findings(),
                self._examples,
                self.counts,
                self._fixes,
                complete=self._sweep.complete,
            )
            return
        if self._fixes:
            forms.print_fixes(self._fixes)
        if every or sum(self.counts.values()) <= forms.MOST_PRINTED:
            forms.print_findings(self._findings())
        else:
            forms.print_summary(self._findings(), self._sweep.by_check(), self._after)
        forms.print_closing(self._examples, self._files, self.counts, complete=self._sweep.complete)


def _fix(workspace: Workspace, findings: Iterator[Finding]) -> list[tuple[Path, int, Fix]]:
    """Make the safe fixes there are, all or none of each file; what does not change stays as is.

    Raises:
        JessyError: a file could not be written; those before it are.
    """
    fixable: dict[Path, dict[int, None]] = {}
    for finding in findings:
        if finding.fix is not None and finding.file is not None and finding.index is not None:
            fixable.setdefault(finding.file, {})[finding.index] = None
    if not fixable:
        return []
    made: list[tuple[Path, int, Fix]] = []
    store = ExampleStore.open(fixable)
    try:
        store.wait_indexed()
        for problem in store.problems:
            click.echo(f"jessy: nothing was fixed there: {problem}", err=True)
        start = 0
        for path, size in store.sizes().items():
            for index in fixable[path]:
                entry = store[start + index]
                fixed, fixes = fix_example(entry.example, workspace.settings.check)
                store.replace(entry.id, fixed)
                made += ((path, index, fix) for fix in fixes)
            start += size
        store.save()
    finally:
        store.close()
    return made


def _real(path: Path) -> Path:
    """The path without symbolic links; as it is where those lead nowhere."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # a loop
        return path.absolute()


def _check_splits(
    paths: Sequence[Path], settings: CheckSettings
) -> tuple[int, list[Finding], list[ExampleFileError]]:
    """The rows of the folders that hold a split, and what is wrong between their two sides."""
    rows, findings, errors = 0, [], []
    for path in paths:
        if is_split(path):
            try:
                count, found = check_split(path, settings)
            except ExampleFileError as error:
                errors.append(error)
            else:
                rows += count
                findings += found
    return rows, findings, errors


def _load_probes(
    workspace: Workspace, named: list[Path]
) -> tuple[ProbeFile | None, list[ExampleFileError]]:
    """The probes that are named, or those of the workspace, where it has any.

    Raises:
        JessyError: several files of probes are named.
    """
    if len({_real(path) for path in named}) > 1:
        raise JessyError(f"{named[0]} and {named[1]} are both probes; name one of them.")
    path = named[0] if named else shorten(workspace.probes)
    if not named and not path.exists():
        return None, []
    try:
        return load_probes(path), []
    except ExampleFileError as error:
        return None, [error]
