"""What an evaluation keeps, and what becomes of it when it is broken, renamed or asked twice."""

from pathlib import Path

import pytest

from jessy_tui.errors import JessyError
from jessy_tui.evaluation.answers import AnswerLog, AnswerReader, read_answers
from jessy_tui.evaluation.evaluation import Evaluation
from jessy_tui.evaluation.evaluations import HowToAsk, create_evaluation, evaluations_of
from jessy_tui.evaluation.leaks import leaked
from jessy_tui.evaluation.probe import in_mixed_order, read_probe_set
from jessy_tui.evaluation.record import EvaluationState, read_record
from jessy_tui.evaluation.rows import RowMessage, TrainingRow, read_training_rows
from jessy_tui.inference.target import Target
from jessy_tui.workspace import Workspace
from tests.evaluation.making import QUESTIONS, answer, make_evaluation, probe, write_probes


def row(*questions: str) -> TrainingRow:
    said = [RowMessage("user", question) for question in questions]
    return TrainingRow((*said, RowMessage("assistant", "<think>LOW 1</think>\nOlur.")))


def test_answers_come_back_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    written = [answer("a"), answer("b", None, text="ığüşöç\n\u2028 end", seed=3)]
    with AnswerLog(path) as log:
        for one in written:
            log.write(one)
    assert read_answers(path) == written


def test_a_half_written_line_is_passed_over_and_the_next_stands_alone(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    with AnswerLog(path) as log:
        log.write(answer("a"))
    path.write_bytes(path.read_bytes() + b'{"probe":"b","se')
    reader = AnswerReader(path)
    assert [one.probe for one in reader.poll()] == ["a"]
    with AnswerLog(path) as log:
        log.write(answer("c"))
    assert [one.probe for one in reader.poll()] == ["c"]
    assert reader.skipped == 1
    assert [one.probe for one in read_answers(path)] == ["a", "c"]


def test_the_first_answer_to_a_probe_and_seed_counts(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    with AnswerLog(path) as log:
        for one in (answer("a", ("LOW", 1)), answer("a", ("LOW", 2)), answer("a", seed=1)):
            log.write(one)
    assert [(one.seed, one.plan.iterations) for one in read_answers(path) if one.plan] == [
        (0, 1),
        (1, 1),
    ]


def test_what_was_asked_in_the_same_way_is_not_made_again(tmp_path: Path) -> None:
    first, probes = make_evaluation(tmp_path)
    assert first.id == "nano-answers-1"
    assert make_evaluation(tmp_path)[0] == first
    other, _ = make_evaluation(tmp_path, HowToAsk(plans_only=True))
    assert other.id == "nano-plans-1"
    workspace = Workspace(tmp_path)
    target = Target(base_name="nano", base=tmp_path / "models" / "bases" / "nano")
    again = create_evaluation(workspace, target, probes, HowToAsk(), again=True)
    assert again.id == "nano-answers-2"
    assert set(evaluations_of(workspace, None)) == {first, other, again}


def test_other_probes_make_another_evaluation(tmp_path: Path) -> None:
    first, _ = make_evaluation(tmp_path)
    workspace = Workspace(tmp_path)
    fewer = read_probe_set(write_probes(workspace.probes, QUESTIONS[:3]))
    target = Target(base_name="nano", base=tmp_path / "models" / "bases" / "nano")
    other = create_evaluation(workspace, target, fewer, HowToAsk())
    assert other != first
    assert len(first.probes()) == 5
    assert len(other.probes()) == 3


def test_a_broken_record_is_left_out_and_said(tmp_path: Path) -> None:
    evaluation, _ = make_evaluation(tmp_path)
    (evaluation.folder / "evaluation.json").write_text("{")
    problems: list[str] = []
    assert evaluations_of(Workspace(tmp_path), None, problems) == []
    assert len(problems) == 1
    assert "evaluation.json cannot be read" in problems[0]
    with pytest.raises(JessyError, match="is no evaluation"):
        read_record(tmp_path)


def test_one_that_waits_for_a_process_that_never_came_has_died(tmp_path: Path) -> None:
    evaluation, _ = make_evaluation(tmp_path)
    assert evaluation.state is EvaluationState.QUEUED
    path = evaluation.folder / "evaluation.json"
    path.write_text(path.read_text().replace('"created": ', '"created": 1.0, "was": '))
    assert Evaluation(evaluation.folder).state is EvaluationState.DIED
    assert "never started" in evaluation.explain()


def test_a_probe_file_with_errors_is_refused_with_file_line_and_place(tmp_path: Path) -> None:
    path = write_probes(
        tmp_path / "mine.json", [*QUESTIONS, ("x", "son soru", "LOW", 7, "a", "tr")]
    )
    with pytest.raises(JessyError) as refused:
        read_probe_set(path)
    assert "mine.json has errors" in str(refused.value)
    assert "probe 6: " in str(refused.value)
    assert "7-7 leave the band of LOW" in str(refused.value)
    path.write_text('{"probes": [}')
    with pytest.raises(JessyError, match=r"mine\.json"):
        read_probe_set(path)
    path.write_text('{"probes": []}')
    with pytest.raises(JessyError, match="has no probes"):
        read_probe_set(path)
    with pytest.raises(JessyError, match="is not there"):
        read_probe_set(tmp_path / "none.json")


def test_probes_that_were_trained_on_are_found_with_what_they_are() -> None:
    probes = [
        probe("same", query="İyi akşamlar herkese"),
        probe("near", query="docker imajını nasıl küçültürüm acaba"),
        probe("free", query="selam"),
        probe("late", query="peki bunu nasıl test ederim"),
    ]
    rows = [
        row("iyi aksamlar herkese!"),
        row("docker imajını nasıl küçültürüm"),
        row("selamlar"),
        row("başka bir soru", "peki bunu nasıl test ederim"),
    ]
    found = {one.probe: one.question for one in leaked(probes, rows)}
    assert found == {
        "same": "iyi aksamlar herkese!",
        "near": "docker imajını nasıl küçültürüm",
        "late": "peki bunu nasıl test ederim",
    }
    assert leaked(probes, []) == []


def test_a_row_that_is_none_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text('{"messages":[]}\n\n{"messages":1}\n')
    with pytest.raises(JessyError, match=r"train\.jsonl, line 3"):
        read_training_rows(path)


def test_the_bands_are_spread_over_the_order_of_asking() -> None:
    probes = tuple(probe(f"{n}", expected=n) for n in (1, 1, 2, 2, 3, 4, 9))
    order = [one.complexity for one in in_mixed_order(probes)]
    assert [str(band) for band in order] == [
        *("LOW", "MEDIUM", "LOW", "HIGH", "LOW", "MEDIUM", "LOW"),
    ]
    assert in_mixed_order(probes) == in_mixed_order(probes)
    assert set(in_mixed_order(probes)) == set(probes)
