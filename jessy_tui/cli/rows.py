"""What `jessy import` and `jessy convert` share: progress, and what became of the rows."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click

from jessy_tui.cli.data import plural
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.formats.importing import Previewed
from jessy_tui.dataset.formats.report import Report

_SHOWN_BAD = 10


@contextmanager
def progress(what: str, *, quiet: bool) -> Iterator[Callable[[float], None]]:
    """A bar on stderr where that is a terminal; gives what it is to be told, 0 to 1."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True, highlight=False)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    disabled = quiet or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=disabled) as bar:
        task = bar.add_task(what, total=1.0)
        yield lambda share: bar.update(task, completed=share)


def ask(question: str, *, yes: bool) -> bool:
    """Whether to go on: asked where somebody is there to answer, taken as yes elsewhere."""
    if yes or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return True
    return click.confirm(question, default=True, err=True)


def print_preview(rows: Sequence[Previewed]) -> None:
    """The first rows, one a line."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from jessy_tui.ui.text import visible

    table = Table(box=None, pad_edge=False, expand=True)
    table.add_column("label", no_wrap=True)
    for heading in ("question", "answer"):
        table.add_column(heading, no_wrap=True, overflow="ellipsis", ratio=1)
    for row in rows:
        if row.example is None:
            table.add_row(Text("bad", "bold red"), Text(f"{row.problem}"), Text(""))
            continue
        question, answer = (
            Text(visible(" ".join(text.split())))
            for text in (row.example.question, row.example.answer)
        )
        table.add_row(Text(label_of(row.example)), question, answer)
    Console(highlight=False, markup=False, emoji=False).print(table)


def label_of(example: Example) -> str:
    """The label in a few words: "LOW 1 greeting", or "none"."""
    words = [str(example.plan or ""), example.category or ""]
    return " ".join(word for word in words if word) or "none"


def print_report(report: Report, noun: str) -> None:
    """What there was: counts, what is kept beside, what is lost, and the bad rows."""
    words = f"{plural(report.rows, 'row')}: {plural(report.examples, noun)}"
    words += f", {report.labelled:,} labelled"
    if report.unlabelled:
        words += f", {report.unlabelled:,} without a label"
    click.echo(f"{words}.")
    for title, counts in (
        ("Kept beside, not trained", report.kept),
        ("Lost", report.lost),
        ("Note", report.noted),
    ):
        for name, count in counts.most_common():
            click.echo(f"  {title}: {name} ({count:,})")
    if report.bad_rows:
        click.echo(f"  {plural(report.bad_rows, 'bad row')}:", err=True)
        for bad in report.bad[:_SHOWN_BAD]:
            click.echo(f"    {bad}", err=True)
        if report.bad_rows > _SHOWN_BAD:
            click.echo(f"    … and {report.bad_rows - _SHOWN_BAD:,} more", err=True)
