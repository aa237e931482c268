"""`jessy serve`: a checkpoint for other programs, as OpenAI's API on loopback."""

import contextlib
import signal
from types import FrameType
from typing import NoReturn

import click
import msgspec

from jessy_tui.workspace import Workspace


@click.command("serve")
@click.option("--run", "run_name", metavar="NAME", help="Serve this run. Default: the newest.")
@click.option("--base", "base_name", metavar="NAME", help="Serve this base as it is, untrained.")
@click.option(
    "--checkpoint",
    metavar="STEP|best|final",
    help="Which checkpoint of the run. Default: the one its recipe chooses, else the last.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8080,
    show_default=True,
    help="On 127.0.0.1; 0 takes any that is free.",
)
@click.option("--verbose", is_flag=True, help="Note every request on stderr.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one line of JSON when it can be asked."
)
@click.pass_obj
def command(
    workspace: Workspace,
    run_name: str | None,
    base_name: str | None,
    checkpoint: str | None,
    port: int,
    *,
    verbose: bool,
    as_json: bool,
) -> None:
    """Serve a checkpoint to other programs until ctrl+c.

    It speaks OpenAI's API, with mlx-lm's server, and only to this machine. A conversation without a
    system prompt gets the one the run was trained with.
    """
    from jessy_tui.export.order import QUESTION
    from jessy_tui.export.serving import Service, curl_of
    from jessy_tui.inference.target import target_of_base, target_of_run

    if run_name and base_name:
        raise click.UsageError("Name a --run or a --base, not both: a run knows its base.")
    if checkpoint and base_name:
        raise click.UsageError("A base has no checkpoints; name a --run to use --checkpoint.")
    target = (
        target_of_base(workspace, base_name)
        if base_name
        else target_of_run(workspace, run_name, checkpoint)
    )
    # Whoever ends us, the server ends with us, and that is no failure.
    signal.signal(signal.SIGTERM, _interrupt)
    with contextlib.suppress(KeyboardInterrupt):
        click.echo(f"Loads the {target}.", err=True)
        with Service(workspace, target, port, verbose=verbose) as service:
            curl = curl_of(service.url, QUESTION, service.name)
            if as_json:
                ready = {
                    "url": service.url,
                    "model": service.name,
                    "pid": service.pid,
                    "curl": curl,
                }
                click.echo(msgspec.json.encode(ready).decode())
            else:
                click.echo(f"{service.name} is served at {service.url} (ctrl+c ends it). Ask it:")
                click.echo(f"  {curl}")
                click.echo(f"or, with Jessy: jessy chat --url {service.url}")
            service.wait()
    click.echo("The server has ended.", err=True)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
