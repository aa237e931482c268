"""A look at very many examples for a screen, in a process of its own."""

import contextlib
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from jessy_tui.dataset.checks.sweep.helper import Order, Told
from jessy_tui.dataset.checks.sweep.kept import Kept
from jessy_tui.workspace import CheckSettings


class Look:
    """One sweep over files as they are on disk, from `start` until it is done or cancelled."""

    def __init__(
        self,
        paths: Sequence[Path],
        settings: CheckSettings,
        probes: Path | None,
        tell: Callable[[], None],
    ) -> None:
        """`tell` is called in a thread whenever it is further, and at the end."""
        named = str(probes.resolve()) if probes else None
        self._paths = list(paths)
        self._order = Order([str(path.resolve()) for path in paths], settings, named)
        self._settings, self._tell = settings, tell
        self._process: subprocess.Popen[bytes] | None = None
        self._cancelled = threading.Event()
        self.progress: Told | None = Told("reading", 0, 1)
        """How far it is; None once it is over."""
        self.kept: Kept | None = None
        """What it found, once it is done."""
        self.failure: str | None = None
        """Why it failed, in a sentence."""

    def start(self) -> None:
        """Begin; returns at once."""
        threading.Thread(target=self._run, name="look", daemon=True).start()

    def cancel(self) -> None:
        """End it; nothing is told any more."""
        self._cancelled.set()
        process = self._process
        if process is not None:
            process.terminate()

    def _run(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            try:
                self._process = process = subprocess.Popen(
                    [sys.executable, "-P", "-m", "jessy_tui.dataset.checks.sweep.helper", folder],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,  # ctrl+c is for the app alone
                )
            except OSError as error:
                self._end(f"No process could be started to check ({error.strerror or error}).")
                return
            with process, contextlib.suppress(OSError):
                assert process.stdin is not None  # noqa: S101 - as asked for
                assert process.stdout is not None  # noqa: S101
                process.stdin.write(msgspec.json.encode(self._order))
                process.stdin.close()
                for line in process.stdout:
                    self.progress = msgspec.json.decode(line, type=Told)
                    if not self._cancelled.is_set():
                        self._tell()
            if self._cancelled.is_set():
                return
            last = self.progress
            if last is not None and last.stage == "done":
                self.kept = Kept(Path(folder), self._settings, self._paths)
                self._end(None)
            else:
                why = last.why if last is not None and last.stage == "failed" else ""
                self._end(why or "The process that checked was ended; r begins again.")

    def _end(self, failure: str | None) -> None:
        self.failure, self.progress = failure, None
        if not self._cancelled.is_set():
            self._tell()
