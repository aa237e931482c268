"""The scores on the card: those of the very weights that are exported, and of no others."""

from pathlib import Path

import msgspec

from jessy_tui.evaluation.evaluation import Evaluation
from jessy_tui.evaluation.evaluations import HowToAsk, create_evaluation
from jessy_tui.evaluation.probe import read_probe_set
from jessy_tui.evaluation.record import EvaluationState, write_record
from jessy_tui.export.order import Way, order_for
from jessy_tui.export.scores import scores_of
from jessy_tui.inference.target import target_of_run
from jessy_tui.workspace import Workspace
from tests.evaluation.making import answer, write_probes
from tests.export.making import made


def evaluated(workspace: Workspace, run: str, *, plans_only: bool = False) -> Evaluation:
    """A finished evaluation in which one plan of five is right."""
    (workspace.runs / run / "data").mkdir(exist_ok=True)
    (workspace.runs / run / "data" / "train.jsonl").write_text("")
    probes = read_probe_set(write_probes(workspace.probes))
    evaluation = create_evaluation(
        workspace, target_of_run(workspace, run, None), probes, HowToAsk(plans_only=plans_only)
    )
    answers = [answer(probe.id, ("LOW", 2)) for probe in probes.probes]
    evaluation.answers_path.write_bytes(b"".join(msgspec.json.encode(a) + b"\n" for a in answers))
    finished = msgspec.structs.replace(evaluation.record, state=EvaluationState.FINISHED)
    write_record(evaluation.folder, finished)
    return evaluation


def test_the_card_has_the_scores_of_what_was_exported(shelf: Workspace) -> None:
    evaluated(shelf, "lora")
    order = order_for(shelf, run="lora", way=Way.ADAPTER)
    scores = scores_of(order)
    assert scores["exact iterations"].startswith("20% (1 of 5; 95 % interval ")
    assert scores["LOW (1-2)"] == "right band 100% of 2, median 1.0 s"
    assert "whole answers" in scores["asked"]
    done = made(order)
    card = (Path(done.folder) / "README.md").read_text("utf-8")
    assert "| exact iterations | 20% (1 of 5;" in card


def test_whole_answers_are_preferred_to_plans_alone(shelf: Workspace) -> None:
    evaluated(shelf, "lora")
    evaluated(shelf, "lora", plans_only=True)
    assert "whole answers" in scores_of(order_for(shelf, run="lora", way=Way.ADAPTER))["asked"]


def test_scores_of_other_weights_or_of_half_an_evaluation_are_not_taken(shelf: Workspace) -> None:
    evaluation = evaluated(shelf, "lora")
    order = order_for(shelf, run="lora", way=Way.ADAPTER)
    assert not scores_of(order_for(shelf, run="dora", way=Way.ADAPTER))
    half = msgspec.structs.replace(evaluation.record, state=EvaluationState.STOPPED)
    write_record(evaluation.folder, half)
    assert not scores_of(order)
    write_record(evaluation.folder, msgspec.structs.replace(half, state=EvaluationState.FINISHED))
    assert scores_of(order)
    path = shelf.runs / "lora" / "final" / "adapters.safetensors"
    path.write_bytes((shelf.runs / "dora" / "final" / "adapters.safetensors").read_bytes())
    assert not scores_of(order)
