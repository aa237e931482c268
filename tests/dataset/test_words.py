"""The words and openings that are used most."""

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.words import Use, uses_of
from tests.conftest import example


def talks(*answers: str) -> list[Example]:
    return [Example(example("soru", answer, "LOW", 1, "chat")) for answer in answers]


def test_a_word_counts_once_an_example_whatever_its_case_dots_and_accents() -> None:
    uses = uses_of(talks("Işık ışık IŞIK", "isik", "Bir ışık.", "karanlık"))
    assert uses.words[0] == Use("soru", 4, "word:soru")
    # As it is written most often; the first by name of those that are as frequent.
    assert uses.words[1].count == 3
    assert uses.words[1].query == f"word:{uses.words[1].words}"
    assert uses.words[1].words in ("Işık", "isik", "ışık")
    assert len(uses.words) == 2


def test_what_stands_in_any_text_and_what_is_rare_is_left_out() -> None:
    answers = ["ve bu için the and 2024 ab kanka"] * 3 + ["nadir", "nadir"]
    assert [use.words for use in uses_of(talks(*answers)).words] == ["soru", "kanka"]


def test_an_opening_is_the_first_two_words_of_the_answer() -> None:
    uses = uses_of(talks("Evet, bence öyle.", "evet bence", "EVET -- BENCE de", "Evet", "evet ben"))
    assert [(use.count, use.query) for use in uses.openings] == [(3, 'opening:"EVET -- BENCE"')]


def test_counting_ends_when_nobody_wants_to_know_any_more() -> None:
    assert uses_of(talks(*["kanka"] * 9), cancelled=lambda: True).examined == 0
