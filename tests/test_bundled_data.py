"""The data that comes with Jessy keeps what its README promises."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from jessy_tui.dataset.checks import check_files
from jessy_tui.dataset.distribution import distributions_of, file_distribution
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.files import ExampleFile, load_examples
from jessy_tui.dataset.targets import compare
from jessy_tui.dataset.turkish import fold
from jessy_tui.iteration import Complexity
from jessy_tui.workspace import Workspace
from tests.conftest import REPOSITORY

COUNTS = {
    "jessy_turkish_conversational.json": 50,
    "jessy_turkish_qa_chat.json": 150,
    "jessy_iteration_control.json": 50,
    "jessy_technical_qa.json": 100,
    "jessy_philosophical_qa.json": 50,
}
PARTS = {
    "jessy_turkish_conversational.json": {
        "greetings": 7, "openers": 15, "smalltalk": 7, "acknowledgments": 5, "fillers": 4,
        "thanks": 4, "goodbyes": 4, "help": 4,
    },
    "jessy_turkish_qa_chat.json": {
        "about-jessy": 12, "facts": 14, "preferences": 6, "technical": 18, "howto": 11,
        "troubleshooting": 8, "career": 6, "chat": 26, "empathy": 24, "slang": 13, "idioms": 12,
    },
    "jessy_iteration_control.json": {"contrast": 20, "quick": 15, "deep": 15},
    "jessy_philosophical_qa.json": {
        "mind-and-ai": 15, "ethics-and-values": 15, "technology-and-people": 10, "existence": 10,
    },
}  # fmt: skip
LENGTHS = {
    Complexity.LOW: range(2, 181),
    Complexity.MEDIUM: range(300, 1201),
    Complexity.HIGH: range(600, 1501),
}
GENERIC = re.compile(
    r"as an ai|language model|yapay zek[aâ] (dil )?modeli olarak|harika (bir )?soru|great question",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace(REPOSITORY)


@pytest.fixture(scope="module")
def files(workspace: Workspace) -> list[ExampleFile]:
    return [load_examples(path) for path in workspace.example_files()]


@pytest.fixture(scope="module")
def examples(files: list[ExampleFile]) -> list[Example]:
    return [example for file in files for example in file.examples]


@pytest.fixture(scope="module")
def probes(workspace: Workspace) -> list[dict[str, object]]:
    found = orjson.loads(workspace.probes.read_bytes())["probes"]
    assert isinstance(found, list)
    return found


def test_every_file_has_exactly_its_examples(files: list[ExampleFile]) -> None:
    assert {file.path.name: len(file.examples) for file in files} == COUNTS


def test_every_part_has_exactly_its_examples(files: list[ExampleFile]) -> None:
    for file in files:
        parts = Counter(example.metadata["part"] for example in file.examples)
        if file.path.name in PARTS:
            assert parts == PARTS[file.path.name]


def test_the_technical_categories_have_their_counts(files: list[ExampleFile]) -> None:
    technical = next(file for file in files if file.path.name == "jessy_technical_qa.json")
    categories = Counter(example.category for example in technical.examples)
    assert categories == {"rust": 30, "architecture": 30, "performance": 20, "debugging": 20}


def test_the_checks_find_nothing_at_all(files: list[ExampleFile]) -> None:
    assert check_files(files) == []


def test_every_target_is_met(files: list[ExampleFile], workspace: Workspace) -> None:
    found = distributions_of(example for file in files for example in file.examples)
    targets = compare(found, file_distribution(files), workspace.settings.targets)
    assert [target for target in targets if not target.met] == []


def test_the_canonical_example_is_there_with_a_weight(examples: list[Example]) -> None:
    canonical = next(one for one in examples if one.question == "sana bisi sorucam")
    assert canonical.answer == "Sor kanka, dinliyorum."
    assert str(canonical.plan) == "LOW 1"
    assert canonical.weight == 6


def test_answers_are_as_long_as_their_band_asks(examples: list[Example]) -> None:
    for example in examples:
        assert example.complexity is not None
        assert len(example.answer) in LENGTHS[example.complexity], example.question


def test_low_answers_are_one_or_two_sentences(examples: list[Example]) -> None:
    for example in examples:
        if example.complexity is Complexity.LOW:
            assert len(re.findall(r"[.!?…]+(?:\s|$)", example.answer)) <= 2, example.answer


def test_no_opening_phrase_is_on_more_than_three_percent_of_the_answers(
    examples: list[Example],
) -> None:
    openings = Counter(" ".join(fold(example.answer).split()[:2]) for example in examples)
    assert max(openings.values()) <= 0.03 * len(examples)


def test_no_answer_is_used_twice_and_none_is_generic(examples: list[Example]) -> None:
    assert len({fold(example.answer) for example in examples}) == len(examples)
    assert [one.answer for one in examples if GENERIC.search(one.answer)] == []


def test_code_blocks_are_closed(examples: list[Example]) -> None:
    assert [one.question for one in examples if one.answer.count("```") % 2] == []


def test_the_probes_are_a_hundred_and_twenty_in_the_promised_shares(
    probes: list[dict[str, object]],
) -> None:
    assert Counter(probe["complexity"] for probe in probes) == {"LOW": 60, "MEDIUM": 36, "HIGH": 24}
    assert len({probe["id"] for probe in probes}) == 120
    assert sum(str(probe["id"]).startswith("trap-") for probe in probes) == 12


def test_every_probe_expects_what_its_band_allows(probes: list[dict[str, object]]) -> None:
    for probe in probes:
        band = Complexity(probe["complexity"]).band
        least, most = _range(probe)
        assert least in band
        assert most in band
        assert least <= _number(probe["expected"]) <= most


def test_no_probe_is_an_example(probes: list[dict[str, object]], examples: list[Example]) -> None:
    questions = {fold(example.question) for example in examples}
    assert [probe["query"] for probe in probes if fold(str(probe["query"])) in questions] == []


def test_the_data_card_tells_the_true_counts() -> None:
    card = (REPOSITORY / "data" / "README.md").read_text("utf-8")
    rows = dict(re.findall(r"\| `(jessy_\w+\.json)` \| (\d+) \|", card))
    assert {name: int(count) for name, count in rows.items()} == COUNTS


def test_the_files_hold_no_stray_text_in_other_encodings() -> None:
    for path in _data_files():
        text = path.read_text("utf-8")
        assert "\ufffd" not in text
        assert not re.search(r"Ã|Å|Ä±|√", text.replace("ÅŸ", "").replace("Ä±", "")), path.name


def _data_files() -> Iterator[Path]:
    yield from (REPOSITORY / "data").glob("*.json")


def _range(probe: dict[str, object]) -> tuple[int, int]:
    bounds = probe["iterations"]
    assert isinstance(bounds, list)
    least, most = bounds
    return _number(least), _number(most)


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value
