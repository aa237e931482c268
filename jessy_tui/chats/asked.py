"""The questions that were typed, kept so that the up key finds them in the next session too."""

import contextlib
import os
from pathlib import Path
from typing import Final

import msgspec

from jessy_tui.errors import JessyError
from jessy_tui.files import write_atomically
from jessy_tui.workspace import Workspace

KEPT: Final = 500
_SLACK: Final = 2 * KEPT


class AskedBefore:
    """The last questions, oldest first, in a file to which each is added as it is asked."""

    def __init__(self, workspace: Workspace) -> None:
        self._path: Path = workspace.state / "asked.jsonl"

    def read(self) -> list[str]:
        """The last questions; lines that are none, such as a half-written last one, are left out.

        A file that has grown long is cut to what is kept.

        Raises:
            JessyError: the file cannot be read.
        """
        try:
            lines = self._path.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise JessyError(f"{self._path} cannot be read ({error.strerror or error}).") from error
        asked: list[str] = []
        for line in lines[-_SLACK:]:
            with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError):
                asked.append(msgspec.json.decode(line, type=str))
        if len(lines) > _SLACK:
            kept = b"".join(msgspec.json.encode(one) + b"\n" for one in asked[-KEPT:])
            write_atomically(self._path, kept)
        return asked[-KEPT:]

    def add(self, question: str) -> None:
        """Keep a question.

        Raises:
            JessyError: it cannot be written.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            descriptor = os.open(self._path, flags, 0o644)
            try:
                # The line end first: a line that was cut off by a kill stays a line of its own.
                os.write(descriptor, b"\n" + msgspec.json.encode(question) + b"\n")
            finally:
                os.close(descriptor)
        except OSError as error:
            raise JessyError(
                f"The question could not be kept in {self._path} ({error.strerror or error})."
            ) from error
