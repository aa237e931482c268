"""`evaluation.json`: what was asked of which model and how, and how far it has come."""

from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from jessy_tui.errors import JessyError
from jessy_tui.inference.protocol import Sampling
from jessy_tui.iteration import Policy
from jessy_tui.json_files import read_json, write_json

RECORD_NAME: Final = "evaluation.json"
FORMAT: Final = 1
BUSY: Final = 1.75
"""The asking itself keeps every core busy: a load of 1."""


class EvaluationState(StrEnum):
    """How an evaluation stands. All but `died` and `lost` are written down."""

    QUEUED = "queued"
    """Made; waits for its process, or for the evaluations that the same process makes before."""
    PREPARING = "preparing"
    """The model is being loaded."""
    ASKING = "asking"
    STOPPED = "stopped"
    FINISHED = "finished"
    FAILED = "failed"
    DIED = "died"
    """Its process is gone without having said why. Never written: a reader concludes it."""
    LOST = "lost"
    """Its process is there, but has given no sign of life for a while. Never written."""

    @property
    def active(self) -> bool:
        """Whether a process is at work, or about to be."""
        return self in _ACTIVE

    @property
    def resumable(self) -> bool:
        """Whether a process can go on with it."""
        return self in (EvaluationState.STOPPED, EvaluationState.FAILED, EvaluationState.DIED)


_ACTIVE: Final = frozenset(
    (
        EvaluationState.QUEUED,
        EvaluationState.PREPARING,
        EvaluationState.ASKING,
        EvaluationState.LOST,
    )
)


class TargetRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked: a checkpoint of a run, a base as it is, or an endpoint."""

    base: str
    """The base's name; of an endpoint, the name of its model."""
    fingerprint: str | None = None
    """The base's."""
    run: str | None = None
    checkpoint: str | None = None
    """A step, "best" or "final"."""
    step: int | None = None
    """After how many steps the checkpoint was saved, where it says so."""
    digest: str | None = None
    """sha256 of the checkpoint's files: "final" is another one after a run has gone on."""
    url: str | None = None
    """Of the endpoint."""
    system: str = ""
    """The system prompt that every question followed."""

    @property
    def name(self) -> str:
        """What people call it: "first@final", "nano", or the endpoint's model and place."""
        if self.run is not None:
            return f"{self.run}@{self.checkpoint}"
        return f"{self.base} at {self.url}" if self.url else self.base


class ProbesRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Where the probes came from; the evaluation has its own copy of them (`probes.json`)."""

    path: str
    digest: str
    count: int
    """How many there are in the file, excluded ones too."""


class Excluded(msgspec.Struct, frozen=True, kw_only=True):
    """A probe that is not asked, since the run was trained on it, or nearly."""

    probe: str
    question: str
    """The training question that it is, or is nearly."""


class EvaluationRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of `evaluation.json`."""

    format: int = FORMAT
    id: str
    """The folder's name."""
    created: float
    """In seconds since 1970."""
    target: TargetRecord
    probes: ProbesRecord
    excluded: tuple[Excluded, ...] = ()
    sampling: Sampling = Sampling()
    """For every pass; its seed is left open, since each answer has its own."""
    seeds: tuple[int, ...] = (0,)
    """Every probe is asked once with each."""
    policy: str = "single"
    """As `Policy.parse` reads it."""
    plans_only: bool = False
    """Whether an answer is broken off as soon as its plan is known."""
    state: EvaluationState = EvaluationState.QUEUED
    pid: int | None = None
    process_started: float | None = None
    """When the process `pid` was started: numbers of processes are given again."""
    reason: str | None = None
    """Why it failed; a sentence."""
    blas: str | None = None
    load: float | None = None
    """How many processes wanted each core when it ended, over five minutes: where it is above
    `BUSY`, the machine did other things too, and the seconds say little."""
    versions: dict[str, str] = {}

    @property
    def total(self) -> int:
        """How many answers there are in the end."""
        return (self.probes.count - len(self.excluded)) * len(self.seeds)

    @property
    def passes(self) -> Policy:
        """The policy of the thinking loop."""
        return Policy.parse(self.policy)

    def asks_the_same(self, other: "EvaluationRecord") -> bool:
        """Whether the same is asked of the same model in the same way."""
        return self._asked() == other._asked()

    def _asked(self) -> tuple[object, ...]:
        excluded = tuple(one.probe for one in self.excluded)
        return (
            *(self.target, self.probes.digest, excluded, self.sampling, self.seeds),
            *(self.policy, self.plans_only),
        )


def read_record(folder: Path) -> EvaluationRecord:
    """The record of the evaluation in `folder`.

    Raises:
        JessyError: there is none, or it is not readable; the sentence names the file.
    """
    try:
        return read_json(
            folder / RECORD_NAME, EvaluationRecord, "move the folder away, or put the file back"
        )
    except FileNotFoundError:
        raise JessyError(f"{folder} is no evaluation: it has no {RECORD_NAME}.") from None


def write_record(folder: Path, record: EvaluationRecord) -> None:
    """Replace the record of the evaluation in `folder`.

    Raises:
        JessyError: the folder cannot be written.
    """
    write_json(folder / RECORD_NAME, record)
