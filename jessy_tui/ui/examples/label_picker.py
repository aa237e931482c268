"""One key relabels: the number of iterations carries its complexity with it."""

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from jessy_tui.iteration import MAX_ITERATIONS, MIN_ITERATIONS, Complexity
from jessy_tui.ui.text import pips
from jessy_tui.ui.themes import band_colour

# What a question asks for, by iterations: the rule the labels follow (data/README.md).
RULE = {
    1: "nothing to work out: greeting, thanks, goodbye",
    2: "one thing known or felt: a fact, a preference",
    3: "one concept: what it is, what it is for",
    4: "how it works, how to do it, a comparison",
    5: "a choice or a diagnosis with its context",
    6: "a design or dilemma, constraints that conflict",
    7: "what it does to people; values in tension",
    8: "mind, meaning, knowledge: no agreed answer",
    9: "the ground: why anything, free will, the self",
}


class LabelPicker(ModalScreen[int]):
    """Answers with the iterations, 1 to 9, or None; a band has no number outside it to choose."""

    BINDINGS = [("escape", "dismiss(None)", "Cancel")]

    def __init__(self, current: int | None) -> None:
        super().__init__()
        self.current = current

    def compose(self) -> ComposeResult:
        variables = self.app.theme_variables
        with Vertical(classes="dialog", id="label-picker") as dialog:
            dialog.border_title = "How much thinking?"
            dialog.border_subtitle = "1-9 chooses, esc cancels"
            for iterations in range(MIN_ITERATIONS, MAX_ITERATIONS + 1):
                complexity = Complexity.of(iterations)
                name = str(complexity) if iterations == complexity.band[0] else ""
                colour = band_colour(complexity, variables)
                mark = "▸" if iterations == self.current else " "
                yield Static(
                    f"{mark} [b]{iterations}[/b] [{colour}]{pips(iterations)} {name:<7}[/]"
                    f"{RULE[iterations]}"
                )

    def on_key(self, event: events.Key) -> None:
        if event.key in "123456789" and len(event.key) == 1:
            event.stop()
            self.dismiss(int(event.key))
