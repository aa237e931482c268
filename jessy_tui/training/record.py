"""`run.json`: what a run is made of, and how far it has come."""

from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from jessy_tui.errors import JessyError
from jessy_tui.json_files import read_json, write_json
from jessy_tui.training.recipe import Recipe

RECORD_NAME: Final = "run.json"
FORMAT: Final = 1


class RunState(StrEnum):
    """How a run stands. All but `died` and `lost` are written by those who bring it about."""

    QUEUED = "queued"
    """Made; waits until the runs before it have ended (`queue.py`)."""
    PREPARING = "preparing"
    """Made; its driver is about to start, or loads the base."""
    RUNNING = "running"
    PAUSED = "paused"
    """Asked to pause; the driver has saved and waits."""
    LOST = "lost"
    """Its driver is there, but has given no sign of life for a while. Never written."""
    STOPPING = "stopping"
    """Asked to stop; the driver ends its step and saves."""
    STOPPED = "stopped"
    FINISHED = "finished"
    FAILED = "failed"
    DIED = "died"
    """Its driver is gone without having said why. Never written: a reader concludes it."""

    @property
    def active(self) -> bool:
        """Whether a driver is at work, or about to be."""
        return self in _ACTIVE

    @property
    def resumable(self) -> bool:
        """Whether a driver can go on with the run."""
        return self in (RunState.STOPPED, RunState.FAILED, RunState.DIED)


_ACTIVE: Final = frozenset(
    (RunState.PREPARING, RunState.RUNNING, RunState.PAUSED, RunState.LOST, RunState.STOPPING)
)


class BaseReference(msgspec.Struct, frozen=True, kw_only=True):
    """The base a run fine-tunes."""

    name: str
    folder: str
    """Relative to the run folder."""
    fingerprint: str | None
    """That of the base the run trained on; None until the driver has seen it."""


class DataReference(msgspec.Struct, frozen=True, kw_only=True):
    """What a run is trained on; the rows themselves are in the run's `data/`."""

    digest: str
    """Of the examples it came from, so that one can say that they have changed since."""
    examples: int
    rows: int
    """Rows of an epoch, each as often as its weight says."""
    validation_rows: int
    system: str = ""
    """The system prompt its rows begin with; its checkpoints are asked with the same."""


class RunRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of `run.json`."""

    format: int = FORMAT
    name: str
    created: float
    """In seconds since 1970."""
    base: BaseReference
    recipe: Recipe
    data: DataReference
    state: RunState = RunState.PREPARING
    pid: int | None = None
    process_started: float | None = None
    """When the process `pid` was started: numbers of processes are given again."""
    step: int = 0
    """Steps made when the state was last written."""
    steps: int = 0
    """Of the whole run; 0 until the driver knows."""
    best_step: int | None = None
    best_loss: float | None = None
    checkpoint: str | None = None
    """The last complete checkpoint, relative to the run folder."""
    seconds: float | None = None
    """From the first step to the end; None until it has ended."""
    reason: str | None = None
    """Why it failed, or why it finished before its last step; a sentence."""
    workers: int = 1
    """How many processes train it together, the driver among them."""
    resumed: int = 0
    """How often a driver has gone on with it after another."""
    blas: str | None = None
    versions: dict[str, str] = {}


def read_record(folder: Path) -> RunRecord:
    """The record of the run in `folder`.

    Raises:
        JessyError: there is none, or it is not readable; the sentence names the file.
    """
    try:
        return read_json(
            folder / RECORD_NAME, RunRecord, "move the folder away, or put the file back"
        )
    except FileNotFoundError:
        raise JessyError(f"{folder} is no run: it has no {RECORD_NAME}.") from None


def write_record(folder: Path, record: RunRecord) -> None:
    """Replace the record of the run in `folder`.

    Raises:
        JessyError: the folder cannot be written.
    """
    write_json(folder / RECORD_NAME, record)
