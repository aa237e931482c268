"""The readable form of an example: there and back, by hand and by machine."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jessy_tui.dataset.example import Example, Unreadable
from jessy_tui.dataset.jsontext import read_value
from jessy_tui.dataset.layout import same_json
from jessy_tui.dataset.plainblocks import take_apart
from jessy_tui.dataset.plaintext import NEW_TEXT, from_text, to_text
from jessy_tui.dataset.plainvalue import value_of, value_text
from jessy_tui.errors import JessyError
from jessy_tui.iteration import Complexity
from tests.conftest import example
from tests.dataset.strategies import NUMBERS, TEXTS, VALUES, written

ASKING = Example(example("sana bisi sorucam", "Sor kanka, dinliyorum.", "LOW", 1, "greeting"))
LINES = st.sampled_from(
    r"""## human|\## human|\\##jessy LOW 1 x|## Human rights||-->|<!--|a: b|\|\\|  |şey
## message json|## role "x"|## Başlık""".replace("\n", "|").split("|")
) | st.sampled_from("\r\ufeff\u2028")
BODIES = TEXTS | st.lists(LINES, max_size=5).map("\n".join)
ROLES = st.sampled_from(["human", "jessy", "gpt", "a b", "human "]) | TEXTS
LABELS = st.fixed_dictionaries(
    {},
    optional={
        "complexity": st.sampled_from(["LOW", "HIGH", "low"]) | VALUES,
        "iterations": st.integers(0, 10) | VALUES,
        "category": BODIES | VALUES,
        "weight": VALUES,
    },
)
MESSAGES = (
    st.fixed_dictionaries(
        {"from": ROLES, "value": BODIES},
        optional={"metadata": LABELS | st.dictionaries(BODIES, VALUES, max_size=3), "id": VALUES},
    )
    | VALUES
)
CONVERSATIONS = st.fixed_dictionaries(
    {"conversations": st.lists(MESSAGES, max_size=4)}, optional={"id": VALUES}
)


def text_of(one: Example) -> str:
    """The form without the help on top."""
    return to_text(one).partition("-->\n\n")[2]


@settings(deadline=None)
@given(CONVERSATIONS | VALUES)
def test_any_example_comes_back_from_its_text(raw: Any) -> None:
    one = Example(raw)
    assert from_text(to_text(one), one).raw is one.raw


@settings(deadline=None)
@given(CONVERSATIONS)
def test_the_text_alone_holds_every_message(raw: Any) -> None:
    one = Example(raw)
    emptied = Example({**raw, "conversations": ["something else"]})
    try:
        again = from_text(to_text(one), emptied)
    except JessyError:  # what is not as it should be is let through only where it is untouched
        return
    for before, after in zip(raw["conversations"], again.raw["conversations"], strict=True):
        if isinstance(before, dict) and "id" in before and isinstance(after, dict):
            before = {key: value for key, value in before.items() if key != "id"}
            after = {key: value for key, value in after.items() if key != "id"}
        if isinstance(before, dict) and before.get("metadata") == {}:
            before = {key: value for key, value in before.items() if key != "metadata"}
            after = {key: value for key, value in after.items() if key != "metadata"}
        assert before == after


@settings(deadline=None)
@given(written())
def test_any_json_that_loads_comes_back(text: str) -> None:
    one = Example(read_value(text, 0)[0])
    assert same_json(from_text(to_text(one), one).raw, one.raw)
    other = from_text(to_text(one), Example(None))
    assert same_json(other.raw, one.raw)


@settings(deadline=None)
@given(BODIES, BODIES)
def test_whatever_stands_in_a_text_stays_in_it(question: str, answer: str) -> None:
    one = Example.of(
        question + "x", answer + "x", complexity=Complexity.LOW, iterations=1, category="a"
    )
    again = from_text(to_text(one), None)
    assert [turn.text for turn in again.turns] == [question + "x", answer + "x"]


@settings(deadline=None)
@given(VALUES | NUMBERS.map(lambda text: read_value(text, 0)[0]))
def test_a_value_comes_back_from_its_line(value: Any) -> None:
    line = value_text(value)
    assert "\n" not in line
    assert same_json(value_of(line), value)
    assert same_json(value_of(f"  {line} "), value)


def test_the_form_is_readable() -> None:
    one = Example(
        example("sana bisi\nsorucam", "Sor kanka.", "LOW", 1, "greeting", language="tr", weight=3)
    )
    assert text_of(one) == (
        "## human\n\nsana bisi\nsorucam\n\n"
        "## jessy  LOW 1 greeting\nlanguage: tr\nweight: 3\n\nSor kanka.\n"
    )


def test_an_edit_changes_what_was_edited_and_keeps_unknown_keys() -> None:
    raw = example("soru", "cevap", "LOW", 1, "greeting", waive=["a"])
    raw["id"] = 7
    raw["conversations"][1]["seen"] = True  # type: ignore[index]
    one = Example(raw)
    text = to_text(one).replace("LOW 1", "HIGH 7").replace("cevap", "Uzun\n\ncevap")
    edited = from_text(text.replace("greeting", "existence"), one)
    assert edited.raw == {
        "id": 7,
        "conversations": [
            {"from": "human", "value": "soru"},
            {
                "from": "jessy",
                "value": "Uzun\n\ncevap",
                "metadata": {
                    "complexity": "HIGH",
                    "iterations": 7,
                    "category": "existence",
                    "waive": ["a"],
                },
                "seen": True,
            },
        ],
    }
    assert list(edited.raw["conversations"][1]) == ["from", "value", "metadata", "seen"]


def test_messages_can_be_added_moved_and_taken_out() -> None:
    first, last = ASKING.raw["conversations"]
    middle = [{"from": "human", "value": "ok", "id": 5}, {"from": "gpt", "value": "hm", "id": 6}]
    one = Example({"conversations": [first, *middle, last]})
    blocks = text_of(one).split("## ")[1:]
    assert len(blocks) == 4

    def again(*chosen: str) -> Any:
        return from_text("\n".join("## " + block for block in chosen), one).raw["conversations"]

    assert again(blocks[0], blocks[3]) == [first, last]
    assert again(blocks[2], blocks[0], blocks[1], blocks[3]) == [middle[1], first, middle[0], last]
    new = {"from": "human", "value": "yeni"}
    assert again(blocks[0], "human\n\nyeni\n", *blocks[1:]) == [first, new, *middle, last]


def test_an_editor_that_changes_all_line_ends_changes_nothing() -> None:
    raw = example("bir\r\niki\rüç", "cevap\n", "LOW", 1, "greeting")
    one = Example(raw)
    text = to_text(one)
    assert from_text(text.replace("\r\n", "\n").replace("\r", "\n"), one) is one
    plain = Example(example("bir\niki", "cevap", "LOW", 1, "greeting"))
    assert from_text(to_text(plain).replace("\n", "\r\n"), plain) is plain


def test_a_missing_line_end_at_the_end_is_no_change() -> None:
    assert from_text(to_text(ASKING).removesuffix("\n"), ASKING) is ASKING


def test_a_wrong_label_that_nobody_touched_is_kept() -> None:
    one = Example(example("soru", "cevap", "LOW", 7, "greeting"))
    edited = from_text(to_text(one).replace("cevap", "cevap!"), one)
    assert edited == one.with_answer("cevap!")


def test_an_unreadable_line_can_be_mended() -> None:
    one = Unreadable('{"conversations": [}', "x.jsonl, line 3: broken.")
    assert from_text(to_text(one), one) is one
    mended = from_text(to_text(one).replace("[}", "[]}"), one)
    assert mended.raw == {"conversations": []}
    assert not isinstance(mended, Unreadable)
    with pytest.raises(JessyError, match=r"Line 11: "):
        from_text(to_text(one).replace("[}", "[,]}"), one)


def test_a_line_that_is_no_text_is_refused_with_its_reason() -> None:
    with pytest.raises(JessyError, match=r"line 3 is not UTF-8\. It cannot be edited"):
        to_text(Unreadable("?", "x.jsonl, line 3 is not UTF-8.", exact=False))


def test_a_new_example_is_written_into_the_form() -> None:
    text = NEW_TEXT.replace("## human\n\n", "## human\n\nnaber").replace(
        "COMPLEXITY ITERATIONS CATEGORY\n\n", "low 1 greeting\n\nİyidir."
    )
    assert from_text(text, None) == Example.of(
        "naber", "İyidir.", complexity=Complexity.LOW, iterations=1, category="greeting"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "The text holds no message; begin one with"),
        ("merhaba\n## human\n\nx\n", 'Line 1: "merhaba" stands before the first message'),
        ("<!-- \n## human\n\nx\n", "Line 1: the comment has no end"),
        ("## human\nmerhaba\n", 'Line 2: "merhaba" is no "key: value"; put an empty line'),
        ("## human\n\n\n## jessy  LOW 1 a\n\nx\n", "Line 1: this message is empty"),
        ("## Human\n\nx\n", 'Line 1: "## Human" is no line that begins a message'),
        ("## human LOW 1 a\n\nx\n", "Line 1: a question has no label"),
        ("## jessy MIDDLE 3 a\n\nx\n", 'Line 1: "MIDDLE" is no complexity; write LOW'),
        ("## jessy hİgh 9 a\n\nx\n", 'Line 1: "hİgh" is no complexity'),
        ("## jessy LOW 12 a\n\nx\n", 'Line 1: "12" is no number of iterations; write 1 to 9'),
        ("## jessy LOW ² a\n\nx\n", 'Line 1: "²" is no number of iterations'),
        ("## jessy LOW 7 a\n\nx\n", "LOW goes with 1-2 iterations, not with 7; write HIGH 7"),
        ("## jessy LOW 1 a\ncategory: b\n\nx\n", 'Line 2: "category" is said twice'),
        ("## jessy LOW 1 a\nwaive: [1\n\nx\n", "Line 2: it ends in the middle of a value"),
        ('## jessy LOW 1 a\n"a: 1\n\nx\n', 'Line 2: ""a: 1" is no "key: value"'),
        ("## human\n\nx\n\n## jessy\n\ny\n", "Line 5: the last answer has no complexity"),
        ("## human\n\nx\n\n## jessy LOW 1\n\ny\n", "Line 5: the last answer has no category"),
        ("## message json\n\n{,}\n", "Line 3: "),
        ("## message json\n\n1 2\n", "Line 3: '2' stands after the value; take it out"),
        ("## example json\n\n{}\n\n## human\n\nx\n", "stands for the whole example"),
        (NEW_TEXT, '"COMPLEXITY" is no complexity|this message is empty'),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text: str, reason: str) -> None:
    with pytest.raises(JessyError) as refused:
        from_text(text, None)
    assert any(part in str(refused.value) for part in reason.split("|")), refused.value


def test_ten_thousand_messages_come_back_at_once() -> None:
    one = Example({"conversations": [{"from": "human", "value": "a"}] * 10_000})
    text = to_text(one)
    assert len(take_apart(text)) == 10_000
    edited = from_text(text.replace("\na\n", "\nb\n", 5_000), one)
    assert [turn.text for turn in edited.turns] == ["b"] * 5_000 + ["a"] * 5_000
