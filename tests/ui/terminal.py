"""The real app in a real terminal, read as a person reads it."""

import os
import sys
import time
from collections.abc import Callable

import pexpect
import pyte

from jessy_tui.workspace import Workspace

ESCAPE = "\x1b[27u"
"""Esc as a terminal sends it that speaks the keyboard protocol Textual asks for. The bare byte is
an Alt where the next key comes before it was read, which is a matter of how busy the machine is."""


class Terminal:
    """`jessy` in a pseudo-terminal of its own."""

    def __init__(self, workspace: Workspace, size: tuple[int, int] = (120, 40)) -> None:
        columns, rows = size
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.written = b""
        """All that the app has written to the terminal."""
        self.process = pexpect.spawn(
            sys.executable,
            ["-m", "jessy_tui", "-C", str(workspace.root)],
            dimensions=(rows, columns),
            env={**os.environ, "TERM": "xterm-256color"},
        )

    @property
    def text(self) -> str:
        """What the terminal shows."""
        return "\n".join(self._screen.display)

    def send(self, keys: str) -> None:
        """Type keys; for Esc see `ESCAPE`."""
        assert not keys.endswith("\x1b"), "whatever comes next would be taken for Alt and a key"
        self.process.send(keys)

    def until(self, condition: Callable[[str], bool], seconds: float = 60) -> None:
        """Read on until what is shown meets the condition."""
        end = time.monotonic() + seconds
        while not condition(self.text):
            assert time.monotonic() < end, f"not so after {seconds} s:\n{self.text}"
            try:
                written = self.process.read_nonblocking(1 << 16, timeout=0.2)
                self.written += written
                self._stream.feed(written)
            except pexpect.TIMEOUT:
                continue

    def shows(self, words: str, seconds: float = 60) -> None:
        """Read on until `words` are on the screen."""
        self.until(lambda text: words in text, seconds)

    def ends(self, seconds: float = 60) -> None:
        """Read on until the app has ended."""
        self.process.expect(pexpect.EOF, timeout=seconds)
        self.process.wait()

    def close(self) -> None:
        """Close the terminal, as one closes a window; the app is told with a hangup."""
        self.process.close(force=True)
