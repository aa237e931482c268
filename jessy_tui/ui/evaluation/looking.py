"""Looking closer: at an answer, at two columns, at a run's checkpoints."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on, work
from textual.binding import Binding
from textual.message import Message

from jessy_tui.dataset.query import Text
from jessy_tui.errors import JessyError
from jessy_tui.evaluation.checkpoints import CheckpointCurve, checkpoint_curve
from jessy_tui.evaluation.evaluations import evaluations_of
from jessy_tui.evaluation.judging.ratings import Rating, rate, read_ratings
from jessy_tui.evaluation.nearest import NearRow, nearest_rows
from jessy_tui.evaluation.probe import Probe
from jessy_tui.evaluation.rows import TRAIN_NAME, read_training_rows
from jessy_tui.training.keeping import choose_checkpoint
from jessy_tui.training.runs import find_run
from jessy_tui.ui.evaluation.answer_screen import AnswerScreen
from jessy_tui.ui.evaluation.before_after import BeforeAfterScreen
from jessy_tui.ui.evaluation.board import Board
from jessy_tui.ui.evaluation.checkpoints_screen import CheckpointsScreen
from jessy_tui.ui.evaluation.tab import EvaluationTab, Told
from jessy_tui.ui.evaluation.watch import Column


@dataclass
class AnswerFound(Message):
    """A probe's answers, and what was trained that is like it."""

    probe: Probe
    columns: Sequence[Column]
    near: Sequence[NearRow]
    rating: Rating | None


@dataclass
class CurveFound(Message):
    """How a run's checkpoints behave."""

    curve: CheckpointCurve
    chosen: str


class Looking(EvaluationTab):
    """The half of the Evaluation tab that looks closer."""

    BINDINGS = [
        Binding("enter", "answer", "Answer", tooltip="The answer, and what taught it"),
        Binding("m", "mark", "Mark", show=False, tooltip="Hold the other columns against this one"),
        Binding("x", "compare", "Compare", tooltip="What was fixed and what was lost"),
        Binding("p", "checkpoints", "Checkpoints", tooltip="How the run's checkpoints behave"),
    ]  # fmt: skip

    @on(Board.CellSelected)
    def _cell_selected(self) -> None:
        self.action_answer()

    def action_answer(self) -> None:
        """Show the answer under the cursor."""
        board = self.query_one(Board)
        probe, column = board.probe, board.column
        if probe is not None and column is not None:
            self._find_answer(probe, [column])

    @work(thread=True, exclusive=True, group="answer")
    def _find_answer(self, probe: Probe, columns: Sequence[Column]) -> None:
        column = columns[0]
        run = column.record.target.run
        try:
            near: list[NearRow] = []
            if run is not None:
                path = find_run(self.jessy.workspace, run).folder / "data" / TRAIN_NAME
                near = nearest_rows(read_training_rows(path), probe.query)
            answer = column.first(probe.id)
            ratings = read_ratings(column.evaluation.folder)
            rating = ratings.get(answer.key) if answer is not None else None
        except JessyError as error:
            self.post_message(Told(str(error), wrong=True))
        else:
            self.post_message(AnswerFound(probe, columns, near, rating))

    @on(AnswerFound)
    def _answer_found(self, message: AnswerFound) -> None:
        probe, column = message.probe, message.columns[0]
        shown = [(one, one.first(probe.id)) for one in message.columns]

        def answered(what: str | int | None) -> None:
            if what == "add":
                self._add(probe)
            elif what == "edit":
                self._edit(message.near)
            elif isinstance(what, int):
                self._rate(column, probe, what)

        screen = AnswerScreen(probe, shown, message.near, message.rating)
        self.app.push_screen(screen, answered)

    def _add(self, probe: Probe) -> None:
        """Write an example of the probe's kind; the checks refuse the probe itself."""
        self.notify("Ask something of its kind: the probe itself would be a leak.")
        self.jessy.write_example(
            complexity=probe.complexity, iterations=probe.expected, category=probe.category
        )

    def _edit(self, near: Sequence[NearRow]) -> None:
        if near:
            self.jessy.show_examples(str(Text(near[0].question)))
        else:
            self.notify("Nothing like it was trained: a adds an example.")

    @work(thread=True, group="ratings")
    def _rate(self, column: Column, probe: Probe, points: int) -> None:
        answer = column.first(probe.id)
        if answer is None:
            self.post_message(Told("There is no answer yet to rate."))
            return
        try:
            rate(column.evaluation.folder, probe.id, answer.seed, points)
        except JessyError as error:
            self.post_message(Told(str(error), wrong=True))
        else:
            self.post_message(Told(f"Rated {points} of 5: {column.name}, {probe.id}."))

    # --- before and after ------------------------------------------------------------------------

    def action_mark(self) -> None:
        """Hold the other columns against the one under the cursor, or no longer."""
        board = self.query_one(Board)
        if (column := board.column) is not None:
            board.marked = None if board.marked == column.key else column.key
            self.look()

    def action_compare(self) -> None:
        """Show what became of each probe from the marked column to the one under the cursor."""
        board = self.query_one(Board)
        after = board.column
        before = next(
            (one for one in board.columns_shown if one.key == board.marked),
            next((one for one in board.columns_shown if one is not after and one.answers), None),
        )
        if after is None or before is None or before is after:
            self.notify("Ask two models first; then m marks one, and x on the other compares.")
            return

        def chosen(probe_id: str | None) -> None:
            probe = next((one for one in after.probes if one.id == probe_id), None)
            if probe is not None:
                self._find_answer(probe, [after, before])

        self.app.push_screen(BeforeAfterScreen(before, after), chosen)

    # --- the checkpoints of a run ----------------------------------------------------------------

    def action_checkpoints(self) -> None:
        """Show how the checkpoints of the run under the cursor behave."""
        column = self.query_one(Board).column
        if column is None or column.record.target.run is None:
            self.notify("This column is no run's; go to a checkpoint's.")
            return
        self._find_curve(column.record.target.run)

    @work(thread=True, exclusive=True, group="curve")
    def _find_curve(self, name: str) -> None:
        try:
            run = find_run(self.jessy.workspace, name)
            curve = checkpoint_curve(run, evaluations_of(self.jessy.workspace, name))
            chosen = run.checkpoint(None).name
        except JessyError as error:
            self.post_message(Told(str(error), wrong=True))
            return
        if curve.points:
            self.post_message(CurveFound(curve, chosen))
        else:
            self.post_message(Told("None of its checkpoints has answered all probes yet."))

    @on(CurveFound)
    def _curve_found(self, message: CurveFound) -> None:
        name = message.curve.run

        def chosen(checkpoint: str | None) -> None:
            if checkpoint is not None:
                self._choose(name, checkpoint)

        self.app.push_screen(CheckpointsScreen(message.curve, message.chosen), chosen)

    @work(thread=True, group="curve")
    def _choose(self, name: str, checkpoint: str) -> None:
        try:
            choose_checkpoint(find_run(self.jessy.workspace, name), checkpoint)
        except JessyError as error:
            self.post_message(Told(str(error), wrong=True))
        else:
            words = f"{name} is asked with {checkpoint} from now on, and exported from it."
            self.post_message(Told(words))
