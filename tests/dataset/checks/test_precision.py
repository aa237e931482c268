"""What is fine is left alone: the 400 that come with Jessy, also as other people would write them.

Each variation keeps an example valid, whatever it changes: the findings must stay away. No errors
at all, and warnings on fewer than one in a hundred.
"""

import json
import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jessy_tui.dataset.checks import Finding, check_example, check_files
from jessy_tui.dataset.checks.alone import EXAMPLE_CHECKS
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.files import load_examples
from jessy_tui.dataset.probes import load_probes
from tests.conftest import REPOSITORY

DATA = REPOSITORY / "data"
FILES = [load_examples(path) for path in sorted(DATA.glob("jessy_*.json"))]
EXAMPLES = [example for file in FILES for example in file.examples]
ALLOWED = len(EXAMPLES) // 100 - 1

Vary = Callable[[str, bool, random.Random], str]


def test_the_400_have_no_finding() -> None:
    assert len(EXAMPLES) == 400
    assert check_files(FILES, probe_file=load_probes(DATA / "probes.json")) == []


def turkish_capitals(text: str, is_answer: bool, _: random.Random) -> str:
    """A question as somebody shouts it: i becomes İ, and ı becomes I."""
    return text if is_answer else text.replace("i", "İ").replace("ı", "I").upper()


def without_dots(text: str, is_answer: bool, _: random.Random) -> str:
    """A question as it is typed in a hurry."""
    return text if is_answer else text.translate(str.maketrans("ğüşıöçĞÜŞİÖÇ", "gusiocGUSIOC"))


def decomposed(text: str, _: bool, __: random.Random) -> str:
    """As a Mac's file names are written."""
    return unicodedata.normalize("NFD", text)


def curly(text: str, _: bool, __: random.Random) -> str:
    """As a word processor writes it."""
    if "`" in text:
        return text
    return re.sub(r'"([^"\n]*)"', "“\\1”", text).replace("'", "’").replace("...", "…")


def blank_in_code(text: str, _: bool, chance: random.Random) -> str:
    """Tabs, blank lines and blank ends of lines inside code mean something."""
    return re.sub(
        r"```(\w*)\n(.*?)```",
        lambda found: f"```{found[1]}\n\t\n{found[2]}   \n\n```" if chance.random() < 1 else "",
        text,
        flags=re.DOTALL,
    )


def windows_of_emoji(text: str, is_answer: bool, _: random.Random) -> str:
    """With emoji of several code points, joiners and all."""
    return text if is_answer else f"{text} 👩‍💻👍🏽❤️"


def a_call(text: str, is_answer: bool, chance: random.Random) -> str:
    """As one talks to somebody."""
    return text if is_answer else f"{chance.choice(['kanka', 'hocam', 'abi', 'ya'])} {text}"


def punctuated(text: str, is_answer: bool, chance: random.Random) -> str:
    """With more signs than anybody needs."""
    return text if is_answer else text + chance.choice(["???", "!!", "...", " :)", " lütfen"])


VARIATIONS = [
    turkish_capitals, without_dots, decomposed, curly, blank_in_code, windows_of_emoji, a_call,
    punctuated,
]  # fmt: skip


def varied(example: Example, vary: Vary, chance: random.Random) -> Example:
    raw: Any = json.loads(json.dumps(example.raw))
    for message in raw["conversations"]:
        message["value"] = vary(message["value"], message["from"] == "jessy", chance)
    return Example(raw)


def errors_and_warnings(found: Iterator[Finding]) -> tuple[list[Finding], list[Finding]]:
    findings = list(found)
    return (
        [one for one in findings if one.severity == "error"],
        [one for one in findings if one.severity == "warning"],
    )


@pytest.mark.parametrize("vary", VARIATIONS, ids=lambda vary: vary.__name__)
def test_what_people_write_otherwise_is_left_alone(vary: Vary) -> None:
    chance = random.Random(11)
    errors, warnings = errors_and_warnings(
        finding for example in EXAMPLES for finding in check_example(varied(example, vary, chance))
    )
    assert errors == []
    assert len(warnings) <= ALLOWED, warnings


def test_long_but_fine_answers_are_left_alone() -> None:
    """An answer may be as long as its label allows, whatever it says at its end."""
    most = {"LOW": 180, "MEDIUM": 1200, "HIGH": 1500}
    found: list[Finding] = []
    for example in EXAMPLES:
        answer, room = example.answer, most[str(example.complexity)]
        more = "\n\nBir de şu var: " + "bunu denemeden bilmek zor, bence önce küçük başla. " * 40
        if example.complexity != "LOW":
            longer = (answer + more)[:room].rstrip()
            found += check_example(example.with_answer(longer))
    errors, warnings = errors_and_warnings(iter(found))
    assert errors == []
    assert len(warnings) <= ALLOWED, warnings


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(EXAMPLES),
    st.lists(st.sampled_from(VARIATIONS), min_size=1, max_size=4, unique=True),
    st.integers(0, 1000),
)
def test_variations_together_bring_no_error(
    example: Example, variations: list[Vary], seed: int
) -> None:
    chance = random.Random(seed)
    for vary in variations:
        example = varied(example, vary, chance)
    assert [one for one in check_example(example) if one.severity == "error"] == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["conversations", "from", "value", "metadata", "waive", "weight", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(JSON)
def test_whatever_stands_there_is_told_in_sentences(raw: Any) -> None:
    names = {check.name for check in EXAMPLE_CHECKS}
    for finding in check_example(Example(raw)):
        assert finding.check in names
        assert finding.message.endswith(".")
        assert "\x1b" not in finding.message
