"""`jessy split`: write a training and a validation set."""

from pathlib import Path

import click
import msgspec

from jessy_tui.cli.data import load_or_refuse, paths_argument, plural
from jessy_tui.cli.output import json_option, print_json
from jessy_tui.dataset.split import Manifest, split_examples, write_split
from jessy_tui.workspace import Workspace


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
@json_option
@click.pass_obj
def command(
    workspace: Workspace,
    paths: tuple[Path, ...],
    *,
    out: Path,
    validation: float | None,
    seed: int | None,
    as_json: bool,
) -> None:
    """Divide the examples in PATHS, or in the workspace's data/, for training.

    Both sides get their share of each complexity and category, and no question is on both. An
    example with a weight above 1 is there to be learnt and stays in training, where its rows are
    repeated as often as it weighs.
    """
    files = load_or_refuse(workspace, paths)
    settings = workspace.settings.split
    split = split_examples(
        [example for file in files for example in file.examples],
        validation=settings.validation if validation is None else validation,
        seed=settings.seed if seed is None else seed,
    )
    manifest = write_split(split, out)
    if as_json:
        print_json(msgspec.to_builtins(manifest))
    else:
        _print(manifest, out)


def _print(manifest: Manifest, out: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    train, validation = manifest.train, manifest.validation
    table = Table.grid(padding=(0, 2))
    table.add_column()
    for _ in range(3):
        table.add_column(justify="right")
    table.add_row("", train.file, validation.file, "held out")
    table.add_row("examples", *_row(train.examples, validation.examples))
    table.add_row("rows", f"{train.rows:,}", f"{validation.rows:,}")
    for name in train.complexity:
        table.add_row(name, *_row(train.complexity[name], validation.complexity.get(name, 0)))
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(table)
    total = plural(manifest.examples, "example")
    console.print(f"\n{total} divided into {out}, seed {manifest.seed}.", soft_wrap=True)


def _row(train: int, held_out: int) -> tuple[str, str, str]:
    total = train + held_out
    return f"{train:,}", f"{held_out:,}", f"{held_out / total:.1%}" if total else "-"
