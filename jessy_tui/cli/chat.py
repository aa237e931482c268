"""`jessy chat`: ask a checkpoint or a base something, once or in a talk."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import click

from jessy_tui.cli.output import json_option, print_json
from jessy_tui.errors import JessyError
from jessy_tui.iteration import Policy
from jessy_tui.workspace import Workspace

if TYPE_CHECKING:
    from jessy_tui.inference.engines import AnyEngine
    from jessy_tui.inference.protocol import Message
    from jessy_tui.inference.reply import Event, Reply
    from jessy_tui.inference.target import Target

_INTERRUPTED = 130

_Ask = Callable[["AnyEngine", str, "Sequence[Message]"], Coroutine[Any, Any, "Reply"]]
"""Asks a question after what was said before."""


def _policy(_ctx: click.Context, _param: click.Parameter, value: str) -> Policy:
    try:
        return Policy.parse(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command("chat")
@click.argument("message", required=False)
@click.option("--run", "run_name", metavar="NAME", help="Ask this run. Default: the newest.")
@click.option("--base", "base_name", metavar="NAME", help="Ask this base as it is, untrained.")
@click.option(
    "--url",
    metavar="URL|NAME",
    help="Ask an OpenAI-compatible endpoint (Ollama, LM Studio, jessy serve), by its address or by "
    "its name in jessy.toml.",
)
@click.option("--model", metavar="NAME", help="Which model of the endpoint. Default: the only one.")
@click.option(
    "--checkpoint",
    metavar="STEP|best|final",
    help="Which checkpoint of the run. Default: the one its recipe chooses, else the last.",
)
@click.option(
    "--policy",
    callback=_policy,
    metavar="auto|single|'fixed N'",
    default="auto",
    show_default=True,
    help="How many passes: auto follows the plan, and makes nine without one.",
)
@click.option(
    "--max-tokens",
    type=click.IntRange(min=1),
    default=512,
    show_default=True,
    help="The longest answer of a pass.",
)
@click.option(
    "--temperature",
    type=click.FloatRange(min=0),
    default=0.0,
    show_default=True,
    help="0 takes the likeliest token; higher is more surprising.",
)
@click.option("--seed", type=click.IntRange(min=0), help="Of the random choices.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    message: str | None,
    run_name: str | None,
    base_name: str | None,
    url: str | None,
    model: str | None,
    checkpoint: str | None,
    policy: Policy,
    max_tokens: int,
    temperature: float,
    seed: int | None,
    *,
    as_json: bool,
) -> None:
    """Ask a checkpoint MESSAGE; without one, talk until ctrl+d.

    From a pipe, the message is what comes through it. Ctrl+c cancels the answer.
    """
    from jessy_tui.cli.answer import answer_as_json
    from jessy_tui.inference.loop import think
    from jessy_tui.inference.protocol import Sampling

    if run_name and base_name:
        raise click.UsageError("Name a --run or a --base, not both: a run knows its base.")
    if url and (run_name or base_name or checkpoint):
        raise click.UsageError("Name a --url, or what is on this disk, not both.")
    if model and not url:
        raise click.UsageError("--model is one of an endpoint's; name the endpoint with --url.")
    if checkpoint and base_name:
        raise click.UsageError("A base has no checkpoints; name a --run to use --checkpoint.")
    talks = message is None and sys.stdin.isatty()
    if talks and as_json:
        raise click.UsageError("With --json, give a message, or send one through a pipe.")
    question = None if talks else _question(message)
    workspace: Workspace = ctx.obj
    target = _target(workspace, run_name, base_name, checkpoint, url, model)
    sampling = Sampling(max_tokens=max_tokens, temperature=temperature, seed=seed)

    async def ask(engine: "AnyEngine", question: str, history: "Sequence[Message]") -> "Reply":
        said = (*target.opening, *history)
        events = think(engine, question, history=said, policy=policy, sampling=sampling)
        return await _print_answer(events, quiet=as_json)

    try:
        with asyncio.Runner() as runner:
            engine = runner.run(_start(workspace, target))
            try:
                if question is None:
                    _talk(runner, engine, ask)
                else:
                    reply = runner.run(ask(engine, question, ()))
                    if as_json:
                        print_json(answer_as_json(reply, target, engine.load_seconds))
            finally:
                runner.run(engine.close())
    except KeyboardInterrupt:
        click.echo(err=True)
        ctx.exit(_INTERRUPTED)


def _question(message: str | None) -> str:
    """The message of the command line, or what comes through the pipe."""
    if message is None:
        try:
            message = sys.stdin.buffer.read().decode("utf-8")
        except UnicodeDecodeError as error:
            raise JessyError(f"What comes through the pipe is not UTF-8 ({error}).") from error
    if any("\ud800" <= character <= "\udfff" for character in message):
        raise JessyError("The message is not UTF-8; set the terminal to UTF-8 and ask again.")
    if not message.strip():
        raise click.UsageError("The message is empty.")
    return message.strip()


def _target(
    workspace: Workspace,
    run: str | None,
    base: str | None,
    checkpoint: str | None,
    url: str | None,
    model: str | None,
) -> "Target":
    """What the options name; the newest run where they name nothing."""
    from jessy_tui.inference.target import target_of_base, target_of_run, target_of_url

    if url:
        return target_of_url(workspace, url, model)
    return target_of_base(workspace, base) if base else target_of_run(workspace, run, checkpoint)


async def _start(workspace: Workspace, target: "Target") -> "AnyEngine":
    """Load what is to be asked, and say so apart from the answer."""
    from jessy_tui.inference.engines import start_engine

    click.echo(f"Asking the {target}.", err=True)
    engine = await start_engine(workspace, target)
    if target.url is None:
        click.echo(f"Loaded in {engine.load_seconds:.1f} s. {engine.machine}", err=True)
    if engine.warning:
        click.echo(engine.warning, err=True)
    return engine


async def _print_answer(events: "AsyncGenerator[Event, None]", *, quiet: bool) -> "Reply":
    from jessy_tui.cli.answer import AnswerPrinter
    from jessy_tui.inference.reply import Reply

    printer = AnswerPrinter()
    async with aclosing(events):
        async for event in events:
            if not quiet:
                printer.show(event)
            if isinstance(event, Reply):
                return event
    raise AssertionError("the loop ended without a reply")


def _talk(runner: asyncio.Runner, engine: "AnyEngine", ask: _Ask) -> None:
    """Ask what is typed, after all that was said before, until ctrl+d."""
    import readline  # noqa: F401  # gives input() its line editing and its history

    from jessy_tui.inference.protocol import Message

    click.echo("Ctrl+d ends the talk; ctrl+c cancels an answer.", err=True)
    history: list[Message] = []
    while True:
        try:
            question = _question_typed()
        except EOFError:
            click.echo(err=True)
            return
        if question is None:
            continue
        try:
            reply = runner.run(ask(engine, question, history))
        except KeyboardInterrupt:
            click.echo("\nCancelled; the talk goes on as if it had not been asked.", err=True)
        except JessyError as error:
            if engine.death is not None:
                raise
            click.echo(f"jessy: {error}", err=True)
        else:
            history += [Message("user", question), reply.message]


def _question_typed() -> str | None:
    """The next line of the terminal, or None where there is nothing on it to ask."""
    try:
        return _question(input("\n> "))
    except click.UsageError:
        return None
    except JessyError as error:
        click.echo(f"jessy: {error}", err=True)
        return None
