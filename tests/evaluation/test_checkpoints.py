"""Behaviour over the checkpoints of a run, beside its validation loss."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import orjson
import pytest

from jessy_tui.evaluation.answers import AnswerLog
from jessy_tui.evaluation.checkpoints import checkpoint_curve, validation_losses
from jessy_tui.evaluation.evaluation import Evaluation
from jessy_tui.evaluation.evaluations import HowToAsk, create_evaluation, evaluations_of
from jessy_tui.evaluation.probe import read_probe_set
from jessy_tui.evaluation.record import EvaluationState, write_record
from jessy_tui.evaluation.report.data import column_of, make_report
from jessy_tui.evaluation.report.svg import curve_svg
from jessy_tui.inference.target import Target
from jessy_tui.training.events import EventLog, Resumed, Validated
from jessy_tui.training.run import Run
from jessy_tui.workspace import Workspace
from tests.evaluation.making import QUESTIONS, answer, write_probes
from tests.inference import models

Plans = Sequence[tuple[str, int]]
RIGHT: Plans = [(row[2], row[3]) for row in QUESTIONS]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


@pytest.fixture
def run(workspace: Workspace) -> Run:
    """A run with three checkpoints, validated at two steps."""
    folder = models.write_run(workspace.runs / "first", None)
    for step in (10, 20, 30):
        checkpoint = folder / "checkpoints" / str(step)
        checkpoint.mkdir(parents=True)
        (checkpoint / "adapter_config.json").write_bytes(orjson.dumps({"step": step}))
        (checkpoint / "adapters.safetensors").write_bytes(b"%d" % step)
    (folder / "data").mkdir()
    (folder / "data" / "train.jsonl").write_bytes(b"")
    with EventLog(folder / "events.jsonl") as log:
        for step, loss in ((10, 2.0), (20, 1.0), (30, 9.0)):
            log.write(_validated(step, loss))
        log.write(Resumed(step=20, checkpoint=None))
        log.write(_validated(30, 1.5))
    write_probes(workspace.probes)
    return Run(folder)


def _validated(step: int, loss: float) -> Validated:
    return Validated(step=step, epoch=1.0, loss=loss, duration=0.1, best=False, seconds=1.0)


def asked(
    workspace: Workspace, run: Run, step: int, plans: Plans, *, finished: bool = True
) -> Evaluation:
    target = Target(
        base_name="chain",
        base=workspace.bases / "chain",
        run=run.name,
        checkpoint=str(step),
        adapter=run.folder / "checkpoints" / str(step),
    )
    probes = read_probe_set(workspace.probes)
    evaluation = create_evaluation(workspace, target, probes, HowToAsk(plans_only=True))
    with AnswerLog(evaluation.answers_path) as log:
        for row, plan in zip(QUESTIONS, plans, strict=True):
            log.write(answer(row[0], plan))
    state = EvaluationState.FINISHED if finished else EvaluationState.STOPPED
    write_record(evaluation.folder, msgspec.structs.replace(evaluation.record, state=state))
    return evaluation


def test_the_best_is_best_by_behaviour_not_by_loss(workspace: Workspace, run: Run) -> None:
    asked(workspace, run, 10, [*RIGHT[:2], *[("LOW", 1)] * 3])
    asked(workspace, run, 20, [*RIGHT[:3], *[("LOW", 1)] * 2])
    last = asked(workspace, run, 30, RIGHT)
    curve = checkpoint_curve(run, evaluations_of(workspace, "first"))
    assert [point.step for point in curve.points] == [10, 20, 30]
    assert [point.scores.value("band") for point in curve.points] == [2 / 5, 3 / 5, 1]
    assert [point.validation_loss for point in curve.points] == [2.0, 1.0, 1.5]
    assert curve.best == "30"
    assert set(curve.alike) == {"10", "20"}  # five probes tell nothing apart
    assert curve.losses == ((10, 2.0), (20, 1.0), (30, 1.5))
    svg = curve_svg(curve)
    assert "Best by behaviour: 30 (step 30)" in svg
    assert "9.00" not in svg
    report = make_report(workspace, [column_of(last)])
    assert report.curves == (curve,)


def test_only_what_is_finished_and_asked_alike_is_in_it(workspace: Workspace, run: Run) -> None:
    asked(workspace, run, 10, RIGHT, finished=False)
    asked(workspace, run, 20, RIGHT)
    curve = checkpoint_curve(run, evaluations_of(workspace, "first"))
    assert [point.name for point in curve.points] == ["20"]
    assert checkpoint_curve(run, []).best is None


def test_losses_that_were_made_again_count_once(run: Run) -> None:
    assert validation_losses(run) == {10: 2.0, 20: 1.0, 30: 1.5}


def test_a_renamed_run_keeps_its_evaluations(workspace: Workspace, run: Run) -> None:
    first = asked(workspace, run, 20, RIGHT)
    run.folder.rename(run.folder.with_name("second"))
    [found] = evaluations_of(workspace, "second")
    assert found.id == first.id
    assert found.record.target.name == "second@20"
    again = asked(workspace, Run(workspace.runs / "second"), 20, RIGHT)
    assert again == found


def test_another_checkpoint_under_the_same_name_is_asked_anew(
    workspace: Workspace, run: Run
) -> None:
    first = asked(workspace, run, 20, RIGHT)
    (run.folder / "checkpoints" / "20" / "adapters.safetensors").write_bytes(b"trained on")
    assert asked(workspace, run, 20, RIGHT) != first
