"""The label of an answer while it is typed: iterations, category, and the complexity they imply."""

from collections.abc import Mapping
from typing import Any

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import Input, Label, Static

from jessy_tui.dataset.example import iterations_in
from jessy_tui.iteration import Complexity, describe_band
from jessy_tui.ui.examples.categories import CategorySuggester
from jessy_tui.ui.text import pips
from jessy_tui.ui.themes import band_colour


class LabelForm(Horizontal):
    """Iterations carry their complexity with them, unless another one is typed."""

    class Contradicted(Message):
        """What was typed no longer, or again, contradicts itself."""

    def __init__(self, categories: Mapping[str, int]) -> None:
        super().__init__(id="label-fields")
        self._categories = categories
        self._follows = True

    def compose(self) -> ComposeResult:
        with Vertical(id="iterations-field"):
            yield Label("iterations 1-9", classes="field-label")
            yield Input(restrict=r"[1-9]?", max_length=1, id="iterations")
        with Vertical(id="category-field"):
            yield Label("category", classes="field-label")
            yield Input(suggester=CategorySuggester(self._categories), id="category")
        with Vertical(id="complexity-field"):
            yield Label("complexity", classes="field-label")
            yield Input(
                restrict="[a-zA-Z]*",
                max_length=6,
                suggester=SuggestFromList(list(Complexity), case_sensitive=False),
                id="complexity",
            )
        yield Static(id="band")

    def load(self, metadata: Mapping[str, Any]) -> None:
        """Show the label of an answer."""
        iterations = iterations_in(metadata)
        category, complexity = metadata.get("category"), metadata.get("complexity")
        typed = complexity if isinstance(complexity, str) and complexity.isascii() else ""
        implied = str(Complexity.of(iterations)) if iterations else ""
        self._follows = typed in ("", implied)
        with self.prevent(Input.Changed):
            self._input("iterations").value = str(iterations or "")
            self._input("category").value = category if isinstance(category, str) else ""
            self._input("complexity").value = typed or implied
        self._show_band()

    @property
    def values(self) -> tuple[str, str, str]:
        """What stands in the fields: iterations, category, complexity."""
        names = ("iterations", "category", "complexity")
        iterations, category, complexity = (self._input(name).value for name in names)
        return iterations, category, complexity

    @property
    def contradiction(self) -> str | None:
        """Why what is typed does not go together, with the key that mends it."""
        iterations, _, typed = self.values
        complexity = _complexity(typed)
        if complexity is None:
            if not typed:
                return None
            fix = f"; alt+b takes {Complexity.of(int(iterations))}" if iterations else ""
            return f'"{typed}" is no complexity; write LOW, MEDIUM or HIGH{fix}.'
        if not iterations or int(iterations) in complexity.band:
            return None
        return (
            f"{complexity} goes with {describe_band(complexity)} iterations, not with "
            f"{iterations}; alt+b takes {Complexity.of(int(iterations))}."
        )

    @property
    def problem(self) -> str | None:
        """What keeps the fields from being a label, as a sentence."""
        iterations, category, _ = self.values
        if not iterations:
            return "Give the iterations, 1 to 9: how much thinking the question asks for."
        if problem := self.contradiction:
            return problem
        if not category.strip():
            return "Give a category, a short lowercase name such as greeting."
        return None

    @property
    def label(self) -> dict[str, Any]:
        """The label, where there is no `problem`."""
        iterations, category, _ = self.values
        return {
            "complexity": str(Complexity.of(int(iterations))),
            "iterations": int(iterations),
            "category": category.strip(),
        }

    def take_band(self) -> None:
        """Let the iterations decide the complexity."""
        iterations = self._input("iterations").value
        self._follows = True
        self._input("complexity").value = str(Complexity.of(int(iterations))) if iterations else ""

    def set_category(self, name: str) -> None:
        """Put a category into its field."""
        self._input("category").value = name

    def _input(self, name: str) -> Input:
        return self.query_one(f"#{name}", Input)

    @on(Input.Changed, "#iterations")
    def _iterations_typed(self) -> None:
        if self._follows:
            self.take_band()
        self._show_band()

    @on(Input.Changed, "#complexity")
    def _complexity_typed(self) -> None:
        iterations, _, typed = self.values
        complexity = _complexity(typed)
        self._follows = not typed or bool(
            iterations and complexity == Complexity.of(int(iterations))
        )
        self._show_band()

    def _show_band(self) -> None:
        iterations, _, typed = self.values
        complexity = _complexity(typed)
        contradicted = self.contradiction is not None
        self._input("complexity").set_class(contradicted, "-wrong")
        self.post_message(self.Contradicted())
        colour = band_colour(complexity, self.app.theme_variables) if complexity else ""
        if not iterations:
            self.query_one("#band", Static).update("no label yet")
            return
        bands = f"{complexity} {describe_band(complexity)}" if complexity else ""
        self.query_one("#band", Static).update(
            Text.assemble((pips(int(iterations)), colour), "\n", (bands, "dim"))
        )


def _complexity(typed: str) -> Complexity | None:
    """The complexity that the beginning of its name stands for."""
    named = (each for each in Complexity if typed and each.startswith(typed.upper()))
    return next(named, None)
