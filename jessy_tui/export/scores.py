"""What an evaluation found of a checkpoint, in words, for the card of its export."""

from pathlib import Path

from jessy_tui.evaluation.evaluation import Evaluation
from jessy_tui.evaluation.evaluations import evaluations_of, record_of_target
from jessy_tui.evaluation.measures import MEASURES
from jessy_tui.evaluation.record import EvaluationState
from jessy_tui.evaluation.scoring import Scores, score
from jessy_tui.export.order import Order
from jessy_tui.inference.target import Target
from jessy_tui.iteration import describe_band
from jessy_tui.workspace import Workspace


def scores_of(order: Order) -> dict[str, str]:
    """The scores of the latest finished evaluation of the very weights that are exported.

    Empty where there is none. One with whole answers is preferred to one of plans alone.

    Raises:
        JessyError: a file of the checkpoint or of the evaluation cannot be read.
    """
    evaluation = _evaluation_of(order)
    if evaluation is None:
        return {}
    record, probes = evaluation.record, evaluation.probes()
    found = score(
        probes,
        evaluation.answers(),
        plans_only=record.plans_only,
        auto=record.policy == "auto",
    )
    return _words(found) | {
        "asked": f"{len(probes)} probes (digest `{record.probes.digest[:12]}`), "
        f"{'plans only' if record.plans_only else 'whole answers'}, {len(record.seeds)} seed"
        f"{'s' if len(record.seeds) > 1 else ''}, temperature {record.sampling.temperature:g}",
        "seen in training": f"{len(record.excluded)} probes were, or nearly, and were left out",
    }


def _evaluation_of(order: Order) -> Evaluation | None:
    run = Path(order.run)
    workspace = Workspace(run.parents[2])  # models/runs/NAME
    target = Target(
        base_name=order.base_name,
        base=Path(order.base),
        run=run.name,
        checkpoint=order.checkpoint,
        adapter=Path(order.adapter),
        system=order.system,
    )
    digest = record_of_target(target).digest
    finished = [
        evaluation
        for evaluation in evaluations_of(workspace, run.name)
        if evaluation.record.target.digest == digest
        and evaluation.state is EvaluationState.FINISHED
    ]
    whole = [evaluation for evaluation in finished if not evaluation.record.plans_only]
    return next(iter(whole or finished), None)


def _words(scores: Scores) -> dict[str, str]:
    rates = {}
    for measure in MEASURES:
        rate = scores.rates.get(measure.name)
        if rate is not None:
            between = f"{rate.interval.low:.0%} to {rate.interval.high:.0%}"
            rates[measure.title] = (
                f"{rate.value:.0%} ({rate.hits:g} of {rate.total}; 95 % interval {between})"
            )
    for band in scores.bands:
        rates[f"{band.complexity} ({describe_band(band.complexity)})"] = (
            f"right band {band.right:.0%} of {band.probes}, median {band.seconds:.1f} s"
        )
    return rates
