"""Asking a question: of one model, or of several side by side."""

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import ClassVar, Final

from textual import on, work
from textual.binding import Binding
from textual.widgets import Static

from jessy_tui.chats.asked import AskedBefore
from jessy_tui.chats.context import context_of, messages_of
from jessy_tui.chats.quick_probes import QuickProbe, quick_probes
from jessy_tui.chats.turn import Named, Turn, new_id
from jessy_tui.errors import JessyError
from jessy_tui.inference.loop import think
from jessy_tui.inference.protocol import Message, Sampling
from jessy_tui.inference.reply import Reply
from jessy_tui.iteration import Policy
from jessy_tui.ui.chat.answer import Answer
from jessy_tui.ui.chat.engines import Cancellable, Column
from jessy_tui.ui.chat.exchange import Exchange
from jessy_tui.ui.chat.probe_row import FIRST_KEY, ProbeRow
from jessy_tui.ui.chat.prompt import Prompt
from jessy_tui.ui.chat.talk import Talk
from jessy_tui.workspace import ChatSettings

_PROBES: Final = (
    "the canonical question",
    "a probe of LOW",
    "a probe of MEDIUM",
    "a probe of HIGH",
)


@dataclass
class _Asked:
    """A question that is being answered."""

    question: str
    fresh: bool
    settings: ChatSettings
    id: str = field(default_factory=new_id)
    at: float = field(default_factory=time.time)
    cancelled: bool = False
    at_work: dict[Answer, Cancellable] = field(default_factory=dict)
    """The engines that answer now."""
    tasks: dict[Answer, "asyncio.Task[None]"] = field(default_factory=dict)

    def cancel(self) -> None:
        """Stop every answer: those that are coming with what they have, the others as they are."""
        self.cancelled = True
        for answer, task in self.tasks.items():
            if answer in self.at_work:
                self.at_work[answer].cancel()
            else:
                task.cancel()


class Asking(Talk):
    """The part of the Chat tab that asks."""

    PLACE: ClassVar[str] = "Ask"
    BINDINGS = [
        # Most terminals tell alt with a digit as another letter, so function keys it is; the text
        # area has f6 and f7 of its own, hence the priority.
        *(
            Binding(
                f"f{number + FIRST_KEY}",
                f"probe({number})",
                f"Probe {number + 1}",
                show=False,
                priority=True,
                tooltip=f"Ask {what}, on its own",
            )
            for number, what in enumerate(_PROBES)
        ),
        Binding("escape", "cancel", "Cancel", tooltip="Cancel the answer; again: leave the prompt"),
        Binding("ctrl+r", "restart", "Restart", show=False, tooltip="Restart the model's process"),
    ]

    _asked: _Asked | None = None
    _probes: list[QuickProbe] = []

    @property
    def is_asking(self) -> bool:
        """Whether an answer is coming."""
        return self._asked is not None

    @work(exclusive=True, group="prompt")
    async def recall(self) -> None:
        """Read the questions that can be asked again, and the probes."""
        workspace = self.jessy.workspace
        try:
            self.prompt.remember_before(await asyncio.to_thread(AskedBefore(workspace).read))
        except JessyError as error:
            self.say(str(error))
        self._probes = await asyncio.to_thread(quick_probes, workspace)
        self.query_one(ProbeRow).offer(self._probes)

    def action_probe(self, number: int) -> None:
        """Ask a quick probe."""
        if number < len(self._probes):
            self.ask(self._probes[number].query, fresh=True)
        else:
            self.notify("data/probes.json has no such probe.")

    @on(Prompt.Submitted)
    def _submitted(self, message: Prompt.Submitted) -> None:
        if not self.ask(message.text):
            self.prompt.put_back(message.text)

    def ask(self, question: str, *, fresh: bool = False) -> bool:
        """Ask a question, unless another one is being answered; whether it was.

        A `fresh` one is asked without what was said before.
        """
        if self._asked is not None:
            self.notify("The answer before is still coming; esc cancels it.")
            return False
        if not self.columns:
            self.notify("There is nothing to talk to yet: ctrl+o chooses, F3 then n trains nano.")
            return False
        self.prompt.remember(question)
        settings = self.settings
        self._asked = _Asked(question, fresh or not settings.context, settings)
        self._ask(self._asked, list(self.columns))
        return True

    @work(exclusive=True, group="ask")
    async def _ask(self, asked: _Asked, columns: list[Column]) -> None:
        self.query_one("#chat-hint", Static).display = False
        answers = [Answer(str(Named.of(column.target))) for column in columns]
        exchange = Exchange(asked.question, answers, fresh=asked.fresh)
        try:
            await self.transcript.put(exchange)
            self.transcript.anchor()  # who asks wants to see the answer, wherever they were
            self._remember(asked.question)
            for answer, column in zip(answers, columns, strict=True):
                asked.tasks[answer] = asyncio.create_task(self._ask_one(asked, column, answer))
            await asyncio.gather(*asked.tasks.values())
        finally:
            for task in asked.tasks.values():
                task.cancel()
            self._asked = None
        exchange.compare()
        self.show_state()
        if asked.cancelled or all(answer.progress.failure for answer in answers):
            self.prompt.put_back(asked.question)

    async def _ask_one(self, asked: _Asked, column: Column, answer: Answer) -> None:
        """Ask one column; whatever happens to it is told in it, and to no other."""
        target, settings = column.target, asked.settings
        reply: Reply | None = None
        try:
            async with column.seat.use(target, answer.wait) as engine:
                asked.at_work[answer] = engine
                answer.begin()
                events = think(
                    engine,
                    asked.question,
                    history=self._history(asked, column),
                    policy=Policy.parse(settings.policy),
                    sampling=sampling_of(settings),
                    max_seconds=settings.max_seconds,
                )
                async with aclosing(events):
                    async for event in events:
                        await answer.take(event)
                        if isinstance(event, Reply):
                            reply = event
        except JessyError as error:
            dead = column.seat.death is not None
            await answer.fail(f"{error} ctrl+r starts it again." if dead else str(error))
        except asyncio.CancelledError:
            if not asked.cancelled:
                raise  # the tab is gone
            await answer.fail("Cancelled before it was begun.")
        finally:
            asked.at_work.pop(answer, None)
        if reply is not None:
            await self._keep(asked, column, answer, reply)

    def _history(self, asked: _Asked, column: Column) -> list[Message]:
        """What stands before the question: the system prompt, and what was said."""
        system = asked.settings.system
        opening = [Message("system", system)] if system else list(column.target.opening)
        if asked.fresh:
            return opening
        turns = [turn for turn in self.session.turns if turn.question_id != asked.id]
        return [*opening, *messages_of(context_of(turns, Named.of(column.target)))]

    async def _keep(self, asked: _Asked, column: Column, answer: Answer, reply: Reply) -> None:
        """Write the turn down, in the talk it was asked in."""
        settings = asked.settings
        turn = Turn(
            id=new_id(),
            question_id=asked.id,
            at=asked.at,
            question=asked.question,
            fresh=asked.fresh,
            target=Named.of(column.target),
            system=settings.system or column.target.system,
            sampling=sampling_of(settings),
            policy=settings.policy,
            max_seconds=settings.max_seconds,
            reply=reply,
        )
        answer.turn = turn
        try:
            await asyncio.to_thread(self.session.add, turn)
        except JessyError as error:
            self.say(str(error))

    def _remember(self, question: str) -> None:
        try:
            AskedBefore(self.jessy.workspace).add(question)
        except JessyError as error:
            self.say(str(error))

    def action_cancel(self) -> None:
        """Stop the answers that are coming; without one, leave the prompt so that digits work."""
        if self._asked is not None:
            self._asked.cancel()
        elif self.transcript.has_focus:
            self.transcript.anchor()
        else:
            self.transcript.focus()

    @work(exclusive=True, group="restart")
    async def action_restart(self) -> None:
        """Start the models' processes anew: those that have died, or else all."""
        if self._asked is not None and not any(column.seat.death for column in self.columns):
            self.notify("An answer is still coming; esc cancels it.")
            return
        await self.engines.restart()


def sampling_of(settings: ChatSettings) -> Sampling:
    """How tokens are chosen under these settings."""
    return Sampling(
        max_tokens=settings.max_tokens,
        temperature=settings.temperature,
        top_p=settings.top_p,
        min_p=settings.min_p,
        repetition_penalty=settings.repetition_penalty,
        seed=settings.seed,
    )
