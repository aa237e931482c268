"""`jessy chat`: ask a checkpoint or a base something, once or in a talk."""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import click

from jessy_tui.cli.exits import INTERRUPTED
from jessy_tui.cli.output import json_option, print_json, print_line
from jessy_tui.cli.talk import checked_question, talk, utf8
from jessy_tui.errors import JessyError
from jessy_tui.iteration import Policy
from jessy_tui.workspace import Workspace

if TYPE_CHECKING:
    from jessy_tui.inference.engines import AnyEngine
    from jessy_tui.inference.protocol import Message, Sampling
    from jessy_tui.inference.reply import Reply
    from jessy_tui.inference.target import Target


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
@click.option(
    "--top-p",
    type=click.FloatRange(min=0, max=1, min_open=True),
    default=1.0,
    show_default=True,
    help="Only the likeliest tokens that together have this probability.",
)
@click.option(
    "--min-p",
    type=click.FloatRange(min=0, max=1),
    default=0.0,
    show_default=True,
    help="Only tokens at least this share as probable as the likeliest one.",
)
@click.option(
    "--repetition-penalty",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="Above 1 makes the last tokens less likely to come again.",
)
@click.option("--seed", type=click.IntRange(min=0), help="Of the random choices.")
@click.option(
    "--max-seconds",
    type=click.FloatRange(min=0, min_open=True),
    help="Stop an answer after so long, and take what there is.",
)
@click.option(
    "--system",
    metavar="TEXT",
    help="A system prompt instead of the one the run was trained with; empty for none.",
)
@json_option
@click.option(
    "--events",
    "as_events",
    is_flag=True,
    help="Print what happens as it happens, a JSON object a line; the last is that of --json.",
)
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
    top_p: float,
    min_p: float,
    repetition_penalty: float,
    seed: int | None,
    max_seconds: float | None,
    system: str | None,
    *,
    as_json: bool,
    as_events: bool,
) -> None:
    """Ask a checkpoint MESSAGE; without one, talk until ctrl+d.

    From a pipe, the message is what comes through it. Ctrl+c cancels the answer; where there is
    none, it leaves.
    """
    from jessy_tui.inference.protocol import Message, Sampling

    if run_name and base_name:
        raise click.UsageError("Name a --run or a --base, not both: a run knows its base.")
    if url and (run_name or base_name or checkpoint):
        raise click.UsageError("Name a --url, or what is on this disk, not both.")
    if model and not url:
        raise click.UsageError("--model is one of an endpoint's; name the endpoint with --url.")
    if checkpoint and base_name:
        raise click.UsageError("A base has no checkpoints; name a --run to use --checkpoint.")
    talks = message is None and sys.stdin.isatty()
    if talks and (as_json or as_events):
        raise click.UsageError(
            "With --json or --events, give a message, or send one through a pipe."
        )
    if as_json and as_events:
        raise click.UsageError("Choose --json or --events: the last event is what --json prints.")
    question = None if talks else _question(message)
    workspace: Workspace = ctx.obj
    target = _target(workspace, run_name, base_name, checkpoint, url, model)
    opening = target.opening
    if system is not None:
        opening = (Message("system", utf8(system)),) if system.strip() else ()
    asked = _Asked(
        workspace,
        target,
        opening,
        policy,
        Sampling(
            max_tokens=max_tokens,
            temperature=temperature,
            top_p=top_p,
            min_p=min_p,
            repetition_penalty=repetition_penalty,
            seed=seed,
        ),
        max_seconds,
        "json" if as_json else "events" if as_events else "text",
    )
    try:
        with asyncio.Runner() as runner:
            try:
                runner.run(asked.start())
                if question is None:
                    talk(runner, asked, workspace)
                else:
                    runner.run(asked.ask(question, ()))
            finally:
                runner.run(asked.close())
    except KeyboardInterrupt:
        click.echo(err=True)
        ctx.exit(INTERRUPTED)


def _question(message: str | None) -> str:
    """The message of the command line, or what comes through the pipe."""
    if message is None:
        try:
            message = sys.stdin.buffer.read().decode("utf-8")
        except UnicodeDecodeError as error:
            raise JessyError(f"What comes through the pipe is not UTF-8 ({error}).") from error
    return checked_question(message)


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


@dataclass
class _Asked:
    """What is asked, and how; its engine is started again where it has died."""

    workspace: Workspace
    target: "Target"
    opening: "Sequence[Message]"
    policy: Policy
    sampling: "Sampling"
    max_seconds: float | None
    form: Literal["text", "json", "events"]
    """How answers are printed."""
    engine: "AnyEngine | None" = None

    async def start(self) -> "AnyEngine":
        """Load what is to be asked, and say so apart from the answer.

        Raises:
            JessyError: it cannot be loaded or reached.
        """
        from jessy_tui.inference.engines import start_engine

        click.echo(f"Asking the {self.target}.", err=True)
        before, self.engine = self.engine, None
        engine = self.engine = await start_engine(self.workspace, self.target, before)
        if self.target.url is None:
            click.echo(f"Loaded in {engine.load_seconds:.1f} s. {engine.machine}", err=True)
        if engine.warning:
            click.echo(engine.warning, err=True)
        return engine

    async def ask(self, question: str, history: "Sequence[Message]") -> "Reply":
        """See `Asking.ask`."""
        from jessy_tui.cli.answer import AnswerPrinter, answer_as_json, event_as_json
        from jessy_tui.inference.loop import think
        from jessy_tui.inference.reply import Reply

        engine = self.engine
        if engine is None or engine.death is not None:
            engine = await self.start()
        printer = AnswerPrinter()
        events = think(
            engine,
            question,
            history=(*self.opening, *history),
            policy=self.policy,
            sampling=self.sampling,
            max_seconds=self.max_seconds,
        )
        async with aclosing(events):
            async for event in events:
                if self.form == "text":
                    printer.show(event)
                elif isinstance(event, Reply):
                    answer = answer_as_json(event, self.target, engine.load_seconds)
                    if self.form == "json":
                        print_json(answer)
                    else:
                        print_line({"event": "answer", **answer})
                elif self.form == "events":
                    print_line(event_as_json(event))
                if isinstance(event, Reply):
                    return event
        raise AssertionError("the loop ended without a reply")

    async def close(self) -> None:
        """Let go of the engine."""
        if self.engine is not None:
            await self.engine.close()
