"""Models of the Chat tab that say what a test has written for them, and a workspace to ask in."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from textual.pilot import Pilot

from jessy_tui.bases.catalogue import fingerprint_of
from jessy_tui.errors import JessyError
from jessy_tui.inference.protocol import Finished, Message, Sampling, Token
from jessy_tui.inference.target import Target
from jessy_tui.ui.chat import answer as answer_module
from jessy_tui.ui.chat import engines
from jessy_tui.ui.chat.screen import ChatScreen
from jessy_tui.workspace import Workspace
from tests.inference import models
from tests.ui.driving import press, until

LOW = "<think>LOW 1</think>\nSor kanka, dinliyorum."


@dataclass
class Engine:
    """A process that says its script: by adapter, an answer for each pass, the last for ever."""

    base: Path
    script: "Script"
    adapter: Path | None = None
    death: str | None = None
    load_seconds: float = 1.2
    warning: str | None = None
    asked: list[tuple[Message, ...]] = field(default_factory=list)
    sampled: list[Sampling | None] = field(default_factory=list)
    closed: bool = False
    _cancel: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def name(self) -> str:
        """The run whose adapter is on it, or the base's name."""
        if self.base == Path():
            return "endpoint"
        return self.adapter.parent.name if self.adapter else self.base.name

    def cancel(self) -> None:
        self._cancel.set()

    def die(self, sentence: str = "The model's process was killed by signal 9.") -> None:
        """As a kill does."""
        self.death = sentence
        self._cancel.set()

    async def close(self) -> None:
        self.closed = True
        self.death = self.death or "closed"

    async def generate(
        self, messages: Sequence[Message], sampling: Sampling | None = None
    ) -> AsyncGenerator[Token | Finished, None]:
        if self.death:
            raise JessyError(self.death)
        self._cancel.clear()
        self.asked.append(tuple(messages))
        self.sampled.append(sampling)
        lines = self.script.says[self.name]
        said = lines[min(len(self.asked), len(lines)) - 1]
        words = said.replace(" ", " \0").split("\0")
        made = 0
        for made, word in enumerate(words, start=1):
            if word.startswith("…"):  # waits there until it is let go, or cancelled
                await self._wait()
            if self.death:
                raise JessyError(self.death)
            if self._cancel.is_set():
                break
            yield Token(1, word.lstrip("…"), made, made / 10)
            await asyncio.sleep(0)
        yield Finished(
            id=1,
            reason="cancelled" if self._cancel.is_set() else "stop",
            tokens=made,
            prompt_tokens=9,
            cached_tokens=0,
            seconds=made / 10,
            first_token_seconds=0.1,
            tokens_per_second=10.0,
            peak_memory=0,
        )

    async def _wait(self) -> None:
        gone = asyncio.create_task(self._cancel.wait())
        free = asyncio.create_task(self.script.go.wait())
        _, pending = await asyncio.wait({gone, free}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()


@dataclass
class Script:
    """What the models say, by the name of the run or the base; a `…` before a word waits."""

    says: dict[str, list[str]]
    go: asyncio.Event = field(default_factory=asyncio.Event)
    """Lets go what waits."""
    started: list[Engine] = field(default_factory=list)
    refuses: str | None = None
    """Loading fails with this sentence."""

    async def start(self, _: Workspace, target: Target, before: Engine | None) -> Engine:
        """As `start_engine`."""
        if self.refuses is not None:
            raise JessyError(self.refuses)
        if before is not None and before.death is None and before.base == target.base:
            before.adapter = target.adapter
            return before
        if before is not None:
            await before.close()
        engine = Engine(target.base, self, target.adapter)
        self.started.append(engine)
        return engine


def script_of(monkeypatch: pytest.MonkeyPatch, **says: list[str]) -> Script:
    """Let the models say this; time stands still, so that pictures are the same each time."""
    script = Script(says)
    monkeypatch.setattr(engines, "start_engine", script.start)
    monkeypatch.setattr(answer_module, "monotonic", lambda: 100.0)
    return script


def with_run(workspace: Workspace, name: str = "first") -> Workspace:
    """The workspace with the base `chain` and a run on it that has a final checkpoint."""
    base = workspace.bases / "chain"
    if not base.exists():
        models.write_base(base)
    run = models.write_run(workspace.runs / name, fingerprint_of(base), base=base)
    models.full_adapter(run / "final", models.CANONICAL)
    return workspace


def chat(pilot: Pilot[None]) -> ChatScreen:
    """The Chat tab."""
    screen = pilot.app.screen_stack[0]
    assert isinstance(screen, ChatScreen)
    return screen


async def to_chat(pilot: Pilot[None], words: str = "ready") -> ChatScreen:
    """Go to the Chat tab and wait until what it talks to is there."""
    await press(pilot, "f4")
    await until(pilot, lambda: isinstance(pilot.app.screen, ChatScreen))
    screen = chat(pilot)
    await until(pilot, lambda: words in str(screen.transcript.border_subtitle))
    return screen


async def answered(pilot: Pilot[None]) -> None:
    """Wait until nothing more comes."""
    await until(pilot, lambda: not chat(pilot).is_asking)
    await pilot.pause()
