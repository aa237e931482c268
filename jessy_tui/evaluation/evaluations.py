"""Evaluations: made, found and listed, each in a folder of its own.

`models/runs/RUN/evaluations/ID/` for a checkpoint of a run, `models/evaluations/ID/` for a base as
it is or an endpoint. Nothing here imports mlx: the model is asked by a process of its own.
"""

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from jessy_tui.bases.catalogue import read_record as read_base_record
from jessy_tui.errors import JessyError
from jessy_tui.evaluation.evaluation import PROBES_NAME, Evaluation
from jessy_tui.evaluation.leaks import leaked
from jessy_tui.evaluation.probe import ProbeSet
from jessy_tui.evaluation.record import (
    RECORD_NAME,
    EvaluationRecord,
    Excluded,
    ProbesRecord,
    TargetRecord,
    write_record,
)
from jessy_tui.evaluation.rows import TRAIN_NAME, read_training_rows
from jessy_tui.folders import write_folder
from jessy_tui.inference.protocol import Sampling
from jessy_tui.inference.target import Target
from jessy_tui.training.runs import find_run, list_runs
from jessy_tui.workspace import Workspace

FOLDER_NAME: Final = "evaluations"
PLAN_TOKENS: Final = 24
"""The longest plan that is waited for, in tokens; one that is well formed takes some ten."""
_MOST_IDS: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class HowToAsk:
    """How the probes are asked."""

    plans_only: bool = False
    """Break an answer off as soon as its plan is known: 120 probes take a minute or two."""
    policy: str = "single"
    """As `Policy.parse` reads it: "single" makes one pass, "auto" all that the plan asks for."""
    seeds: int = 1
    """How often every probe is asked, with another seed each time."""
    temperature: float = 0.0
    """0 is greedy; several seeds make a difference only above."""
    max_tokens: int = 512
    """The longest answer of a pass."""

    @property
    def sampling(self) -> Sampling:
        """For every pass; the seed is that of each answer."""
        most = PLAN_TOKENS if self.plans_only else self.max_tokens
        return Sampling(max_tokens=most, temperature=self.temperature)


def record_of_target(target: Target) -> TargetRecord:
    """What identifies a model, so that its answers are never taken for another's.

    Raises:
        JessyError: a file of the checkpoint cannot be read.
    """
    base = read_base_record(target.base) if target.url is None else None
    step, digest = None, None
    if target.adapter is not None:
        step, digest = _step_of(target.adapter), _digest_of(target.adapter)
    return TargetRecord(
        base=target.base_name,
        fingerprint=base.fingerprint if base else None,
        run=target.run,
        checkpoint=target.checkpoint,
        step=step,
        digest=digest,
        url=target.url,
        system=target.system,
    )


def create_evaluation(
    workspace: Workspace,
    target: Target,
    probes: ProbeSet,
    how: HowToAsk,
    *,
    again: bool = False,
) -> Evaluation:
    """The evaluation that asks this of this model: the one that is there already, or a new one.

    One that was broken off goes on where it was when it is started; one that is finished has its
    answers. Probes that the run was trained on are excluded, and named in the record.

    Args:
        workspace: where its folder goes.
        target: what is asked.
        probes: all that a file has.
        how: they are asked.
        again: make a new one even where the same was asked before.

    Raises:
        JessyError: nothing is left to ask, the checkpoint or the rows cannot be read, or the
            folder cannot be written.
    """
    excluded: list[Excluded] = []
    if target.run is not None:
        rows = read_training_rows(find_run(workspace, target.run).folder / "data" / TRAIN_NAME)
        excluded += leaked(probes.probes, rows, workspace.settings.check.near_duplicate)
    if len(excluded) == len(probes.probes):
        raise JessyError(
            f"Every probe of {probes.path} is a question that the run {target.run} was trained on, "
            "or nearly; what is trained on cannot test. Write other probes."
        )
    record = EvaluationRecord(
        id="",
        created=time.time(),
        target=record_of_target(target),
        probes=ProbesRecord(
            path=_path_in(workspace, probes.path), digest=probes.digest, count=len(probes.probes)
        ),
        excluded=tuple(excluded),
        sampling=how.sampling,
        seeds=tuple(range(how.seeds)),
        policy="single" if how.plans_only else how.policy,
        plans_only=how.plans_only,
    )
    if not again:
        for known in evaluations_of(workspace, record.target.run):
            if known.record.asks_the_same(record):
                return known
    parent = folder_of(workspace, record.target.run)
    stem = _stem(record)
    try:
        parent.mkdir(parents=True, exist_ok=True)
        for number in range(1, _MOST_IDS):
            named = msgspec.structs.replace(record, id=f"{stem}-{number}")
            if (parent / named.id).exists():
                continue
            try:
                with write_folder(parent / named.id, replace=False) as fresh:
                    (fresh / PROBES_NAME).write_bytes(probes.content)
                    write_record(fresh, named)
            except FileExistsError:
                continue  # another process was quicker
            return Evaluation(parent / named.id)
    except OSError as error:
        raise JessyError(
            f"The evaluation could not be made in {parent} ({error.strerror or error})."
        ) from error
    raise JessyError(f"There are too many evaluations in {parent}; remove some.")


def folder_of(workspace: Workspace, run: str | None) -> Path:
    """Where the evaluations of a run are, or those of bases and endpoints."""
    if run is None:
        return workspace.root / "models" / FOLDER_NAME
    return workspace.runs / run / FOLDER_NAME


def evaluations_of(
    workspace: Workspace, run: str | None, problems: list[str] | None = None
) -> list[Evaluation]:
    """The evaluations of a run, or with None those of bases and endpoints; the latest first.

    One whose record cannot be read is left out, and the sentence that says why is added to
    `problems`.
    """
    found = []
    for folder in _folders(folder_of(workspace, run)):
        try:
            evaluation = Evaluation(folder)
            found.append((-evaluation.record.created, folder.name, evaluation))
        except JessyError as error:
            if problems is not None:
                problems.append(str(error))
    return [evaluation for _, _, evaluation in sorted(found, key=lambda entry: entry[:2])]


def all_evaluations(workspace: Workspace, problems: list[str] | None = None) -> list[Evaluation]:
    """The evaluations of the workspace: those of bases and endpoints, then run by run, the latest
    run first."""
    found = evaluations_of(workspace, None, problems)
    for run in list_runs(workspace, problems):
        found += evaluations_of(workspace, run.name, problems)
    return found


def _folders(parent: Path) -> Iterator[Path]:
    if parent.is_dir():
        for folder in parent.iterdir():
            if not folder.name.startswith(".") and (folder / RECORD_NAME).is_file():
                yield folder


def _path_in(workspace: Workspace, path: Path) -> str:
    """The path as seen from the workspace, where it is in there."""
    path = path.resolve()
    return str(path.relative_to(workspace.root) if path.is_relative_to(workspace.root) else path)


def _stem(record: EvaluationRecord) -> str:
    """What the folder's name begins with: "final-plans", "nano-answers"."""
    target = record.target
    name = target.checkpoint if target.run is not None else target.base
    safe = "".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in name or "")
    return f"{safe.strip('.-')[:48] or 'model'}-{'plans' if record.plans_only else 'answers'}"


def _step_of(adapter: Path) -> int | None:
    try:
        step = json.loads((adapter / "adapter_config.json").read_bytes()).get("step")
    except (OSError, ValueError, AttributeError):
        return None
    return step if isinstance(step, int) else None


def _digest_of(adapter: Path) -> str:
    digest = hashlib.sha256()
    path = adapter
    try:
        for path in (adapter / "adapter_config.json", adapter / "adapters.safetensors"):
            with path.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
    except OSError as error:
        raise JessyError(f"{path} cannot be read ({error.strerror}).") from error
    return digest.hexdigest()
