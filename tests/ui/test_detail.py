"""One example in full: its label large, its tokens, and what the filter looks for picked out."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from rich.console import Console
from rich.markdown import Markdown
from rich.segment import Segment
from rich.style import Style
from textual.pilot import Pilot

from jessy_tui.dataset.query import highlights, parse
from jessy_tui.dataset.rows import Row
from jessy_tui.ui.examples import tokens as tokens_module
from jessy_tui.ui.examples.picked import Picked
from jessy_tui.ui.examples.tokens import _Base
from jessy_tui.workspace import Workspace
from tests.conftest import EXAMPLES, MakeWorkspace, example
from tests.ui.driving import NARROW, notices, opened, press, shown, type_text, until

LONGEST = 12


@pytest.fixture
def words_are_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts words: the real count has tests of its own, and a process of its own."""

    @contextmanager
    def counter(workspace: Workspace) -> Iterator[_Base]:
        yield _Base("nano", LONGEST, count)

    def count(rows: Sequence[Row]) -> list[int]:
        return [sum(len(one["content"].split()) for one in row["messages"]) for row in rows]

    monkeypatch.setattr(tokens_module, "_counter", counter)


def beside(pilot: Pilot[None]) -> str:
    """The right half of a wide screen."""
    return "\n".join(line[66:] for line in shown(pilot).splitlines())


async def test_the_label_is_large_and_read_without_colour(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "G")
        await until(pilot, lambda: "HIGH 6-9  9 iterations" in beside(pilot))
        assert "●●●●●●●●●  under 60 s" in beside(pilot)
        assert "existence" in beside(pilot)


async def test_in_a_small_terminal_the_label_takes_one_line(workspace: Workspace) -> None:
    async with opened(workspace, NARROW) as pilot:
        await press(pilot, "j", "j")
        await until(pilot, lambda: "LOW 2  ●●○○○○○○○  fact" in shown(pilot))
        assert "Ankara." in shown(pilot)


async def test_a_label_that_cannot_be_says_why_and_what_to_press(
    make_workspace: MakeWorkspace,
) -> None:
    rows = [
        example("q", "a", "LOW", 9, "fact"),
        {"conversations": [{"from": "human", "value": "q"}, {"from": "jessy", "value": "a"}]},
        {"conversations": [{"from": "human", "value": "q"}]},
    ]
    async with opened(make_workspace(odd_json=rows)) as pilot:
        await until(pilot, lambda: "LOW goes with 1-2: i sets it right" in beside(pilot))
        await press(pilot, "j")
        await until(pilot, lambda: "no label: i sets it" in beside(pilot))
        await press(pilot, "j")
        await until(pilot, lambda: "no answer that could have a label" in beside(pilot))


async def test_a_match_is_picked_out_in_an_answer_that_stays_drawn_as_markdown(
    workspace: Workspace,
) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "slash")
        await type_text(pilot, "sozlesme print")
        await until(pilot, lambda: "1 of 8" in shown(pilot))
        await until(pilot, lambda: "Bir sözleşme." in beside(pilot))
        assert "```" not in beside(pilot)
        strips = pilot.app.screen._compositor.render_strips()
        underlined = {
            segment.text.strip()
            for strip in strips
            for segment in strip
            if segment.style and segment.style.underline
        }
        assert {"sözleşme", "print"} <= underlined


def test_a_phrase_is_picked_out_over_the_end_of_a_line() -> None:
    query = parse('"kısa bir soru"')
    text = "- burada kısa bir\n  soru **var**"
    picked = Picked(Markdown(text), lambda drawn: highlights(query, drawn), Style(underline=True))
    console = Console(width=18, color_system="truecolor", force_terminal=True)
    lines = console.render_lines(picked, pad=False)
    found = [s.text.strip() for line in lines for s in line if s.style and s.style.underline]
    assert " ".join(found).split() == ["kısa", "bir", "soru"]
    plain = console.render_lines(Markdown(text), pad=False)
    assert text_in(lines) == text_in(plain)


def text_in(lines: list[list[Segment]]) -> str:
    return "\n".join("".join(segment.text for segment in line) for line in lines)


@pytest.mark.usefixtures("words_are_tokens")
async def test_tokens_are_said_row_by_row_with_a_sign_where_the_answer_would_be_cut(
    make_workspace: MakeWorkspace,
) -> None:
    long = example("bir iki", " ".join(["söz"] * 20), "LOW", 1, "chat")
    talk = {
        "conversations": [
            *example("bir", "iki", "LOW", 1, "chat")["conversations"],  # type: ignore[misc]
            *example("üç", "dört beş", "LOW", 2, "chat")["conversations"],  # type: ignore[misc]
        ]
    }
    async with opened(make_workspace(talk_json=[talk, long])) as pilot:
        await until(pilot, lambda: "4 + 9 = 13 nano tokens" in shown(pilot))
        assert "cut at" not in shown(pilot)
        await press(pilot, "j")
        await until(pilot, lambda: "! 24 nano tokens, cut at 12" in shown(pilot))


@pytest.mark.usefixtures("words_are_tokens")
async def test_tokens_have_a_column_and_can_be_sorted_by(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "s", *["j"] * 8, "right_square_bracket")
        await until(pilot, lambda: "by tokens ↓" in shown(pilot))
        view = pilot.app.screen.query_one("ExampleList").view  # type: ignore[attr-defined]
        sizes = [
            len((entry.example.question + " " + entry.example.answer).split())
            for entry in (view[row] for row in range(len(view)))
        ]
        assert sizes == sorted(sizes, reverse=True)
        await press(pilot, "C", *["j"] * 15, "space", "enter")
        await until(pilot, lambda: "tokens↓" in shown(pilot))
        first = EXAMPLES[6]
        assert f"{len((first[0] + first[1]).split()) + 3} " in shown(pilot)


async def test_without_a_base_nothing_is_said_of_tokens_until_one_sorts_by_them(
    workspace: Workspace,
) -> None:
    async with opened(workspace) as pilot:
        await pilot.pause(0.6)
        assert "token" not in shown(pilot)
        await press(pilot, "s", *["j"] * 8, "enter")
        await until(pilot, lambda: any("No base is on this disk" in one for one in notices(pilot)))
        assert "by tokens" not in shown(pilot)
