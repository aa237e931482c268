"""Editing an example in an editor of one's own, with the app suspended meanwhile."""

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from rich.text import Text
from textual.app import App, ComposeResult, SuspendNotSupported
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.plainlabel import ContradictionError
from jessy_tui.dataset.plaintext import NEW_TEXT, from_text, to_text
from jessy_tui.errors import JessyError

_LAST_RESORTS: Final = ("vi", "nano")


class NotTaken(ModalScreen[str]):
    """Why a text was not taken back. Answers "edit", "fix" or "give up"."""

    BINDINGS = [
        Binding("e,enter", "dismiss('edit')", "Go on", tooltip="Go on editing the text"),
        Binding("f", "fix", "Fix", tooltip="Take the text with its label set right"),
        Binding("g,escape", "dismiss('give up')", "Give up", tooltip="Leave the example as it is"),
    ]

    def __init__(self, problem: str, path: Path, fix: str | None = None) -> None:
        """`fix` is what one key would put in the place of what is wrong."""
        super().__init__()
        self._problem = problem
        self._path = path
        self._fix = fix

    def compose(self) -> ComposeResult:
        fix = f"f takes {self._fix} · " if self._fix else ""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Not taken"
            dialog.border_subtitle = f"{fix}e goes on editing · esc gives up"
            yield Static(Text(self._problem))
            yield Static(Text(f"\nThe text is kept in {self._path}"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "fix" or self._fix is not None

    def action_fix(self) -> None:
        """Take the text with its label set right."""
        self.dismiss("fix")


def editor_command(environment: Mapping[str, str]) -> list[str]:
    """The program that `$VISUAL` or `$EDITOR` names, with its arguments; else vi or nano.

    Raises:
        JessyError: there is none.
    """
    for name in ("VISUAL", "EDITOR"):
        try:
            command = shlex.split(environment.get(name, ""))
        except ValueError as error:
            raise JessyError(f"${name} is no command ({error}); mend it.") from None
        if command:
            return command
    for program in _LAST_RESORTS:
        if shutil.which(program):
            return [program]
    raise JessyError("No editor is known here; name one, for instance with: export VISUAL=nano")


async def edit_outside(app: App[Any], example: Example | None) -> Example | None:
    """Let an example, or a new one, be edited outside; None where nothing is to change.

    To be awaited in a worker of the app, since it may ask. What is wrong is said to the person;
    a text that is not taken back is kept, with its path, unless nothing was written.
    """
    try:
        command = editor_command(os.environ)
        before = NEW_TEXT if example is None else to_text(example)
    except JessyError as error:
        app.notify(str(error), severity="error", timeout=15, markup=False)
        return None
    path = _temporary(before)
    edit, problem = True, None
    while True:
        if edit:
            problem = _run(app, [*command, str(path)])
        text, unread = _read(path)
        fix: ContradictionError | None = None
        if problem is None and text is not None:
            if text == before:
                path.unlink(missing_ok=True)
                app.notify("Nothing was changed.")
                return None
            try:
                edited = from_text(text, example)
            except JessyError as error:
                problem = str(error)
                fix = error if isinstance(error, ContradictionError) else None
            else:
                path.unlink(missing_ok=True)
                return edited
        problem = problem or unread or ""
        if text == before:
            path.unlink(missing_ok=True)
            app.notify(f"{problem} Nothing was changed.", severity="warning", markup=False)
            return None
        answer = await app.push_screen_wait(NotTaken(problem, path, fix.label if fix else None))
        if answer not in ("edit", "fix"):
            app.notify(f"The text is kept in {path}", title="Given up", timeout=15, markup=False)
            return None
        edit, problem = answer == "edit", None
        if fix is not None and text is not None and not edit:
            path.write_bytes(fix.mended(text).encode())


def _temporary(text: str) -> Path:
    descriptor, name = tempfile.mkstemp(prefix="jessy-", suffix=".md")
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(text.encode())
    return Path(name)


def _read(path: Path) -> tuple[str | None, str | None]:
    """What the editor left, or why it cannot be read."""
    try:
        return path.read_bytes().decode(), None
    except OSError as error:
        return None, f"{path} cannot be read ({error.strerror or error})."
    except UnicodeDecodeError:
        return None, f"{path} is not UTF-8; let the editor write it as UTF-8."


def _run(app: App[Any], command: Sequence[str]) -> str | None:
    """Run the editor in the place of the app; why it did not end well, as a sentence."""
    code, problem = 0, None
    try:
        # Nothing may be raised inside: the app would not come back to the terminal.
        with app.suspend(), _interrupts_are_the_editors():
            try:
                code = subprocess.run(command, check=False).returncode
            except OSError as error:
                reason = error.strerror or error
                problem = f"{command[0]} cannot be started ({reason}); mend $VISUAL or $EDITOR."
    except SuspendNotSupported:
        return "This terminal cannot be handed to an editor; e edits here."
    if problem is None and code != 0:
        how = f"with {code}" if code > 0 else f"by signal {-code}"
        problem = f"{command[0]} ended {how}, so its text was not taken."
    return problem


@contextmanager
def _interrupts_are_the_editors() -> Iterator[None]:
    """Let ctrl+c reach the editor without ending the app, which is in the same group."""
    # Not SIG_IGN, which the editor would inherit.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
