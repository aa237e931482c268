"""One answer whole, what was wanted of it, and the training questions most like it."""

from collections.abc import Sequence
from typing import ClassVar

from rich.console import Group, RenderableType
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from jessy_tui.evaluation.answers import Answer
from jessy_tui.evaluation.judging.ratings import HIGHEST, Rating
from jessy_tui.evaluation.measures import MEASURES
from jessy_tui.evaluation.nearest import NearRow, explain_miss
from jessy_tui.evaluation.probe import Probe
from jessy_tui.evaluation.report.words import expected_words, plan_words
from jessy_tui.ui.evaluation.watch import Column


class AnswerScreen(ModalScreen[str | int]):
    """Answers with "edit" or "add", with the points of a rating, or None."""

    PLACE: ClassVar[str] = "Answer"
    BINDINGS: ClassVar = [
        Binding("escape,enter,q", "dismiss(None)", "Close", tooltip="Back to the probes"),
        Binding("e", "dismiss('edit')", "Edit nearest", tooltip="Edit the nearest example"),
        Binding("a", "dismiss('add')", "Add", tooltip="Write an example of the probe's kind"),
        *(
            Binding(str(points), f"dismiss({points})", "Rate", show=False,
                    tooltip=f"Rate the answer {points} of {HIGHEST}")
            for points in range(HIGHEST + 1)
        ),
        Binding("j,down", "scroll(1)", "Down", show=False, tooltip="Scroll down"),
        Binding("k,up", "scroll(-1)", "Up", show=False, tooltip="Scroll up"),
    ]  # fmt: skip

    def __init__(
        self,
        probe: Probe,
        shown: Sequence[tuple[Column, Answer | None]],
        near: Sequence[NearRow],
        rating: Rating | None,
    ) -> None:
        """Show what columns say to a probe, the first of them with its training rows."""
        super().__init__()
        self._probe, self._shown, self._near, self._rating = probe, shown, near, rating

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="probe-answer") as dialog:
            dialog.border_title = f"{self._probe.id} · wants {expected_words(self._probe)}"
            dialog.border_subtitle = "e edits the nearest · a adds one like it · 0-5 rates · esc"
            with VerticalScroll():
                yield Static(Group(*self._parts()))

    def _parts(self) -> list[RenderableType]:
        probe = self._probe
        about = f"{probe.category}, {probe.language or 'any language'}"
        parts: list[RenderableType] = [Text(probe.query, "bold"), Text(about, "dim")]
        for column, answer in self._shown:
            parts += [Text(""), Text(f"── {column.name} ", "bold")]
            parts += _said(probe, answer)
        column, answer = self._shown[0]
        if self._rating is not None:
            parts.append(Text(f"rated {self._rating.points} of {HIGHEST}", "bold"))
        if column.record.target.run is None:
            return parts
        parts += [Text(""), Text("── most like it in training ", "bold")]
        if answer is not None:
            parts.append(Text(explain_miss(probe, answer, self._near)))
        for row in self._near:
            plan = str(row.plan) if row.plan else "no plan"
            times = f" · {row.times} times" if row.times > 1 else ""
            parts.append(
                Text.assemble((f"{row.similarity:4.0%}  {plan:<9} ", "bold"), row.question[:300],
                              (times, "dim"))
            )  # fmt: skip
        return parts

    def action_scroll(self, lines: int) -> None:
        """Scroll the text."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)


def _said(probe: Probe, answer: Answer | None) -> list[RenderableType]:
    if answer is None:
        return [Text("not answered yet", "dim")]
    words, _ = plan_words(probe, answer)
    problem = f" ({answer.problem})" if answer.problem else ""
    took = f"{answer.seconds:.1f} s, {answer.tokens} tokens"
    number = len(answer.passes)
    passes = f", {number} pass{'es' if number != 1 else ''}"
    parts: list[RenderableType] = [
        Text.assemble((words, "bold"), problem, (f" · {took}{passes} · {answer.ended}", "dim"))
    ]
    if answer.answer:
        parts.append(Text(answer.answer))
        verdicts = [(measure.title, measure.of(probe, answer)) for measure in MEASURES]
        marks = [f"{'✓' if verdict else '✗'} {title}" for title, verdict in verdicts
                 if verdict is not None]  # fmt: skip
        parts.append(Text(" · ".join(marks), "dim"))
    else:
        said = answer.passes[0].said if answer.passes else ""
        parts.append(Text(f"only the plan was asked for: {said!r}", "dim"))
    for number, made in enumerate(answer.passes[:-1], 1):
        parts += [Text(f"pass {number}, {made.seconds:.1f} s", "dim"), Text(made.text, "dim")]
    return parts
