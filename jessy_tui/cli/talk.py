"""A talk on the terminal: a question a line, each after all that was said before it."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from jessy_tui.errors import JessyError
from jessy_tui.workspace import Workspace

if TYPE_CHECKING:
    from jessy_tui.inference.protocol import Message
    from jessy_tui.inference.reply import Reply

_FORGET = "/new"
_HISTORY = "chat_history"
_REMEMBERED = 1000


class Asking(Protocol):
    """What is talked with."""

    async def ask(self, question: str, history: "Sequence[Message]") -> "Reply":
        """Ask `question` after `history`, and print the answer.

        Raises:
            JessyError: it could not be answered; the next question may be.
        """
        ...


def talk(runner: asyncio.Runner, asking: Asking, workspace: Workspace) -> None:
    """Ask what is typed until ctrl+d, or ctrl+c where nothing is being answered.

    Raises:
        KeyboardInterrupt: it was ctrl+c.
    """
    from jessy_tui.inference.protocol import Message

    click.echo(
        f"Ctrl+c cancels an answer, and leaves where there is none; ctrl+d leaves; {_FORGET} "
        "forgets what was said; up brings back what was asked.",
        err=True,
    )
    history: list[Message] = []
    with _typed_before(workspace.state / _HISTORY):
        while True:
            try:
                question = _question_typed()
            except EOFError:
                click.echo(err=True)
                return
            if question is None:
                continue
            if question == _FORGET:
                history.clear()
                click.echo("What was said is forgotten.", err=True)
                continue
            try:
                reply = runner.run(asking.ask(question, history))
            except KeyboardInterrupt:
                click.echo("\nCancelled; the talk goes on as if it had not been asked.", err=True)
            except JessyError as error:
                click.echo(f"jessy: {error}", err=True)
            else:
                history += [Message("user", question), reply.message]


def checked_question(message: str) -> str:
    """What is to be asked, without the blank space around it.

    Raises:
        JessyError: it is not UTF-8.
        click.UsageError: it is empty.
    """
    if not message.strip():
        raise click.UsageError("The message is empty.")
    return utf8(message).strip()


def utf8(text: str) -> str:
    """The text, which was typed.

    Raises:
        JessyError: it was not typed in UTF-8.
    """
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise JessyError("The message is not UTF-8; set the terminal to UTF-8 and ask again.")
    return text


def _question_typed() -> str | None:
    """The next line of the terminal, or None where there is nothing on it to ask."""
    try:
        return checked_question(input("\n> "))
    except click.UsageError:
        return None
    except JessyError as error:
        click.echo(f"jessy: {error}", err=True)
        return None


@contextlib.contextmanager
def _typed_before(path: Path) -> Iterator[None]:
    """Line editing, with the questions of earlier talks behind the key up; kept in `path`."""
    import readline

    with contextlib.suppress(OSError):  # none yet; or it cannot be read, and is begun anew
        readline.read_history_file(path)
    readline.set_history_length(_REMEMBERED)
    try:
        yield
    finally:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            readline.write_history_file(path)
        except OSError as error:
            click.echo(f"What was asked could not be kept in {path}: {error.strerror}.", err=True)
