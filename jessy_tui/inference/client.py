"""The asyncio side of a worker: starts it, asks it, notices when it dies. MLX is never imported."""

import asyncio
import contextlib
import itertools
import signal
import sys
import time
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self

import msgspec

from jessy_tui.errors import JessyError
from jessy_tui.inference.protocol import (
    AdapterInUse,
    AskState,
    Cancel,
    Failed,
    Finished,
    Generate,
    Message,
    Ready,
    Reply,
    Request,
    Sampling,
    Shutdown,
    State,
    Token,
    UseAdapter,
    decode_reply,
    encode,
    finished_early,
)
from jessy_tui.training.blas import child_environment

_LONGEST_REPLY = 1 << 24
_CLOSE_SECONDS = 2.0
_LONGEST_WORDS = 300
_CANCEL_SECONDS = 0.2
"""So long an answer that was cancelled may go on before whoever waits for it is let go."""

_Asked = UseAdapter | Generate | AskState


class Engine:
    """One base in one worker process, with at most one adapter on it.

    Make it with `await Engine.start(...)`, end it with `await engine.close()`, or use it as
    `async with await Engine.start(...) as engine`. Several tasks may ask at once; the worker
    answers them one after the other.
    """

    def __init__(self, process: asyncio.subprocess.Process, base: Path) -> None:
        self.base = base
        """The base's folder."""
        self._process = process
        self._ids = itertools.count(1)
        # Replies travel by the id of their request; None in a queue means that the worker is gone.
        self._waiting: dict[int, _Replies] = {}
        self._ready: asyncio.Future[Ready] = asyncio.get_running_loop().create_future()
        self._adapter: AdapterInUse | None = None
        self._death: str | None = None
        self._closing = False
        self._last_words: deque[str] = deque(maxlen=20)
        self._stderr = asyncio.create_task(self._drain_stderr())
        self._replies = asyncio.create_task(self._read_replies())

    @classmethod
    async def start(cls, base: Path, *, environment: Mapping[str, str] | None = None) -> Self:
        """Start a worker and wait until it has loaded `base`.

        Args:
            base: the folder of a model that mlx-lm can load.
            environment: the worker's; by default `training.blas.child_environment()`.

        Raises:
            JessyError: the base cannot be loaded, or the worker died.
        """
        if environment is None:
            environment = child_environment()
        # -P: a file in the current folder must not stand in for a module of the same name.
        arguments = ("-P", "-m", "jessy_tui.inference.worker", "--base", str(base))
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=_LONGEST_REPLY,
            env=dict(environment),
            # ctrl+c in a terminal reaches its whole process group: the worker is told by a message.
            start_new_session=True,
        )
        engine = cls(process, base)
        try:
            await asyncio.shield(engine._ready)
        except BaseException:
            await engine.close()
            raise
        return engine

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def ready(self) -> Ready:
        """What the worker said of the base when it had loaded it."""
        return self._ready.result()

    @property
    def load_seconds(self) -> float:
        """How long the base took to load."""
        return self.ready.seconds

    @property
    def machine(self) -> str:
        """What computes, in a sentence."""
        return self.ready.blas

    @property
    def warning(self) -> str | None:
        """What makes it slow, in a sentence."""
        return self.ready.blas_warning

    @property
    def adapter(self) -> Path | None:
        """The adapter folder in use, or None."""
        return Path(self._adapter.path) if self._adapter and self._adapter.path else None

    @property
    def adapter_in_use(self) -> AdapterInUse | None:
        """What the worker said when the last adapter was put on or taken off."""
        return self._adapter

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._process.pid

    @property
    def busy(self) -> bool:
        """Whether any answer or adapter is waited for."""
        return any(not isinstance(one.request, AskState) for one in self._waiting.values())

    @property
    def death(self) -> str | None:
        """Why the worker is gone, in a sentence; None while it lives."""
        return self._death

    async def use_adapter(self, path: Path | None) -> AdapterInUse:
        """Put the adapter in folder `path` on the base, or take it off; the base stays loaded.

        Raises:
            JessyError: the adapter is missing, broken or of another base (what was in use before
                stays in use), or the worker died.
        """
        request = UseAdapter(next(self._ids), None if path is None else str(path))
        with self._expecting(request) as replies:
            await self._send(request)
            reply = await self._next(replies)
            if not isinstance(reply, AdapterInUse):
                raise JessyError("The worker answered out of turn; start it again.")
            self._adapter = reply
            return reply

    async def generate(
        self, messages: Sequence[Message], sampling: Sampling | None = None
    ) -> AsyncGenerator[Token | Finished, None]:
        """Answer a conversation: `Token`s as they are made, then one `Finished`.

        When the iterator is closed or its task is cancelled, the worker stops generating. Leaving
        the `async for` early closes it as soon as it is collected; `contextlib.aclosing` does so at
        once.

        Raises:
            JessyError: the prompt does not fit the base, or the worker died.
        """
        request = Generate(next(self._ids), tuple(messages), sampling or Sampling())
        with self._expecting(request) as replies:
            over = False
            try:
                await self._send(request)
                while not over:
                    reply = await self._next(replies)
                    if isinstance(reply, Token | Finished):
                        over = isinstance(reply, Finished)
                        yield reply
            finally:
                if not over:
                    self._send_now(Cancel(request.id))

    def cancel(self) -> None:
        """Stop all generations, running and waiting; their iterators end with a `Finished` whose
        reason is `cancelled`. Returns at once.

        Where the worker does not stop soon, since the machine is busy or a step of it long, they
        end all the same; it stops when it has come so far, and answers what is asked then.
        """
        loop = asyncio.get_running_loop()
        for request_id in self._waiting:
            self._send_now(Cancel(request_id))
            loop.call_later(_CANCEL_SECONDS, self._end_cancelled, request_id)

    def _end_cancelled(self, request_id: int) -> None:
        replies = self._waiting.get(request_id)
        if replies is not None and isinstance(replies.request, Generate):
            replies.put_nowait(
                msgspec.structs.replace(
                    finished_early(request_id, seconds=time.perf_counter() - replies.began),
                    tokens=replies.tokens,
                    first_token_seconds=replies.first,
                )
            )

    async def state(self) -> State:
        """What the worker is at, and the memory it takes. It answers at once, whatever it is at.

        Raises:
            JessyError: the worker died.
        """
        request = AskState(next(self._ids))
        with self._expecting(request) as replies:
            await self._send(request)
            reply = await self._next(replies)
            if not isinstance(reply, State):
                raise JessyError("The worker answered out of turn; start it again.")
            return reply

    async def close(self) -> None:
        """End the worker, by force where it does not end by itself within two seconds.

        Requests still waiting fail with a `JessyError`. Closing twice is no error.
        """
        self._closing = True
        self._send_now(Shutdown())
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await asyncio.shield(self._process.wait())
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        await asyncio.gather(self._replies, self._stderr)
        if self._ready.done() and not self._ready.cancelled():
            self._ready.exception()  # seen: start() has raised it, or nobody waits any more

    @contextlib.contextmanager
    def _expecting(self, request: _Asked) -> Iterator["_Replies"]:
        """Collect the replies to a request while the block runs; later ones are dropped."""
        if self._death is not None:
            raise JessyError(self._death)
        replies = self._waiting[request.id] = _Replies(request)
        try:
            yield replies
        finally:
            del self._waiting[request.id]

    async def _next(self, replies: "_Replies") -> Reply:
        reply = await replies.get()
        if reply is None:
            raise JessyError(self._death or "The model's process is gone; start it again.")
        if isinstance(reply, Failed):
            raise JessyError(reply.sentence)
        return reply

    async def _send(self, request: Request) -> None:
        self._send_now(request)
        if self._process.stdin is not None:
            with contextlib.suppress(ConnectionError):  # its death is told by _read_replies
                await self._process.stdin.drain()

    def _send_now(self, request: Request) -> None:
        if self._process.stdin is not None and not self._process.stdin.is_closing():
            self._process.stdin.write(encode(request))

    async def _read_replies(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None  # noqa: S101  # it was asked for as a pipe
        broken: str | None = None
        try:
            while line := await stdout.readline():
                self._deliver(decode_reply(line))
        except (JessyError, ValueError) as error:  # ValueError: a line without an end
            broken = str(error)
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        code = await self._process.wait()
        await self._stderr
        self._death = self._obituary(code, broken)
        if not self._ready.done():
            self._ready.set_exception(JessyError(self._death))
        for replies in self._waiting.values():
            replies.put_nowait(None)

    def _deliver(self, reply: Reply) -> None:
        if isinstance(reply, Ready):
            self._ready.set_result(reply)
        elif isinstance(reply, AdapterInUse | Token | Finished | State):
            if (replies := self._waiting.get(reply.id)) is not None:
                replies.take(reply)
        elif isinstance(reply, Failed):
            if not self._ready.done():
                self._ready.set_exception(JessyError(reply.sentence))
            # Without an id it cannot be told which request arrived damaged: none is waited for.
            for request_id, replies in self._waiting.items():
                if reply.id in (None, request_id):
                    replies.put_nowait(reply)

    async def _drain_stderr(self) -> None:
        """Read what the worker complains of, so that it never blocks; keep the last lines."""
        stderr = self._process.stderr
        assert stderr is not None  # noqa: S101  # it was asked for as a pipe
        rest = b""
        while chunk := await stderr.read(1 << 16):
            *lines, rest = (rest + chunk).split(b"\n")
            rest = rest[-_LONGEST_WORDS:]
            self._last_words.extend(_printable(line) for line in lines if line.strip())
        if rest.strip():
            self._last_words.append(_printable(rest))

    def _obituary(self, code: int, broken: str | None) -> str:
        if self._closing:
            return "The model was closed before it had answered."
        if broken is not None:
            return f"The model's process was ended: {broken} Start it again."
        if code == -signal.SIGKILL:
            how = "was killed by signal 9, as happens when memory runs out"
        elif code < 0:
            how = f"was killed by signal {-code}"
        else:
            how = f"ended with code {code}"
        words = f" ({self._last_words[-1]})" if self._last_words else ""
        return f"The model's process {how}{words}. Start it again."


class _Replies(asyncio.Queue[Reply | None]):
    """The replies to one request; None means that the worker is gone."""

    def __init__(self, request: _Asked) -> None:
        super().__init__()
        self.request = request
        self.began = time.perf_counter()
        self.tokens = 0
        self.first: float | None = None

    def take(self, reply: Reply) -> None:
        if isinstance(reply, Token):
            self.tokens = reply.tokens
            if self.first is None:
                self.first = reply.seconds
        self.put_nowait(reply)


def _printable(line: bytes) -> str:
    text = line[-_LONGEST_WORDS:].decode("utf-8", "replace").strip()
    return "".join(character for character in text if character.isprintable())
