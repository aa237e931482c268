"""Choosing what is talked to, and how it is asked."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.binding import Binding

from jessy_tui.errors import JessyError
from jessy_tui.inference.target import Target, target_of_base, target_of_run, target_of_url
from jessy_tui.settings_file import keep_settings
from jessy_tui.ui.chat.talk import Talk
from jessy_tui.ui.chat.target_picker import BASES, ENDPOINT, TargetPicker, find_targets
from jessy_tui.workspace import ChatSettings


class Choosing(Talk):
    """The part of the Chat tab that chooses."""

    PLACE: ClassVar[str] = "Whom, and how"
    BINDINGS = [
        Binding(
            "ctrl+o",
            "pick",
            "Talk to",
            tooltip="Choose the checkpoint or base to talk to, or several to compare",
        ),
        Binding(
            "ctrl+b,b",
            "beside_base",
            "Beside base",
            show=False,
            tooltip="Ask the base beside the checkpoint, or no longer",
        ),
        Binding("ctrl+t", "sheet", "Settings", tooltip="Sampling, policy, time cap, system prompt"),
    ]

    _wanted_run: str | None = None
    """Asked for before the screen was there."""
    _endpoints: tuple[Target, ...] = ()
    """Those that were found since the app was started."""

    def take_first(self) -> None:
        """Talk to the newest run that has a checkpoint; an untrained base is never a default."""
        if self._wanted_run is not None:
            self.talk_to_run(self._wanted_run)
            return
        try:
            targets = find_targets(self.jessy.workspace)
        except JessyError as error:
            self.say(str(error))
            return
        trained = [target for target in targets if target.adapter is not None]
        if trained:
            self.talk_to(trained[0])
        else:
            self.show_state()

    def talk_to_run(self, name: str) -> None:
        """Talk to a run's checkpoint."""
        if not self.is_mounted:
            self._wanted_run = name
            return
        try:
            self.talk_to(target_of_run(self.jessy.workspace, name, None))
        except JessyError as error:
            self.say(str(error))

    def talk_to(self, *targets: Target) -> None:
        """Load one or several, while the first question is being typed."""
        if self.is_asking:
            self.notify("An answer is still coming; esc cancels it.")
            return
        self.columns = self.engines.arrange(targets)
        for column in self.columns:
            if column.note is not None:
                self.notify(column.note, timeout=10, markup=False)
        self.show_state()

    def action_pick(self) -> None:
        """Choose what to talk to."""
        try:
            targets = find_targets(self.jessy.workspace)
        except JessyError as error:
            self.say(str(error))
            return
        current = [column.target for column in self.columns]
        self._open_picker(self._with_endpoints(targets), current)

    def _with_endpoints(self, targets: list[Target]) -> list[Target]:
        return [*targets, *(one for one in self._endpoints if one not in targets)]

    def _open_picker(self, targets: list[Target], current: Sequence[Target]) -> None:
        def chosen(answer: Sequence[Target] | str | None) -> None:
            if answer == BASES:
                self._pick_base()
                return
            if answer == ENDPOINT:
                self._ask_url()
                return
            if answer and not isinstance(answer, str):
                self.talk_to(*answer)
            self.prompt.focus()

        self.app.push_screen(TargetPicker(targets, current), chosen)

    def _ask_url(self) -> None:
        """Ask for the address of an endpoint, and look what it serves."""
        from jessy_tui.ui.modals.ask_text import AskTextScreen

        names = ", ".join(self.jessy.workspace.settings.endpoints)
        hint = "Such as localhost:11434 (Ollama) or localhost:8080 (jessy serve). Behind a blank "
        hint += "the model's name, where it serves several."
        if names:
            hint += f" By name: {names}."

        def take(text: str | None) -> None:
            if text and text.strip():
                self._find_endpoint(text)

        self.app.push_screen(AskTextScreen("URL of an endpoint", hint=hint), take)

    @work(exclusive=True, group="endpoint")
    async def _find_endpoint(self, text: str) -> None:
        """Find it, and show it among what can be chosen or compared."""
        url, _, model = text.strip().partition(" ")
        workspace = self.jessy.workspace
        self.notify(f"Looking what {url} serves …", markup=False)
        try:
            found = await asyncio.to_thread(target_of_url, workspace, url, model.strip() or None)
            targets = await asyncio.to_thread(find_targets, workspace)
        except JessyError as error:
            self.say(str(error))
            return
        if found not in self._endpoints:
            self._endpoints = (*self._endpoints, found)
        self._open_picker(self._with_endpoints(targets), [found])

    def _pick_base(self) -> None:
        """Choose a base to talk to as it is, untrained."""
        from jessy_tui.ui.bases.base_picker import BasePicker

        def chosen(name: str | None) -> None:
            if name is not None:
                try:
                    self.talk_to(target_of_base(self.jessy.workspace, name))
                except JessyError as error:
                    self.say(str(error))
            self.prompt.focus()

        picker = BasePicker(self.jessy.base_fetches, "Talk to a base as it is", builds=False)
        self.app.push_screen(picker, chosen)

    def action_beside_base(self) -> None:
        """Ask the base beside the checkpoint, or no longer."""
        trained = [column.target for column in self.columns if column.target.run]
        if not trained:
            self.notify("There is no checkpoint here that could be asked beside its base.")
            return
        if len(self.columns) > len(trained):
            self.talk_to(*trained)
            return
        try:
            base = target_of_base(self.jessy.workspace, trained[0].base_name)
        except JessyError as error:
            self.say(str(error))
            return
        self.talk_to(base, *trained[:2])

    def action_sheet(self) -> None:
        """Show and change how questions are asked."""
        from jessy_tui.ui.chat.sampling_sheet import SamplingSheet, changes

        def keep(settings: ChatSettings | None) -> None:
            if settings is None:
                return
            try:
                keep_settings(self.jessy.workspace, "chat", changes(settings))
            except JessyError as error:
                self.say(str(error))
            self.show_state()

        own = next((column.target.system for column in self.columns), "")
        self.app.push_screen(SamplingSheet(self.settings, own), keep)
