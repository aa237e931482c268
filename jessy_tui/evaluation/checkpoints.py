"""How a run's behaviour went over its checkpoints, beside its validation loss."""

from collections.abc import Sequence

import msgspec

from jessy_tui.evaluation.comparison import Column, compare
from jessy_tui.evaluation.evaluation import Evaluation
from jessy_tui.evaluation.record import EvaluationState
from jessy_tui.evaluation.scoring import Scores, score
from jessy_tui.training.events import EventReader, Resumed, Validated
from jessy_tui.training.run import Run


class CheckpointScores(msgspec.Struct, frozen=True, kw_only=True):
    """One checkpoint, asked and validated."""

    step: int
    name: str
    """A step, "best" or "final": what `Run.checkpoint` takes."""
    evaluation: str
    """The folder's name."""
    scores: Scores
    validation_loss: float | None
    """In nats a token, with the weights of that step; None where it was not validated then."""


class CheckpointCurve(msgspec.Struct, frozen=True, kw_only=True):
    """A run's checkpoints that were asked the same in the same way, by step."""

    run: str
    points: tuple[CheckpointScores, ...]
    best: str | None
    """The name of the best by behaviour; None where none was asked."""
    alike: tuple[str, ...]
    """The names of those that cannot be told from the best (exact test of McNemar on the band)."""
    losses: tuple[tuple[int, float], ...]
    """Every validation of the run: step and loss."""


def checkpoint_curve(run: Run, evaluations: Sequence[Evaluation]) -> CheckpointCurve:
    """The curve of those evaluations that asked the same as the latest does, and are finished.

    The best has the most probes in the right band, then the most within one, then the most exact,
    then the lowest validation loss, then the fewest steps.

    Args:
        run: that they are of.
        evaluations: of its checkpoints, the latest first.

    Raises:
        JessyError: one of them cannot be read.
    """
    losses = validation_losses(run)
    wanted: tuple[object, ...] | None = None
    points: dict[int, CheckpointScores] = {}
    columns: dict[str, Column] = {}
    for evaluation in evaluations:
        record = evaluation.record
        step = record.target.step
        name = record.target.checkpoint
        if step is None or name is None or evaluation.state is not EvaluationState.FINISHED:
            continue
        how = (record.probes.digest, record.sampling, record.seeds, record.policy)
        wanted = wanted or (*how, record.plans_only)
        if (*how, record.plans_only) != wanted or step in points:
            continue
        probes, answers = tuple(evaluation.probes()), tuple(evaluation.answers())
        columns[name] = Column(name=name, probes=probes, answers=answers)
        points[step] = CheckpointScores(
            step=step,
            name=name,
            evaluation=evaluation.id,
            scores=score(
                probes, answers, plans_only=record.plans_only, auto=record.policy == "auto"
            ),
            validation_loss=losses.get(step),
        )
    best = max(points.values(), key=_goodness, default=None)
    alike = [
        point.name
        for point in points.values()
        if best is not None
        and point is not best
        and not compare(columns[best.name], columns[point.name]).differ
    ]
    return CheckpointCurve(
        run=run.name,
        points=tuple(points[step] for step in sorted(points)),
        best=best.name if best else None,
        alike=tuple(alike),
        losses=tuple(sorted(losses.items())),
    )


def validation_losses(run: Run) -> dict[int, float]:
    """The validation loss by step, as the run last said it."""
    found: dict[int, float] = {}
    for event in EventReader(run.events).all():
        if isinstance(event, Resumed):
            found = {step: loss for step, loss in found.items() if step <= event.step}
        elif isinstance(event, Validated) and event.loss is not None:
            found[event.step] = event.loss
    return found


def _goodness(point: CheckpointScores) -> tuple[float, ...]:
    rates = (point.scores.value(name) or 0.0 for name in ("band", "within_one", "exact"))
    loss = float("inf") if point.validation_loss is None else point.validation_loss
    return (*rates, -loss, -point.step)
