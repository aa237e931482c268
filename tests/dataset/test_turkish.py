"""Folding: what is typed finds what is written."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jessy_tui.dataset.turkish import fold, question_key


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("sey", "şey"),
        ("isik", "ışık"),
        ("ISIK", "ışık"),
        ("IŞIK", "ışık"),
        ("istanbul", "İSTANBUL"),
        ("İstanbul", "istanbul"),
        ("diyarbakir", "DİYARBAKIR"),
        ("cozum", "Çözüm"),
        ("agac", "AĞAÇ"),
        ("ruzgar", "rüzgâr"),
        ("strasse", "STRAẞE"),
        ("cafe", "café"),
    ],
)
def test_what_is_typed_finds_what_is_written(typed: str, written: str) -> None:
    assert fold(typed) == fold(written)
    assert fold(typed) == fold(unicodedata.normalize("NFD", written))


def test_marks_that_make_other_letters_in_other_scripts_stay() -> None:
    assert fold("が") != fold("か")
    assert fold("हिन्दी") != fold("हनद")


@given(st.text())
def test_a_fold_is_its_own_fold_and_has_no_capitals_of_its_own(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert folded == unicodedata.normalize("NFC", folded)


def test_a_question_is_the_same_whatever_its_punctuation() -> None:
    assert question_key("Bi şey  sorcam!!") == question_key("bi sey sorcam")
    assert question_key("Rust'ta  ownership?") == question_key("rust ta OWNERSHIP")
    assert len({question_key(text) for text in ("C nedir", "C++ nedir?", "c# nedir")}) == 3
    assert question_key("?") != question_key("!")
    assert question_key("   ") == ""
