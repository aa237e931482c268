"""The figures of a run, and what it is doing in words."""

from rich.text import Text
from textual.widgets import Static

from jessy_tui.training.events import Finished, Stopped
from jessy_tui.training.progress import Progress
from jessy_tui.training.runs import RunState
from jessy_tui.ui.text import duration


class Figures(Static):
    """Step, pace, losses and memory of the run in view."""

    def show(self, progress: Progress, state: RunState, explanation: str) -> None:
        """Draw what `progress` says of a run in `state`; see `in_words`."""
        words = Text(in_words(progress, state, explanation), "bold")
        self.update(Text("\n").join([words, *_lines(progress)]))


def in_words(progress: Progress, state: RunState, explanation: str) -> str:
    """What the run is doing, as a sentence; `explanation` is what its folder says of its end."""
    step = f"step {progress.step:,} of {progress.steps:,}" if progress.steps else "the first step"
    best = progress.best
    best_words = (
        f"; best validation {best.loss:.3f} at step {best.step:,}"
        if best is not None and best.loss is not None
        else ""
    )
    match state:
        case RunState.FINISHED if isinstance(progress.ended, Finished):
            took = duration(progress.ended.seconds)
            return f"Finished {progress.step:,} steps in {took}{best_words}."
        case RunState.STOPPED if isinstance(progress.ended, Stopped):
            took = duration(progress.ended.seconds)
            return f"Stopped at {step} after {took}; its checkpoint is saved."
        case RunState.PREPARING:
            return f"Preparing: {progress.doing}."
        case RunState.STOPPING:
            return f"Stopping after {step}: saving a checkpoint."
        case RunState.RUNNING if progress.trained is None:
            return f"Preparing: {progress.doing}."
        case RunState.RUNNING:
            left = progress.seconds_left
            left_words = f", about {duration(left)} left" if left is not None else ""
            return f"{step[0].upper()}{step[1:]}{left_words}{best_words}."
    return explanation


def _lines(progress: Progress) -> list[Text]:
    lines: list[Text] = []
    if trained := progress.trained:
        validated = progress.validated
        lines.append(
            _line(
                ("epoch", f"{trained.epoch:.1f}"),
                ("train", _loss(trained.loss)),
                ("validation", _loss(validated.loss) if validated else "-"),
            )
        )
        lines.append(
            _line(
                ("steps/s", f"{trained.steps_per_second:.2f}"),
                ("tokens/s", f"{trained.tokens_per_second:,.0f}"),
                ("learning rate", f"{trained.learning_rate:.1e}"),
                ("memory", f"{trained.peak_memory / 1e9:.1f} GB"),
            )
        )
    if started := progress.started:
        lines.append(
            _line(
                ("rows", f"{started.rows:,} + {started.validation_rows:,}"),
                (
                    "trainable",
                    f"{started.trainable / 1e6:.1f} M of {started.parameters / 1e6:.1f} M",
                ),
            )
        )
        lines.append(Text(started.blas, "dim"))
    return lines


def _line(*figures: tuple[str, str]) -> Text:
    text = Text()
    for name, value in figures:
        text.append(f"{name} ", "dim").append(f"{value}   ")
    return text


def _loss(loss: float | None) -> str:
    return "not a number" if loss is None else f"{loss:.3f}"
