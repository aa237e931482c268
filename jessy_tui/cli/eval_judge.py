"""`jessy eval --judge`: have a model of an endpoint rate the texts, and say what is sent where."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from jessy_tui.evaluation.evaluation import Evaluation
from jessy_tui.evaluation.judging.judge import judge_answers, read_rubric, to_judge
from jessy_tui.inference.target import target_of_url
from jessy_tui.workspace import Workspace


def have_judged(
    workspace: Workspace,
    evaluations: Sequence[Evaluation],
    url: str,
    rubric_path: Path | None,
    *,
    quiet: bool,
) -> None:
    """Have every answer rated that this judge has not rated yet by this rubric.

    Raises:
        JessyError: the judge cannot be asked, or the rubric cannot be read.
    """
    rubric = read_rubric(workspace, rubric_path)
    place, _, model = url.partition("@")
    target = target_of_url(workspace, place, model or None)
    judge = f"{target.base_name} at {target.url}"
    waiting = {one: len(to_judge(one, judge, rubric)) for one in dict.fromkeys(evaluations)}
    total = sum(waiting.values())
    if not total:
        return
    # Said in any case: it leaves the machine, or may.
    click.echo(
        f"Sending {total} questions with their answers, and the rubric, to {judge}.", err=True
    )
    console = Console(stderr=True, highlight=False)
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        console=console,
        disable=quiet or not console.is_terminal,
    ) as bar:

        async def ask_all() -> None:
            from jessy_tui.inference.engines import start_engine

            engine = await start_engine(workspace, target)
            try:
                for evaluation, count in waiting.items():
                    task = bar.add_task(evaluation.record.target.name, total=count)

                    def tell(done: int, _total: int, task: TaskID = task) -> None:
                        bar.update(task, completed=done)

                    await judge_answers(evaluation, engine, judge=judge, rubric=rubric, tell=tell)
            finally:
                await engine.close()

        asyncio.run(ask_all())
