"""The words of iteration: bands, plans as text, and who decides on the passes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jessy_tui.iteration import (
    MAX_ITERATIONS,
    Complexity,
    Plan,
    PlanReader,
    Policy,
    describe_band,
    phase_of,
    read_plan,
)

complexities = st.sampled_from(list(Complexity))
plans = st.builds(Plan, complexities, st.integers(1, 9))
# Text in which plans, and things that look like plans, turn up often.
snippets = st.sampled_from(
    [
        "<think>",
        "</think>",
        "<",
        "think",
        ">",
        "LOW",
        "HIGH",
        "hİgh",
        " 1",
        "12",
        "\n",
        " ",
        "şey",
        "</",
    ]
)
streams = st.one_of(
    st.text(),
    st.lists(snippets | st.text(max_size=3), max_size=12).map("".join),
    st.builds(lambda plan, rest: plan.header + rest, plans, st.text()),
)


def test_each_number_of_iterations_belongs_to_one_band() -> None:
    bands = [Complexity.of(iterations) for iterations in range(1, 10)]
    assert bands == [Complexity.LOW] * 2 + [Complexity.MEDIUM] * 3 + [Complexity.HIGH] * 4
    assert [describe_band(complexity) for complexity in Complexity] == ["1-2", "3-5", "6-9"]
    for outside in (0, 10, -1):
        with pytest.raises(ValueError, match=f"not {outside}"):
            Complexity.of(outside)


def test_a_harder_band_may_take_longer() -> None:
    assert [complexity.budget_seconds for complexity in Complexity] == [5, 15, 60]


@given(plans, st.text())
def test_a_header_is_read_back_as_its_plan(plan: Plan, answer: str) -> None:
    reader = read_plan(plan.header + answer)
    assert reader.plan == plan
    assert reader.answer == answer.lstrip("\n")
    assert (reader.problem is None) == plan.in_band


@given(streams, st.data())
def test_any_split_of_a_text_gives_the_same_plan_and_answer(text: str, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=10).map(sorted))
    reader = PlanReader()
    so_far = ""
    for begin, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        reader.feed(text[begin:end])
        assert reader.answer.startswith(so_far), "what has been shown was taken back"
        so_far = reader.answer
        assert not reader.answer or reader.decided
    reader.finish()
    assert reader.answer.startswith(so_far)
    whole = read_plan(text)
    assert (reader.plan, reader.answer, reader.problem) == (
        whole.plan,
        whole.answer,
        whole.problem,
    )
    assert reader.decided
    assert reader.text == text


@given(streams)
def test_an_answer_is_the_end_of_the_text(text: str) -> None:
    reader = read_plan(text)
    assert text.endswith(reader.answer)
    if reader.plan is None:
        assert reader.problem


@pytest.mark.parametrize(
    ("text", "plan", "answer"),
    [
        ("<think>LOW 1</think>\nSor kanka.", "LOW 1", "Sor kanka."),
        ("<think>LOW 1</think>Sor kanka.", "LOW 1", "Sor kanka."),
        ("\n <think> high   9 </think>\n\nNeden?", "HIGH 9", "Neden?"),
        ("<think>\nmedium 4\n</think>\ncevap", "MEDIUM 4", "cevap"),
        ("<think>LOW 1</think>", "LOW 1", ""),
        ("Sor kanka.", None, "Sor kanka."),
        ("<b>kalın</b>", None, "<b>kalın</b>"),
        ("<think>hmm, a greeting</think>\nSelam", None, "Selam"),
        ("<think>LOW 10</think>\nx", None, "x"),
        ("<think>LOW 0</think>\nx", None, "x"),
        ("<think>LOW</think>\nx", None, "x"),
        ("<think>EASY 1</think>\nx", None, "x"),
        ("<think>LOW 1", None, "LOW 1"),
        ("<thi", None, "<thi"),
        ("", None, ""),
        ("  \n", None, ""),
    ],
)
def test_plans_are_read_with_tolerance_and_never_invented(
    text: str, plan: str | None, answer: str
) -> None:
    reader = read_plan(text)
    assert (str(reader.plan) if reader.plan else None, reader.answer) == (plan, answer)
    assert bool(reader.problem) == (plan is None)


@pytest.mark.parametrize("word", ["hıgh", "hİgh", "HİGH", "medıum"])
def test_a_plan_in_turkish_letters_is_no_plan(word: str) -> None:
    reader = read_plan(f"<think>{word} 7</think>\nx")
    assert (reader.plan, reader.answer) == (None, "x")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("selam", "declared no plan"),
        ("<think>uzun " * 20, "never closed"),
        ("<think>bir şeyler düşünüyorum işte</think>\nx", "'bir şeyler düşünüyorum işte'"),
        ("<think>LOW 7</think>\nx", "the plan LOW 7 is outside the band of LOW, 1-2"),
    ],
)
def test_what_is_wrong_with_a_plan_is_said(text: str, words: str) -> None:
    assert words in (read_plan(text).problem or "")


def test_nothing_is_shown_while_a_plan_may_still_come() -> None:
    reader = PlanReader()
    for piece in ("\n", "<", "thi", "nk>LO", "W ", "1</thi", "nk>"):
        assert reader.answer == ""
        reader.feed(piece)
    assert reader.decided
    reader.feed("\n")
    assert reader.answer == ""
    reader.feed("Sor")
    assert reader.answer == "Sor"


def test_phases_are_three_passes_each() -> None:
    assert [phase_of(number) for number in range(1, 10)] == (
        ["explore"] * 3 + ["refine"] * 3 + ["crystallize"] * 3
    )


def test_policies_decide_on_the_passes() -> None:
    plan = Plan(Complexity.MEDIUM, 4)
    assert Policy().passes_for(plan) == 4
    assert Policy().passes_for(None) == MAX_ITERATIONS
    for given_plan in (plan, None):
        assert Policy.parse("single").passes_for(given_plan) == 1
        assert Policy.parse("fixed 3").passes_for(given_plan) == 3


@given(st.sampled_from(["auto", "single", *(f"fixed {number}" for number in range(1, 10))]))
def test_a_policy_is_read_back_from_its_text(text: str) -> None:
    assert str(Policy.parse(text)) == text
    assert Policy.parse(text.replace(" ", ":")) == Policy.parse(text)


@pytest.mark.parametrize("text", ["", "fixed", "fixed 0", "fixed 10", "fixed ²", "fixed x", "both"])
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a policy is auto, single or fixed N"):
        Policy.parse(text)
