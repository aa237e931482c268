"""The side that sends the order, and waits."""

import contextlib
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from jessy_tui.errands.stage import Stage, encode

Told = Callable[[Stage], None]

_SECONDS_TO_END: Final = 10.0


class Errand:
    """One order for a process of its own.

    Carrying it out blocks, so that belongs into a thread where there is a screen; `cancel` may come
    from any.
    """

    def __init__(self) -> None:
        """Nothing is started yet."""
        self._process: subprocess.Popen[bytes] | None = None
        self._cancelled = threading.Event()
        self._said = b""

    @property
    def cancelled(self) -> bool:
        """Whether it is to end."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """End the work. Returns at once."""
        self._cancelled.set()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def send(
        self,
        module: str,
        order: msgspec.Struct,
        decoder: "msgspec.json.Decoder[Any]",
        told: Told,
        environment: Mapping[str, str],
    ) -> object:
        """Have the order carried out.

        Args:
            module: what the process runs; see `errands.carrying_out`.
            order: its order.
            decoder: of what it says.
            told: hears how far it is.
            environment: the process's.

        Returns:
            Its last word, any that is no Stage; None where it ended without one, see `obituary`.

        Raises:
            OSError: it could not be started.
        """
        process = self._start([module], environment)
        assert process.stdin is not None  # noqa: S101
        assert process.stdout is not None  # noqa: S101
        assert process.stderr is not None  # noqa: S101
        said: list[bytes] = []
        stderr = process.stderr
        reading = threading.Thread(target=lambda: said.append(stderr.read()), daemon=True)
        reading.start()
        outcome: object = None
        try:
            process.stdin.write(encode(order))
            process.stdin.flush()
            for line in process.stdout:
                reply = decoder.decode(line)
                if isinstance(reply, Stage):
                    told(reply)
                else:
                    outcome = reply
        except BrokenPipeError:
            pass  # it died; what it said is in its obituary
        finally:
            self._end(process)
        reading.join(_SECONDS_TO_END)
        stderr.close()
        process.stdout.close()
        self._said = b"".join(said)
        return outcome

    def feed(self, command: list[str], content: bytes, environment: Mapping[str, str]) -> bool:
        """Run a module that takes `content` as its input and says nothing on the way; returns
        whether it ended well.

        Raises:
            OSError: it could not be started.
        """
        process = self._start(command, environment)
        _, self._said = process.communicate(content)
        return process.returncode == 0

    def obituary(self) -> str:
        """Why the process ended without a last word, as the end of a sentence."""
        code = self._process.returncode if self._process else 0
        if code < 0:
            return f"its process was killed by signal {-code}, perhaps since the memory was full"
        lines = self._said.decode("utf-8", "replace").strip().splitlines()
        return lines[-1].rstrip(".") if lines else f"its process ended with {code}"

    def _start(
        self, command: list[str], environment: Mapping[str, str]
    ) -> "subprocess.Popen[bytes]":
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
            # ctrl+c in a terminal reaches its whole group: the process is told by a signal.
            start_new_session=True,
        )
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
