"""The report in all its forms, with answers that would break a page."""

from pathlib import Path

import msgspec
import orjson
import pytest

from jessy_tui.evaluation.answers import AnswerLog
from jessy_tui.evaluation.evaluation import Evaluation
from jessy_tui.evaluation.evaluations import HowToAsk
from jessy_tui.evaluation.judging.ratings import Judgement, append, rate
from jessy_tui.evaluation.record import EvaluationState, write_record
from jessy_tui.evaluation.report.data import Report, column_of, make_report
from jessy_tui.evaluation.report.html import html_of
from jessy_tui.evaluation.report.json_form import columns_in, object_of
from jessy_tui.evaluation.report.markdown import markdown_of
from jessy_tui.workspace import Workspace
from tests.evaluation.making import QUESTIONS, answer, make_evaluation

HOSTILE = "</script><script>alert(1)</script> | ` * _ \x1b[31m \u2028 ığüşöç"


@pytest.fixture
def evaluation(tmp_path: Path) -> Evaluation:
    """Three of five answers of a base, one hostile."""
    evaluation, _ = make_evaluation(tmp_path, HowToAsk())
    with AnswerLog(evaluation.answers_path) as log:
        log.write(answer("hi-1", ("LOW", 1), text=HOSTILE))
        log.write(answer("fact-1", ("HIGH", 9)))
        log.write(answer("tech-1", None, text="As an AI language model, I cannot."))
    state = msgspec.structs.replace(evaluation.record, state=EvaluationState.STOPPED)
    write_record(evaluation.folder, state)
    return evaluation


@pytest.fixture
def report(evaluation: Evaluation, tmp_path: Path) -> Report:
    return make_report(Workspace(tmp_path), [column_of(evaluation), column_of(evaluation)])


def test_a_page_shows_what_was_said_and_runs_none_of_it(report: Report) -> None:
    page = html_of(report)
    assert "<script>alert" not in page
    assert page.count("<script") == 1
    assert page.count("</script>") == 1
    assert "&lt;/script&gt;&lt;script&gt;alert(1)" in page
    assert "ığüşöç" in page
    assert "\x1b" not in page
    for words in ("LOW 1 ✓", "HIGH 9 ▲", "∅", "nano (2)", "PERSISTENT", "so far"):
        assert words in page, words


def test_markdown_keeps_its_tables(report: Report) -> None:
    text = markdown_of(report)
    for block in text.split("\n\n"):
        rows = [line for line in block.splitlines() if line.startswith("|")]
        assert len({line.replace("\\|", "").count("|") for line in rows}) <= 1
    assert "| well-formed plan | 67 % (0-100) | 67 % (0-100) |" in text


@pytest.mark.parametrize("form", ["json", "html"])
def test_the_columns_come_back_from_a_report(report: Report, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"report.{form}"
    if form == "html":
        path.write_text(html_of(report))
    else:
        path.write_bytes(orjson.dumps(object_of(report)))
    assert columns_in(path) == list(report.columns)


def test_what_is_not_finished_is_scored_so_far_and_said(report: Report) -> None:
    assert report.scores[0].answered == 3
    assert any("nano has answered 3 of 5 probes so far" in note for note in report.notes)
    assert any("a difference of two points is noise" in note for note in report.notes)


def test_a_judge_and_a_person_are_told_with_how_far_they_agree(
    evaluation: Evaluation, tmp_path: Path
) -> None:
    rate(evaluation.folder, "hi-1", 0, 4)
    judged = Judgement(
        probe="hi-1", seed=0, points=2, said="", judge="big at url", rubric="r", time=0.0
    )
    append(evaluation.folder / "judgements.jsonl", judged)
    report = make_report(Workspace(tmp_path), [column_of(evaluation)])
    text = " ".join(report.verdicts)
    assert "You give the answers of nano 4.0 of 5 points" in text
    assert "The judge big at url gives the answers of nano 2.0 of 5" in text
    assert "too few to say whether the judge can be trusted" in text
    assert "judge 2/5 · you 4/5" in html_of(report)


def test_without_answers_there_is_a_report_all_the_same(tmp_path: Path) -> None:
    evaluation, _ = make_evaluation(tmp_path)
    report = make_report(Workspace(tmp_path), [column_of(evaluation)])
    assert report.verdicts == ("nano has answered nothing yet.",)
    assert html_of(report)
    assert QUESTIONS[0][1] in markdown_of(report)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (HowToAsk(), ""),
        (HowToAsk(plans_only=True), " --plans-only"),
        (HowToAsk(policy="fixed 2", max_tokens=64), " --policy 'fixed 2' --max-tokens 64"),
        (HowToAsk(seeds=3, temperature=0.7), " --seeds 3 --temperature 0.7"),
    ],
)
def test_a_report_says_how_to_ask_the_same_again(tmp_path: Path, how: HowToAsk, words: str) -> None:
    column = column_of(make_evaluation(tmp_path, how)[0])
    assert column.repeat == f"jessy eval --base nano{words}"
    report = make_report(Workspace(tmp_path), [column])
    assert column.repeat in markdown_of(report)
    assert "To ask again: jessy eval --base nano" in html_of(report)
