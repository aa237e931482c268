"""What a run says while it happens: `events.jsonl`, one JSON object a line, only ever appended to.

The driver writes through `EventLog`; the app and the command line read through `EventReader`, from
another process and while it is being written. A reader that meets an event of a later version, or a
line that a killed writer left half-written, passes over it.
"""

import math
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from jessy_tui.json_lines import LineLog, LineReader, read_line


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", omit_defaults=True):
    """One fact. `time` is in seconds since 1970, by the wall clock of the machine that trains."""

    time: float = 0.0


class Preparing(Event, frozen=True, kw_only=True, tag="preparing"):
    """The driver has begun: it loads the base and reads the rows. What it does now, in words."""

    doing: str


class Started(Event, frozen=True, kw_only=True, tag="started"):
    """The first step is about to be made."""

    steps: int
    """Of the whole run."""
    steps_per_epoch: int
    epochs: float
    rows: int
    """Rows of an epoch; an example with a weight of 6 counts six times."""
    validation_rows: int
    tokens_per_epoch: int
    """Answer tokens trained on in an epoch."""
    parameters: int
    trainable: int
    blas: str
    """Which BLAS multiplies the matrices, in one sentence."""
    versions: dict[str, str]


class Warned(Event, frozen=True, kw_only=True, tag="warning"):
    """Something a person should know and that does not end the run."""

    message: str


class Trained(Event, frozen=True, kw_only=True, tag="train"):
    """Figures of the steps since the last such event."""

    step: int
    epoch: float
    loss: float | None
    """Mean over those steps, in nats a token; None when it is not a number."""
    learning_rate: float
    steps_per_second: float
    tokens_per_second: float
    trained_tokens: int
    peak_memory: int
    """Bytes that the arrays of the driver took at the most."""
    seconds: float
    """Since `Started`."""


class Validated(Event, frozen=True, kw_only=True, tag="validation"):
    """The loss on the rows that are not trained on, with the weights as of `step`."""

    step: int
    epoch: float
    loss: float | None
    """In nats a token; None when it is not a number."""
    duration: float
    """How long the validation took, in seconds."""
    best: bool
    """Whether it is the lowest so far, so that it became `best/`."""
    seconds: float


CheckpointKind = Literal["step", "best", "final"]


class Saved(Event, frozen=True, kw_only=True, tag="checkpoint"):
    """A checkpoint is complete on disk."""

    step: int
    path: str
    """Relative to the run folder."""
    kind: CheckpointKind


class Heartbeat(Event, frozen=True, kw_only=True, tag="heartbeat"):
    """The driver is alive and has made `step` steps."""

    step: int


class Resumed(Event, frozen=True, kw_only=True, tag="resumed"):
    """A driver goes on with the run after another one that ended or was killed.

    What was said of later steps than `step` is made and said again: a reader forgets it.
    """

    step: int
    """As of which step it goes on."""
    checkpoint: str | None
    """The checkpoint it goes on from, relative to the run folder; None: from the beginning."""


class Validating(Event, frozen=True, kw_only=True, tag="validating"):
    """A validation has begun, with the weights as of `step`."""

    step: int


class Probed(Event, frozen=True, kw_only=True, tag="probes"):
    """Some probes were asked for their plans, greedily, with the weights as of `step`."""

    step: int
    probes: int
    """How many."""
    well_formed: float
    """The share with a well-formed plan, 0 to 1; as in `evaluation.measures`."""
    band: float
    """The share in the right band."""
    exact: float
    """The share with the rule's own number."""
    within_one: float
    """The share at most one away from it."""
    duration: float
    """How long it took, in seconds."""
    seconds: float
    """Since `Started`."""


class Paused(Event, frozen=True, kw_only=True, tag="paused"):
    """The driver was asked to pause; it has saved, and waits."""

    step: int


class Continued(Event, frozen=True, kw_only=True, tag="continued"):
    """The driver goes on after a pause."""

    step: int


class Stopping(Event, frozen=True, kw_only=True, tag="stopping"):
    """The driver was asked to stop and is saving."""

    step: int
    asked_by: str
    """The signal's name."""


class Stopped(Event, frozen=True, kw_only=True, tag="stopped"):
    """The run ended before its last step because it was asked to."""

    step: int
    checkpoint: str | None
    """Relative to the run folder; None when it stopped before its first step."""
    seconds: float


class Finished(Event, frozen=True, kw_only=True, tag="finished"):
    """All steps were made, or the run ended early since nothing got better any more."""

    step: int
    checkpoint: str
    seconds: float
    best_step: int | None = None
    best_loss: float | None = None
    early: str | None = None
    """Why it ended before its last step, a sentence; None when it made all its steps."""


class Failed(Event, frozen=True, kw_only=True, tag="failed"):
    """The run ended with a reason, a sentence for people."""

    step: int
    reason: str
    checkpoint: str | None
    """The last good checkpoint, relative to the run folder, if there is one."""


AnyEvent = (
    Preparing
    | Started
    | Warned
    | Trained
    | Validated
    | Saved
    | Heartbeat
    | Resumed
    | Validating
    | Probed
    | Paused
    | Continued
    | Stopping
    | Stopped
    | Finished
    | Failed
)

_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


def finite(value: float) -> float | None:
    """`value`, or None where it is not a number or infinite: JSON knows neither."""
    return value if math.isfinite(value) else None


class EventLog(LineLog[AnyEvent]):
    """Appends events to a file, each with the time it is then."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        """Open `path` for appending.

        Raises:
            OSError: the file cannot be written.
        """
        super().__init__(path)
        self._clock = clock

    def write(self, event: AnyEvent) -> None:
        """Append `event`.

        Raises:
            OSError: the disk is full, or the file has become unwritable.
        """
        super().write(msgspec.structs.replace(event, time=self._clock()))


class EventReader(LineReader[AnyEvent]):
    """Follows an event file that another process may be writing."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, _decoder)


def last_events(path: Path, size: int = 65536) -> list[AnyEvent]:
    """The events in the last `size` bytes of the file, oldest first; [] where there is no file.

    Raises:
        OSError: the file exists and cannot be read.
    """
    try:
        stream = path.open("rb")
    except FileNotFoundError:
        return []
    with stream:
        end = stream.seek(0, os.SEEK_END)
        start = stream.seek(max(0, end - size))
        lines = stream.read().split(b"\n")
    if start:
        lines = lines[1:]  # its beginning may be cut off
    events = (read_line(_decoder, line) for line in lines)
    return [event for event in events if event is not None]
