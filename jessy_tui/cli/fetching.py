"""Fetching a base from the command line: agreeing to its terms, and a bar of how far it is."""

import sys

import click

from jessy_tui.bases.catalogue import Base
from jessy_tui.bases.fetch import Fetch
from jessy_tui.cli.exits import INTERRUPTED
from jessy_tui.errands.stage import Stage
from jessy_tui.errors import JessyError
from jessy_tui.workspace import Workspace


def agree(base: Base, *, yes: bool) -> None:
    """Show the terms of a base that has some, and have them agreed to.

    Raises:
        JessyError: nobody can be asked, or they were not agreed to.
    """
    if base.terms is None:
        return
    click.echo(f"{base.name} has terms. {base.terms}", err=True)
    if yes:
        return
    if not sys.stdin.isatty():
        raise JessyError(
            f"{base.name} was not fetched: its terms have to be agreed to; add --yes if you do."
        )
    if not click.confirm("Do you agree to them?", err=True):
        raise JessyError(f"{base.name} was not fetched, since its terms were not agreed to.")


def fetch_with_a_bar(workspace: Workspace, base: Base, *, rebuild: bool) -> Base:
    """Make it ready, with a bar on stderr; ctrl+c cancels it.

    Raises:
        JessyError: it cannot be made.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from jessy_tui.bases.words import describe_stage

    fetch = Fetch(workspace, base, rebuild=rebuild)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    console = Console(stderr=True, highlight=False)
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(f"makes {base.name}", total=None)

        def told(stage: Stage) -> None:
            bar.update(
                task,
                description=f"{base.name}: {describe_stage(stage)}",
                total=stage.total,
                completed=stage.done,
            )

        try:
            return fetch.run(told)
        except KeyboardInterrupt:
            fetch.cancel()
            bar.stop()
            click.echo(f"Fetching {base.name} was cancelled; nothing of it is left.", err=True)
            sys.exit(INTERRUPTED)
