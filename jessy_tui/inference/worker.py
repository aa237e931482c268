"""The process that holds a model: requests in on stdin, replies out on stdout.

    python -m jessy_tui.inference.worker --base FOLDER

It ends when stdin closes, so it never outlives the app that started it. Only the protocol is
written to the pipe that was stdout; whatever libraries print goes to stderr.
"""

import argparse
import contextlib
import os
import queue
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import psutil

from jessy_tui.errors import JessyError
from jessy_tui.inference.progress import Memory, Progress
from jessy_tui.inference.protocol import (
    AdapterInUse,
    AskState,
    Cancel,
    Doing,
    Failed,
    Generate,
    Loading,
    Ready,
    Reply,
    Shutdown,
    State,
    UseAdapter,
    decode_request,
    encode,
    finished_early,
    id_in,
)
from jessy_tui.training.blas import preload

if TYPE_CHECKING:
    from jessy_tui.inference.model import LoadedBase

# After the app is gone: how long the token or the loading at work may take before it is cut off.
_LAST_SECONDS: Final = 5.0
_NO_MEMORY: Final = (
    "There is not enough memory to answer this; shorten the talk, end other programs, or use a "
    "smaller base."
)


class Worker:
    """Answers requests one after the other; a thread reads them, so that a cancel is heard and its
    state can be asked for."""

    def __init__(self, requests: BinaryIO, replies: BinaryIO) -> None:
        self._requests = requests
        self._replies = replies
        self._writing = threading.Lock()
        self._queue: queue.SimpleQueue[UseAdapter | Generate | None] = queue.SimpleQueue()
        self._waiting: set[int] = set()
        self._cancelled: set[int] = set()
        self._closing = threading.Event()
        self._loaded: LoadedBase | None = None
        self._at: UseAdapter | Generate | None = None
        """The request that is being dealt with."""

    def run(self, base: Path) -> int:
        """Load the base, answer until told to stop; returns the exit code."""
        began = time.perf_counter()
        self._send(Loading(str(base)))
        threading.Thread(target=self._read, daemon=True).start()
        if not base.is_dir():  # said at once, before seconds of imports
            self._send(
                Failed(None, f"There is no base in {base}; make one ready with: jessy bases.")
            )
            return 1
        blas = preload()
        from jessy_tui.inference.model import LoadedBase  # only now: it imports mlx

        try:
            loaded = LoadedBase(base)
        except JessyError as error:
            self._send(Failed(None, str(error)))
            return 1
        self._loaded = loaded
        self._send(
            Ready(
                base=str(base),
                parameters=loaded.parameters,
                context=loaded.context,
                seconds=time.perf_counter() - began,
                blas=blas.description,
                blas_warning=blas.warning,
                memory=psutil.Process().memory_info().rss,
            )
        )
        while (request := self._queue.get()) is not None and not self._closing.is_set():
            self._at = request
            self._do(loaded, request)
            self._at = None
            self._waiting.discard(request.id)
            self._cancelled.discard(request.id)
        return 0

    def _do(self, loaded: "LoadedBase", request: UseAdapter | Generate) -> None:
        try:
            if isinstance(request, UseAdapter):
                self._use_adapter(loaded, request)
            else:
                self._generate(loaded, request)
        except JessyError as error:
            self._send(Failed(request.id, str(error)))
        except BrokenPipeError:
            raise
        except MemoryError:
            self._send(Failed(request.id, _NO_MEMORY))
        except Exception as error:  # noqa: BLE001  # one bad request must not end the model
            traceback.print_exc()
            if "allocate" in str(error):  # as MLX says it, in a RuntimeError
                self._send(Failed(request.id, _NO_MEMORY))
                return
            self._send(
                Failed(
                    request.id,
                    f"The model failed at this ({type(error).__name__}: {error}); ask again, or "
                    "start it again.",
                )
            )

    def _use_adapter(self, loaded: "LoadedBase", request: UseAdapter) -> None:
        began = time.perf_counter()
        adapter = loaded.use_adapter(None if request.path is None else Path(request.path))
        self._send(
            AdapterInUse(
                id=request.id,
                path=request.path,
                kind=adapter.kind if adapter else None,
                parameters=adapter.parameters if adapter else 0,
                seconds=time.perf_counter() - began,
            )
        )

    def _generate(self, loaded: "LoadedBase", request: Generate) -> None:
        def cancelled() -> bool:
            return request.id in self._cancelled or self._closing.is_set()

        if cancelled():
            self._send(finished_early(request.id))
            return
        for reply in loaded.answer(request, cancelled):
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        with self._writing:
            self._replies.write(encode(reply))
            self._replies.flush()

    def _read(self) -> None:
        """The reading thread: hand requests on, heed a cancel at once, notice the end."""
        with contextlib.suppress(BrokenPipeError):
            for line in self._requests:
                if not self._take(line):
                    break
        self._closing.set()
        self._queue.put(None)
        time.sleep(_LAST_SECONDS)
        os._exit(0)

    def _take(self, line: bytes) -> bool:
        """Deal with one line; returns whether there may be more."""
        try:
            request = decode_request(line)
        except JessyError as error:
            self._send(Failed(id_in(line), str(error)))
            return True
        if isinstance(request, Cancel):
            if request.id in self._waiting:
                self._cancelled.add(request.id)
        elif isinstance(request, AskState):
            self._send(self._state(request.id))
        elif not isinstance(request, Shutdown):
            self._waiting.add(request.id)
            self._queue.put(request)
        return not isinstance(request, Shutdown)

    def _state(self, request_id: int) -> State:
        """As seen by the reading thread, beside whatever is being done."""
        loaded, at = self._loaded, self._at
        progress = loaded.progress if loaded and isinstance(at, Generate) else Progress()
        memory = loaded.memory() if loaded else Memory()
        doing: Doing = "loading" if loaded is None else "nothing"
        if at is not None:
            doing = "adapter"
            if isinstance(at, Generate):
                doing = "answering" if progress.tokens else "reading"
        return State(
            id=request_id,
            doing=doing,
            request=at.id if at else None,
            waiting=len(self._waiting) - (at is not None),
            adapter=str(loaded.adapter.folder) if loaded and loaded.adapter else None,
            prompt_tokens=progress.prompt_tokens,
            read=progress.read,
            tokens=progress.tokens,
            resident=psutil.Process().memory_info().rss,
            active=memory.active,
            peak=memory.peak,
            kept=memory.kept,
        )


def main() -> int:
    """Run the worker on this process's own pipes; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m jessy_tui.inference.worker")
    parser.add_argument("--base", type=Path, required=True)
    base = parser.parse_args().base
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a print, in Python or in C, must not end up among the replies
    try:
        return Worker(sys.stdin.buffer, replies).run(base)
    except BrokenPipeError:
        return 0  # the app is gone


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)  # a library's thread, or a pipe that is gone, must not hold up the end
