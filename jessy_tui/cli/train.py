"""`jessy train`: fine-tune a base on the examples, or go on with a run."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from jessy_tui.bases.catalogue import NANO, PARROTS, chosen
from jessy_tui.cli.output import json_option, print_json
from jessy_tui.errors import JessyError
from jessy_tui.workspace import Workspace

if TYPE_CHECKING:
    from jessy_tui.training.recipe import Recipe
    from jessy_tui.training.runs import Run

# What --resume without a name means.
_LATEST: Final = "\0latest"


@click.command("train")
@click.option(
    "--base",
    metavar="NAME",
    help="What to fine-tune. Default: the setting [training] base, else smollm2-135m where it is "
    "on this disk, else nano.",
)
@click.option("--run", "name", metavar="NAME", help="Name of the run. Default: one is made up.")
@click.option(
    "--preset", metavar="NAME", help="The recipe to start from. Default: what suits the base."
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="A setting of the recipe, such as epochs=3; as often as you like.",
)
@click.option(
    "--resume",
    is_flag=False,
    flag_value=_LATEST,
    metavar="[NAME]",
    help="Go on with a run that was stopped, failed or was killed, from its last checkpoint; "
    "without a name, with the latest such run.",
)
@click.option(
    "--preflight",
    "only_look",
    is_flag=True,
    help="Start nothing: say what the run would need and how long it would take.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    metavar="N",
    help="Train with so many processes on this machine, each its part of every batch.",
)
@click.option(
    "--hosts",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Train on the machines of this file, in the form of mlx.launch; the first is this one.",
)
@click.option(
    "--queue",
    "queued",
    is_flag=True,
    help="Let it wait for the runs before it, and return.",
)
@click.option(
    "--sweep",
    "axes",
    multiple=True,
    metavar="KEY=VALUE,VALUE",
    help="Queue a run of every combination: settings with several values each.",
)
@click.option("--detach", is_flag=True, help="Start it and return; it goes on by itself.")
@json_option
@click.pass_obj
def command(
    workspace: Workspace,
    base: str | None,
    name: str | None,
    preset: str | None,
    settings: tuple[str, ...],
    resume: str | None,
    workers: int,
    hosts: Path | None,
    axes: tuple[str, ...],
    *,
    only_look: bool,
    queued: bool,
    detach: bool,
    as_json: bool,
) -> None:
    """Fine-tune a base on the examples of data/.

    ctrl+c ends the step, saves, and stops the run; --resume goes on with it, to the same end as
    without the stop. Exit codes: 0 finished or stopped, 1 it failed, 2 wrong use.
    """
    if resume is not None:
        given = [preset, base, hosts, *settings, *axes]
        if any(given) or only_look or queued:
            raise click.UsageError(
                "--resume goes on with a run as it was made; leave out --base, --preset, --set, "
                "--preflight, --queue and --sweep."
            )
        run = _resume(workspace, resume if resume != _LATEST else name)
    else:
        base = base or _default_base(workspace)
        recipe = _recipe(base, preset, settings)
        if only_look:
            from jessy_tui.cli.preflight import show_preflight

            ready = show_preflight(workspace, base, recipe, as_json=as_json)
            click.get_current_context().exit(0 if ready else 1)
        if workers > recipe.batch_size:
            raise click.UsageError(
                f"A batch of {recipe.batch_size} rows cannot be divided among {workers} processes; "
                "set batch_size higher."
            )
        if queued or axes:
            if workers > 1 or hosts:
                raise click.UsageError("The queue trains with one process; start that run by hand.")
            _queue(workspace, base, name, recipe, axes, as_json=as_json)
            return
        run = _start(workspace, base, name, recipe, workers, hosts)
    if detach:
        _say_detached(run, as_json=as_json)
        return
    if not as_json:
        click.echo(f"{run.name}: {run.folder}", err=True)
        if base == NANO:
            click.echo(f"{base} is built here, from the examples. {PARROTS}", err=True)
    from jessy_tui.cli.follow import Follower

    Follower(run, quiet=as_json, resumed=resume is not None).follow()
    _say_end(run, as_json=as_json)
    if run.state in ("failed", "died"):
        click.get_current_context().exit(1)


def _default_base(workspace: Workspace) -> str:
    found = chosen(workspace)
    return found.name if found else NANO


def _recipe(base: str, preset: str | None, settings: tuple[str, ...]) -> "Recipe":
    from jessy_tui.training.presets import find_preset, recipe_for
    from jessy_tui.training.settings import with_settings

    try:
        return with_settings(find_preset(preset) if preset else recipe_for(base), settings)
    except JessyError as error:
        raise click.UsageError(str(error)) from error


def _start(
    workspace: Workspace,
    base: str,
    name: str | None,
    recipe: "Recipe",
    workers: int,
    hosts: Path | None,
) -> "Run":
    from jessy_tui.training.runs import create_run, start_run

    run = create_run(workspace, name=name, base=base, recipe=recipe)
    start_run(workspace, run, workers=workers, hosts=hosts)
    return run


def _queue(
    workspace: Workspace,
    base: str,
    name: str | None,
    recipe: "Recipe",
    axes: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    from jessy_tui.training.ordering import RunOrder, carry_out
    from jessy_tui.training.sweep import grid

    try:
        grid(recipe, axes)
    except JessyError as error:
        raise click.UsageError(str(error)) from error
    order = RunOrder(name, base, recipe, axes, queued=True)
    runs = carry_out(workspace, order)
    if as_json:
        print_json({"queued": [run.name for run in runs]})
        return
    click.echo(f"Queued: {', '.join(run.name for run in runs)}. Look at them: jessy runs")


def _resume(workspace: Workspace, name: str | None) -> "Run":
    from jessy_tui.training.runs import find_run, list_runs, resume_run

    if name is not None:
        run = find_run(workspace, name)
    else:
        waiting = [run for run in list_runs(workspace) if run.state.resumable]
        if not waiting:
            raise JessyError("No run waits to go on: none was stopped, failed or was killed.")
        run = waiting[0]
    resume_run(workspace, run)
    return run


def _say_detached(run: "Run", *, as_json: bool) -> None:
    if as_json:
        print_json({"run": run.name, "state": run.state, "folder": str(run.folder), "pid": run.pid})
        return
    click.echo(f"{run.name} trains by itself. Look at it: jessy runs {run.name}")


def _say_end(run: "Run", *, as_json: bool) -> None:
    from jessy_tui.cli.follow import clock
    from jessy_tui.cli.runs import as_object

    if as_json:
        print_json(as_object(run))
        return
    record = run.record
    took = f" It took {clock(record.seconds)}." if record.seconds else ""
    click.echo(f"{run.name}: {run.explain()}{took}")
    for checkpoint in run.checkpoints():
        notes: dict[str, Any] = {
            "best": f"lowest validation loss, {record.best_loss:.3f} at step {record.best_step}"
            if record.best_loss is not None
            else "lowest validation loss",
            "final": f"step {record.step}",
        }
        if checkpoint in notes:
            asked = ", the one it is asked with" if checkpoint == run.chosen else ""
            click.echo(f"  {checkpoint}: {notes[checkpoint]}{asked}: {run.checkpoint(checkpoint)}")
    if run.state.resumable:
        click.echo(f"Go on with it: jessy train --resume {run.name}")
    if run.checkpoints():
        click.echo(f'Ask it: jessy chat --run {run.name} "sana bisi sorucam"')
