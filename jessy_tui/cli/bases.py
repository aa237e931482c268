"""`jessy bases`: what can be fine-tuned, and what of it is on this disk."""

from typing import Any

import click

from jessy_tui.bases.catalogue import Base, chosen, list_bases
from jessy_tui.cli.output import json_option, print_json
from jessy_tui.errors import JessyError
from jessy_tui.workspace import Workspace


@click.group("bases", invoke_without_command=True)
@json_option
@click.pass_context
def command(ctx: click.Context, *, as_json: bool) -> None:
    """List what can be fine-tuned, or make it ready."""
    if ctx.invoked_subcommand is None:
        assert isinstance(ctx.obj, Workspace)  # noqa: S101
        bases = list_bases(ctx.obj)
        try:
            choice = chosen(ctx.obj)
        except JessyError as error:
            choice = None
            click.echo(f"jessy: {error}", err=True)
        name = choice.name if choice else None
        if as_json:
            print_json({"bases": [as_object(base) for base in bases], "chosen": name})
        else:
            _print(bases, name)


@command.command("fetch")
@click.argument("wanted", metavar="NAME|PATH|OWNER/REPOSITORY")
@click.option("--name", metavar="NAME", help="Keep a path or a repository under this name.")
@click.option(
    "--rebuild",
    is_flag=True,
    help="Make it anew though it is ready. Runs trained on the old one cannot be asked any more.",
)
@click.option("--yes", is_flag=True, help="Agree to the terms of a base that has some.")
@json_option
@click.pass_obj
def fetch(
    workspace: Workspace,
    wanted: str,
    *,
    name: str | None,
    rebuild: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Make a base ready on this disk: built, or fetched and converted.

    A name of the list, the folder of a model (mlx-lm's or Hugging Face's), a GGUF file, or a
    repository of the Hugging Face hub.
    """
    from jessy_tui.bases.wanted import find_wanted
    from jessy_tui.cli.fetching import agree, fetch_with_a_bar

    before = find_wanted(workspace, wanted, name=name)
    if before.ready and not rebuild:
        base = before
    else:
        agree(before, yes=yes)
        base = fetch_with_a_bar(workspace, before, rebuild=rebuild)
    orphans = _orphans(workspace, base)
    if as_json:
        print_json({**as_object(base), "built": base is not before, "orphaned_runs": orphans})
        return
    click.echo(f"{base.name} {'was' if base is before else 'is'} ready in {base.folder}.")
    if base.description:
        click.echo(base.description)
    for change in base.record.changes if base.record else ():
        click.echo(change)
    if orphans:
        click.echo(
            f"Trained on another {base.name}, and not to be asked any more: {', '.join(orphans)}."
        )
    click.echo(f"Train it: jessy train --base {base.name}")


@command.command("remove")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_obj
def remove(workspace: Workspace, name: str, *, yes: bool, as_json: bool) -> None:
    """Take the base NAME off this disk. It asks first."""
    import sys

    from jessy_tui.bases.catalogue import find_base
    from jessy_tui.bases.removing import remove_base, runs_on
    from jessy_tui.bases.words import describe_bytes

    base = find_base(workspace, name)
    if base.ready and not yes:
        runs = [run.name for run in runs_on(workspace, base)]
        if runs:
            click.echo(
                f"Trained on it, and not to be asked without it: {', '.join(runs)}.", err=True
            )
        if not sys.stdin.isatty():
            raise JessyError(f"{name} was not removed, since nobody could be asked; add --yes.")
        if not click.confirm(f"Remove {name} ({describe_bytes(base.disk)})?", err=True):
            raise JessyError(f"{name} was not removed.")
    freed = remove_base(workspace, base)
    if as_json:
        print_json({"name": name, "removed": True, "freed": freed})
    else:
        click.echo(f"{name} is removed; {describe_bytes(freed)} are free again.")


@command.command("choose")
@click.argument("name")
@click.pass_obj
def choose(workspace: Workspace, name: str) -> None:
    """Train the base NAME unless another is named; kept in jessy.toml."""
    from jessy_tui.bases.catalogue import find_base
    from jessy_tui.bases.choosing import choose_base
    from jessy_tui.bases.words import describe_standing

    base = find_base(workspace, name)
    choose_base(workspace, name)
    click.echo(f"{name} is the one that is trained; {describe_standing(base)}.")


def as_object(base: Base) -> dict[str, Any]:
    """A base for programs. Sizes are in bytes."""
    record = base.record
    return {
        "name": base.name,
        "ready": base.ready,
        "origin": base.origin,
        "description": base.description,
        "folder": str(base.folder),
        "parameters": base.parameters,
        "licence": base.licence,
        "terms": base.terms,
        "languages": list(base.languages),
        "download": base.download,
        "disk": base.disk,
        "memory_to_train": base.memory,
        "fit": base.fit,
        "vocabulary": record.vocabulary if record else None,
        "examples": record.examples if record else None,
        "fingerprint": record.fingerprint if record else None,
        "precision": record.precision if record else None,
        "context": record.context if record else None,
        "made_of": str(record.made_of) if record and record.made_of else None,
        "changes": list(record.changes) if record else [],
    }


def _orphans(workspace: Workspace, base: Base) -> list[str]:
    """The runs that were trained on another base of that name."""
    from jessy_tui.training.runs import list_runs

    fingerprint = base.record.fingerprint if base.record else None
    return [
        run.name
        for run in list_runs(workspace)
        if run.record.base.name == base.name
        and run.record.base.fingerprint not in (None, fingerprint)
    ]


def _print(bases: list[Base], chosen_name: str | None) -> None:
    """A paragraph a base."""
    from jessy_tui.bases.words import describe_facts, describe_standing

    for base in bases:
        mark = ", the one that is trained" if base.name == chosen_name else ""
        click.echo(f"{base.name}  ({describe_standing(base)}{mark})")
        click.echo(f"  {base.description}")
        click.echo(f"  {describe_facts(base)}")
        if base.ready:
            click.echo(f"  in {base.folder}")
