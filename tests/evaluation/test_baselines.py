"""What a model must beat, made from a training file by hand."""

from jessy_tui.evaluation.baselines import Baseline, baselines_of, usual_iterations
from jessy_tui.evaluation.rows import RowMessage, TrainingRow
from jessy_tui.iteration import Complexity, Plan
from tests.evaluation.making import probe

LOW, MEDIUM, HIGH = Complexity


def row(question: str, plan: str) -> TrainingRow:
    said = f"<think>{plan}</think>\nTamam."
    return TrainingRow((RowMessage("user", question), RowMessage("assistant", said)))


ROWS = [
    *[row("selam", "LOW 1")] * 6,  # a weight: it counts once
    row("naber kanka", "LOW 1"),
    row("merhaba kanka", "LOW 2"),
    row("nasıl derlenir kod", "MEDIUM 4"),
    row("nasıl test edilir kod", "MEDIUM 4"),
    row("kod nasıl çalışır", "MEDIUM 4"),
    row("nasıl yazılır bu kod", "MEDIUM 3"),
    row("hayatın anlamı", "HIGH 9"),
]
PROBES = [
    probe("a", query="SELAM KANKA"),
    probe("b", expected=4, query="kod nasıl okunur"),
    probe("c", expected=8, query="anlamı ne hayatın"),
]


def plans_of(baseline: Baseline) -> list[Plan]:
    return [answer.plan.plan for answer in baseline.answers if answer.plan]


def test_the_baselines_are_those_of_the_training_file() -> None:
    majority, bayes, constant = baselines_of(ROWS, PROBES)
    assert plans_of(majority) == [Plan(MEDIUM, 4)] * 3
    assert "MEDIUM 4" in majority.meaning
    assert plans_of(bayes) == [Plan(LOW, 1), Plan(MEDIUM, 4), Plan(HIGH, 9)]
    assert plans_of(constant) == plans_of(bayes)
    assert constant.told_band
    assert not bayes.told_band


def test_without_labelled_rows_there_are_none() -> None:
    assert baselines_of([], PROBES) == []
    assert baselines_of([TrainingRow(())], PROBES) == []


def test_the_usual_number_is_the_commonest_the_lowest_or_the_middle() -> None:
    plans = [Plan(LOW, 2), Plan(LOW, 1), Plan(HIGH, 9), Plan(HIGH, 9), Plan(HIGH, 6)]
    assert usual_iterations(LOW, plans) == 1
    assert usual_iterations(HIGH, plans) == 9
    assert usual_iterations(MEDIUM, plans) == 4
