"""How `jessy train --preflight` shows what is known of a run before it is started."""

import sys
from typing import Any

import click
import msgspec

from jessy_tui.cli.output import print_json
from jessy_tui.training.preflight import Preflight, preflight
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
        for line in lines_of(known):
            click.echo(line)
    return known.ready


def as_object(known: Preflight) -> dict[str, Any]:
    """What `--json` prints."""
    found: dict[str, Any] = msgspec.to_builtins(known)
    del found["doing"]
    return found | {"ready": known.ready}


def lines_of(known: Preflight) -> list[str]:
    """What is known, a line a fact; problems last."""
    recipe, measured = known.recipe, known.measured
    rows = measured.rows if measured else known.rows
    facts: list[tuple[str, str]] = [("base", known.base), ("method", recipe.describe_method())]
    if known.rows:
        facts += [
            (
                "data",
                f"{known.examples} examples (digest {known.digest[:12]}), {known.errors} errors, "
                f"{known.warnings} warnings",
            ),
            ("rows", f"{known.rows} to train on, {known.validation_rows} to validate with"),
            ("length", recipe.describe_length(rows)),
        ]
    if measured:
        facts.append(("tokens", _tokens(known)))
        if measured.trainable is not None:
            facts.append(("trained", f"{measured.trainable:,} weights"))
    facts.append(("memory", _memory(known)))
    if measured and measured.seconds is not None and measured.seconds_per_step is not None:
        facts.append(
            (
                "time",
                f"about {_time(measured.seconds)} to the end, {measured.seconds_per_step:.2f} s a "
                f"step; {measured.method}",
            )
        )
    if known.disk is not None:
        facts.append(("disk", f"up to {_bytes(known.disk)}; {_bytes(known.disk_free)} free"))
    return [
        *(f"{name:>8}  {words}" for name, words in facts),
        *(f"    note  {note}" for note in known.notes),
        *(f" problem  {problem}" for problem in known.problems),
    ]


def _tokens(known: Preflight) -> str:
    measured = known.measured
    assert measured is not None  # noqa: S101  # asked for then only
    longest = known.recipe.max_seq_length
    over = measured.shortened + measured.cut + measured.dropped
    words = f"{measured.tokens:,} an epoch; the longest row has {measured.longest:,}"
    if not over:
        return f"{words}, none more than {longest}"
    what = (
        (measured.shortened, "end after the last sentence that fits"),
        (measured.cut, "break off"),
        (measured.dropped, "are left out"),
    )
    told = ", ".join(f"{number} {does}" for number, does in what if number)
    return f"{words}; {over} rows have more than {longest}: {told}"


def _memory(known: Preflight) -> str:
    free = f"{_bytes(known.memory_free)} free"
    measured = known.measured.memory if known.measured else None
    if measured is not None:
        return f"{_bytes(measured)} measured in the longest step; {free}"
    if known.memory_estimated is not None:
        return f"about {_bytes(known.memory_estimated)}; {free}"
    return free


def _time(seconds: float) -> str:
    from jessy_tui.cli.follow import clock

    return clock(seconds)


def _bytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
