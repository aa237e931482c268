"""What can be done to evaluations: ask, stop, go on, delete, report."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual import on, work
from textual.binding import Binding
from textual.message import Message

from jessy_tui.errors import JessyError
from jessy_tui.evaluation.evaluations import create_evaluation
from jessy_tui.evaluation.probe import read_probe_set
from jessy_tui.evaluation.record import EvaluationState
from jessy_tui.evaluation.starting import start_evaluations, stop_evaluation
from jessy_tui.files import write_atomically
from jessy_tui.inference.target import Target, target_of_url
from jessy_tui.ui.chat.target_picker import (
    BASES,
    ENDPOINT,
    TargetPicker,
    find_targets,
    short_name,
)
from jessy_tui.ui.evaluation.asking import Asking, AskScreen
from jessy_tui.ui.evaluation.board import Board
from jessy_tui.ui.evaluation.tab import Done, EvaluationTab, Told
from jessy_tui.ui.modals.ask_text import AskTextScreen
from jessy_tui.ui.modals.confirm import ConfirmScreen
from jessy_tui.ui.text import count_of

REPORT_NAME = "report.html"


@dataclass
class TargetsFound(Message):
    """What can be asked."""

    targets: Sequence[Target]


class Acting(EvaluationTab):
    """The half of the Evaluation tab that acts."""

    BINDINGS = [
        Binding("a", "ask", "Ask", tooltip="Ask the probes of a checkpoint or a base"),
        Binding("s", "stop", "Stop", show=False, tooltip="Stop asking; what is answered stays"),
        Binding("r", "resume", "Resume", show=False, tooltip="Go on where it was broken off"),
        Binding("d", "delete", "Delete", show=False, tooltip="Delete this evaluation for good"),
        Binding("w", "write", "Report", tooltip="Write a report of all columns as a page"),
    ]  # fmt: skip

    def action_ask(self) -> None:
        """Choose what is asked, and how."""
        self._find_targets()

    @work(thread=True, exclusive=True, group="targets")
    def _find_targets(self) -> None:
        try:
            self.post_message(TargetsFound(find_targets(self.jessy.workspace)))
        except JessyError as error:
            self.post_message(Told(str(error), wrong=True))

    @on(TargetsFound)
    def _choose_target(self, message: TargetsFound) -> None:
        targets = list(message.targets)
        if not targets:
            self.notify("There is no base and no checkpoint yet: press 3, then n trains one.")
            return

        def chosen(answer: Sequence[Target] | str | None) -> None:
            if answer == BASES:
                self.notify("Press 3, then b, to fetch a base.")
            elif answer == ENDPOINT:
                self._ask_url()
            elif answer and not isinstance(answer, str):
                self._how(list(answer))

        self.app.push_screen(TargetPicker(targets, [], title="Ask the probes of"), chosen)

    def _ask_url(self) -> None:
        def take(text: str | None) -> None:
            if text and text.strip():
                self._find_endpoint(*text.split(maxsplit=1))

        hint = "Such as localhost:11434; behind a blank the model's name, where it serves several. "
        hint += "The probes are sent there, and nowhere else."
        self.app.push_screen(AskTextScreen("URL of an endpoint", hint=hint), take)

    @work(thread=True, exclusive=True, group="endpoint")
    def _find_endpoint(self, place: str, model: str | None = None) -> None:
        try:
            target = target_of_url(self.jessy.workspace, place, model)
        except JessyError as error:
            self.post_message(Told(str(error), wrong=True))
        else:
            self.app.call_from_thread(self._how, [target])

    def _how(self, targets: list[Target]) -> None:
        def answered(asking: Asking | None) -> None:
            if asking is not None:
                self.notify("Looking for probes that were trained on …", timeout=2)
                self._start(targets, asking)

        workspace = self.jessy.workspace
        names = [short_name(target) for target in targets]
        self.app.push_screen(AskScreen(names, workspace.probes, workspace.root), answered)

    @work(thread=True, group="evaluations.start")
    def _start(self, targets: list[Target], asking: Asking) -> None:
        workspace = self.jessy.workspace
        try:
            probes = read_probe_set(asking.probes)
            made = [create_evaluation(workspace, target, probes, asking.how) for target in targets]
            fresh = [
                one
                for one in dict.fromkeys(made)
                if one.state is not EvaluationState.FINISHED
                and (one.record.pid is None or not one.state.active)
            ]
            if fresh:
                start_evaluations(workspace, fresh)
        except JessyError as error:
            self.post_message(Told(str(error), wrong=True))
            return
        left_out = {one.probe for each in made for one in each.record.excluded}
        words = (
            f"{count_of(made[0].record.total, 'answer')} to come from each of {len(made)}."
            if fresh
            else "That was asked before; its answers are here."
        )
        if left_out:
            words += f" Left out, since they were trained on: {', '.join(sorted(left_out))}."
        self.post_message(Done(words, column=str(made[-1].folder)))

    @work(thread=True, group="evaluations.change")
    def _change(self, what: Callable[[], str]) -> None:
        try:
            words = what()
        except JessyError as error:
            self.post_message(Told(str(error), wrong=True))
        except OSError as error:
            reason = f"That could not be done ({error.strerror or error})."
            self.post_message(Told(reason, wrong=True))
        else:
            self.post_message(Done(words))

    def action_stop(self) -> None:
        """Stop asking the column under the cursor."""
        if (column := self.column) is not None:

            def stop() -> str:
                stop_evaluation(column.evaluation)
                return f"{column.name} was asked to stop; r goes on later."

            self._change(stop)

    def action_resume(self) -> None:
        """Go on with the column under the cursor."""
        if (column := self.column) is not None:

            def resume() -> str:
                start_evaluations(self.jessy.workspace, [column.evaluation])
                return f"{column.name} goes on; {column.answered} answers are there already."

            self._change(resume)

    def action_delete(self) -> None:
        """Delete the evaluation under the cursor, when sure."""
        if (column := self.column) is None:
            return

        def delete() -> str:
            if column.evaluation.state.active:
                raise JessyError(f"{column.name} is being asked; stop it first with s.")
            shutil.rmtree(column.evaluation.folder)
            return f"The evaluation of {column.name} is deleted."

        def answered(sure: bool | None) -> None:
            if sure:
                self._change(delete)

        words = f"Its {count_of(column.answered, 'answer')} and your ratings of them are gone then."
        self.app.push_screen(ConfirmScreen(f"Delete {column.name}?", words), answered)

    def action_write(self) -> None:
        """Write the report of all columns."""
        columns = self.query_one(Board).columns_shown
        if not columns:
            self.notify("Nothing was asked yet. Press a.")
            return

        def write() -> str:
            from jessy_tui.evaluation.report.data import column_of, make_report
            from jessy_tui.evaluation.report.html import html_of

            workspace = self.jessy.workspace
            answered = [one.evaluation for one in columns if one.answers]
            if not answered:
                raise JessyError("There is no answer yet to report on.")
            report = make_report(workspace, [column_of(one) for one in answered])
            path = workspace.root / REPORT_NAME
            write_atomically(path, html_of(report).encode())
            return f"Wrote {path}: {count_of(len(answered), 'column')}, for any browser."

        self.notify("Writing the report …", timeout=2)
        self._change(write)
