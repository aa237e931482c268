"""How `jessy train --preflight` shows what is known of a run before it is started."""

import sys
from typing import Any

import click
import msgspec

from jessy_tui.cli.output import print_json
from jessy_tui.training.preflight import Preflight, preflight
from jessy_tui.training.preflight_words import facts_of
from jessy_tui.training.recipe import Recipe
from jessy_tui.workspace import Workspace


def show_preflight(workspace: Workspace, base: str, recipe: Recipe, *, as_json: bool) -> bool:
    """Find out what can be known of a run, and show it; whether nothing would stop it.

    Raises:
        JessyError: there is no such base.
    """
    known: Preflight | None = None
    for known in preflight(workspace, base, recipe):
        if known.doing and not as_json and sys.stderr.isatty():
            click.echo(f"\r\x1b[K{known.doing} …", err=True, nl=False)
    assert known is not None  # noqa: S101  # it says something at least once
    if not as_json and sys.stderr.isatty():
        click.echo("\r\x1b[K", err=True, nl=False)
    if as_json:
        print_json(as_object(known))
    else:
        for name, words in facts_of(known):
            click.echo(f"{name:>8}  {words}")
    return known.ready


def as_object(known: Preflight) -> dict[str, Any]:
    """What `--json` prints."""
    found: dict[str, Any] = msgspec.to_builtins(known)
    del found["doing"]
    return found | {"ready": known.ready}
