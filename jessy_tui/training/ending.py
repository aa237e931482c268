"""When a run ends before its last step: nothing gets better any more, or all gets worse."""

from typing import Final

import msgspec

from jessy_tui.errors import JessyError
from jessy_tui.training.recipe import Recipe

# How much of the smoothed loss comes from the loss of the step: the mean over some ten steps.
_SHARE: Final = 0.1
# How many steps say what the loss is at first.
_FIRST: Final = 5
# A loss has run away when its mean is above all the first ones and above its lowest by so much:
# what batches differ by among themselves is less.
_ABOVE_FIRST: Final = 1.2
_ABOVE_LOWEST: Final = 1.5
_NATS_ABOVE_LOWEST: Final = 1.0


class DivergedError(JessyError):
    """The loss or a weight is no longer a number, or the loss has run away."""


class Trend(msgspec.Struct):
    """The training loss over the steps, smoothed."""

    steps: int = 0
    first: float = 0.0
    """The highest of the first few losses."""
    smooth: float = 0.0
    lowest: float = float("1e30")

    def take(self, loss: float) -> None:
        """Take in the loss of a step."""
        self.steps += 1
        if self.steps <= _FIRST:
            self.first = max(self.first, loss)
        self.smooth += (loss - self.smooth) * max(_SHARE, 1 / self.steps)
        if self.steps >= _FIRST:
            self.lowest = min(self.lowest, self.smooth)

    @property
    def diverges(self) -> bool:
        """Whether the loss has run away."""
        return self.steps > 2 * _FIRST and self.smooth > max(
            self.first * _ABOVE_FIRST,
            self.lowest * _ABOVE_LOWEST,
            self.lowest + _NATS_ABOVE_LOWEST,
        )


class Best(msgspec.Struct):
    """The lowest validation loss so far."""

    step: int | None = None
    loss: float | None = None

    def take(self, step: int, loss: float, recipe: Recipe) -> bool:
        """Take in a validation; whether it is the best, by `min_delta` at least."""
        if step == 0 or (self.loss is not None and loss >= self.loss - recipe.min_delta):
            return False
        self.step, self.loss = step, loss
        return True

    def exhausted(self, step: int, recipe: Recipe) -> str | None:
        """Why the run ends early after the validation at `step`, a sentence; None: it goes on."""
        since = step - (self.step or 0)
        if not recipe.patience or since < recipe.patience:
            return None
        best = (
            f"the best is {self.loss:.3f} at step {self.step}"
            if self.loss is not None
            else "there has been none"
        )
        return f"No better validation for {since} steps: {best}."
