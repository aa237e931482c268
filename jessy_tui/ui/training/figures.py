"""The figures of a run, and what it is doing in words."""

from rich.text import Text
from textual.widgets import Static

from jessy_tui.training.about import About
from jessy_tui.training.events import Finished, Stopped
from jessy_tui.training.machine import Machine
from jessy_tui.training.progress import Progress
from jessy_tui.training.runs import RunState
from jessy_tui.ui.text import duration


class Figures(Static):
    """Step, pace, losses and memory of the run in view."""

    def show(
        self,
        progress: Progress,
        state: RunState,
        explanation: str,
        *,
        machine: Machine | None = None,
        about: About | None = None,
        patience: int = 0,
    ) -> None:
        """Draw what `progress` says of a run in `state`; see `in_words`."""
        words = in_words(progress, state, explanation, patience)
        lines = [Text(words, "bold"), *_lines(progress)]
        if machine is not None:
            lines.insert(3, _of_machine(machine))
        if about is not None and (about.tags or about.note):
            tags = Text(" ".join(f"#{tag}" for tag in about.tags), "italic")
            lines.insert(1, Text("  ").join(filter(None, [tags, Text(about.note)])))
        self.update(Text("\n").join(lines))


def in_words(progress: Progress, state: RunState, explanation: str, patience: int = 0) -> str:
    """What the run is doing, as a sentence.

    Args:
        progress: what its events say.
        state: how it stands.
        explanation: what its folder says of its end.
        patience: how many steps without a better validation end it; 0: none do.
    """
    step = f"step {progress.step:,} of {progress.steps:,}" if progress.steps else "the first step"
    best = progress.best
    best_words = (
        f"; best validation {best.loss:.3f} at step {best.step:,}"
        if best is not None and best.loss is not None
        else ""
    )
    if patience and best is not None and best.step + patience < progress.steps:
        best_words += f"; stops if nothing improves by step {best.step + patience:,}"
    match state:
        case RunState.FINISHED if isinstance(progress.ended, Finished):
            took = duration(progress.ended.seconds)
            if progress.ended.early:
                return f"Ended early at {step} after {took}. {progress.ended.early}"
            best_words = best_words.partition("; stops if")[0]
            return f"Finished {progress.step:,} steps in {took}{best_words}."
        case RunState.STOPPED if isinstance(progress.ended, Stopped):
            took = duration(progress.ended.seconds)
            return f"Stopped at {step} after {took}; its checkpoint is saved."
        case RunState.QUEUED:
            return "Queued: it starts when the runs before it have ended; < and > move it."
        case RunState.PREPARING:
            return f"Preparing: {progress.doing}."
        case RunState.PAUSED:
            return f"Paused after {step}, and saved; p goes on."
        case RunState.STOPPING:
            return f"Stopping after {step}: saving a checkpoint."
        case RunState.RUNNING if progress.validating:
            return f"Validating after {step}{best_words}."
        case RunState.RUNNING if progress.trained is None and not progress.step:
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
                ("peak", _bytes(trained.peak_memory)),
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


def _of_machine(machine: Machine) -> Text:
    figures = []
    driver = []
    if machine.driver_processors is not None:
        driver.append(f"{machine.driver_processors:.1f} of {machine.cores} cores")
    if machine.driver_memory is not None:
        driver.append(_bytes(machine.driver_memory))
    if driver:
        figures.append(("driver", ", ".join(driver)))
    used, total = machine.memory_used / 1e9, _bytes(machine.memory_total)
    figures.append(("machine", f"{machine.processors:.0%}, {used:.1f} of {total}"))
    graphics = []
    if machine.graphics is not None:
        graphics.append(f"{machine.graphics:.0%}")
    if machine.graphics_memory is not None:
        graphics.append(_bytes(machine.graphics_memory))
    if graphics:
        figures.append(("GPU", ", ".join(graphics)))
    return _line(*figures)


def _bytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"


def _line(*figures: tuple[str, str]) -> Text:
    text = Text()
    for name, value in figures:
        text.append(f"{name} ", "dim").append(f"{value}   ")
    return text


def _loss(loss: float | None) -> str:
    return "not a number" if loss is None else f"{loss:.3f}"
