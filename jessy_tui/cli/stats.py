"""`jessy stats`: how the labels are distributed, and how that stands to the targets."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jessy_tui.cli.data import load_or_refuse, paths_argument, plural
from jessy_tui.cli.output import json_option, print_json
from jessy_tui.dataset.distribution import Distribution, distributions_of, file_distribution
from jessy_tui.dataset.targets import Target, compare

if TYPE_CHECKING:
    from rich.table import Table


@click.command("stats")
@paths_argument
@json_option
@click.pass_obj
def command(workspace: Any, paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Show the distributions of the labels in PATHS, or in the workspace's data/."""
    files = load_or_refuse(workspace, paths)
    found = distributions_of(example for file in files for example in file.examples)
    file_shares = file_distribution(files)
    targets = compare(found, file_shares, workspace.settings.targets)
    distributions = {
        "complexity": found.complexity,
        "iterations": found.iterations,
        "category": found.category,
        "language": found.language,
        "file": file_shares,
    }
    if as_json:
        print_json(
            {
                "examples": found.examples,
                **{name: _as_json(shown) for name, shown in distributions.items()},
                "missing": {name: shown.missing for name, shown in distributions.items()},
                "targets": [
                    {
                        "name": target.name,
                        "wanted": target.wanted,
                        "found": target.found,
                        "met": target.met,
                    }
                    for target in targets
                ],
            }
        )
    else:
        _print(found.examples, len(files), distributions, targets)


def _as_json(distribution: Distribution) -> dict[str, dict[str, float]]:
    return {
        count.value: {"count": count.count, "share": round(count.share, 6)}
        for count in distribution.counts
    }


def _print(
    examples: int, files: int, distributions: dict[str, Distribution], targets: list[Target]
) -> None:
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    console.print(f"{plural(examples, 'example')} in {plural(files, 'file')}")
    for name, distribution in distributions.items():
        console.print()
        console.print(_table(name, distribution))
    console.print()
    console.print(_target_table(targets))
    missed = sum(not target.met for target in targets)
    console.print(f"{len(targets) - missed} of {len(targets)} targets met.")


def _target_table(targets: list[Target]) -> "Table":
    """The bands and the files always; of the others, those that are missed."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True, overflow="ellipsis", min_width=10, max_width=36)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_row(Text("Targets", "bold"))
    for target in targets:
        if target.met and target.name.startswith(("iterations ", "category ")):
            continue
        mark = Text("✓ met", "green") if target.met else Text("✗ missed", "bold red")
        table.add_row(Text(target.name), Text(target.wanted, "dim"), target.found, mark)
    return table


_BAR_WIDTH = 24
_EIGHTHS = " ▏▎▍▌▋▊▉"


def _table(name: str, distribution: Distribution) -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 1))
    table.add_column(overflow="ellipsis", no_wrap=True, min_width=10, max_width=36)
    table.add_column(width=_BAR_WIDTH)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_row(Text(name.capitalize(), "bold"))
    largest = max([*(count.count for count in distribution.counts), distribution.missing, 1])
    for count in distribution.counts:
        value = Path(count.value).name if name == "file" else count.value
        bar = Text(_bar(count.count / largest), "cyan")
        table.add_row(Text(value), bar, f"{count.count:,}", f"{count.share:.1%}")
    if distribution.missing:
        share = distribution.missing / distribution.total
        bar = Text(_bar(distribution.missing / largest), "dim")
        table.add_row(Text("(none)", "italic"), bar, f"{distribution.missing:,}", f"{share:.1%}")
    return table


def _bar(share: float) -> str:
    """A bar of the width it deserves, to an eighth of a character; never none for something."""
    eighths = round(share * _BAR_WIDTH * 8)
    if share > 0:
        eighths = max(eighths, 1)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
