"""A checkpoint served to other programs, from outside mlx: the server is a process of its own."""

import contextlib
import socket
import subprocess
import sys
from types import TracebackType
from typing import Final, Self

import msgspec

from jessy_tui.errors import JessyError
from jessy_tui.inference.target import Target
from jessy_tui.training.blas import child_environment
from jessy_tui.workspace import Workspace

HOST: Final = "127.0.0.1"
PORT: Final = 8080
_SECONDS_TO_END: Final = 10.0


class _Said(msgspec.Struct):
    ready: int | None = None
    failed: str | None = None


class Service:
    """A running server. Close it when it is done with, or use it in a `with` statement."""

    def __init__(
        self, workspace: Workspace, target: Target, port: int = PORT, *, verbose: bool = False
    ) -> None:
        """Start it, and wait until it can be asked.

        Args:
            workspace: whose settings hold.
            target: what is served.
            port: of the loopback; 0 takes any that is free.
            verbose: whether every request is noted on stderr.

        Raises:
            JessyError: the port is taken, or the checkpoint cannot be loaded.
        """
        check_port(port)
        self.name = target.run or target.base_name
        command = [sys.executable, "-P", "-m", "jessy_tui.export.server"]
        command += ["--base", str(target.base), "--name", self.name, "--port", str(port)]
        command += ["--system", target.system]
        command += ["--adapter", str(target.adapter)] if target.adapter else []
        command += ["--verbose"] if verbose else []
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=child_environment(workspace.settings.training.blas),
                # ctrl+c in a terminal reaches its whole group: the process is told by a signal.
                start_new_session=True,
            )
        except OSError as error:
            raise JessyError(f"The server could not be started: {error}.") from error
        try:
            self.port = self._wait()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """What clients are given as the base of the API."""
        return f"http://{HOST}:{self.port}/v1"

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    def wait(self) -> None:
        """Return never, unless the server ends by itself.

        Raises:
            JessyError: it did.
        """
        code = self._process.wait()
        raise JessyError(f"The server of {self.name} has ended by itself (with {code}).")

    def close(self) -> None:
        """End it. Twice is no error."""
        process = self._process
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(_SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _wait(self) -> int:
        assert self._process.stdout is not None  # noqa: S101
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait()
            raise JessyError(f"The server of {self.name} has ended before it began (with {code}).")
        said = msgspec.json.decode(line, type=_Said)
        if said.ready is None:
            raise JessyError(said.failed or "The server could not be started.")
        return said.ready


def check_port(port: int) -> None:
    """See that the port can be listened on.

    Raises:
        JessyError: it is taken, or needs more rights than there are.
    """
    with socket.socket() as trying:
        trying.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trying.bind((HOST, port))
            trying.listen()
        except OSError as error:
            raise JessyError(
                f"Port {port} cannot be used ({error.strerror}); give another with --port, or "
                "--port 0 for any that is free."
            ) from error


def curl_of(url: str, question: str, model: str) -> str:
    """A line that asks the server, to be typed in a shell."""
    import shlex

    body = msgspec.json.encode(
        {"model": model, "messages": [{"role": "user", "content": question}]}
    ).decode()
    return f"curl {url}/chat/completions -H 'Content-Type: application/json' -d {shlex.quote(body)}"
