"""Examples of all shapes, for hypothesis."""

from typing import Any

from hypothesis import strategies as st

from tests.dataset.strategies import TEXTS, VALUES

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12)
SAID = WORDS | st.sampled_from(
    [
        "<think>LOW 1</think>\nSor.",
        "<think>HIGH 12</think>x",
        "a\n\nb",
        "=1+1",
        'de ki "evet", sonra;\r\nsus',
        "[1, 2]",
        '{"a": 1}',
        " boşlukla ",
        "İIıi şğ",
        "### Human: x",
        "<|im_end|>",
        "\ufeffx",
    ]
)
LABELS = st.fixed_dictionaries(
    {},
    optional={
        "complexity": st.sampled_from(["LOW", "MEDIUM", "HIGH", "low", "", 3, None]),
        "iterations": st.sampled_from([1, 4, 9, 0, 10, "3", 2.0, True, None]),
        "category": st.sampled_from(["greeting", "", "Rust", 5, ["a"]]),
        "weight": st.sampled_from([1, 6, "2"]),
        "origin": VALUES,
        "x": VALUES,
    },
)
GOOD_LABELS = st.builds(
    lambda complexity, iterations, more: {
        "complexity": complexity,
        "iterations": iterations,
        "category": "chat",
        **more,
    },
    st.sampled_from(["LOW", "MEDIUM", "HIGH"]),
    st.integers(1, 9),
    st.fixed_dictionaries({}, optional={"language": st.just("tr"), "weight": st.just(3)}),
)
KEYS = st.dictionaries(
    st.sampled_from(["id", "role", "content", "name", "input", "output", "messages", "jessy"]),
    VALUES,
    max_size=2,
)


def turn(speaker: str, text: str, label: Any, more: dict[str, Any]) -> dict[str, Any]:
    """One message."""
    found: dict[str, Any] = {"from": speaker, "value": text}
    if label is not None:
        found["metadata"] = label
    return found | more


QUESTIONS = st.builds(turn, st.just("human"), SAID, st.none(), KEYS)
ANSWERS = st.builds(
    turn, st.just("jessy"), SAID, st.none() | GOOD_LABELS | GOOD_LABELS | LABELS, KEYS
)


@st.composite
def talks(draw: st.DrawFn) -> dict[str, Any]:
    """An example in which somebody asks and somebody answers, in whatever order."""
    turns = draw(st.lists(QUESTIONS | ANSWERS, max_size=3))
    turns += [draw(QUESTIONS), draw(ANSWERS)]
    return {"conversations": turns, **draw(KEYS)}


__all__ = ["TEXTS", "talks"]
