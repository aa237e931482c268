"""The command line: one module a verb, imported only when that verb is asked for."""

import importlib
import io
import signal
import sys
from pathlib import Path

import click

from jessy_tui import __version__
from jessy_tui.cli.exits import INTERRUPTED
from jessy_tui.errors import JessyError

# Verb -> what it does. Kept here so that `jessy --help` imports no verb.
VERBS = {
    "check": "Say what is wrong with the examples.",
    "stats": "Show the distributions of the labels.",
    "split": "Write a stratified, leak-free training and validation set.",
    "import": "Turn a file of another tool into examples.",
    "convert": "Write the examples in the format of another tool.",
    "bases": "List what can be fine-tuned, or make it ready.",
    "train": "Fine-tune a base on the examples.",
    "runs": "List the runs, their state and last figures.",
    "chat": "Ask a checkpoint something.",
    "eval": "Measure whether a checkpoint thinks the right amount.",
    "serve": "Serve a checkpoint to other programs, as OpenAI's API.",
    "export": "Take a checkpoint out: adapter, fused, GGUF, Ollama.",
}
# Where the module of a verb cannot have its name.
_MODULES = {"import": "importing"}


class _LazyGroup(click.Group):
    """Finds a verb in the module of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command = importlib.import_module(
            f"jessy_tui.cli.{_MODULES.get(cmd_name, cmd_name)}"
        ).command
        assert isinstance(command, click.Command)  # noqa: S101
        loaded()
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Carry it out; what ctrl+c breaks off says so by its exit code, whatever the verb."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("\nBroken off.", err=True)
            ctx.exit(INTERRUPTED)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


@click.group(
    cls=_LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="jessy")
@click.option(
    "-C",
    "--workspace",
    "root",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=".",
    help="The workspace folder, with data/ and models/ in it. Default: this folder.",
)
@click.pass_context
def _jessy(ctx: click.Context, root: Path) -> None:
    """Teach a small language model when to think. Without a command: open the app."""
    from jessy_tui.workspace import Workspace

    ctx.obj = Workspace(root.resolve())
    if ctx.invoked_subcommand is None:
        from jessy_tui.ui import garbage

        garbage.hold_off()
        from jessy_tui.app import run

        loaded()
        run(ctx.obj)


def loaded() -> None:
    """What was asked for is imported: from now on ctrl+c raises KeyboardInterrupt.

    It is the other half of `__main__.main`, and does nothing where that was not first.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def main() -> None:
    """The console script. Exit codes: 0 ok, 1 the data or the model falls short, 2 wrong use; see
    `exits` for the others.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal of another encoding shows a ? for a bar; it is no reason to stop.
            stream.reconfigure(errors="replace")
    try:
        _jessy(prog_name="jessy", standalone_mode=True)
    except JessyError as error:
        click.echo(f"jessy: {error}", err=True)
        sys.exit(1)
