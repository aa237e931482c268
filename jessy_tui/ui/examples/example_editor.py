"""The form in which an example is written and mended."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static, TextArea

from jessy_tui.dataset.example import Example
from jessy_tui.iteration import Complexity
from jessy_tui.ui.text import pips


class ExampleEditor(ModalScreen[Example]):
    """Answers with the example as it was left, or None where nothing is to change."""

    BINDINGS = [
        Binding("ctrl+s", "keep", "Keep", tooltip="Keep the changes", priority=True),
        Binding("escape", "cancel", "Cancel", tooltip="Leave without changing anything"),
    ]
    AUTO_FOCUS = "#answer"

    def __init__(self, example: Example | None = None) -> None:
        super().__init__()
        self.example = example
        self._asked_to_discard = False

    def compose(self) -> ComposeResult:
        example = self.example
        with Vertical(classes="dialog", id="editor") as dialog:
            dialog.border_title = "Edit" if example else "New example"
            dialog.border_subtitle = "ctrl+s keeps · esc cancels · tab next field"
            yield Label("question", classes="field-label")
            yield TextArea(example.question if example else "", id="question", tab_behavior="focus")
            yield Label("answer", classes="field-label")
            yield TextArea(example.answer if example else "", id="answer", tab_behavior="focus")
            with Horizontal(id="label-fields"):
                with Vertical():
                    yield Label("iterations 1-9", classes="field-label")
                    iterations = example.iterations if example else None
                    yield Input(
                        str(iterations or ""), restrict=r"[1-9]?", max_length=1, id="iterations"
                    )
                with Vertical():
                    yield Label("category", classes="field-label")
                    yield Input((example.category if example else None) or "", id="category")
                yield Static(id="band")
            yield Static(id="problem", classes="error-line")

    def on_mount(self) -> None:
        if self.example is None:
            self.query_one("#question").focus()
        self._show_band()

    @on(Input.Changed, "#iterations")
    def _show_band(self) -> None:
        value = self.query_one("#iterations", Input).value
        band = self.query_one("#band", Static)
        band.update(f"{Complexity.of(int(value))}\n{pips(int(value))}" if value else "no label yet")

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _typed(self) -> None:
        self._asked_to_discard = False
        self.query_one("#problem", Static).update("")

    def action_keep(self) -> None:
        """Close with the changes, if they make an example."""
        question = self.query_one("#question", TextArea).text
        answer = self.query_one("#answer", TextArea).text
        iterations = self.query_one("#iterations", Input).value
        category = self.query_one("#category", Input).value.strip()
        if problem := _problem(question, answer, iterations, category):
            self.query_one("#problem", Static).update(problem)
            return
        complexity = Complexity.of(int(iterations))
        if self.example is None:
            self.dismiss(
                Example.of(
                    question,
                    answer,
                    complexity=complexity,
                    iterations=int(iterations),
                    category=category,
                )
            )
            return
        label = {
            "complexity": str(complexity),
            "iterations": int(iterations),
            "category": category,
        }
        edited = self.example
        if question != edited.question:
            edited = edited.with_question(question)
        if answer != edited.answer:
            edited = edited.with_answer(answer)
        changes = {key: value for key, value in label.items() if edited.metadata.get(key) != value}
        if changes:
            edited = edited.with_metadata(**changes)
        self.dismiss(edited if edited != self.example else None)

    def action_cancel(self) -> None:
        """Close without changes; what was typed is given up only when asked twice."""
        if self._typed_anything() and not self._asked_to_discard:
            self._asked_to_discard = True
            self.query_one("#problem", Static).update(
                "Esc again throws away what you typed; ctrl+s keeps it."
            )
            return
        self.dismiss(None)

    def _typed_anything(self) -> bool:
        example = self.example
        before = ("", "", "", "")
        if example is not None:
            iterations = str(example.iterations or "")
            before = (example.question, example.answer, iterations, example.category or "")
        return before != (
            self.query_one("#question", TextArea).text,
            self.query_one("#answer", TextArea).text,
            self.query_one("#iterations", Input).value,
            self.query_one("#category", Input).value,
        )


def _problem(question: str, answer: str, iterations: str, category: str) -> str | None:
    if not question.strip():
        return "The question is empty."
    if not answer.strip():
        return "The answer is empty."
    if not iterations:
        return "Give the iterations, 1 to 9: how much thinking the question asks for."
    if not category:
        return "Give a category, a short lowercase name such as greeting."
    return None
