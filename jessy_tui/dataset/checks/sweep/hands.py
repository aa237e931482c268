"""The processes that look at pieces for a sweep.

They are plain processes with pipes, not a pool of `multiprocessing`: what such a pool shares is
taken away with the process that made it, and helpers that are about to start then complain on the
terminal, or wait for ever.
"""

import contextlib
import queue
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor

from jessy_tui.dataset.checks.sweep.examine import Job, Report
from jessy_tui.dataset.checks.sweep.hand import receive, send
from jessy_tui.dataset.checks.sweep.pieces import Piece

_Hand = subprocess.Popen[bytes]


class Hands:
    """Some processes with one job. Use them in a `with` block, which ends them."""

    def __init__(self, job: Job, count: int) -> None:
        self._job = job
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="hand")
        self._free: queue.SimpleQueue[_Hand | None] = queue.SimpleQueue()
        for _ in range(count):
            self._free.put(None)  # it is started when there is something to do
        self._all: list[_Hand] = []
        self._lock = threading.Lock()
        self._closed = False

    def __enter__(self) -> "Hands":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def examine(self, piece: Piece) -> "Future[Report | None]":
        """`examine`, in one of them; None where its process is gone or could not be started."""
        return self._threads.submit(self._examine, piece)

    def close(self) -> None:
        """End them, whatever they are at."""
        with self._lock:
            self._closed = True
            for hand in self._all:
                hand.kill()
        self._threads.shutdown(cancel_futures=True)
        for hand in self._all:
            _let_go(hand)

    def _examine(self, piece: Piece) -> Report | None:
        hand = self._free.get()
        report: Report | None = None
        try:
            hand = hand or self._start()
            if hand is not None:
                report = _ask(hand, piece)
        finally:
            self._free.put(hand if report is not None else None)
        return report

    def _start(self) -> _Hand | None:
        with self._lock:
            if self._closed:
                return None
            try:
                hand = subprocess.Popen(
                    [sys.executable, "-P", "-m", "jessy_tui.dataset.checks.sweep.hand"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,  # what went wrong does so again, and aloud, here
                    start_new_session=True,  # ctrl+c is for the process that sweeps
                )
            except OSError:
                return None
            self._all.append(hand)
        assert hand.stdin is not None  # noqa: S101 - as asked for
        try:
            send(hand.stdin, self._job)  # type: ignore[arg-type]  # IO[bytes]
        except OSError:
            return None
        return hand


def _ask(hand: _Hand, piece: Piece) -> Report | None:
    assert hand.stdin is not None  # noqa: S101 - by _start
    assert hand.stdout is not None  # noqa: S101
    try:
        send(hand.stdin, piece)  # type: ignore[arg-type]  # IO[bytes]
        report: Report = receive(hand.stdout)  # type: ignore[arg-type]
    except (OSError, EOFError):
        return None
    return report


def _let_go(hand: _Hand) -> None:
    hand.wait()
    for stream in (hand.stdin, hand.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):  # what could not be written to it any more
                stream.close()
