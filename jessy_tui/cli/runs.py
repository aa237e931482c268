"""`jessy runs`: the runs, how they stand, and what they last said."""

import time
from typing import TYPE_CHECKING, Any

import click
import msgspec

from jessy_tui.cli.output import json_option, print_json
from jessy_tui.workspace import Workspace

if TYPE_CHECKING:
    from jessy_tui.training.runs import Run


@click.command("runs")
@click.argument("name", required=False)
@json_option
@click.pass_obj
def command(workspace: Workspace, name: str | None, *, as_json: bool) -> None:
    """List the runs, the latest first, or show the run NAME."""
    from jessy_tui.training.runs import find_run, list_runs

    if name is not None:
        run = find_run(workspace, name)
        if as_json:
            print_json(as_object(run))
        else:
            _print_one(run)
        return
    problems: list[str] = []
    runs = list_runs(workspace, problems)
    if as_json:
        print_json({"runs": [as_object(run) for run in runs], "problems": problems})
        return
    for problem in problems:
        click.echo(f"jessy: {problem}", err=True)
    if runs:
        _print_table(runs)
    else:
        click.echo("There are no runs yet; start one with: jessy train")


def as_object(run: "Run") -> dict[str, Any]:
    """A run for programs."""
    record, figures = run.record, run.figures()
    return {
        "run": run.name,
        "state": run.state_of(record),
        "explanation": run.explain(),
        "folder": str(run.folder),
        "base": record.base.name,
        "created": record.created,
        "pid": run.pid,
        "step": figures.step,
        "steps": figures.steps,
        "epoch": figures.epoch,
        "loss": figures.loss,
        "validation_loss": figures.validation_loss,
        "best_step": record.best_step,
        "best_loss": record.best_loss,
        "steps_per_second": figures.steps_per_second,
        "tokens_per_second": figures.tokens_per_second,
        "peak_memory": figures.peak_memory,
        "seconds": record.seconds if record.seconds is not None else figures.seconds,
        "seconds_left": figures.seconds_left if run.state_of(record).active else None,
        "checkpoints": {name: str(run.checkpoint(name)) for name in run.checkpoints()},
        "chosen": record.recipe.chosen,
        "reason": record.reason,
        "blas": record.blas,
        "data": msgspec.to_builtins(record.data),
        "recipe": msgspec.to_builtins(record.recipe),
        "versions": record.versions,
    }


def _print_table(runs: "list[Run]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("run", "state", "base", "step", "loss", "validation", "made"):
        right = heading in ("step", "loss", "validation")
        table.add_column(heading, justify="right" if right else "left")
    for run in runs:
        record, figures = run.record, run.figures()
        table.add_row(
            run.name,
            str(run.state_of(record)),
            record.base.name,
            f"{figures.step}/{figures.steps or '?'}",
            _loss(figures.loss),
            _loss(figures.validation_loss),
            time.strftime("%Y-%m-%d %H:%M", time.localtime(record.created)),
        )
    Console(highlight=False, markup=False, emoji=False).print(table)


def _print_one(run: "Run") -> None:
    from jessy_tui.cli.follow import clock

    record, figures = run.record, run.figures()
    state = run.state_of(record)
    made = time.strftime("%Y-%m-%d %H:%M", time.localtime(record.created))
    lines = [
        f"{run.name}: {state}. {run.explain()}",
        f"base {record.base.name}, made {made}, in {run.folder}",
        f"{record.data.examples} examples, {record.data.rows} rows an epoch; "
        f"{record.recipe.epochs:g} epochs, "
        f"{record.steps or record.recipe.steps(record.data.rows)} steps",
    ]
    if figures.loss is not None or figures.validation_loss is not None:
        best = ""
        if record.best_loss is not None:
            best = f" (best {record.best_loss:.3f} at step {record.best_step})"
        lines.append(
            f"loss {_loss(figures.loss)}, validation {_loss(figures.validation_loss)}{best}"
        )
    if figures.steps_per_second is not None and state.active:
        left = f", {clock(figures.seconds_left)} left" if figures.seconds_left is not None else ""
        lines.append(f"{figures.steps_per_second:.1f} steps/s{left}")
    if record.seconds is not None:
        lines.append(f"took {clock(record.seconds)}")
    if record.blas:
        lines.append(record.blas)
    if checkpoints := run.checkpoints():
        lines.append(f"checkpoints: {', '.join(checkpoints)}; asked with {run.checkpoint().name}")
        lines.append(f'ask it: jessy chat --run {run.name} "sana bisi sorucam"')
    click.echo("\n".join(lines))


def _loss(loss: float | None) -> str:
    return "-" if loss is None else f"{loss:.3f}"
