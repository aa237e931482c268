"""The processes that read a large file for this one, so that its screen never waits for them."""

import os
import subprocess
import sys
import threading
from typing import Final

import msgspec

from jessy_tui.dataset.large.worker import Request, answer, receive, send

COUNT: Final = 2


class WorkersClosedError(Exception):
    """Nobody wants the reply any more: the store is closed."""


class Workers:
    """A few processes that read one open file. Any number of threads may ask."""

    def __init__(self, descriptor: int) -> None:
        """Use what `descriptor` has open; it may be closed afterwards."""
        self._descriptor = os.dup(descriptor)
        self._free: list[subprocess.Popen[bytes] | None] = [None] * COUNT
        self._all: list[subprocess.Popen[bytes]] = []
        self._available = threading.Semaphore(COUNT)
        self._lock = threading.Lock()
        self._closed = False

    def ask(self, request: Request) -> bytes:
        """The encoded reply; waits until a process is free.

        Where there is no process, since it was killed or could not be started, the work is done
        here: slower, but done.

        Raises:
            WorkersClosedError: they are closed, or were while this was under way.
        """
        with self._available:
            if self._closed:
                raise WorkersClosedError
            process = self._take()
            reply = _ask(process, request) if process else None
            with self._lock:
                self._free.append(process if reply is not None else None)
            if reply is None:
                _end(process)
                if self._closed:
                    raise WorkersClosedError
                reply = answer(request, self._descriptor)
            return reply

    def close(self) -> None:
        """End the processes; nobody is answered any more."""
        with self._lock:
            self._closed = True
            processes, self._all = self._all, []
        for process in processes:
            process.kill()
        for process in processes:
            _end(process)

    def __del__(self) -> None:
        self.close()
        os.close(self._descriptor)

    def _take(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            # One that runs already, if there is one.
            self._free.sort(key=lambda process: process is not None)
            process = self._free.pop()
            if process is None and not self._closed:
                process = self._start()
            return process

    def _start(self) -> subprocess.Popen[bytes] | None:
        try:
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "jessy_tui.dataset.large.worker",
                    str(self._descriptor),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=(self._descriptor,),
                start_new_session=True,  # ctrl+c is for the app alone
            )
        except OSError:
            return None
        self._all.append(process)
        return process


def _ask(process: subprocess.Popen[bytes], request: Request) -> bytes | None:
    assert process.stdin is not None  # noqa: S101 - by _start
    assert process.stdout is not None  # noqa: S101
    try:
        send(process.stdin, msgspec.msgpack.encode(request))  # type: ignore[arg-type]  # IO[bytes]
        return receive(process.stdout)  # type: ignore[arg-type]
    except (OSError, ValueError):
        return None


def _end(process: subprocess.Popen[bytes] | None) -> None:
    if process is None:
        return
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream:
            try:
                stream.close()
            except OSError:
                continue  # what could not be written to it any more
