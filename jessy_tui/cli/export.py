"""`jessy export`: a checkpoint as an adapter, a whole model, a GGUF, or a model of Ollama's."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from jessy_tui.cli.exits import INTERRUPTED
from jessy_tui.errors import JessyError
from jessy_tui.workspace import Workspace

if TYPE_CHECKING:
    from jessy_tui.export.order import Exported, Order
    from jessy_tui.export.preflight import Preflight


@click.command("export")
@click.option("--run", "run_name", metavar="NAME", help="Export this run. Default: the newest.")
@click.option(
    "--checkpoint",
    metavar="STEP|best|final",
    help="Which checkpoint. Default: the one its recipe chooses, else the last.",
)
@click.option(
    "--to",
    "way",
    type=click.Choice(["adapter", "fused", "gguf", "ollama"]),
    required=True,
    help="adapter: for mlx-lm beside the base. fused: a whole model. gguf: one file for llama.cpp "
    "and LM Studio. ollama: a GGUF with a Modelfile, given to Ollama where it is here.",
)
@click.option(
    "--quantize",
    type=click.Choice(["f16", "q8_0", "q4_0"]),
    default="q8_0",
    show_default=True,
    help="How a GGUF keeps its weights.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder that is written. Default: one under models/exports.",
)
@click.option(
    "--replace", is_flag=True, help="Replace what stands there, when the new one is whole."
)
@click.option(
    "--name", default="jessy", show_default=True, help="What Ollama is to call the model."
)
@click.option("--no-create", is_flag=True, help="Write the Modelfile, and leave Ollama alone.")
@click.option(
    "--preflight", "only_look", is_flag=True, help="Say what it would do, and do nothing."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, a line for each thing told.")
@click.pass_context
def command(
    ctx: click.Context,
    run_name: str | None,
    checkpoint: str | None,
    way: str,
    quantize: str,
    out: Path | None,
    name: str,
    *,
    replace: bool,
    no_create: bool,
    only_look: bool,
    as_json: bool,
) -> None:
    """Export a checkpoint. What would stop it is said before anything is written."""
    from jessy_tui.export.order import Quantization, Way, order_for
    from jessy_tui.export.preflight import preflight

    workspace: Workspace = ctx.obj
    order = order_for(
        workspace,
        run=run_name,
        checkpoint=checkpoint,
        way=Way(way),
        quantization=Quantization(quantize),
        out=out,
        name=name,
        replace=replace,
        create=not no_create,
    )
    known = preflight(order)
    if as_json:
        _print_line("preflight", {**msgspec.to_builtins(known), "ready": known.ready})
    elif only_look or known.ready:
        for line in lines_of(known):
            click.echo(line, err=not only_look)
    if not known.ready:
        if as_json or only_look:
            ctx.exit(1)
        raise JessyError(" ".join(known.problems))
    if only_look:
        return
    done = _export(workspace, order, as_json=as_json)
    if as_json:
        _print_line("exported", msgspec.to_builtins(done))
    else:
        _print(done)


def lines_of(known: "Preflight") -> list[str]:
    """What is known, a line a fact; problems last."""
    from jessy_tui.bases.words import describe_bytes, describe_parameters
    from jessy_tui.export.words import describe_seconds

    order = known.order
    facts = [
        ("run", f"{order.run_name}, checkpoint {order.checkpoint} ({known.adapter_kind})"),
        (
            "base",
            f"{order.base_name}: {known.architecture}, {describe_parameters(known.parameters)} in "
            f"{known.precision}, {describe_bytes(known.base_bytes)}",
        ),
        ("writes", f"{', '.join(known.files)}: about {describe_bytes(known.disk)}"),
        ("to", f"{order.folder} ({describe_bytes(known.disk_free)} free)"),
        ("time", f"about {describe_seconds(known.seconds)}"),
    ]
    if not known.architecture:
        facts = []  # it was not even readable
    return [
        *(f"{name:>8}  {words}" for name, words in facts),
        *(f"    note  {note}" for note in known.notes),
        *(f" problem  {problem}" for problem in known.problems),
    ]


def _export(workspace: Workspace, order: "Order", *, as_json: bool) -> "Exported":
    """Do it, with a bar on stderr, or a line a stage; ctrl+c cancels it."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from jessy_tui.bases.words import describe_stage
    from jessy_tui.errands.stage import Stage
    from jessy_tui.export.client import Export

    export = Export(order, workspace.settings.training.blas)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    console = Console(stderr=True, highlight=False)
    with Progress(*columns, console=console, transient=True, disable=as_json) as bar:
        task = bar.add_task(f"exports {order.run_name}", total=None)

        def told(stage: Stage) -> None:
            if as_json:
                _print_line("stage", msgspec.to_builtins(stage))
            words = describe_stage(stage)
            bar.update(task, description=words, total=stage.total, completed=stage.done)

        try:
            return export.run(told)
        except KeyboardInterrupt:
            export.cancel()
            bar.stop()
            click.echo(
                f"The export of {order.run_name} was cancelled; nothing of it is left.", err=True
            )
            sys.exit(INTERRUPTED)


def _print(done: "Exported") -> None:
    from jessy_tui.bases.words import describe_bytes
    from jessy_tui.export.words import describe_seconds

    total = sum(done.files.values())
    click.echo(
        f"{done.folder} is there: {', '.join(done.files)}; {describe_bytes(total)} in "
        f"{describe_seconds(done.seconds)}."
    )
    for note in done.notes:
        click.echo(note)
    if done.answer:
        click.echo(f"Ollama was asked: {done.question}\n{done.answer}")
    click.echo("Next:")
    for line in done.commands:
        click.echo(f"  {line}")


def _print_line(kind: str, value: Any) -> None:
    value.pop("type", None)
    sys.stdout.buffer.write(msgspec.json.encode({"type": kind, **value}) + b"\n")
    sys.stdout.buffer.flush()
