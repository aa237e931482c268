"""Tab 5: did it learn when to think. Probes in rows, models in columns, their scores below."""

from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.message import Message
from textual.widgets import ContentSwitcher, Input, Static

from jessy_tui.errors import JessyError
from jessy_tui.evaluation.record import EvaluationState
from jessy_tui.evaluation.report.data import column_of, make_report
from jessy_tui.evaluation.report.words import LEGEND
from jessy_tui.ui.evaluation.acting import Acting
from jessy_tui.ui.evaluation.board import Board
from jessy_tui.ui.evaluation.looking import Looking
from jessy_tui.ui.evaluation.scores_panel import Scored, ScoresPanel
from jessy_tui.ui.evaluation.tab import Told
from jessy_tui.ui.evaluation.watch import Column, EvaluationWatch, Seen, matching
from jessy_tui.ui.text import duration

_LOOK_EVERY = 0.7  # seconds


@dataclass
class EvaluationsSeen(Message):
    """The evaluation folders were looked at."""

    seen: Seen


@dataclass
class LookFailed(Message):
    """The evaluation folders could not be looked at; `reason` is a sentence."""

    reason: str


@dataclass
class ScoringFailed(Message):
    """The scores of a column could not be computed; `reason` is a sentence."""

    column: Column
    reason: str


@dataclass
class ColumnScored(Message):
    """The scores of a column were computed."""

    scored: Scored


class EvaluationScreen(Looking, Acting):
    """The probes, and what each model said to them."""

    TAB = "evaluation"
    CSS_PATH = "evaluation.tcss"
    AUTO_FOCUS = "Board"
    PLACE: ClassVar[str] = "Evaluation"
    BINDINGS = [
        Binding("slash", "filter", "Filter", key_display="/", tooltip="Show some probes only"),
        Binding("n", "miss(1)", "Next miss", tooltip="The next probe in the wrong band"),
        Binding("N", "miss(-1)", "Miss before", show=False, tooltip="The miss before"),
        Binding("escape", "leave_filter", "All", show=False, tooltip="All probes again"),
        Binding("tab", "app.focus_next", "Next pane", show=False, id="evaluation.pane"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._looking = False
        self._again = False
        self._watch: EvaluationWatch | None = None
        self._seen: Seen | None = None
        self._said: set[str] = set()
        self._wanted: str | None = None
        self._scored: dict[str, tuple[int, Scored | str]] = {}
        self._scoring: str | None = None

    def compose_body(self) -> ComposeResult:
        with ContentSwitcher(initial="waiting", id="body"):
            yield Static("Looking for evaluations …", id="waiting", classes="empty-state")
            with Container(id="evaluations-pane"):
                yield Input(placeholder="words of the question, the id, the category, LOW, missed",
                            id="probe-filter", compact=True)  # fmt: skip
                yield Board()
                yield Static(id="probe-asked")
                yield ScoresPanel()
            yield Static(
                "[b]Nothing was asked yet.[/b]\n\n"
                "Press [b]a[/b] to ask the probes of a checkpoint or a base: questions that\n"
                "no training file has, each with the plan it should get. It takes a\n"
                "minute or two, and goes on when you leave the app.",
                id="empty",
                classes="empty-state",
            )

    def set_up(self) -> None:
        self._watch = EvaluationWatch(self.jessy.workspace)
        self.query_one("#probe-filter").display = False
        self.set_interval(_LOOK_EVERY, self.look)
        self.look()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self.look()

    # --- looking -------------------------------------------------------------------------------

    def look(self) -> None:
        """Look at the evaluations, unless nobody sees the screen; after the look under way."""
        self._again = self._looking
        if self._watch is not None and not self._looking and self.is_current:
            self._looking = True
            self._look_in_thread(self._watch)

    @work(thread=True, group="evaluations")
    def _look_in_thread(self, watch: EvaluationWatch) -> None:
        try:
            self.post_message(EvaluationsSeen(watch.look()))
        except JessyError as error:
            self.post_message(LookFailed(str(error)))

    @on(LookFailed)
    def _look_failed(self, message: LookFailed) -> None:
        """What was seen before stays on the screen."""
        self._looking = False
        self._say_once(message.reason)

    def _say_once(self, problem: str) -> None:
        if problem not in self._said:
            self._said.add(problem)
            self.tell(Told(problem, wrong=True))

    @on(EvaluationsSeen)
    def _evaluations_seen(self, message: EvaluationsSeen) -> None:
        self._looking = False
        self._seen = seen = message.seen
        for problem in seen.problems:
            self._say_once(problem)
        body = self.query_one("#body", ContentSwitcher)
        body.current = "evaluations-pane" if seen.columns else "empty"
        if seen.columns:
            self._show(seen)
            if self.focused is None:
                self.query_one(Board).focus()
        if self._again:
            self._again = False
            self.look()

    def _show(self, seen: Seen) -> None:
        board = self.query_one(Board)
        words = self.query_one("#probe-filter", Input).value
        probes = matching(seen.probes, words, board.column)
        board.show(seen, probes)
        if self._wanted is not None and self._wanted in [one.key for one in seen.columns]:
            board.focus_column(self._wanted)
            self._wanted = None
        others = f" · {seen.others} of other probes" if seen.others else ""
        shown = f"{len(probes)} of {len(seen.probes)}" if words.strip() else str(len(seen.probes))
        board.border_title = f"Probes {shown}{others}"
        board.border_subtitle = LEGEND if self.has_class("-wide") else "✓ ≈ ▲ over ▼ under ∅ none"
        self._show_column(board.column)

    def choose_when_listed(self, key: str | None) -> None:
        self._wanted = key or self._wanted

    @on(Board.CellHighlighted)
    def _cell_chosen(self) -> None:
        board = self.query_one(Board)
        self._show_column(board.column)
        if (probe := board.probe) is not None:
            words = Text.assemble(
                (f"{probe.id} ", "bold"),
                " ".join(probe.query.split()),
                (f"  {probe.category}, {probe.language or 'any language'}", "dim"),
                no_wrap=True,
                overflow="ellipsis",
            )
            self.query_one("#probe-asked", Static).update(words)

    # --- the scores of the column under the cursor -----------------------------------------------

    def _show_column(self, column: Column | None) -> None:
        if column is None:
            return
        panel = self.query_one(ScoresPanel)
        panel.border_title = f"{column.name} · {_how(column)} · {column.state}"
        panel.border_subtitle = _standing(column)
        known = self._scored.get(column.key)
        if known is not None:
            scores = known[1]
            if isinstance(scores, Scored):
                panel.show(scores)
            else:
                panel.say(scores)
        else:
            panel.say("Computing the scores …" if column.answers else column.explanation)
        if column.answers and (known is None or known[0] != column.answered):
            self._score(column)

    def _score(self, column: Column) -> None:
        if self._scoring is None:
            self._scoring = column.key
            self._score_in_thread(column)

    @work(thread=True, group="scores")
    def _score_in_thread(self, column: Column) -> None:
        try:
            report = make_report(self.jessy.workspace, [column_of(column.evaluation)])
        except JessyError as error:
            self.post_message(ScoringFailed(column, str(error)))
        else:
            self.post_message(ColumnScored(Scored(column, report)))

    @on(ColumnScored)
    def _column_scored(self, message: ColumnScored) -> None:
        self._keep_scores(message.scored.column, message.scored)

    @on(ScoringFailed)
    def _scoring_failed(self, message: ScoringFailed) -> None:
        self._keep_scores(message.column, message.reason)

    def _keep_scores(self, column: Column, scores: Scored | str) -> None:
        self._scoring = None
        self._scored[column.key] = (column.answered, scores)
        self._show_column(self.query_one(Board).column)

    # --- probes --------------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Type words that the probes shown must have."""
        field = self.query_one("#probe-filter", Input)
        field.display = True
        field.focus()

    @on(Input.Changed, "#probe-filter")
    def _filter_changed(self) -> None:
        if self._seen is not None and self._seen.columns:
            self._show(self._seen)

    @on(Input.Submitted, "#probe-filter")
    def _filter_taken(self) -> None:
        self.query_one("#probe-filter").display = bool(self.query_one(Input).value.strip())
        self.query_one(Board).focus()

    def action_leave_filter(self) -> None:
        """Show all probes again."""
        field = self.query_one("#probe-filter", Input)
        field.value = ""
        field.display = False
        self.query_one(Board).focus()

    def action_miss(self, step: int) -> None:
        """Go to the next probe that the column has in the wrong band."""
        if not self.query_one(Board).next_miss(step):
            self.notify("None of these probes is in the wrong band.")


def _how(column: Column) -> str:
    record = column.record
    if record.plans_only:
        return "plans only"
    return "whole answers" if record.policy == "single" else f"policy {record.policy}"


def _standing(column: Column) -> str:
    total = column.record.total
    words = f"{column.answered} of {total} answers"
    if column.state is EvaluationState.ASKING and column.progress is not None:
        left = column.progress.seconds_left
        words += f" · about {duration(left)} left" if left is not None else ""
        words += " · s stops"
    elif column.state.resumable:
        words += " · r goes on"
    return words
