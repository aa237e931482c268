"""A run's events as lines of a log."""

from datetime import datetime

from rich.text import Text
from textual.binding import Binding
from textual.widgets import RichLog

from jessy_tui.training.events import (
    AnyEvent,
    Continued,
    Failed,
    Finished,
    Paused,
    Preparing,
    Probed,
    Resumed,
    Saved,
    Started,
    Stopped,
    Stopping,
    Trained,
    Validated,
    Warned,
)
from jessy_tui.ui.text import duration, visible


class RunLog(RichLog):
    """Follows the newest line unless it was scrolled away from it."""

    PLACE = "Log"
    BINDINGS = [
        Binding("j,down", "scroll_down", "Scroll down", show=False, id="log.down"),
        Binding("k,up", "scroll_up", "Scroll up", show=False, id="log.up"),
        Binding("g,home", "scroll_home", "Top", show=False, id="log.top"),
        Binding("G,end", "scroll_end", "Bottom", show=False, id="log.bottom"),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(max_lines=2000, wrap=True, min_width=20, id=id)

    def add(self, events: list[AnyEvent]) -> None:
        """Append what `events` say; heartbeats say nothing new."""
        follow = self.is_vertical_scroll_end
        for event in events:
            if words := _words(event):
                at = datetime.fromtimestamp(event.time).strftime("%H:%M:%S")
                self.write(Text.assemble((at, "dim"), " ", words), scroll_end=follow)

    def add_lines(self, lines: list[str]) -> None:
        """Append lines of text."""
        follow = self.is_vertical_scroll_end
        for line in lines:
            self.write(Text(visible(line)), scroll_end=follow)


def _words(event: AnyEvent) -> str | None:
    match event:
        case Preparing(doing=doing):
            return doing
        case Started(steps=steps, epochs=epochs, rows=rows):
            return f"{steps:,} steps, {epochs:g} epochs over {rows:,} rows"
        case Trained(step=step, loss=loss):
            return f"step {step:,}  train {'not a number' if loss is None else f'{loss:.3f}'}"
        case Validated(step=step, loss=loss, best=best):
            words = "not a number" if loss is None else f"{loss:.3f}"
            return f"step {step:,}  validation {words}{' (best)' if best else ''}"
        case Probed(step=step, probes=probes, band=band):
            return f"step {step:,}  {band:.0%} of {probes} probes in the right band"
        case Saved(path=path):
            return f"saved {path}"
        case Warned(message=message):
            return f"warning: {message}"
        case Stopping(asked_by=asked_by):
            return f"asked to stop ({asked_by})"
        case Stopped(step=step):
            return f"stopped at step {step:,}"
        case Finished(seconds=seconds, early=early) if early:
            return f"ended early after {duration(seconds)}: {early}"
        case Finished(seconds=seconds):
            return f"finished in {duration(seconds)}"
        case Resumed(step=step, checkpoint=checkpoint):
            return f"goes on from step {step:,} ({checkpoint or 'anew'})"
        case Paused(step=step):
            return f"paused at step {step:,}"
        case Continued(step=step):
            return f"goes on at step {step:,}"
        case Failed(reason=reason):
            return f"failed: {reason}"
    return None
