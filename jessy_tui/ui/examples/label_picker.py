"""One key relabels; a number outside the band of the complexity asks for one more."""

from collections import Counter
from collections.abc import Mapping

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from jessy_tui.iteration import MAX_ITERATIONS, MIN_ITERATIONS, Complexity, describe_band
from jessy_tui.ui.text import count_of, pips
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
    """Answers with the iterations, 1 to 9, or None.

    A number within the band of the complexity is taken at once. Any other is refused with the
    reason, and the same key once more takes it together with its complexity.
    """

    PLACE = "Label"
    BINDINGS = [
        Binding("escape", "dismiss(None)", "Cancel", tooltip="Leave the label as it is"),
        Binding("enter", "take", "Take", show=False, tooltip="Take the refused number after all"),
    ]

    def __init__(
        self,
        current: int | None = None,
        complexities: Mapping[Complexity | None, int] | None = None,
    ) -> None:
        """`current` is what one example has now; `complexities` how many have which."""
        super().__init__()
        self.current = current
        self._complexities = Counter(complexities or {})
        self._refused: int | None = None

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
            yield Static(id="label-problem", classes="error-line")

    def on_key(self, event: events.Key) -> None:
        if event.key in "123456789" and len(event.key) == 1:
            event.stop()
            iterations = int(event.key)
            problem = self._problem(iterations)
            if problem is None or self._refused == iterations:
                self.dismiss(iterations)
            else:
                self._refused = iterations
                self.query_one("#label-problem", Static).update(Text(problem))

    def action_take(self) -> None:
        """Take the number that was refused, with its complexity."""
        if self._refused is not None:
            self.dismiss(self._refused)

    def _problem(self, iterations: int) -> str | None:
        """Why a number does not go with what the examples are, and the key that mends it."""
        wanted = Complexity.of(iterations)
        others = {
            complexity: count
            for complexity, count in self._complexities.items()
            if complexity not in (None, wanted)
        }
        if not others:
            return None
        if self._complexities.total() == 1:
            [complexity] = others
            assert complexity is not None  # noqa: S101 - left out above
            return (
                f"{complexity} goes with {describe_band(complexity)} iterations, not with "
                f"{iterations}; {iterations} again makes it {wanted}."
            )
        named = " and ".join(f"{count:,} {complexity}" for complexity, count in others.items())
        return (
            f"{wanted} alone goes with {iterations}, and {named} "
            f"{'is' if sum(others.values()) == 1 else 'are'} among the "
            f"{count_of(self._complexities.total(), 'example')}; {iterations} again makes all "
            f"{wanted}."
        )
