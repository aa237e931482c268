"""What can be done to the run under the cursor; each action says what it did."""

from collections.abc import Callable
from dataclasses import dataclass

from textual import on, work
from textual.binding import Binding
from textual.message import Message

from jessy_tui.errors import JessyError
from jessy_tui.training.about import read_about, tags_in
from jessy_tui.training.keeping import annotate_run, delete_run, rename_run, size_of
from jessy_tui.training.names import check_name
from jessy_tui.training.queue import move_in_queue, unqueue_run
from jessy_tui.training.runs import (
    Run,
    RunState,
    checkpoint_now,
    continue_run,
    find_run,
    pause_run,
    resume_run,
    stop_run,
)
from jessy_tui.ui.modals.ask_text import AskTextScreen
from jessy_tui.ui.modals.confirm import ConfirmScreen
from jessy_tui.ui.tab_screen import TabScreen
from jessy_tui.ui.training.run_list import RunList


@dataclass
class RunChanged(Message):
    """Something was done to a run; `words` say what."""

    words: str
    name: str | None = None
    """The run to look at now, where it is another."""


@dataclass
class RunRefused(Message):
    """Something could not be done to a run; `reason` is a sentence."""

    reason: str


class RunActions(TabScreen):
    """The half of the Training tab that acts on runs that are there."""

    BINDINGS = [
        Binding("s", "stop", "Stop", tooltip="Stop this run; its checkpoint is saved"),
        Binding("p", "pause", "Pause", tooltip="Pause this run, or let it go on"),
        Binding("r", "resume", "Resume", tooltip="Go on with a run that was stopped or died"),
        Binding("C", "checkpoint", "Checkpoint", show=False, tooltip="Save a checkpoint now"),
        Binding("c", "chat", "Chat", tooltip="Chat with this run's checkpoint", id="training.chat"),
        Binding(
            "e", "export", "Export", tooltip="Export this run's checkpoint", id="training.export"
        ),
        Binding("d", "delete", "Delete", show=False, tooltip="Delete this run for good"),
        Binding("R", "rename", "Rename", show=False, tooltip="Give this run another name"),
        Binding("N", "note", "Note", show=False, tooltip="Write a note on this run"),
        Binding("T", "tags", "Tags", show=False, tooltip="Give this run tags"),
        Binding("less_than_sign", "queue(-1)", "Sooner", show=False, tooltip="Sooner in the queue"),
        Binding("greater_than_sign", "queue(1)", "Later", show=False, tooltip="Later in the queue"),
        Binding("space", "overlay", "Overlay", show=False, tooltip="Draw its curves over others'"),
        Binding("x", "compare", "Compare", show=False, tooltip="Compare the marked runs"),
    ]

    def look(self) -> None:
        """Look at the runs at once."""
        raise NotImplementedError

    @property
    def _chosen(self) -> str | None:
        chosen = self.query_one(RunList).chosen
        if chosen is None:
            self.notify("There is no run yet. Press n to start one.")
        return chosen

    def _chosen_run(self) -> Run | None:
        if (name := self._chosen) is None:
            return None
        try:
            return find_run(self.jessy.workspace, name)
        except JessyError as error:
            self.post_message(RunRefused(str(error)))
            return None

    def _when_sure(self, question: str, consequence: str, what: Callable[[], str]) -> None:
        def answered(sure: bool | None) -> None:
            if sure:
                self.change(what)

        self.app.push_screen(ConfirmScreen(question, consequence), answered)

    @work(thread=True, group="runs.change")
    def change(self, what: Callable[[], str | RunChanged]) -> None:
        """Do something to a run in a thread, and say what was done."""
        try:
            done = what()
        except JessyError as error:
            self.post_message(RunRefused(str(error)))
        else:
            self.post_message(done if isinstance(done, RunChanged) else RunChanged(done))

    @on(RunChanged)
    def _changed(self, message: RunChanged) -> None:
        self.notify(message.words, markup=False)
        if message.name is not None:
            self.choose_when_listed(message.name)
        self.look()

    @on(RunRefused)
    def _refused(self, message: RunRefused) -> None:
        self.notify(message.reason, severity="error", timeout=15, markup=False)

    def choose_when_listed(self, name: str) -> None:
        """Put the cursor on a run as soon as it is seen."""
        runs = self.query_one(RunList)
        if name in runs.rows:
            runs.choose(name)
        else:
            self.look()
            self.set_timer(0.2, lambda: self.choose_when_listed(name))

    # --- stop, delete ----------------------------------------------------------------------------

    def action_stop(self) -> None:
        """Stop the run under the cursor, when sure; a queued one leaves the queue."""
        if (run := self._chosen_run()) is None:
            return

        def stop() -> str:
            if run.state is RunState.QUEUED:
                unqueue_run(run)
                return f"{run.name} has left the queue."
            stop_run(run)
            return f"{run.name} was asked to stop; it ends its step and saves."

        self._when_sure(
            f"Stop {run.name}?",
            "It ends its step, saves a checkpoint that can be chatted with, and stops.",
            stop,
        )

    def action_pause(self) -> None:
        """Pause the run under the cursor, or let it go on."""
        if (run := self._chosen_run()) is None:
            return

        def pause() -> str:
            if run.state is RunState.PAUSED:
                continue_run(run)
                return f"{run.name} goes on."
            pause_run(run)
            return f"{run.name} was asked to pause; it ends its step, saves, and waits."

        self.change(pause)

    def action_resume(self) -> None:
        """Go on with the run under the cursor from its last checkpoint."""
        if (run := self._chosen_run()) is None:
            return
        workspace = self.jessy.workspace

        def resume() -> str:
            resume_run(workspace, run)
            return f"{run.name} goes on from its last checkpoint."

        self.change(resume)

    def action_checkpoint(self) -> None:
        """Have the run under the cursor save a checkpoint now."""
        if (run := self._chosen_run()) is None:
            return

        def save() -> str:
            checkpoint_now(run)
            return f"{run.name} saves a checkpoint after its step."

        self.change(save)

    def action_delete(self) -> None:
        """Delete the run under the cursor, when sure."""
        if (run := self._chosen_run()) is None:
            return

        def delete() -> str:
            size = size_of(run)
            delete_run(run)
            return f"{run.name} is deleted; {size / 1e6:,.0f} MB are free again."

        checkpoints = len(run.checkpoints())
        self._when_sure(
            f"Delete {run.name}?",
            f"Its folder goes for good, with {checkpoints} checkpoints and all figures.",
            delete,
        )

    # --- what people say of it -------------------------------------------------------------------

    def action_rename(self) -> None:
        """Give the run another name."""
        if (run := self._chosen_run()) is None:
            return
        workspace = self.jessy.workspace

        def rename(name: str | None) -> None:
            if name is not None and name != run.name:
                self.change(
                    lambda: RunChanged(
                        f"{run.name} is called {name} now.", rename_run(workspace, run, name).name
                    )
                )

        self.app.push_screen(AskTextScreen("Rename run", run.name, check=check_name), rename)

    def action_note(self) -> None:
        """Write a note on the run."""
        if (run := self._chosen_run()) is None:
            return

        def annotate(note: str | None) -> None:
            if note is not None:
                self.change(lambda: _annotated(run, note))

        self.app.push_screen(AskTextScreen(f"Note on {run.name}", self._about(run)[0]), annotate)

    def action_tags(self) -> None:
        """Give the run tags."""
        if (run := self._chosen_run()) is None:
            return

        def annotate(text: str | None) -> None:
            if text is not None:
                self.change(lambda: _tagged(run, text))

        self.app.push_screen(
            AskTextScreen(
                f"Tags of {run.name}", self._about(run)[1], hint="words, with spaces between"
            ),
            annotate,
        )

    def _about(self, run: Run) -> tuple[str, str]:
        try:
            about = read_about(run.folder)
        except JessyError as error:
            self.post_message(RunRefused(str(error)))
            return "", ""
        return about.note, " ".join(about.tags)

    # --- among others --------------------------------------------------------------------------

    def action_queue(self, by: int) -> None:
        """Let a queued run change places with the one before or behind it."""
        if (run := self._chosen_run()) is None:
            return
        workspace = self.jessy.workspace

        def move() -> str:
            if move_in_queue(workspace, run, by):
                return f"{run.name} starts {'sooner' if by < 0 else 'later'} now."
            return f"{run.name} is the {'first' if by < 0 else 'last'} of the queue already."

        self.change(move)

    def action_overlay(self) -> None:
        """Mark the run: its curves are drawn over those of the run in focus."""
        runs = self.query_one(RunList)
        runs.toggle_overlaid()
        runs.action_cursor_down()
        self.look()

    def action_compare(self) -> None:
        """Put the marked runs side by side; or the one in focus beside the last marked."""
        from jessy_tui.ui.training.compare import CompareScreen

        runs = self.query_one(RunList)
        names = list(dict.fromkeys([*runs.overlaid, *([runs.chosen] if runs.chosen else [])]))
        if len(names) < 2:
            self.notify("Mark runs with space, then x compares them.")
            return
        try:
            found = [find_run(self.jessy.workspace, name) for name in names]
            self.app.push_screen(CompareScreen(found))
        except JessyError as error:
            self.post_message(RunRefused(str(error)))

    def action_export(self) -> None:
        """Choose a checkpoint of the run and how it is exported."""
        from jessy_tui.ui.export.export_screen import open_export

        if (run := self._chosen_run()) is None:
            return
        try:
            open_export(self.app, self.jessy.workspace, run, self.jessy.exports)
        except JessyError as error:
            self.post_message(RunRefused(str(error)))

    def action_chat(self) -> None:
        """Go to the Chat tab with this run."""
        if (name := self._chosen) is not None:
            self.jessy.chat_with(name)


def _annotated(run: Run, note: str) -> str:
    annotate_run(run, note=note)
    return f"The note on {run.name} is kept." if note.strip() else f"{run.name} has no note now."


def _tagged(run: Run, text: str) -> str:
    tags = tags_in(text)
    annotate_run(run, tags=tags)
    return f"{run.name} is tagged {', '.join(tags)}." if tags else f"{run.name} has no tags now."
