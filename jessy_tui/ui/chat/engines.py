"""The models' processes behind the columns of a talk: one a base, or one a column where memory
allows it."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import psutil

from jessy_tui.errors import JessyError
from jessy_tui.inference.engines import start_engine
from jessy_tui.inference.protocol import Finished, Message, Sampling, Token
from jessy_tui.inference.target import Target
from jessy_tui.workspace import Workspace

if TYPE_CHECKING:
    from jessy_tui.inference.engines import AnyEngine

_BESIDE_WEIGHTS: Final = 400_000_000
"""Bytes that a process takes beside the weights: Python, mlx, the prompt cache."""
_GROWTH: Final = 1.2
"""How much larger weights are in memory, an adapter and buffers of the size of a layer included."""


class Cancellable:
    """An engine for one answer, which can be cancelled between two passes too."""

    def __init__(self, engine: "AnyEngine") -> None:
        self._engine = engine
        self._cancelled = False

    def cancel(self) -> None:
        """Stop the pass at work, and begin none any more."""
        self._cancelled = True
        self._engine.cancel()

    async def generate(
        self, messages: Sequence[Message], sampling: Sampling | None = None
    ) -> AsyncGenerator[Token | Finished, None]:
        """See `Engine.generate`."""
        if self._cancelled:
            yield _NEVER_BEGUN
            return
        async with contextlib.aclosing(self._engine.generate(messages, sampling)) as replies:
            async for reply in replies:
                yield reply


_NEVER_BEGUN: Final = Finished(
    id=0,
    reason="cancelled",
    tokens=0,
    prompt_tokens=0,
    cached_tokens=0,
    seconds=0.0,
    first_token_seconds=None,
    tokens_per_second=0.0,
    peak_memory=0,
)


class Seat:
    """A place for one process; it answers one question at a time, and the others wait."""

    def __init__(self, workspace: Workspace, changed: "Callable[[Seat], object]") -> None:
        self.words = ""
        """What it is doing: "loading …", "ready, loaded in 1.2 s"."""
        self.warning: str | None = None
        """What is wrong with it though it works, as a sentence."""
        self.wanted: Target | None = None
        """What was loaded last, or is being loaded."""
        self._workspace = workspace
        self._changed = changed
        self._engine: AnyEngine | None = None
        self._loaded: Target | None = None
        """What its process answers for."""
        self._turn = asyncio.Lock()
        self._bringing = asyncio.Lock()
        self._tasks: set[asyncio.Task[AnyEngine]] = set()

    @property
    def death(self) -> str | None:
        """Why its process is gone, in a sentence."""
        return self._engine.death if self._engine is not None else None

    def load(self, target: Target) -> None:
        """Begin to load `target`, so that it is there when it is asked."""
        self.wanted = target
        self._task_for(target)

    @contextlib.asynccontextmanager
    async def use(self, target: Target, say: Callable[[str], object]) -> AsyncIterator[Cancellable]:
        """Have `target` for one answer, once those before it are done.

        Whoever gives up waiting lets the loading go on: the next question will want it.

        Raises:
            JessyError: it cannot be loaded.
        """
        if self._turn.locked():
            say("waits for the answer beside it")
        async with self._turn:
            if not self._has(target):
                say("loading")
            self.wanted = target
            yield Cancellable(await asyncio.shield(self._task_for(target)))

    async def restart(self) -> None:
        """End its process, and load anew what was in it."""
        await self.close()
        if self.wanted is not None:
            self.load(self.wanted)

    async def close(self) -> None:
        """End its process, if there is one, and what is being loaded."""
        for task in tuple(self._tasks):
            task.cancel()
        async with self._bringing:
            engine, self._engine = self._engine, None
            if engine is not None:
                await engine.close()

    def _has(self, target: Target) -> bool:
        return self._engine is not None and not self._engine.death and self._loaded == target

    def _task_for(self, target: Target) -> "asyncio.Task[AnyEngine]":
        task = asyncio.create_task(self._bring(target))
        self._tasks.add(task)
        task.add_done_callback(self._brought)
        return task

    def _brought(self, task: "asyncio.Task[AnyEngine]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # seen: whoever asks will be told, and `words` tell it too

    async def _bring(self, target: Target) -> "AnyEngine":
        async with self._bringing:
            if self._engine is not None and self._has(target):
                return self._engine
            # Until it is told, nothing is known of what is loaded: the wait may be given up.
            before, self._engine, self._loaded = self._engine, None, None
            self._say("loading …")
            try:
                engine = await start_engine(self._workspace, target, before)
            except BaseException as error:
                if before is not None and before.death is None:
                    self._engine = before  # an adapter that does not fit leaves the base loaded
                self._say(f"not loaded: {error}" if isinstance(error, JessyError) else "")
                raise
            self._engine, self._loaded, self.warning = engine, target, engine.warning
            self._say(f"ready, loaded in {engine.load_seconds:.1f} s")
            return engine

    def _say(self, words: str) -> None:
        self.words = words
        self._changed(self)


@dataclass(frozen=True)
class Column:
    """What is asked, and the process it is asked in."""

    target: Target
    seat: Seat
    note: str | None = None
    """Why it shares its process with another column, as a sentence."""


class Engines:
    """All the processes of the Chat tab."""

    def __init__(self, workspace: Workspace, changed: Callable[[Seat], object]) -> None:
        self._workspace = workspace
        self._changed = changed
        self._seats: list[Seat] = []
        self._closing: set[asyncio.Task[None]] = set()

    def arrange(self, targets: Sequence[Target]) -> list[Column]:
        """A column for each of `targets`, loading already; processes nobody needs any more end.

        A base that is loaded stays loaded. Two columns of one base have a process each where
        memory allows it, so that both stream at once; else one, and they answer in turn.
        """
        free = list(self._seats)
        seats: list[Seat | None] = [None] * len(targets)
        for fits in (_same, _same_base):
            for place, target in enumerate(targets):
                if seats[place] is None:
                    found = next((seat for seat in free if fits(seat, target)), None)
                    if found is not None:
                        free.remove(found)
                        seats[place] = found
        for seat in free:
            self._end(seat)
        columns: list[Column] = []
        for place, target in enumerate(targets):
            found, note = seats[place], None
            if found is None:
                beside = _beside(target, targets, seats)
                note = too_little_memory(target) if beside else None
                found = beside if beside and note else Seat(self._workspace, self._changed)
                seats[place] = found
            columns.append(Column(target, found, note))
        self._seats = list(dict.fromkeys(column.seat for column in columns))
        for seat in self._seats:
            first = next(column.target for column in columns if column.seat is seat)
            if seat.wanted != first or seat.death or not seat.words.startswith("ready"):
                seat.load(first)
        return columns

    async def restart(self) -> None:
        """Start anew the processes that have died; all of them, where none has."""
        dead = [seat for seat in self._seats if seat.death]
        await asyncio.gather(*(seat.restart() for seat in dead or self._seats))

    async def close(self) -> None:
        """End all processes."""
        seats, self._seats = self._seats, []
        await asyncio.gather(*(seat.close() for seat in seats), *self._closing)

    def _end(self, seat: Seat) -> None:
        task = asyncio.create_task(seat.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


def _beside(target: Target, targets: Sequence[Target], seats: Sequence[Seat | None]) -> Seat | None:
    """The place of another column whose process could answer for `target`, too."""
    pairs = zip(targets, seats, strict=True)
    return next(
        (seat for one, seat in pairs if seat and not one.url and one.base == target.base), None
    )


def _same(seat: Seat, target: Target) -> bool:
    return seat.wanted == target


def _same_base(seat: Seat, target: Target) -> bool:
    return seat.wanted is not None and _process_of(seat.wanted) == _process_of(target)


def _process_of(target: Target) -> tuple[object, ...]:
    """What is the same for all that one process can answer for."""
    return (target.url, target.base_name) if target.url else (target.base,)


def too_little_memory(target: Target) -> str | None:
    """Why a further process for the base of `target` does not fit into this machine's free memory,
    as a sentence; None where it does."""
    weights = sum(path.stat().st_size for path in target.base.glob("*.safetensors"))
    needed = round(weights * _GROWTH) + _BESIDE_WEIGHTS
    free = int(psutil.virtual_memory().available)
    if needed <= free:
        return None
    return (
        f"A second process for {target.base_name} would need {needed / 1e9:.1f} GB, and "
        f"{free / 1e9:.1f} GB are free: the columns answer one after the other in one process."
    )
