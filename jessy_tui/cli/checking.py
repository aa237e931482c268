"""How `jessy check` shows how far it is, and how it is stopped."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from jessy_tui.dataset.checks.length import Measure
from jessy_tui.dataset.checks.sweep import Stage
from jessy_tui.workspace import Workspace

_WORDS: Final = {"reading": "checking", "comparing": "comparing questions and answers"}
_MOST_PROCESSES: Final = 8


def processes() -> int:
    """How many processes look at examples."""
    return min(os.cpu_count() or 1, _MOST_PROCESSES)


@contextmanager
def interrupted() -> Iterator[Callable[[], bool]]:
    """Whether ctrl+c was pressed: the first asks to end, the second ends at once."""
    asked: list[int] = []

    def ask(number: int, _: FrameType | None) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)
        if sys.stderr.isatty():
            sys.stderr.write("\nStopping; ctrl+c again leaves at once.\n")

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def measuring(workspace: Workspace) -> Iterator[Measure | None]:
    """How long answers may be in the tokens of the workspace's base; None where it has none."""
    from jessy_tui.bases.catalogue import chosen
    from jessy_tui.bases.token_client import TokenCounter

    base = chosen(workspace)
    if base is None or not base.ready:
        yield None
        return
    with TokenCounter(base.folder) as counter:
        yield Measure(counter.count, base.name, workspace.settings.check.max_seq_length)


@contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[Stage, int, int], None]]:
    """A bar in a terminal, on standard error, so that it is in no file; nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), Remaining())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("checking", total=None)

        def tell(stage: Stage, done: int, total: int) -> None:
            bar.update(task, description=_WORDS[stage], completed=done, total=max(1, total))

        yield tell
