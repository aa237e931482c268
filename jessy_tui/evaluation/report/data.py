"""What a report is made of: columns of models side by side, baselines, and what comes of them."""

import shlex
import time
from collections.abc import Sequence
from typing import Final

import msgspec

from jessy_tui.errors import JessyError
from jessy_tui.evaluation.answers import Answer
from jessy_tui.evaluation.baselines import CLASSIFIER_MISSING, Baseline, baselines_of
from jessy_tui.evaluation.checkpoints import CheckpointCurve, checkpoint_curve
from jessy_tui.evaluation.comparison import DEFAULT_MEASURE, Column, Comparison, compare
from jessy_tui.evaluation.estimates import least_telling
from jessy_tui.evaluation.evaluation import Evaluation
from jessy_tui.evaluation.evaluations import HowToAsk, evaluations_of
from jessy_tui.evaluation.judging.ratings import (
    HIGHEST,
    Judgement,
    Rating,
    agreement,
    mean_points,
    read_judgements,
    read_ratings,
)
from jessy_tui.evaluation.probe import Probe
from jessy_tui.evaluation.record import BUSY, EvaluationRecord, Excluded, TargetRecord
from jessy_tui.evaluation.rows import TRAIN_NAME, TrainingRow, read_training_rows
from jessy_tui.evaluation.scoring import Scores, score
from jessy_tui.evaluation.texts import LANGUAGES_MISSING, languages_known
from jessy_tui.training.runs import find_run
from jessy_tui.workspace import PROBES_NAME as WORKSPACE_PROBES
from jessy_tui.workspace import Workspace

FORMAT: Final = 1
DEFAULTS: Final = HowToAsk()


class ReportColumn(msgspec.Struct, frozen=True, kw_only=True):
    """One model and all it answered."""

    name: str
    target: TargetRecord
    created: float
    """When it was asked, in seconds since 1970."""
    how: str
    """How it was asked, in words."""
    repeat: str = ""
    """The command that asks the same again."""
    plans_only: bool
    policy: str
    probes: tuple[Probe, ...]
    """That were asked, in the order of their file."""
    excluded: tuple[Excluded, ...] = ()
    answers: tuple[Answer, ...]
    judgements: tuple[Judgement, ...] = ()
    """What a judge said of its answers, where one was asked."""
    ratings: tuple[Rating, ...] = ()
    """What a person thinks of them."""
    versions: dict[str, str] = {}
    blas: str | None = None
    load: float | None = None
    """See `EvaluationRecord.load`."""

    @property
    def column(self) -> Column:
        """For `comparison.compare`."""
        return Column(name=self.name, probes=self.probes, answers=self.answers)

    def scored(self) -> Scores:
        """Its scores."""
        return score(
            self.probes,
            self.answers,
            plans_only=self.plans_only,
            auto=self.policy == "auto",
        )


class ScoredBaseline(msgspec.Struct, frozen=True, kw_only=True):
    """Something simple, on the probes of a run."""

    baseline: Baseline
    run: str
    """Whose training file it was made from."""
    probes: tuple[Probe, ...]
    scores: Scores

    @property
    def column(self) -> Column:
        """For `comparison.compare`."""
        return Column(name=self.baseline.title, probes=self.probes, answers=self.baseline.answers)


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a report says, before it is put into a form."""

    created: float
    columns: tuple[ReportColumn, ...]
    scores: tuple[Scores, ...]
    """One a column."""
    baselines: tuple[ScoredBaseline, ...]
    comparisons: tuple[Comparison, ...]
    """The first column, or the base where there is one, against each other one."""
    curves: tuple[CheckpointCurve, ...]
    """Of runs of which several checkpoints were asked the same."""
    verdicts: tuple[str, ...]
    """What comes of it, in sentences."""
    notes: tuple[str, ...]
    """What to know when reading it, in sentences."""


def column_of(evaluation: Evaluation) -> ReportColumn:
    """An evaluation as a column; of one that is not finished, what there is.

    Raises:
        JessyError: it cannot be read.
    """
    record = evaluation.record
    seeds = len(record.seeds)
    parts = ["plans only" if record.plans_only else f"whole answers, policy {record.policy}"]
    parts.append("greedy" if not record.sampling.temperature else "sampled")
    if record.sampling.temperature:
        parts[-1] += f" at {record.sampling.temperature:g}, {seeds} seed{'s' * (seeds > 1)}"
    if not record.plans_only:
        parts.append(f"{record.sampling.max_tokens} tokens a pass at the most")
    return ReportColumn(
        name=record.target.name,
        target=record.target,
        created=record.created,
        how=", ".join(parts),
        repeat=repeat_of(record),
        plans_only=record.plans_only,
        policy=record.policy,
        probes=tuple(evaluation.probes()),
        excluded=record.excluded,
        answers=tuple(evaluation.answers()),
        judgements=tuple(read_judgements(evaluation.folder).values()),
        ratings=tuple(read_ratings(evaluation.folder).values()),
        versions=record.versions,
        blas=record.blas,
        load=record.load,
    )


def repeat_of(record: EvaluationRecord) -> str:
    """The command that asks what the record says, defaults left out."""
    target, sampling = record.target, record.sampling
    if target.url is not None:
        words = ["--url", f"{target.url}@{target.base}"]
    elif target.run is not None:
        words = ["--run", target.name]
    else:
        words = ["--base", target.base]
    if record.probes.path != f"data/{WORKSPACE_PROBES}":
        words += ["--probes", record.probes.path]
    if record.plans_only:
        words.append("--plans-only")
    else:
        if record.policy != DEFAULTS.policy:
            words += ["--policy", record.policy]
        if sampling.max_tokens != DEFAULTS.max_tokens:
            words += ["--max-tokens", str(sampling.max_tokens)]
    if sampling.temperature:
        words += ["--seeds", str(len(record.seeds)), "--temperature", f"{sampling.temperature:g}"]
    return f"jessy eval {shlex.join(words)}"


def make_report(
    workspace: Workspace, columns: Sequence[ReportColumn], measure: str = DEFAULT_MEASURE
) -> Report:
    """Put columns side by side.

    Args:
        workspace: whose runs they are of; a column of a run that is not there has no baselines.
        columns: at least one; those of one name are numbered.
        measure: by which they are compared; see `measures.BY_NAME`.
    """
    columns = _numbered(columns)
    scores = tuple(column.scored() for column in columns)
    baselines = tuple(_baselines(workspace, columns))
    first = next((column for column in columns if column.target.run is None), columns[0])
    comparisons = tuple(
        compare(first.column, column.column, measure) for column in columns if column is not first
    )
    curves = tuple(_curves(workspace, columns))
    verdicts = [
        sentence
        for column, scored in zip(columns, scores, strict=True)
        for sentence in _verdicts(column, scored, baselines)
    ]
    verdicts += [sentence for column in columns for sentence in _judged(column)]
    verdicts += [comparison.verdict for comparison in comparisons]
    return Report(
        created=time.time(),
        columns=tuple(columns),
        scores=scores,
        baselines=baselines,
        comparisons=comparisons,
        curves=curves,
        verdicts=tuple(verdicts),
        notes=tuple(_notes(columns, scores, baselines)),
    )


def _numbered(columns: Sequence[ReportColumn]) -> list[ReportColumn]:
    """The columns under names of their own."""
    seen: dict[str, int] = {}
    found = []
    for column in columns:
        number = seen[column.name] = seen.get(column.name, 0) + 1
        name = column.name if number == 1 else f"{column.name} ({number})"
        found.append(msgspec.structs.replace(column, name=name))
    return found


def _baselines(workspace: Workspace, columns: Sequence[ReportColumn]) -> list[ScoredBaseline]:
    """Those of every training file that a column's run was trained on."""
    found: list[ScoredBaseline] = []
    known: list[tuple[list[TrainingRow], tuple[Probe, ...]]] = []
    for column in columns:
        run = column.target.run
        if run is None:
            continue
        try:
            rows = read_training_rows(find_run(workspace, run).folder / "data" / TRAIN_NAME)
        except JessyError:
            continue  # a run of another workspace, in a report that was read back
        if (rows, column.probes) in known:
            continue
        known.append((rows, column.probes))
        found += [
            ScoredBaseline(
                baseline=baseline,
                run=run,
                probes=column.probes,
                scores=score(column.probes, baseline.answers, plans_only=True),
            )
            for baseline in baselines_of(rows, column.probes)
        ]
    return found


def _curves(workspace: Workspace, columns: Sequence[ReportColumn]) -> list[CheckpointCurve]:
    found = []
    for name in dict.fromkeys(column.target.run for column in columns if column.target.run):
        try:
            curve = checkpoint_curve(find_run(workspace, name), evaluations_of(workspace, name))
        except JessyError:
            continue  # it has been deleted since
        if len(curve.points) > 1:
            found.append(curve)
    return found


def baselines_for(
    column: ReportColumn, baselines: Sequence[ScoredBaseline]
) -> list[ScoredBaseline]:
    """The baselines a column is held against: those of its run, else the first there are."""
    ours = [one for one in baselines if one.probes == column.probes]
    own = [one for one in ours if one.run == column.target.run]
    first = own or ours
    return [one for one in first if one.run == first[0].run]


def _verdicts(
    column: ReportColumn, scores: Scores, baselines: Sequence[ScoredBaseline]
) -> list[str]:
    """Whether a model has learned to think the right amount, in sentences."""
    if not scores.answered:
        return [f"{column.name} has answered nothing yet."]
    rate = scores.rates["band"]
    said = (
        f"{column.name} plans the right band for {rate.hits:g} of {rate.total} probes "
        f"({rate.value:.0%}, {rate.interval.low:.0%} to {rate.interval.high:.0%})"
    )
    if column.target.run is None:
        return [f"{said}."]
    ours = baselines_for(column, baselines)
    unbeaten = [
        one
        for one in ours
        if not one.baseline.told_band and not _beats(column.column, one.column, "band")
    ]
    if not ours:
        sentences = [f"{said}."]
    elif unbeaten:
        names = " and ".join(
            f"{one.baseline.title} ({one.scores.value('band') or 0:.0%})" for one in unbeaten
        )
        sentences = [
            f"{said}. It does not beat {names}, which needs no language model: it has not learned "
            "to think the right amount."
        ]
    else:
        names = " and ".join(one.baseline.title for one in ours if not one.baseline.told_band)
        sentences = [f"{said}, and beats {names}."]
    constant = next((one for one in ours if one.baseline.told_band), None)
    if constant is not None:
        exact, other = scores.value("exact") or 0.0, constant.scores.value("exact") or 0.0
        if not _beats(column.column, constant.column, "exact"):
            sentences.append(
                f"Its number is exact for {exact:.0%}; one number a band would be for {other:.0%}, "
                "given the band: no sure sign that it counts within the bands."
            )
    if scores.bias is not None and not scores.bias.interval.low <= 0 <= scores.bias.interval.high:
        way = "over" if scores.bias.value > 0 else "under"
        sentences.append(
            f"It {way}thinks: by {abs(scores.bias.value):.1f} iterations a probe on the average."
        )
    return sentences


def _judged(column: ReportColumn) -> list[str]:
    """What a judge and a person think of the texts, in sentences."""
    ratings = {(one.probe, one.seed): one for one in column.ratings}
    judgements = {(one.probe, one.seed): one for one in column.judgements}
    sentences = []
    if (mine := mean_points(ratings.values())) is not None:
        sentences.append(
            f"You give the answers of {column.name} {mine[0]:.1f} of {HIGHEST} points on the "
            f"average ({mine[1].low:.1f} to {mine[1].high:.1f}, {len(ratings)} rated)."
        )
    if (its := mean_points(judgements.values())) is not None:
        judges = ", ".join(dict.fromkeys(one.judge for one in judgements.values()))
        unread = sum(one.points is None for one in judgements.values())
        more = f", {unread} without a rating" if unread else ""
        sentences.append(
            f"The judge {judges} gives the answers of {column.name} {its[0]:.1f} of {HIGHEST} "
            f"({its[1].low:.1f} to {its[1].high:.1f}, {len(judgements)} judged{more}). "
            f"{agreement(ratings, judgements).verdict}"
        )
    return sentences


def _beats(column: Column, other: Column, measure: str) -> bool:
    """Whether the first is better, and not by chance."""
    found = compare(other, column, measure)
    counts = {str(change): number for change, number in found.counts.items()}
    return found.differ and counts["FIXED"] > counts["REGRESSED"]


def _notes(
    columns: Sequence[ReportColumn],
    scores: Sequence[Scores],
    baselines: Sequence[ScoredBaseline],
) -> list[str]:
    total = max(one.answered for one in scores)
    notes = [
        f"With {total} probes two models that differ by less than {100 * least_telling(total):.0f} "
        "points cannot be told apart: a difference of two points is noise. Behind each share "
        "stands where the true one probably is (95 %, bootstrap over the probes)."
    ]
    for column, scored in zip(columns, scores, strict=True):
        if scored.answered < scored.probes:
            notes.append(
                f"{column.name} has answered {scored.answered} of {scored.probes} probes so far."
            )
    notes += [
        f"The machine was busy while {column.name} was asked (a load of {column.load:.1f} on each "
        "core): its seconds say little."
        for column in columns
        if column.load is not None and column.load > BUSY and not column.plans_only
    ]
    left_out = {
        (column.target.run, one.probe): one.question
        for column in columns
        for one in column.excluded
    }
    notes += [
        f'The run {run} was not asked "{name}": it was trained on "{question}".'
        for (run, name), question in left_out.items()
    ]
    if baselines and all(one.baseline.name != "bayes" for one in baselines):
        notes.append(CLASSIFIER_MISSING)
    if any(not column.plans_only for column in columns) and not languages_known():
        notes.append(LANGUAGES_MISSING)
    return notes
