"""Exporting from outside mlx: the work is done in a process of its own."""

import contextlib
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Final

from jessy_tui.bases.orders import Stage
from jessy_tui.errors import JessyError
from jessy_tui.export.order import Exported, NotExported, Order, decode_reply, encode
from jessy_tui.training.blas import child_environment

Told = Callable[[Stage], None]
_SECONDS_TO_END: Final = 10.0


class ExportCancelledError(JessyError):
    """It was cancelled; nothing of the export is left."""


class Export:
    """An export that is being made.

    `run` blocks, so it belongs into a thread where there is a screen; `cancel` may come from any.
    """

    def __init__(self, order: Order, blas: str = "auto") -> None:
        """Prepare it; nothing is started yet.

        Args:
            order: what is exported.
            blas: the workspace's setting.
        """
        self.order = order
        self._blas = blas
        self._process: subprocess.Popen[bytes] | None = None
        self._cancelled = threading.Event()

    @property
    def cancelled(self) -> bool:
        """Whether it is to end."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """End the work; `run` then raises. Returns at once."""
        self._cancelled.set()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def run(self, told: Told) -> Exported:
        """Make it, telling how far it is.

        Raises:
            ExportCancelledError: it was cancelled.
            JessyError: it cannot be made; the sentence says why.
        """
        process = self._start()
        assert process.stdin is not None  # noqa: S101
        assert process.stdout is not None  # noqa: S101
        assert process.stderr is not None  # noqa: S101
        said: list[bytes] = []
        stderr = process.stderr
        reading = threading.Thread(target=lambda: said.append(stderr.read()), daemon=True)
        reading.start()
        outcome: Exported | NotExported | None = None
        try:
            process.stdin.write(encode(self.order))
            process.stdin.flush()
            for line in process.stdout:
                reply = decode_reply(line)
                if isinstance(reply, Stage):
                    told(reply)
                else:
                    outcome = reply
        except BrokenPipeError:
            pass  # it died; what it said is looked at below
        finally:
            self._end(process)
        reading.join(_SECONDS_TO_END)
        stderr.close()
        process.stdout.close()
        if isinstance(outcome, Exported):
            return outcome
        if self.cancelled:
            raise ExportCancelledError(
                f"The export of {self.order.run_name} was cancelled; nothing of it is left."
            )
        if isinstance(outcome, NotExported):
            raise JessyError(outcome.reason)
        raise self._unsaid(b"".join(said), process.returncode)

    def _start(self) -> "subprocess.Popen[bytes]":
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "jessy_tui.export.maker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=child_environment(self._blas),
                # ctrl+c in a terminal reaches its whole group: the process is told by a signal.
                start_new_session=True,
            )
        except OSError as error:
            raise JessyError(f"The export could not be started: {error}.") from error
        if self.cancelled:
            self._process.terminate()
        return self._process

    def _end(self, process: "subprocess.Popen[bytes]") -> None:
        """Wait for the process; one that is left early is told to stop, and clears up first."""
        if process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # it ended before it had read the order
                process.stdin.close()
        try:
            process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _unsaid(self, said: bytes, code: int) -> JessyError:
        name = self.order.run_name
        if code < 0:
            return JessyError(
                f"{name} was not exported: the process was killed by signal {-code}, perhaps since "
                "the memory was full; nothing stands under the export's name: export it again."
            )
        lines = said.decode("utf-8", "replace").strip().splitlines()
        reason = lines[-1] if lines else f"its process ended with {code}"
        return JessyError(f"{name} was not exported: {reason}")
