"""What changed between two drafts, told by words."""

from hypothesis import given
from hypothesis import strategies as st

from jessy_tui.chats.changed_words import changed_words

TEXT = st.text("ab İı\n.", max_size=60)


def words_of(pieces: list[str]) -> list[str]:
    return "".join(pieces).split()


@given(TEXT, TEXT)
def test_the_pieces_make_both_texts(before: str, after: str) -> None:
    pieces = changed_words(before, after)
    new = "".join(text for fate, text in pieces if fate != "removed")
    assert new == after
    old = " ".join(text for fate, text in pieces if fate != "added")
    assert old.split() == before.split()


@given(TEXT)
def test_a_draft_that_stayed_is_one_piece(text: str) -> None:
    assert {fate for fate, _ in changed_words(text, text)} <= {"kept"}


def test_a_changed_word_is_removed_and_added_between_what_stayed() -> None:
    assert changed_words("Sor kanka, dinliyorum.", "Sor canım, dinliyorum.") == [
        ("kept", "Sor "),
        ("removed", "kanka, "),
        ("added", "canım, "),
        ("kept", "dinliyorum."),
    ]
