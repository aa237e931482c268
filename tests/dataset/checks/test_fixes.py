"""The safe fixes: made in a copy, until nothing is left to fix."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jessy_tui.dataset.checks import check_example
from jessy_tui.dataset.checks.fixes import Fix, fix_example
from jessy_tui.dataset.example import Example
from jessy_tui.workspace import CheckSettings
from tests.conftest import example


def broken(question: str = "saat kaç", answer: str = "Saatim yok.", **label: Any) -> Example:
    raw = example(question, answer, "LOW", 1, "chat")
    messages = raw["conversations"]
    assert isinstance(messages, list)
    messages[1]["metadata"] |= label
    return Example(raw)


@pytest.mark.parametrize(
    ("found", "fixed"),
    [
        (broken(complexity="low"), broken()),
        (broken(iterations="1"), broken()),
        (broken(language="EN"), broken(language="en")),
        (broken(" saat kaç\n"), broken()),
        (broken("saat\u200b kaç"), broken()),
        (broken("saat kaÃ§"), broken()),
        (broken(answer="bir\r\niki"), broken(answer="bir\niki")),
        (broken(answer="<think>\nSaatim yok."), broken(answer="<think>\nSaatim yok.")),
    ],
)
def test_what_is_safe_is_fixed_and_nothing_else(found: Example, fixed: Example) -> None:
    before = found.raw
    copy = Example(before)
    now, fixes = fix_example(copy)
    assert now == fixed
    assert copy.raw is before
    assert len(fixes) == (0 if found == fixed else 1)


def test_a_fix_that_brings_out_another_is_followed_by_it() -> None:
    now, fixes = fix_example(broken("saat kaÃ§ \u200b"))
    assert now == broken("saat kaç")
    assert fixes == [
        Fix("control-character", "conversations[0].value", '"saat kaÃ§ \u200b"', '"saat kaÃ§ "'),
        Fix("whitespace", "conversations[0].value", '"saat kaÃ§ "', '"saat kaÃ§"'),
        Fix("mojibake", "conversations[0].value", '"saat kaÃ§"', '"saat kaç"'),
    ]


def test_what_is_waived_or_turned_off_is_not_fixed() -> None:
    waived = broken(" saat kaç", waive={"whitespace": "it is meant so"})
    assert fix_example(waived) == (waived, [])
    plain = broken(" saat kaç")
    assert fix_example(plain, CheckSettings(off=("whitespace",))) == (plain, [])


PIECES = st.lists(
    st.sampled_from(["a", " ", "\n", "\r\n", "\0", "\u200b", "ç", "Ã§", "√ß", "Ä±", "```", "x"]),
    max_size=8,
).map("".join)


@settings(max_examples=150, deadline=None)
@given(PIECES, PIECES, st.sampled_from(["LOW", "low", "Medium", 3]), st.sampled_from([1, "1", "2"]))
def test_after_the_fixes_no_finding_offers_one(
    question: str, answer: str, complexity: Any, iterations: Any
) -> None:
    found = broken(question, answer, complexity=complexity, iterations=iterations)
    now, fixes = fix_example(found)
    assert [one for one in check_example(now) if one.fix is not None] == []
    assert (now == found) == (not fixes)
    assert fix_example(now) == (now, [])
