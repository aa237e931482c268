"""One evaluation, read from its folder."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from jessy_tui.errors import JessyError
from jessy_tui.evaluation.answers import ANSWERS_NAME, Answer, read_answers
from jessy_tui.evaluation.probe import Probe, ProbeSet, read_probe_set
from jessy_tui.evaluation.record import EvaluationRecord, EvaluationState, read_record
from jessy_tui.training.processes import is_alive

PROBES_NAME: Final = "probes.json"
"""The evaluation's own copy of the probes."""
PROGRESS_NAME: Final = "progress.json"
"""What it does at the moment; written every other second while it asks, also to say it lives."""
STOP_NAME: Final = "stop"
"""A file that stands in the folder from the moment it is asked to stop until it has."""
LOG_NAME: Final = "log.txt"

# How long an evaluation that was made may wait for its process before it counts as never started.
_START_GRACE: Final = 60.0
# How long a process that lives may say nothing; it says something every other second.
_SILENCE: Final = 30.0


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """What an evaluation does at the moment."""

    time: float
    """When it said so, in seconds since 1970."""
    done: int
    """Answers that are there."""
    total: int
    seconds_left: float | None = None
    """At the pace so far, each band at its own; None until there is one."""
    probe: str | None = None
    """The one that is being asked."""
    seed: int = 0
    pass_number: int = 0
    tokens: int = 0
    """Of the pass that is being made."""
    seconds: float = 0.0
    """Since the probe was asked."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Probes asked of one model, read from the folder anew whenever something is asked."""

    folder: Path

    @property
    def id(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def record(self) -> EvaluationRecord:
        """What `evaluation.json` says now.

        Raises:
            JessyError: it is missing or unreadable.
        """
        record = read_record(self.folder)
        if record.target.run is None:
            return record
        # A run may have been given another name since.
        target = msgspec.structs.replace(record.target, run=self.folder.resolve().parents[1].name)
        return msgspec.structs.replace(record, target=target)

    @property
    def answers_path(self) -> Path:
        """The file to follow with `answers.AnswerReader`."""
        return self.folder / ANSWERS_NAME

    def answers(self) -> list[Answer]:
        """The answers so far, one to each probe and seed.

        Raises:
            JessyError: they cannot be read.
        """
        try:
            return read_answers(self.answers_path)
        except OSError as error:
            raise JessyError(f"{self.answers_path} cannot be read ({error.strerror}).") from error

    def probe_set(self) -> ProbeSet:
        """The probes as they were when it was made, excluded ones too.

        Raises:
            JessyError: they cannot be read.
        """
        return read_probe_set(self.folder / PROBES_NAME)

    def probes(self) -> list[Probe]:
        """The probes that are asked, in the order of the file.

        Raises:
            JessyError: they cannot be read.
        """
        excluded = {one.probe for one in self.record.excluded}
        return [probe for probe in self.probe_set().probes if probe.id not in excluded]

    @property
    def state(self) -> EvaluationState:
        """How it stands, whether its process lived to write it down or not.

        Raises:
            JessyError: the record is missing or unreadable.
        """
        return self.state_of(self.record)

    def state_of(self, record: EvaluationRecord) -> EvaluationState:
        """How the evaluation stands that has this record."""
        if not record.state.active:
            return record.state
        if record.pid is None or record.process_started is None:
            waiting = time.time() - record.created < _START_GRACE
            return EvaluationState.QUEUED if waiting else EvaluationState.DIED
        if not is_alive(record.pid, record.process_started):
            now = self.record  # it may have ended well between the two looks
            return EvaluationState.DIED if now.state.active else now.state
        if record.state is EvaluationState.ASKING and self.silent_for > _SILENCE:
            return EvaluationState.LOST
        return record.state

    @property
    def silent_for(self) -> float:
        """Seconds since its process last gave a sign of life; 0 where it has not begun."""
        try:
            return max(0.0, time.time() - (self.folder / PROGRESS_NAME).stat().st_mtime)
        except OSError:
            return 0.0

    def progress(self) -> Progress | None:
        """What it does at the moment, or last did; None before it has begun."""
        try:
            return msgspec.json.decode((self.folder / PROGRESS_NAME).read_bytes(), type=Progress)
        except (OSError, msgspec.DecodeError):
            return None

    def explain(self) -> str:
        """How it stands and why, in a sentence or two."""
        record = self.record
        done = f"{len(self.answers())} of {record.total} answers are there"
        match self.state_of(record):
            case EvaluationState.QUEUED:
                return "It waits for its turn."
            case EvaluationState.PREPARING:
                return "The model is being loaded."
            case EvaluationState.ASKING:
                return f"It asks: {done}."
            case EvaluationState.LOST:
                return (
                    f"Its process {record.pid} has said nothing for {self.silent_for:.0f} s: the "
                    f"machine may be asleep or out of memory, or the process halted. {done}."
                )
            case EvaluationState.STOPPED:
                return f"It was stopped; {done}."
            case EvaluationState.FINISHED:
                return f"All {record.total} answers are there."
            case EvaluationState.FAILED:
                return record.reason or "It failed."
            case EvaluationState.DIED if record.pid is None:
                return "It was made, but its process never started."
            case EvaluationState.DIED:
                return f"Its process {record.pid} is gone without a word; {done}."
