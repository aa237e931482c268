"""The form of an example, by its keys."""

from typing import Any

import pytest
from textual.geometry import Region

from jessy_tui.dataset.example import Example, Unreadable
from jessy_tui.iteration import Complexity
from jessy_tui.ui.examples.category_picker import CategoryPicker
from jessy_tui.ui.examples.example_editor import ExampleEditor
from jessy_tui.ui.widgets.exact_text_area import ExactTextArea
from tests.conftest import example
from tests.ui.driving import NARROW, notices, press, shown, type_text
from tests.ui.hosting import OPEN, answer, hosted

CATEGORIES = {"greeting": 3, "rust": 12, "şaka": 1}
SIMPLE = Example(example("sana bisi sorucam", "Sor kanka.", "LOW", 1, "greeting", language="tr"))


def conversation(*texts: str, **metadata: Any) -> Example:
    messages: list[dict[str, Any]] = [
        {"from": "jessy" if at % 2 else "human", "value": text} for at, text in enumerate(texts)
    ]
    for message in messages[1:-1:2]:
        message["metadata"] = {"complexity": "MEDIUM", "iterations": 3, "category": "rust"}
    label = {"complexity": "LOW", "iterations": 1, "category": "greeting"}
    messages[-1]["metadata"] = label | metadata
    return Example({"conversations": messages, "id": 7})


LONG = conversation("naber", "İyidir, sen?", "iyi ben de", "Süper.", weight=2)


def texts(edited: Any) -> list[tuple[str | None, str | None]]:
    assert isinstance(edited, Example), edited
    return [(turn.role, turn.text) for turn in edited.turns]


async def test_a_question_with_its_answer_looks_simple() -> None:
    async with hosted(ExampleEditor(SIMPLE, CATEGORIES), NARROW) as pilot:
        text = shown(pilot)
        assert "question" in text
        assert "language tr" in text
        assert "human" not in text
        await press(pilot, "ctrl+s")
        assert answer(pilot) is None


async def test_every_message_of_a_conversation_can_be_edited() -> None:
    async with hosted(ExampleEditor(LONG, CATEGORIES)) as pilot:
        text = shown(pilot)
        assert "1  human" in text
        assert "2  jessy  MEDIUM 3 rust" in text
        assert "4  jessy  its label is below" in text
        await press(pilot, "shift+tab", "end")
        await type_text(pilot, " ıİğ")
        await press(pilot, "ctrl+s")
        assert answer(pilot) == LONG.with_text(2, "iyi ben de ıİğ")


async def test_messages_are_added_moved_taken_out_and_brought_back() -> None:
    async with hosted(ExampleEditor(LONG, CATEGORIES), NARROW) as pilot:
        await press(pilot, "alt+a")
        await type_text(pilot, "peki")
        await press(pilot, "alt+a")
        await type_text(pilot, "Peki.")
        await press(pilot, "alt+up", "alt+up", "alt+down", "alt+down")
        await press(pilot, *["shift+tab"] * 5, "alt+x")
        assert "Message 1 is taken out; alt+z brings it back." in shown(pilot)
        await press(pilot, "alt+z")
        await press(pilot, "alt+x", "ctrl+s")
        edited = answer(pilot)
    assert texts(edited) == [
        ("jessy", "İyidir, sen?"),
        ("human", "iyi ben de"),
        ("jessy", "Süper."),
        ("human", "peki"),
        ("jessy", "Peki."),
    ]
    assert edited.raw["id"] == 7
    assert edited.raw["conversations"][2] == LONG.raw["conversations"][3]
    assert edited.metadata == LONG.metadata


async def test_the_label_of_the_new_last_answer_is_shown_and_kept() -> None:
    async with hosted(ExampleEditor(LONG, CATEGORIES)) as pilot:
        await press(pilot, "alt+x", "alt+x")
        assert "MEDIUM" in shown(pilot)
        assert "rust" in shown(pilot)
        await press(pilot, "ctrl+s")
        edited = answer(pilot)
    assert edited.raw["conversations"] == LONG.raw["conversations"][:2]


async def test_the_role_of_a_message_changes_and_an_unknown_one_is_mended() -> None:
    odd = Example(
        {"conversations": [{"from": "gpt", "value": "selam"}, *SIMPLE.raw["conversations"][1:]]}
    )
    async with hosted(ExampleEditor(odd)) as pilot:
        await press(pilot, "shift+tab")
        assert "1  gpt" in shown(pilot)
        await press(pilot, "alt+r")
        assert "question" in shown(pilot)
        await press(pilot, "ctrl+s")
        assert texts(answer(pilot))[0] == ("human", "selam")


async def test_a_conversation_without_an_answer_is_refused() -> None:
    async with hosted(ExampleEditor(SIMPLE)) as pilot:
        await press(pilot, "alt+r", "ctrl+s")
        assert "There is no answer; alt+a adds a message" in shown(pilot)
        await press(pilot, "alt+a", "ctrl+s")
        assert "Message 3 is empty; write it, or alt+x takes it out." in shown(pilot)


async def test_iterations_carry_their_complexity() -> None:
    async with hosted(ExampleEditor(SIMPLE)) as pilot:
        await press(pilot, "tab", "backspace", "7")
        assert "HIGH 6-9" in shown(pilot)
        await press(pilot, "ctrl+s")
        assert answer(pilot) == SIMPLE.with_metadata(complexity="HIGH", iterations=7)


async def test_a_complexity_that_contradicts_is_refused_and_mended_by_one_key() -> None:
    async with hosted(ExampleEditor(SIMPLE), NARROW) as pilot:
        await press(pilot, "tab", "tab", "tab", "end", *["backspace"] * 3, "h")
        assert "HIGH goes with 6-9 iterations, not with 1; alt+b takes LOW." in shown(pilot)
        await press(pilot, "ctrl+s")
        assert answer(pilot) is OPEN
        await press(pilot, "alt+b")
        assert "goes with" not in shown(pilot)
        await press(pilot, "ctrl+s")
        assert answer(pilot) is None


async def test_a_contradiction_in_the_data_is_said_at_once() -> None:
    wrong = Example(example("soru", "cevap", "LOW", 7, "greeting"))
    async with hosted(ExampleEditor(wrong)) as pilot:
        assert "LOW goes with 1-2 iterations, not with 7; alt+b takes HIGH." in shown(pilot)
        await press(pilot, "alt+b", "ctrl+s")
        assert answer(pilot) == wrong.with_metadata(complexity="HIGH")


async def test_a_category_is_completed_and_picked() -> None:
    async with hosted(ExampleEditor(SIMPLE, CATEGORIES)) as pilot:
        await press(pilot, "tab", "tab", "home", "ctrl+k")
        await type_text(pilot, "sa")
        await press(pilot, "right")
        assert "şaka" in shown(pilot)
        await press(pilot, "alt+c")
        assert "12 examples" in shown(pilot)
        await type_text(pilot, "rst")
        await press(pilot, "enter", "ctrl+s")
        assert answer(pilot) == SIMPLE.with_metadata(category="rust")


async def test_keys_of_the_metadata_are_added_changed_and_taken_out() -> None:
    async with hosted(ExampleEditor(SIMPLE), NARROW) as pilot:
        await press(pilot, "alt+m")
        await type_text(pilot, "weight")
        await press(pilot, "tab", "3", "alt+m")
        await type_text(pilot, "origin")
        await press(pilot, "tab", "[", "ctrl+s")
        assert 'The value of "origin": it ends in the middle of a value' in shown(pilot)
        await press(pilot, "1", "]", "ctrl+s")
        edited = answer(pilot)
    assert edited.metadata == {**SIMPLE.metadata, "weight": 3, "origin": [1]}
    async with hosted(ExampleEditor(edited)) as pilot:
        await press(pilot, "alt+m", *["shift+tab"] * 4, "alt+x", "ctrl+s")
        assert answer(pilot) == edited.with_metadata(weight=None)
    async with hosted(ExampleEditor(edited)) as pilot:
        await press(pilot, "alt+m", "a", "ctrl+s")
        assert '"a" has no value' in shown(pilot)


async def test_escape_throws_nothing_away_unasked() -> None:
    async with hosted(ExampleEditor(LONG)) as pilot:
        await press(pilot, "alt+r", "escape")
        assert "Esc again throws away" in shown(pilot)
        await press(pilot, "alt+r", "escape")
        assert answer(pilot) is None


async def test_undo_inside_a_text_and_odd_characters_change_nothing() -> None:
    odd = Example(example("a\r\nb\u2028c", "d\x1b[31m\rş\n", "LOW", 1, "greeting"))
    async with hosted(ExampleEditor(odd)) as pilot:
        assert "d␛[31m␍ş" in shown(pilot)
        await press(pilot, "x", "enter", "f7", "delete", "ctrl+z", "ctrl+z", "ctrl+z", "ctrl+s")
        assert answer(pilot) is None
    async with hosted(ExampleEditor(odd)) as pilot:
        await press(pilot, "x", "ctrl+s")
        assert answer(pilot) == odd.with_answer("xd\x1b[31m\rş\n")


async def test_a_long_text_on_one_line_can_be_typed_into() -> None:
    long = "ışık " * 20_000
    async with hosted(ExampleEditor(Example(example("soru", long, "LOW", 1, "a")))) as pilot:
        await press(pilot, "f7", "right", "x", "pageup", "home", "y", "shift+right", "ctrl+s")
        text = answer(pilot).answer
        assert text.endswith("ışık x")
        assert "y" in text
        assert len(text) == len(long) + 2


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (Example(3), "This entry holds no conversation; E opens it"),
        (Example({"conversations": [{"from": "human"}]}), "Message 1 is no text from somebody"),
        (Example({"conversations": ["x"]}), "Message 1 is no text from somebody"),
        (conversation(*"ab" * 5000), "A conversation of 10,000 messages is too long here"),
        (conversation("a", "b" * 1_000_001), "Message 2 is too long here"),
        (Unreadable("{", "x.jsonl, line 2: broken."), "x.jsonl, line 2: broken."),
    ],
)
async def test_what_has_no_place_in_the_form_is_said(odd: Example, reason: str) -> None:
    async with hosted(ExampleEditor(odd)) as pilot:
        assert answer(pilot) is None
        assert any(reason in notice for notice in notices(pilot))


async def test_a_new_example_begins_with_its_question() -> None:
    async with hosted(ExampleEditor(categories=CATEGORIES)) as pilot:
        await type_text(pilot, "selam")
        await press(pilot, "tab")
        await type_text(pilot, "Selam!")
        await press(pilot, "tab", "1", "tab")
        await type_text(pilot, "greeting")
        await press(pilot, "ctrl+s")
        assert answer(pilot) == Example.of(
            "selam", "Selam!", complexity=Complexity.LOW, iterations=1, category="greeting"
        )


async def test_the_keys_of_the_form_are_shown() -> None:
    async with hosted(ExampleEditor(LONG)) as pilot:
        await press(pilot, "f12")
        assert "Take out this message or key" in shown(pilot)


async def test_the_picker_finds_by_letters_whatever_their_dots() -> None:
    async with hosted(CategoryPicker(CATEGORIES, "greeting")) as pilot:
        assert "▸ greeting" in shown(pilot)
        await press(pilot, "down", "enter")
        assert answer(pilot) == "şaka"
    async with hosted(CategoryPicker(CATEGORIES)) as pilot:
        await type_text(pilot, "SAK")
        await press(pilot, "enter")
        assert answer(pilot) == "şaka"


async def test_the_picker_takes_a_new_name_in_lowercase_only() -> None:
    async with hosted(CategoryPicker(CATEGORIES)) as pilot:
        await type_text(pilot, "Yeni Şey")
        await press(pilot, "enter")
        assert '"Yeni Şey" is no category name' in shown(pilot)
        await press(pilot, *["backspace"] * 8)
        await type_text(pilot, "şiir")
        assert "new: şiir" in shown(pilot)
        await press(pilot, "enter")
        assert answer(pilot) == "şiir"
    async with hosted(CategoryPicker({})) as pilot:
        await press(pilot, "enter")
        assert "There is no category yet; write its name." in shown(pilot)
        await press(pilot, "escape")
        assert answer(pilot) is None


async def test_a_field_painted_before_it_is_styled_is_blank_and_not_a_crash() -> None:
    async with hosted(ExampleEditor(SIMPLE, CATEGORIES)) as pilot:
        field = pilot.app.screen.query_one("#answer", ExactTextArea)
        styles = dict(field._component_styles)
        field._component_styles.clear()
        assert all(not strip.text.strip() for strip in field.render_lines(Region(0, 0, 20, 2)))
        field._component_styles.update(styles)
