"""`jessy stats`: what there is against what there should be, and what to write next."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from jessy_tui.cli.data import paths_argument, plural, printable, workspace_files
from jessy_tui.cli.output import json_option, print_json
from jessy_tui.dataset.distribution import Distribution
from jessy_tui.dataset.figures import Figure, Overview, Row, cell_query, overview_of
from jessy_tui.dataset.store import ExampleStore, Progress
from jessy_tui.dataset.words import Use, Uses, sample_of, uses_of
from jessy_tui.errors import JessyError
from jessy_tui.files import write_atomically
from jessy_tui.workspace import Workspace


@dataclass(frozen=True)
class Stats:
    """All that is told."""

    overview: Overview
    uses: Uses

    @property
    def examples(self) -> int:
        """How many there are."""
        return self.overview.census.examples

    @property
    def summary(self) -> str:
        """How many examples in how many files, and how they stand to the targets."""
        targets = self.overview.targets
        met = sum(target.met for target in targets)
        files = len(self.overview.census.files)
        words = f"{plural(self.examples, 'example')} in {plural(files, 'file')}"
        return f"{words} · {met} of {len(targets)} targets met"


@click.command("stats")
@paths_argument
@json_option
@click.option("--html", type=click.Path(path_type=Path), help="Write a report as one HTML file.")
@click.option("--svg", type=click.Path(path_type=Path), help="Write a report as one picture.")
@click.option(
    "--tokens", "counting_tokens", is_flag=True, help="Count tokens in the words of the base too."
)
@click.pass_obj
def command(
    workspace: Workspace,
    paths: tuple[Path, ...],
    *,
    as_json: bool,
    html: Path | None,
    svg: Path | None,
    counting_tokens: bool,
) -> None:
    """Show how the examples in PATHS, or in the workspace's data/, stand to the targets.

    The reports need no other file and no network, and follow the light or dark of whoever looks.
    """
    files = list(paths) or workspace_files(workspace)
    stats = read(workspace, files, counting_tokens=counting_tokens)
    if html is not None:
        from jessy_tui.cli.stats_html import html_of

        _write(html, html_of(stats))
    if svg is not None:
        from jessy_tui.cli.stats_svg import svg_of

        _write(svg, svg_of(stats))
    if as_json:
        print_json(as_value(stats))
        return
    from jessy_tui.cli.stats_text import print_stats

    print_stats(stats)
    for path in (html, svg):
        if path is not None:
            click.echo(f"Wrote {printable(path)}.")


def read(workspace: Workspace, paths: list[Path], *, counting_tokens: bool = False) -> Stats:
    """Count the examples of some files; large ones are not held in memory.

    Raises:
        JessyError: one of them cannot be read, or there is no base to count tokens with.
    """
    store = ExampleStore.open(paths)
    try:
        if store.problems:
            raise JessyError(store.problems[0])
        _wait(store)
        overview = overview_of(store.census(), workspace.settings.targets)
        if counting_tokens:
            overview = replace(overview, figures=overview.figures | _tokens(workspace, store))
        return Stats(overview, uses_of(sample_of(store)))
    finally:
        store.close()


def _tokens(workspace: Workspace, store: ExampleStore) -> dict[str, Figure]:
    from jessy_tui.bases.lengths import TokenLengths

    lengths = TokenLengths(workspace)
    try:
        figure = lengths.figure(store)
    finally:
        lengths.close()
    return {figure.key: figure} if figure is not None else {}


def _wait(store: ExampleStore) -> None:
    """Wait for the rows of large files, with a word on how far it is where somebody looks."""
    if store.indexing is not None and sys.stderr.isatty():
        from rich.console import Console

        with Console(stderr=True).status("Reading …") as status:

            def tell(progress: Progress | None) -> None:
                if progress is not None:
                    status.update(f"Reading … {progress.rows:,} rows, {progress.share:.0%}")

            store.subscribe_indexing(tell)
            store.wait_indexed()
    store.wait_indexed()


def _write(path: Path, text: str) -> None:
    try:
        write_atomically(path, text.encode(errors="replace"))
    except OSError as error:
        raise JessyError(f"{path} could not be written: {error.strerror or error}.") from error


def as_value(stats: Stats) -> dict[str, Any]:
    """All of it as one JSON object."""
    overview, census = stats.overview, stats.overview.census
    found = census.distributions()
    distributions = {
        "complexity": found.complexity,
        "iterations": found.iterations,
        "category": found.category,
        "language": found.language,
        "file": census.file_distribution(),
    }
    return {
        "examples": stats.examples,
        **{name: _as_json(shown) for name, shown in distributions.items()},
        **{
            key: _rows(overview.figures[key].rows)
            for key in ("length", "turns", "tokens")
            if key in overview.figures
        },
        "missing": {name: shown.missing for name, shown in distributions.items()},
        "targets": [
            {
                "name": target.name,
                "wanted": target.wanted,
                "found": target.found,
                "met": target.met,
                "count": target.count,
                "aim": round(target.aim, 3),
            }
            for target in overview.targets
        ],
        "cells": [
            {
                "category": category,
                "iterations": iterations,
                "count": overview.grid.count(category, iterations),
                "target": round(overview.grid.target(category, iterations), 3),
            }
            for category in overview.grid.categories
            for iterations in overview.grid.columns
            if overview.grid.count(category, iterations)
            or overview.grid.target(category, iterations)
        ],
        "gaps": [
            {
                "complexity": str(gap.complexity),
                "iterations": gap.iterations,
                "category": gap.category,
                "count": gap.count,
                "target": gap.wanted,
                "short": gap.short,
                "filter": cell_query(gap.category, gap.iterations),
            }
            for gap in overview.grid.gaps
        ],
        "words": _uses(stats.uses.words),
        "openings": _uses(stats.uses.openings),
        "words_examined": stats.uses.examined,
    }


def _as_json(distribution: Distribution) -> dict[str, dict[str, float]]:
    return {
        count.value: {"count": count.count, "share": round(count.share, 6)}
        for count in distribution.counts
    }


def _rows(rows: tuple[Row, ...]) -> dict[str, dict[str, Any]]:
    return {
        row.name: {"count": row.count, "share": round(row.share, 6), "filter": row.query}
        for row in rows
    }


def _uses(uses: tuple[Use, ...]) -> list[dict[str, Any]]:
    return [{"words": use.words, "count": use.count, "filter": use.query} for use in uses]
