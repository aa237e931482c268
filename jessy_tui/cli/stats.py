"""`jessy stats`: what there is against what there should be, and what to write next."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from jessy_tui.cli.data import paths_argument, plural, printable, workspace_files
from jessy_tui.cli.output import json_option, print_json
from jessy_tui.dataset.distribution import Distribution
from jessy_tui.dataset.figures import Overview, Row, cell_query, overview_of
from jessy_tui.dataset.store import ExampleStore
from jessy_tui.dataset.words import Use, Uses, sample_of, uses_of
from jessy_tui.errors import JessyError
from jessy_tui.files import write_atomically
from jessy_tui.workspace import TargetSettings


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
@click.pass_obj
def command(
    workspace: Any, paths: tuple[Path, ...], *, as_json: bool, html: Path | None, svg: Path | None
) -> None:
    """Show how the examples in PATHS, or in the workspace's data/, stand to the targets.

    The reports need no other file and no network, and follow the light or dark of whoever looks.
    """
    settings = workspace.settings.targets
    stats = read(list(paths) or workspace_files(workspace), settings)
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


def read(paths: list[Path], settings: TargetSettings) -> Stats:
    """Count the examples of some files; large ones are not held in memory.

    Raises:
        JessyError: one of them cannot be read.
    """
    store = ExampleStore.open(paths)
    try:
        if store.problems:
            raise JessyError(store.problems[0])
        store.wait_indexed()
        return Stats(overview_of(store.census(), settings), uses_of(sample_of(store)))
    finally:
        store.close()


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
        **{key: _rows(overview.figures[key].rows) for key in ("length", "turns")},
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
