"""`jessy import`: examples from a file of another tool."""

from pathlib import Path
from typing import Any

import click

from jessy_tui.cli.data import plural, shorten
from jessy_tui.cli.output import json_option, print_json
from jessy_tui.cli.rows import ask, print_preview, print_report, progress
from jessy_tui.dataset.formats.detect import Detected, detect
from jessy_tui.dataset.formats.importing import Import, refuse_target
from jessy_tui.dataset.formats.registry import FORMATS
from jessy_tui.errors import JessyError
from jessy_tui.files import Staged

_PREVIEWED = 5


@click.command("import")
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    help="The example file to write, *.json or *.jsonl, such as data/imported.jsonl.",
)
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="WHAT=COLUMN",
    help="What a column is, such as question=soru; as often as you like. WHAT is question, answer, "
    "context, history, system, messages, role, text, complexity, iterations, category, language, "
    "part or weight.",
)
@click.option(
    "--from",
    "format_name",
    type=click.Choice(list(FORMATS)),
    help="The format, where looking does not tell it.",
)
@click.option("--encoding", metavar="NAME", help="The encoding, where it is not UTF-8.")
@click.option("--preview", "only_preview", is_flag=True, help="Look, count and write nothing.")
@click.option("--append", is_flag=True, help="Put the examples behind those of the target.")
@click.option("--overwrite", is_flag=True, help="Replace a target that is there.")
@click.option("--skip-bad", is_flag=True, help="Leave bad rows out instead of writing nothing.")
@click.option("--yes", is_flag=True, help="Do not ask before it is written.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    source: Path,
    *,
    target: Path | None,
    mapping: tuple[str, ...],
    format_name: str | None,
    encoding: str | None,
    only_preview: bool,
    append: bool,
    overwrite: bool,
    skip_bad: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Turn the rows of SOURCE into examples: ShareGPT, OpenAI messages, Alpaca, prompt and
    completion or text, as JSON, JSONL, CSV, TSV or Parquet.

    Kind and format are found by looking. What an example has no place for (system prompts, tool
    calls, other columns) is kept beside it and listed. Rows without a label are imported without
    one: `is:unlabelled` finds them in the app, where many are labelled at once.
    """
    if append and overwrite:
        raise click.UsageError("--append and --overwrite exclude each other.")
    if target is None and not only_preview:
        raise click.UsageError("Name the file to write with --to FILE, or look with --preview.")
    if target is not None:
        refuse_target(target)
        if target.exists() and not (append or overwrite or only_preview):
            raise JessyError(f"{target} exists; name another file, or say --append or --overwrite.")
    detected = detect(
        source, mapping=mapping_of(mapping), format_name=format_name, encoding=encoding
    )
    job = Import(detected)
    if not as_json:
        click.echo(f"{shorten(source)}: {detected.why}")
        print_preview(job.preview(_PREVIEWED))
        click.echo()
    staged = _read(job, None if only_preview else target, append, skip_bad, quiet=as_json)
    written = None
    if staged is not None:
        if not as_json:
            print_report(job.report, "example")
        into = f"Write {plural(job.report.examples, 'example')} to {staged.path}?"
        if as_json or ask(into, yes=yes):
            staged.commit()
            written = staged.path
        else:
            staged.discard()
    if as_json:
        print_json(_as_object(job, detected, written))
    elif written is not None:
        click.echo(f"{plural(job.report.examples, 'example')} written to {written}.")
    else:
        if staged is None:
            print_report(job.report, "example")
        click.echo("Nothing was written.")
    if job.report.bad_rows and not skip_bad:
        ctx.exit(1)


def _read(
    job: Import,
    target: Path | None,
    append: bool,
    skip_bad: bool,
    *,
    quiet: bool,
) -> Staged | None:
    """Go through all rows; what they are to be written as, or None for a look alone.

    Raises:
        JessyError: as `Import.write` says; the report is printed before.
    """
    with progress(job.source.name, quiet=quiet) as tell:
        if target is None:
            for _ in job.raws(progressed=tell):
                pass
            return None
        try:
            return job.write(target, append=append, skip_bad=skip_bad, progressed=tell)
        except JessyError:
            if job.report.bad_rows and not quiet:
                print_report(job.report, "example")
            raise


def _as_object(job: Import, detected: Detected, written: Path | None) -> dict[str, Any]:
    return {
        "source": str(job.source),
        "kind": detected.source.kind,
        "format": detected.format.name,
        "why": detected.why,
        "columns": list(detected.columns),
        **job.report.as_object(),
        "written": str(written) if written else None,
    }


def mapping_of(settings: tuple[str, ...]) -> dict[str, str]:
    """What was said with `--map`.

    Raises:
        click.UsageError: something is not of the form WHAT=COLUMN, or no such thing.
    """
    from jessy_tui.dataset.formats.detect import MAP_KEYS

    found = {}
    for setting in settings:
        what, equals, column = setting.partition("=")
        if not equals or not what.strip() or not column.strip():
            raise click.UsageError(f"{setting!r} maps nothing; write question=COLUMN.")
        if what.strip() not in MAP_KEYS:
            raise click.UsageError(
                f"{what.strip()!r} is nothing a column can be; there are {', '.join(MAP_KEYS)}."
            )
        found[what.strip()] = column.strip()
    return found
