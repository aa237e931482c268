"""`jessy split`: write a training and a validation set."""

from pathlib import Path

import click
import msgspec

from jessy_tui.cli.data import paths_argument, plural, workspace_files
from jessy_tui.cli.output import json_option, print_json
from jessy_tui.cli.rows import progress
from jessy_tui.dataset.joined import JoinedExamples
from jessy_tui.dataset.sides import THINGS, Compared
from jessy_tui.dataset.split import Division, Manifest, divide, group_examples, write_division
from jessy_tui.files import real
from jessy_tui.workspace import Workspace

_STAGES = {
    "indexing": (0.0, 0.05),
    "reading": (0.05, 0.55),
    "comparing questions": (0.55, 0.8),
    "writing": (0.8, 1.0),
}
"""About which part of the time each takes, from where to where."""


@click.command("split")
@paths_argument
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="The folder for train.jsonl, valid.jsonl and manifest.json; made if need be.",
)
@click.option(
    "--validation",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="The share of the examples that is held out. Default: as in jessy.toml, else 0.1.",
)
@click.option(
    "--seed",
    type=int,
    help="The same seed and examples give the same split. Default: as in jessy.toml, else 7.",
)
@click.option(
    "--system",
    metavar="TEXT",
    help="A system prompt for every row. Default: as in jessy.toml, else none.",
)
@click.option(
    "--batch-size",
    type=click.IntRange(min=1),
    help="Refuse a side of fewer rows, on which mlx-lm's own tools break. Default: the recipe's.",
)
@json_option
@click.pass_obj
def command(
    workspace: Workspace,
    paths: tuple[Path, ...],
    *,
    out: Path,
    validation: float | None,
    seed: int | None,
    system: str | None,
    batch_size: int | None,
    as_json: bool,
) -> None:
    """Divide the examples in PATHS, or in the workspace's data/, for training.

    Both sides get their share of each complexity, category, number of iterations and language, and
    no question is on both, near-duplicates included. An example with a weight above 1 is there to
    be learnt and stays in training, where its rows are repeated as often as it weighs.
    """
    settings = workspace.settings.split
    distinct = {real(path): path for path in paths or workspace_files(workspace)}
    with progress("reading", quiet=as_json) as tell:

        def told(what: str, share: float) -> None:
            begin, end = _STAGES[what]
            tell(begin + (end - begin) * share)

        examples = JoinedExamples(
            list(distinct.values()), told=lambda share: told("indexing", share)
        )
        grouping = group_examples(
            examples,
            near=workspace.settings.check.near_duplicate,
            total=len(examples),
            told=told,
        )
        division = divide(
            grouping,
            validation=settings.validation if validation is None else validation,
            seed=settings.seed if seed is None else seed,
            batch_size=_recipe_batch(workspace) if batch_size is None else batch_size,
        )
        del grouping
        manifest = write_division(
            division,
            examples,
            out,
            system=settings.system if system is None else system,
            told=told,
        )
    if as_json:
        print_json(msgspec.to_builtins(manifest))
    else:
        _print(division, manifest, out)


def _recipe_batch(workspace: Workspace) -> int:
    """The rows of a batch in the recipe that the workspace trains with unless told otherwise."""
    from jessy_tui.bases.catalogue import NANO, chosen
    from jessy_tui.training.presets import recipe_for

    base = chosen(workspace)
    return recipe_for(base.name if base else NANO).batch_size


def _print(division: Division, manifest: Manifest, out: Path) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    train, validation = manifest.train, manifest.validation
    table = Table.grid(padding=(0, 2))
    table.add_column()
    for _ in range(4):
        table.add_column(justify="right")
    table.add_row("", train.file, validation.file, "held out", "difference")
    table.add_row("examples", *_row(train.examples, validation.examples))
    table.add_row("rows", f"{train.rows:,}", f"{validation.rows:,}")
    for thing in THINGS:
        table.add_row(Text(thing, "bold"))
        for one in division.sides.of(thing):
            table.add_row(
                f"  {one.value or '(none)'}", *_row(one.train, one.held_out), points_of(one)
            )
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(table)
    if (largest := division.sides.largest) is not None:
        console.print(
            f"\nLargest difference: {largest.thing} {largest.value}, {points_of(largest)} "
            "percentage points.",
            soft_wrap=True,
        )
    if manifest.together:
        console.print(
            f"{plural(manifest.together, 'example')} in {plural(len(division.together), 'group')} "
            "ask the same or nearly the same and stay on one side.",
            soft_wrap=True,
        )
    total = plural(manifest.examples, "example")
    console.print(f"{total} divided into {out}, seed {manifest.seed}.", soft_wrap=True)


def points_of(one: Compared) -> str:
    """A difference as people read it: "+1.7", "0.0"."""
    return f"{one.points:+.1f}" if abs(one.points) >= 0.05 else "0.0"


def _row(train: int, held_out: int) -> tuple[str, str, str]:
    total = train + held_out
    return f"{train:,}", f"{held_out:,}", f"{held_out / total:.1%}" if total else "-"
