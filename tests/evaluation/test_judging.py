"""The judge and the person: what is sent, what is read, and how far the two agree."""

from pathlib import Path

import pytest

from jessy_tui.errors import JessyError
from jessy_tui.evaluation.answers import AnswerLog
from jessy_tui.evaluation.judging.judge import (
    judge_answers,
    points_in,
    question_to,
    read_rubric,
    to_judge,
)
from jessy_tui.evaluation.judging.ratings import (
    Judgement,
    Rating,
    agreement,
    mean_points,
    rate,
    read_judgements,
    read_ratings,
)
from jessy_tui.workspace import Workspace
from tests.evaluation.making import QUESTIONS, Knowing, answer, make_evaluation, probe


@pytest.mark.parametrize(
    ("said", "points"),
    [
        ("Warm and short.\nRATING: 4", 4),
        ("**Rating:** 5", 5),
        ("rating = 0.", 0),
        ("RATING: 1 would be harsh.\nRATING: 3", 3),
        ("It is fine. 4/5", 4),
        ("It is fine. 2", 2),
        ("<think>RATING: 5?</think>Beside the question.\nRATING: 1", 1),
        ("<think>RATING: 5", None),
        ("I cannot rate this.", None),
        ("RATING: 9", None),
        ("RATING: 17", None),
        ("", None),
    ],
)
def test_the_rating_is_read_from_what_the_judge_said(said: str, points: int | None) -> None:
    assert points_in(said) == points


async def test_every_answer_is_judged_once_and_written_down_as_it_comes(tmp_path: Path) -> None:
    evaluation, _ = make_evaluation(tmp_path)
    with AnswerLog(evaluation.answers_path) as log:
        for row in QUESTIONS[:3]:
            log.write(answer(row[0], text=f"Cevap {row[0]}."))
        log.write(answer(QUESTIONS[3][0], text=""))  # nothing to judge
    rubric = read_rubric(Workspace(tmp_path))
    broken = Knowing(lambda *_: "So.\nRATING: 4", fails_at=1)
    with pytest.raises(JessyError):
        await judge_answers(evaluation, broken, judge="m at u", rubric=rubric)
    assert len(read_judgements(evaluation.folder)) == 1
    told: list[tuple[int, int]] = []
    done = await judge_answers(
        evaluation,
        Knowing(lambda *_: "Hm.\nRATING: 2"),
        judge="m at u",
        rubric=rubric,
        tell=lambda so_far, total: told.append((so_far, total)),
    )
    assert (done, told[-1]) == (2, (2, 2))
    assert [one.points for one in read_judgements(evaluation.folder).values()] == [4, 2, 2]
    assert to_judge(evaluation, "m at u", rubric) == []
    assert len(to_judge(evaluation, "another at u", rubric)) == 3
    assert len(to_judge(evaluation, "m at u", rubric + "Be strict.")) == 3


def test_the_judge_is_sent_the_rubric_the_question_and_the_answer_and_nothing_else() -> None:
    system, user = question_to("RUBRIC", probe(query="naber"), answer(text="İyidir."))
    assert (system.role, system.content) == ("system", "RUBRIC")
    assert "naber" in user.content
    assert "İyidir." in user.content
    assert "deserves LOW" in user.content
    assert "<think>" not in user.content


def test_the_rubric_is_the_named_one_the_workspaces_or_ours(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert "RATING: 3" in read_rubric(workspace)
    workspace.data.mkdir()
    (workspace.data / "rubric.md").write_text("Mine.")
    assert read_rubric(workspace) == "Mine."
    (tmp_path / "other.md").write_text(" ")
    with pytest.raises(JessyError, match=r"other\.md is empty"):
        read_rubric(workspace, tmp_path / "other.md")
    with pytest.raises(JessyError, match="cannot be read"):
        read_rubric(workspace, tmp_path / "none.md")


def test_the_latest_rating_counts_and_half_a_line_is_passed_over(tmp_path: Path) -> None:
    assert read_ratings(tmp_path) == {}
    rate(tmp_path, "a", 0, 3)
    with (tmp_path / "ratings.jsonl").open("ab") as stream:
        stream.write(b'{"probe":"b"')
    rate(tmp_path, "a", 0, 5)
    rate(tmp_path, "a", 1, 0)
    assert {key: one.points for key, one in read_ratings(tmp_path).items()} == {
        ("a", 0): 5,
        ("a", 1): 0,
    }
    with pytest.raises(JessyError, match="0 to 5, not 6"):
        rate(tmp_path, "a", 0, 6)


Both = tuple[dict[tuple[str, int], Rating], dict[tuple[str, int], Judgement]]


def both(mine: list[int], its: list[int | None]) -> Both:
    ratings = {
        (str(at), 0): Rating(probe=str(at), seed=0, points=points, time=0.0)
        for at, points in enumerate(mine)
    }
    judgements = {
        (str(at), 0): Judgement(
            probe=str(at), seed=0, points=points, said="", judge="j", rubric="r", time=0.0
        )
        for at, points in enumerate(its)
    }
    return ratings, judgements


def test_agreement_by_hand_and_what_it_means() -> None:
    same = list(range(6)) * 3
    found = agreement(*both(same, [*same]))
    assert (found.both, found.kappa, found.same, found.within_one) == (18, 1.0, 1.0, 1.0)
    assert found.rank_correlation == pytest.approx(1)
    assert "substantial" in found.verdict
    turned = agreement(*both(same, [5 - points for points in same]))
    assert turned.kappa == pytest.approx(-1)
    assert "do not go by it" in turned.verdict
    few = agreement(*both([1, 2, 3], [1, None, 4]))
    assert (few.both, few.same, few.within_one) == (2, 0.5, 1.0)
    assert "too few to say" in few.verdict
    assert agreement({}, {}).both == 0


def test_the_mean_leaves_out_what_could_not_be_read() -> None:
    _, judgements = both([], [4, None, 2])
    found = mean_points(judgements.values())
    assert found is not None
    assert found[0] == 3
    assert found[1].low <= 3 <= found[1].high
    assert mean_points([]) is None
