"""What a question is asked after, and what becomes of an answer in the dataset."""

from jessy_tui.chats.context import before, context_of, messages_of
from jessy_tui.chats.to_example import example_of, label_of, origin_of
from jessy_tui.chats.turn import Named
from tests.chats.making import BASE, RUN, turn

LOW = "<think>LOW 1</think>\nSor kanka."


def test_each_target_is_asked_after_its_own_answers_where_it_has_any() -> None:
    turns = [
        turn("bir", "base says", target=BASE, question_id="q1"),
        turn("bir", LOW, target=RUN, question_id="q1"),
        turn("iki", "only the base", target=BASE),
    ]
    assert [one.reply.answer for one in context_of(turns, RUN)] == ["Sor kanka.", "only the base"]
    assert [one.reply.answer for one in context_of(turns, BASE)] == ["base says", "only the base"]
    other = Named(base="other")
    assert context_of(turns, other)[0].reply.answer == "base says"


def test_answers_stand_in_the_history_with_their_plans() -> None:
    messages = messages_of([turn("sana bisi sorucam", LOW)])
    assert [(one.role, one.content) for one in messages] == [
        ("user", "sana bisi sorucam"),
        ("assistant", LOW),
    ]


def test_cancelled_and_empty_answers_are_no_part_of_the_talk() -> None:
    turns = [turn("bir", "Bir", ended="cancelled"), turn("iki", ""), turn("üç", "Üç.")]
    assert [one.question for one in context_of(turns, RUN)] == ["üç"]


def test_a_fresh_question_begins_a_new_context() -> None:
    fresh = turn("sana bisi sorucam", LOW, fresh=True)
    turns = [turn("önce", "Evet."), fresh, turn("sonra", "Tamam.")]
    assert [one.question for one in context_of(turns, RUN)] == ["sana bisi sorucam", "sonra"]
    assert before(turns, fresh) == []
    assert before(turns, turns[2]) == [fresh]


def test_a_fresh_question_that_was_cancelled_still_ends_the_context_before_it() -> None:
    turns = [turn("önce", "Evet."), turn("bir", "x", fresh=True, ended="cancelled")]
    assert context_of(turns, RUN) == []


def test_an_example_has_the_whole_context_and_labels_its_last_answer_alone() -> None:
    first, last = turn("sana bisi sorucam", LOW), turn("naber", LOW)
    example = example_of(
        before([first, last], last), last, last.reply.answer, label_of(last, "greeting")
    )
    assert [turn.text for turn in example.turns] == [
        "sana bisi sorucam",
        "Sor kanka.",
        "naber",
        "Sor kanka.",
    ]
    assert example.turns[1].metadata == {}
    assert example.metadata == {"complexity": "LOW", "iterations": 1, "category": "greeting"}


def test_a_plan_outside_its_band_makes_no_label() -> None:
    assert label_of(turn("x", "<think>LOW 7</think>\nUzun."), "fact") == {"category": "fact"}
    assert label_of(turn("x", "no plan"), None) == {}


def test_what_was_said_instead_stands_in_the_origin_of_a_changed_answer() -> None:
    one = turn("naber", LOW)
    assert "said" not in origin_of(one, "t.jsonl", "accepted")
    wrong = origin_of(one, "t.jsonl", "wrong")
    assert wrong["said"] == LOW
    assert wrong["target"] == "first@final"
    assert wrong["session"] == "t.jsonl"
    assert wrong["date"] == "2025-11-25"
