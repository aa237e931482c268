"""`jessy train`: fine-tune a base on the examples."""

from typing import TYPE_CHECKING, Any

import click

from jessy_tui.bases.catalogue import NANO, PARROTS
from jessy_tui.cli.output import json_option, print_json
from jessy_tui.errors import JessyError
from jessy_tui.workspace import Workspace

if TYPE_CHECKING:
    from jessy_tui.training.runs import Run


@click.command("train")
@click.option("--base", default=NANO, show_default=True, metavar="NAME", help="What to fine-tune.")
@click.option("--run", "name", metavar="NAME", help="Name of the run. Default: one is made up.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="A setting of the recipe, such as epochs=3; as often as you like.",
)
@click.option(
    "--preset", metavar="NAME", help="The recipe to start from. Default: what suits the base."
)
@click.option("--detach", is_flag=True, help="Start it and return; it goes on by itself.")
@json_option
@click.pass_obj
def command(
    workspace: Workspace,
    base: str,
    name: str | None,
    settings: tuple[str, ...],
    preset: str | None,
    *,
    detach: bool,
    as_json: bool,
) -> None:
    """Fine-tune a base on the examples of data/.

    ctrl+c ends the step, saves, and stops the run.
    """
    from jessy_tui.training.presets import find_preset, recipe_for
    from jessy_tui.training.runs import create_run, start_run
    from jessy_tui.training.settings import with_settings

    try:
        start = find_preset(preset) if preset else recipe_for(base)
        recipe = with_settings(start, settings)
    except JessyError as error:
        raise click.UsageError(str(error)) from error
    run = create_run(workspace, name=name, base=base, recipe=recipe)
    start_run(workspace, run)
    if detach:
        _say_detached(run, as_json=as_json)
        return
    if not as_json:
        click.echo(f"{run.name}: {run.folder}", err=True)
        if base == NANO:
            click.echo(f"{base} is built here, from the examples. {PARROTS}", err=True)
    from jessy_tui.cli.follow import Follower

    Follower(run, quiet=as_json).follow()
    _say_end(run, as_json=as_json)
    if run.state in ("failed", "died"):
        click.get_current_context().exit(1)


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
            chosen = ", the one it is asked with" if checkpoint == record.recipe.chosen else ""
            click.echo(f"  {checkpoint}: {notes[checkpoint]}{chosen}: {run.checkpoint(checkpoint)}")
    if run.checkpoints():
        click.echo(f'Ask it: jessy chat --run {run.name} "sana bisi sorucam"')
