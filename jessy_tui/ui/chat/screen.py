"""Tab 4: talk to a checkpoint and see how much it thinks."""

import asyncio
from contextlib import aclosing

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Static

from jessy_tui.errors import JessyError
from jessy_tui.inference.client import Engine
from jessy_tui.inference.loop import think
from jessy_tui.inference.reply import PassEnded, PlanKnown, Reply, Text
from jessy_tui.inference.target import Target, target_of_base, target_of_run
from jessy_tui.ui.chat.exchange import Exchange
from jessy_tui.ui.chat.prompt import Prompt
from jessy_tui.ui.chat.target_picker import BASES, TargetPicker, find_targets, short_name
from jessy_tui.ui.tab_screen import TabScreen


class ChatScreen(TabScreen):
    """Questions and answers above, the prompt below. Every question is asked on its own."""

    TAB = "chat"
    CSS_PATH = "chat.tcss"
    AUTO_FOCUS = "Prompt"
    BINDINGS = [
        Binding("ctrl+o", "pick", "Talk to", tooltip="Choose the checkpoint or base to talk to"),
        Binding("escape", "cancel", "Cancel", tooltip="Cancel the answer; again: leave the prompt"),
        Binding("ctrl+l", "clear", "Clear", tooltip="Take all exchanges off the screen"),
        Binding("ctrl+r", "restart", "Restart", show=False, tooltip="Restart the model's process"),
        Binding("i,slash", "prompt", "Prompt", show=False, tooltip="Write in the prompt"),
        Binding("j,down", "scroll(1)", "Down", show=False),
        Binding("k,up", "scroll(-1)", "Up", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._target: Target | None = None
        self._engine: Engine | None = None
        self._engine_lock = asyncio.Lock()
        self._asking: str | None = None
        self._wanted_run: str | None = None
        """Asked for before the screen was there."""

    def compose_body(self) -> ComposeResult:
        with VerticalScroll(id="transcript", can_focus=True) as transcript:
            transcript.anchor()
            yield Static(id="chat-hint")
        yield Prompt()

    def set_up(self) -> None:
        self.query_one("#transcript").border_title = "Chat"
        prompt = self.query_one(Prompt)
        prompt.border_title = "Ask"
        prompt.border_subtitle = "enter sends · ctrl+j new line"
        self._show_target("")
        if self._wanted_run is not None:
            self.talk_to_run(self._wanted_run)
        else:
            self._take_newest()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if self._target is None and self.is_running:
            self._take_newest()

    def _take_newest(self) -> None:
        """Talk to the newest run that has a checkpoint; an untrained base is never a default."""
        try:
            targets = find_targets(self.jessy.workspace)
        except JessyError as error:
            self._say(str(error))
            return
        trained = [target for target in targets if target.adapter is not None]
        if trained:
            self.talk_to(trained[0])
        else:
            self._show_target("")

    def talk_to_run(self, name: str) -> None:
        """Talk to a run's checkpoint."""
        if not self.is_mounted:
            self._wanted_run = name
            return
        try:
            self.talk_to(target_of_run(self.jessy.workspace, name, None))
        except JessyError as error:
            self._say(str(error))

    def talk_to(self, target: Target) -> None:
        """Load `target` while the first question is being typed."""
        self._target = target
        self._show_target("loading …")
        self._load(target)

    @work(exclusive=True, group="load")
    async def _load(self, target: Target) -> None:
        try:
            await self._engine_for(target)
        except JessyError as error:
            self._show_target("not loaded")
            self._say(str(error))

    async def _engine_for(self, target: Target) -> Engine:
        """The worker with `target` in it; a base that is loaded already stays loaded.

        Raises:
            JessyError: the base or the adapter cannot be loaded.
        """
        async with self._engine_lock:
            engine = self._engine
            if engine is not None and (engine.death or engine.base != target.base):
                self._engine = None
                await engine.close()
                engine = None
            if engine is None:
                engine = self._engine = await Engine.start(target.base)
            in_use = engine.adapter_in_use
            wanted = None if target.adapter is None else str(target.adapter)
            if (in_use.path if in_use else None) != wanted:
                await engine.use_adapter(target.adapter)
            self._show_target(f"ready, loaded in {engine.ready.seconds:.1f} s")
            return engine

    def _show_target(self, words: str) -> None:
        transcript = self.query_one("#transcript")
        transcript.border_title = short_name(self._target) if self._target else "Chat"
        transcript.border_subtitle = words
        hint = self.query_one("#chat-hint", Static)
        if self._target is None:
            hint.update(
                "[b]Nothing to talk to yet.[/b]\n\n"
                "Train a run first: press [b]F3[/b], then [b]n[/b]. "
                "Or press [b]ctrl+o[/b] to talk to a base as it is."
            )
        else:
            hint.update(
                f"Ask [b]{short_name(self._target)}[/b] something: [b]sana bisi sorucam[/b]\n\n"
                "Each question is asked on its own. Beside the answer stand the plan the model\n"
                "declared, the passes it took (●), and its seconds."
            )

    @on(Prompt.Submitted)
    def _submitted(self, message: Prompt.Submitted) -> None:
        prompt = self.query_one(Prompt)
        if self._asking is not None:
            prompt.put_back(message.text)
            self.notify("The answer before is still coming; esc cancels it.")
            return
        if self._target is None:
            prompt.put_back(message.text)
            self.notify("There is nothing to talk to yet: F3, then n trains nano.")
            return
        self._asking = message.text
        self._ask(self._target, message.text)

    @work(exclusive=True, group="ask")
    async def _ask(self, target: Target, question: str) -> None:
        self.query_one("#chat-hint").display = False
        exchange = Exchange(question)
        await self.query_one("#transcript").mount(exchange)
        try:
            engine = await self._engine_for(target)
            async with aclosing(think(engine, question, history=target.opening)) as events:
                async for event in events:
                    await self._show(exchange, event)
        except JessyError as error:
            await exchange.give_up(str(error))
            self.query_one(Prompt).put_back(question)
        finally:
            self._asking = None

    async def _show(self, exchange: Exchange, event: PlanKnown | Text | PassEnded | Reply) -> None:
        match event:
            case PlanKnown():
                exchange.plan_known(event)
            case Text(pass_number=number, piece=piece):
                await exchange.write(number, piece)
            case PassEnded():
                exchange.pass_ended(event)
            case Reply():
                await exchange.finish(event)
                if event.ended == "cancelled":
                    self.query_one(Prompt).put_back(exchange.question)

    def action_cancel(self) -> None:
        """Stop the answer that is coming; without one, leave the prompt so that digits work."""
        if self._asking is not None and self._engine is not None:
            self._engine.cancel()
            return
        self.query_one("#transcript").focus()

    def action_prompt(self) -> None:
        """Go back to the prompt."""
        self.query_one(Prompt).focus()

    def action_scroll(self, lines: int) -> None:
        """Scroll the exchanges."""
        self.query_one("#transcript").scroll_relative(y=lines, animate=False)

    def action_pick(self) -> None:
        """Choose what to talk to."""
        try:
            targets = find_targets(self.jessy.workspace)
        except JessyError as error:
            self._say(str(error))
            return
        if not targets:
            self._pick_base()
            return

        def chosen(target: Target | str | None) -> None:
            if target == BASES:
                self._pick_base()
                return
            if isinstance(target, Target):
                self.talk_to(target)
            self.query_one(Prompt).focus()

        self.app.push_screen(TargetPicker(targets, self._target), chosen)

    def _pick_base(self) -> None:
        """Choose a base to talk to as it is, untrained."""
        from jessy_tui.ui.bases.base_picker import BasePicker

        def chosen(name: str | None) -> None:
            if name is not None:
                try:
                    self.talk_to(target_of_base(self.jessy.workspace, name))
                except JessyError as error:
                    self._say(str(error))
            self.query_one(Prompt).focus()

        picker = BasePicker(self.jessy.base_fetches, "Talk to a base as it is", builds=False)
        self.app.push_screen(picker, chosen)

    async def action_clear(self) -> None:
        """Take all exchanges off the screen."""
        if self._asking is None:
            await self.query(Exchange).remove()
            self.query_one("#chat-hint").display = True

    async def action_restart(self) -> None:
        """Start the model's process anew."""
        if self._target is not None and self._asking is None:
            await self.close_engine()
            self.talk_to(self._target)

    def _say(self, problem: str) -> None:
        self.notify(problem, severity="error", timeout=15, markup=False)

    async def close_engine(self) -> None:
        """End the model's process, if there is one."""
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.close()

    async def on_unmount(self) -> None:
        await self.close_engine()
