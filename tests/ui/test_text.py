"""Text made fit for a terminal."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from jessy_tui.ui.text import count_of, duration, one_line, pips, visible


@given(st.text(), st.integers(0, 40))
def test_one_line_always_fills_exactly_its_cells(text: str, width: int) -> None:
    line = one_line(text, width)
    assert cell_len(line) == width
    assert "\n" not in line


@given(st.text())
def test_visible_text_holds_nothing_a_terminal_would_obey(text: str) -> None:
    assert not any(
        (ord(character) < 0x20 and character not in "\n\t") or ord(character) in (0x7F, 0x202E)
        for character in visible(text)
    )


def test_an_escape_sequence_is_shown_and_not_obeyed() -> None:
    assert visible("\x1b[31mred\x07") == "␛[31mred␇"


def test_a_right_to_left_override_is_shown_as_a_dot() -> None:
    assert visible("abc\u202edef") == "abc·def"


def test_turkish_text_is_left_alone() -> None:
    assert visible("İstanbul'da ışık, şey") == "İstanbul'da ışık, şey"


def test_a_cut_line_ends_with_an_ellipsis() -> None:
    assert one_line("sana bisi sorucam", 8) == "sana bi…"


def test_pips_count_to_nine() -> None:
    assert pips(3) == "●●●○○○○○○"
    assert pips(None) == "○○○○○○○○○"


def test_counts_and_durations_read_as_people_say_them() -> None:
    assert count_of(1, "example") == "1 example"
    assert count_of(2000, "example") == "2,000 examples"
    assert duration(8.2) == "8 s"
    assert duration(125) == "2 min 05 s"
    assert duration(4800) == "1 h 20 min"
