"""`jessy bases`: what can be fine-tuned, and what of it is on this disk."""

from typing import Any

import click

from jessy_tui.bases.catalogue import Base, list_bases
from jessy_tui.cli.output import json_option, print_json
from jessy_tui.workspace import Workspace


@click.group("bases", invoke_without_command=True)
@json_option
@click.pass_context
def command(ctx: click.Context, *, as_json: bool) -> None:
    """List what can be fine-tuned, or make it ready."""
    if ctx.invoked_subcommand is None:
        assert isinstance(ctx.obj, Workspace)  # noqa: S101
        bases = list_bases(ctx.obj)
        if as_json:
            print_json({"bases": [as_object(base) for base in bases]})
        else:
            _print(bases)


@command.command("fetch")
@click.argument("name")
@click.option(
    "--rebuild",
    is_flag=True,
    help="Build it anew though it is ready. Runs trained on the old one cannot be asked any more.",
)
@json_option
@click.pass_obj
def fetch(workspace: Workspace, name: str, *, rebuild: bool, as_json: bool) -> None:
    """Make the base NAME ready on this disk."""
    from rich.console import Console

    from jessy_tui.bases.catalogue import find_base
    from jessy_tui.bases.fetch import fetch_base

    before = find_base(workspace, name)
    console = Console(stderr=True, highlight=False)
    if before.ready and not rebuild:
        base = before
    else:
        with console.status(f"building {name} from the examples"):
            base = fetch_base(workspace, name, rebuild=rebuild)
    orphans = _orphans(workspace, base)
    if as_json:
        print_json({**as_object(base), "built": base is not before, "orphaned_runs": orphans})
        return
    click.echo(f"{name} {'was' if base is before else 'is'} ready in {base.folder}.")
    click.echo(base.description)
    if orphans:
        click.echo(
            f"Trained on another {name}, and not to be asked any more: {', '.join(orphans)}."
        )
    click.echo(f"Train it: jessy train --base {name}")


def as_object(base: Base) -> dict[str, Any]:
    """A base for programs."""
    record = base.record
    return {
        "name": base.name,
        "ready": base.ready,
        "origin": base.origin,
        "description": base.description,
        "folder": str(base.folder),
        "parameters": record.parameters if record else None,
        "vocabulary": record.vocabulary if record else None,
        "examples": record.examples if record else None,
        "fingerprint": record.fingerprint if record else None,
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


def _print(bases: list[Base]) -> None:
    for base in bases:
        ready = "ready" if base.ready else f"not built yet: jessy bases fetch {base.name}"
        click.echo(f"{base.name}  ({base.origin}; {ready})")
        click.echo(f"  {base.description}")
        if base.record:
            click.echo(
                f"  {base.record.parameters:,} weights, {base.record.vocabulary:,} tokens, built "
                f"from {base.record.examples:,} examples, in {base.folder}"
            )
