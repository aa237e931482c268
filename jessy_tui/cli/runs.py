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
@click.argument("names", nargs=-1, metavar="[NAME ...]")
@click.option("--rename", "new_name", metavar="NEW", help="Give the run another name.")
@click.option("--note", metavar="TEXT", help="Write a note on the run; an empty one removes it.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Give the run this tag, too.")
@click.option("--untag", "untags", multiple=True, metavar="TAG", help="Take this tag off.")
@click.option(
    "--choose",
    metavar="CHECKPOINT",
    help="Ask and export it from this checkpoint from now on: a step, best or final.",
)
@click.option("--delete", is_flag=True, help="Delete the runs for good; asks first.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_obj
def command(
    workspace: Workspace,
    names: tuple[str, ...],
    new_name: str | None,
    note: str | None,
    tags: tuple[str, ...],
    untags: tuple[str, ...],
    choose: str | None,
    *,
    delete: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """List the runs, the latest first; show the run NAME; or compare several.

    The options change the run that is named.
    """
    from jessy_tui.training.runs import find_run

    changes = any(one is not None for one in (new_name, note, choose)) or bool(tags or untags)
    if (changes and len(names) != 1) or (delete and not names):
        raise click.UsageError("Name the run that is to be changed.")
    if delete and changes:
        raise click.UsageError("Delete a run or change it, not both.")
    found = [find_run(workspace, name) for name in dict.fromkeys(names)]
    if delete:
        _delete(found, yes=yes, as_json=as_json)
    elif len(found) > 1:
        _compare(found, as_json=as_json)
    elif found:
        run = (
            _change(workspace, found[0], new_name, note, tags, untags, choose)
            if changes
            else found[0]
        )
        changed = _data_changed(workspace, run)
        if as_json:
            print_json({**as_object(run), "data_changed": changed})
        else:
            _print_one(run, changed)
    else:
        _list(workspace, as_json=as_json)


def _data_changed(workspace: Workspace, run: "Run") -> bool | None:
    """Whether the examples are others than those the run was made from; None if unreadable."""
    from jessy_tui.training.staleness import DataNow

    now = DataNow(workspace).digest()
    return None if now is None else now != run.record.data.digest


def _change(
    workspace: Workspace,
    run: "Run",
    new_name: str | None,
    note: str | None,
    tags: tuple[str, ...],
    untags: tuple[str, ...],
    choose: str | None,
) -> "Run":
    from jessy_tui.training.about import read_about
    from jessy_tui.training.keeping import annotate_run, choose_checkpoint, rename_run

    if choose is not None:
        choose_checkpoint(run, choose)
    kept = [tag for tag in (*read_about(run.folder).tags, *tags) if tag not in untags]
    annotate_run(run, note=note, tags=kept if tags or untags else None)
    return run if new_name is None else rename_run(workspace, run, new_name)


def _delete(runs: "list[Run]", *, yes: bool, as_json: bool) -> None:
    from jessy_tui.training.keeping import delete_run, size_of

    sizes = {run.name: size_of(run) for run in runs}
    words = ", ".join(sizes)
    if not yes:
        click.confirm(
            f"Delete {words} for good ({sum(sizes.values()) / 1e6:,.0f} MB)?", abort=True, err=True
        )
    for run in runs:
        delete_run(run)
    if as_json:
        print_json({"deleted": list(sizes), "bytes": sum(sizes.values())})
    else:
        click.echo(f"{words} deleted.")


def _compare(runs: "list[Run]", *, as_json: bool) -> None:
    from jessy_tui.training.comparing import compare_runs

    found = compare_runs(runs)
    parts = {"outcome": found.outcome, "recipe": found.recipe, "made_from": found.made_from}
    if as_json:
        print_json(
            {
                "runs": found.runs,
                **{
                    part: {row.name: dict(zip(found.runs, row.values, strict=True)) for row in rows}
                    for part, rows in parts.items()
                },
                "differs": [row.name for rows in parts.values() for row in rows if row.differs],
            }
        )
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("", *found.runs):
        table.add_column(heading)
    for part, rows in parts.items():
        for row in rows:
            if row.differs or part == "outcome":
                table.add_row(row.name, *row.values)
    Console(highlight=False, markup=False, emoji=False).print(table)
    same = [row.name for rows in (found.recipe, found.made_from) for row in rows if not row.differs]
    click.echo(f"The same in all of them: {', '.join(same)}.")


def _list(workspace: Workspace, *, as_json: bool) -> None:
    from jessy_tui.training.runs import list_runs

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
    from jessy_tui.training.about import read_about

    record, figures, about = run.record, run.figures(), read_about(run.folder)
    return {
        "run": run.name,
        "note": about.note,
        "tags": about.tags,
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
        "chosen": run.chosen,
        "reason": record.reason,
        "blas": record.blas,
        "data": msgspec.to_builtins(record.data),
        "recipe": msgspec.to_builtins(record.recipe),
        "versions": record.versions,
    }


def _print_table(runs: "list[Run]") -> None:
    from rich.console import Console
    from rich.table import Table

    from jessy_tui.training.about import read_about

    table = Table(box=None, pad_edge=False)
    for heading in ("run", "state", "base", "step", "loss", "validation", "made", "tags"):
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
            " ".join(f"#{tag}" for tag in read_about(run.folder).tags),
        )
    Console(highlight=False, markup=False, emoji=False).print(table)


def _print_one(run: "Run", changed: bool | None) -> None:
    from jessy_tui.cli.follow import clock
    from jessy_tui.training.about import read_about

    record, figures, about = run.record, run.figures(), read_about(run.folder)
    state = run.state_of(record)
    made = time.strftime("%Y-%m-%d %H:%M", time.localtime(record.created))
    lines = [
        f"{run.name}: {state}. {run.explain()}",
        f"base {record.base.name}, made {made}, in {run.folder}",
        f"{record.data.examples} examples, {record.data.rows} rows an epoch; "
        f"{record.recipe.epochs:g} epochs, "
        f"{record.steps or record.recipe.steps(record.data.rows)} steps",
    ]
    if changed is not None:
        lines.append(
            "the examples have changed since"
            if changed
            else "the examples are those it was made from"
        )
    if record.data.system:
        lines.append(f"system prompt: {record.data.system}")
    if about.tags or about.note:
        said = [*(f"#{tag}" for tag in about.tags), about.note]
        lines.insert(1, " ".join(filter(None, said)))
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
