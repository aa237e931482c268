"""`jessy convert`: examples as a file of another tool."""

from collections.abc import Sequence
from pathlib import Path

import click

from jessy_tui.cli.data import paths_argument, plural, workspace_files
from jessy_tui.cli.output import json_option, print_json
from jessy_tui.cli.rows import ask, print_report, progress
from jessy_tui.dataset.formats.converting import (
    Conversion,
    convert,
    placed_rows,
    refuse_own_source,
)
from jessy_tui.dataset.formats.detect import Detected, detect
from jessy_tui.dataset.formats.registry import FORMATS
from jessy_tui.dataset.formats.report import Report
from jessy_tui.dataset.formats.targets import kind_named
from jessy_tui.errors import JessyError
from jessy_tui.files import Staged
from jessy_tui.workspace import Workspace


@click.command("convert")
@paths_argument
@click.option(
    "--to",
    "format_name",
    required=True,
    type=click.Choice(list(FORMATS)),
    help="The format of the rows.",
)
@click.option(
    "--out",
    "target",
    required=True,
    type=click.Path(path_type=Path),
    help="The file; its ending (.json .jsonl .csv .tsv .parquet) says of which kind.",
)
@click.option(
    "--plan/--no-plan", default=True, help="Say the plan before each answer, or not. Default: say."
)
@click.option(
    "--bare",
    is_flag=True,
    help="Only what the format has a place for; what is lost by that is listed.",
)
@click.option("--preview", "only_preview", is_flag=True, help="Count and write nothing.")
@click.option("--overwrite", is_flag=True, help="Replace a file that is there.")
@click.option("--skip-bad", is_flag=True, help="Leave out what is no conversation.")
@click.option("--yes", is_flag=True, help="Do not ask before it is written.")
@json_option
@click.pass_obj
def command(
    workspace: Workspace,
    paths: tuple[Path, ...],
    *,
    format_name: str,
    target: Path,
    plan: bool,
    bare: bool,
    only_preview: bool,
    overwrite: bool,
    skip_bad: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Write the examples in PATHS, or in the workspace's data/, in another format.

    PATHS may also be files of other formats: they are read as `jessy import` reads them. What the
    format has no place for stands under the key `jessy` of a row, so that `jessy import` gives the
    same examples back; --bare leaves it out.
    """
    kind_named(target)
    if target.exists() and not (overwrite or only_preview):
        raise JessyError(f"{target} exists; name another file, or say --overwrite.")
    sources = list(paths) or workspace_files(workspace)
    refuse_own_source(sources, target)
    files = [detect(path) for path in sources]
    conversion = Conversion(FORMATS[format_name], target, plan, bare)
    report = Report()
    if not as_json:
        for file in files:
            click.echo(f"{file.source.path}: {file.why}")
    staged = _convert(files, conversion, report, skip_bad=skip_bad, quiet=as_json)
    if not as_json:
        print_report(report, "example")
    question = f"Write {plural(report.examples, 'row')} to {target}?"
    written = not only_preview and (as_json or ask(question, yes=yes))
    if written:
        staged.commit()
    else:
        staged.discard()
    if as_json:
        print_json(
            {
                "sources": [str(file.source.path) for file in files],
                "format": format_name,
                "kind": kind_named(target),
                **report.as_object(),
                "written": str(target) if written else None,
            }
        )
    elif written:
        click.echo(f"{plural(report.examples, 'row')} written to {target}.")
    else:
        click.echo("Nothing was written.")


def _convert(
    files: Sequence[Detected],
    conversion: Conversion,
    report: Report,
    *,
    skip_bad: bool,
    quiet: bool,
) -> Staged:
    def share() -> float:
        return sum(file.source.share for file in files) / len(files)

    with progress(conversion.target.name, quiet=quiet) as tell:
        try:
            return convert(
                placed_rows(files, report),
                conversion,
                report,
                skip_bad=skip_bad,
                progressed=lambda: tell(share()),
            )
        except JessyError:
            if report.bad_rows and not quiet:
                print_report(report, "example")
            raise
