"""New talks and old ones."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.binding import Binding
from textual.widgets import Static

from jessy_tui.chats.session import Session
from jessy_tui.chats.turn import Named, Turn
from jessy_tui.errors import JessyError
from jessy_tui.inference.target import Target, served, target_of_base, target_of_run
from jessy_tui.ui.chat.choosing import Choosing
from jessy_tui.ui.chat.exchange import Exchange
from jessy_tui.ui.chat.transcript import by_question


class Sessions(Choosing):
    """The part of the Chat tab that opens talks."""

    PLACE: ClassVar[str] = "Talks"
    BINDINGS = [
        Binding("ctrl+n", "new", "New", tooltip="Begin a new talk; this one is kept"),
        Binding("ctrl+g", "talks", "Talks", tooltip="Open, search, rename or delete a talk"),
    ]

    async def action_new(self) -> None:
        """Begin a new talk."""
        if self._refuse():
            return
        self.session = Session.new(self.jessy.workspace.chats)
        await self.transcript.clear()
        self.query_one("#chat-hint", Static).display = True
        self.show_state()
        self.prompt.focus()

    def action_talks(self) -> None:
        """Show the talks that are kept."""
        from jessy_tui.ui.chat.sessions_screen import SessionsScreen

        if self._refuse():
            return

        def chosen(path: Path | None) -> None:
            self._come_back(path)

        current = self.session.path
        self.app.push_screen(SessionsScreen(self.jessy.workspace.chats, current), chosen)

    def _refuse(self) -> bool:
        if self.is_asking:
            self.notify("An answer is still coming; esc cancels it.")
        return self.is_asking

    @work(exclusive=True, group="session")
    async def _come_back(self, path: Path | None) -> None:
        """From the list of talks: another one was chosen, or this one renamed or deleted."""
        here = self.session
        if path is None and here.written:
            path = here.path
            if not path.exists():
                await self.action_new()
                return
        if path is None:
            return
        try:
            session = await asyncio.to_thread(Session.read, path)
        except JessyError as error:
            self.say(str(error))
            return
        self.session = session
        if path != here.path:
            await self._open(session)
        self.show_state()
        self.prompt.focus()

    async def _open(self, session: Session) -> None:
        for problem in session.problems[:3]:
            self.notify(problem, title="Not read", severity="warning", timeout=15, markup=False)
        self.query_one("#chat-hint", Static).display = not session.turns
        await self.transcript.fill(session)
        targets = self._targets_of(by_question(session.turns)[-1:])
        if targets:
            self.talk_to(*targets)

    def _targets_of(self, questions: Sequence[Sequence[Turn]]) -> list[Target]:
        """What was asked last, as far as it is still there."""
        found: list[Target] = []
        for turn in (turn for question in questions for turn in question):
            try:
                found.append(self._target_of(turn.target))
            except JessyError as error:
                self.notify(
                    f"{turn.target} cannot be asked any more: {error}",
                    severity="warning",
                    timeout=10,
                    markup=False,
                )
        return found

    def _target_of(self, named: Named) -> Target:
        if named.url is not None:
            return served(self.jessy.workspace, named.url, named.base)
        if named.run is not None:
            return target_of_run(self.jessy.workspace, named.run, named.checkpoint)
        return target_of_base(self.jessy.workspace, named.base)

    @work(exclusive=True, group="catch-up")
    async def catch_up(self) -> None:
        """Show what another app has said in this talk meanwhile."""
        session = self.session
        try:
            turns = await asyncio.to_thread(session.catch_up)
        except JessyError as error:
            self.say(str(error))
            return
        if session is not self.session:
            return  # another talk was opened meanwhile
        for group in by_question(turns):
            await self.transcript.put(Exchange.of(group, session.verdicts))
