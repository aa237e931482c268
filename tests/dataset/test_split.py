"""Splitting: no question on both sides, the same split every time, everything once."""

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jessy_tui.dataset.large.file as large_file
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.files import digest_of, load_examples
from jessy_tui.dataset.joined import JoinedExamples
from jessy_tui.dataset.rows import training_rows
from jessy_tui.dataset.similarity import nearness
from jessy_tui.dataset.split import (
    Manifest,
    Split,
    dataset_digest,
    divide,
    group_examples,
    split_examples,
)
from jessy_tui.dataset.turkish import question_key
from jessy_tui.dataset.written_split import write_division
from jessy_tui.errors import JessyError
from tests.conftest import REPOSITORY, example

LABELS = [("LOW", 1), ("LOW", 2), ("MEDIUM", 4), ("HIGH", 8)]


def made(question: str, kind: int = 0, category: str = "chat", **metadata: Any) -> Example:
    complexity, iterations = LABELS[kind]
    return Example(
        example(question, f"cevap {question}", complexity, iterations, category, **metadata)
    )


def talk(*questions: str, category: str = "chat") -> Example:
    messages: list[dict[str, Any]] = []
    for question in questions:
        label = {"complexity": "LOW", "iterations": 1, "category": category}
        messages.append({"from": "human", "value": question})
        messages.append({"from": "jessy", "value": f"{question}!", "metadata": label})
    return Example({"conversations": messages})


def questions(examples: tuple[Example, ...]) -> set[str]:
    return {
        question_key(turn.text or "")
        for one in examples
        for turn in one.turns
        if turn.role == "human"
    }


def write_split(split: Split, folder: Path, **options: Any) -> Manifest:
    """Write it as `write_rows` does."""
    there = dict(zip(split.division.train, split.train, strict=True))
    there |= zip(split.division.held_out, split.validation, strict=True)
    return write_division(split.division, [there[at] for at in sorted(there)], folder, **options)


def as_counter(examples: Any) -> Counter[str]:
    return Counter(json.dumps(one.raw, sort_keys=True) for one in examples)


WORDS = [
    "sor",
    "Sor!",
    "şey",
    "sey",
    "ŞEY?",
    "naber",
    "neden",
    "rust",
    "RUST",
    "api",
    "ışık",
    "isik",
]
QUESTIONS = st.sampled_from(WORDS) | st.text("abcç ", min_size=1, max_size=3).map(lambda x: "q" + x)
ANY_EXAMPLES = st.lists(
    st.builds(
        made,
        QUESTIONS,
        st.integers(0, 3),
        st.sampled_from(["chat", "rust", "ethics"]),
        weight=st.sampled_from([1, 1, 1, 1, 1, 3]),
    )
    | st.lists(QUESTIONS, min_size=1, max_size=3).map(lambda found: talk(*found)),
    min_size=2,
    max_size=40,
)


@settings(deadline=None, max_examples=60)
@given(
    examples=ANY_EXAMPLES,
    share=st.sampled_from([0.05, 0.1, 0.25, 0.5, 0.9]),
    seed=st.integers(0, 50),
    order=st.randoms(use_true_random=False),
)
def test_no_question_is_on_both_sides_and_every_example_is_on_one(
    examples: list[Example], share: float, seed: int, order: random.Random
) -> None:
    try:
        split = split_examples(examples, validation=share, seed=seed)
    except JessyError as error:
        assert "cannot be split" in str(error)  # noqa: PT017
        return
    assert split.train
    assert split.validation
    assert not questions(split.train) & questions(split.validation)
    assert as_counter([*split.train, *split.validation]) == as_counter(examples)
    assert all(one.weight == 1 for one in split.validation)
    shuffled = list(examples)
    order.shuffle(shuffled)
    again = split_examples(shuffled, validation=share, seed=seed)
    assert again.train == split.train
    assert again.validation == split.validation


@settings(deadline=None, max_examples=30)
@given(
    sizes=st.lists(st.integers(1, 30), min_size=2, max_size=12),
    share=st.sampled_from([0.1, 0.2, 0.33]),
    seed=st.integers(0, 9),
)
def test_each_complexity_and_category_gets_its_share(
    sizes: list[int], share: float, seed: int
) -> None:
    examples = [
        made(f"q{stratum}x{number}", stratum % 4, f"category{stratum // 4}")
        for stratum, size in enumerate(sizes)
        for number in range(size)
    ]
    split = split_examples(examples, validation=share, seed=seed)
    wanted = max(1, round(len(examples) * share))
    assert len(split.validation) == wanted
    for of in (lambda one: str(one.complexity), lambda one: str(one.category)):
        total, held_out = Counter(map(of, examples)), Counter(map(of, split.validation))
        for name, count in total.items():
            strata = len({(one.complexity, one.category) for one in examples if of(one) == name})
            # Whole examples, and the last of a stratum stays in training.
            assert abs(held_out[name] - count * share) <= 1.5 + 0.5 * strata


def test_a_large_dataset_meets_its_shares_closely() -> None:
    chance = random.Random(3)
    examples = [
        made(f"q{number}", chance.choices(range(4), [5, 3, 2, 1])[0], f"c{chance.randrange(25)}")
        for number in range(1000)
    ]
    split = split_examples(examples, validation=0.1, seed=7)
    assert len(split.validation) == 100
    for of in (lambda one: str(one.complexity), lambda one: str(one.category)):
        total, held_out = Counter(map(of, examples)), Counter(map(of, split.validation))
        assert all(abs(held_out[name] - count / 10) < 1.2 for name, count in total.items())


def test_another_seed_gives_another_split() -> None:
    examples = [made(f"q{number}") for number in range(50)]
    drawn = {
        frozenset(
            one.question for one in split_examples(examples, validation=0.2, seed=seed).validation
        )
        for seed in range(10)
    }
    assert len(drawn) == 10


def test_a_follow_up_that_is_elsewhere_a_question_keeps_both_together() -> None:
    examples = [talk("merhaba", "Rust nedir?"), made("rust nedir")]
    examples += [made(f"q{number}") for number in range(18)]
    for seed in range(10):
        split = split_examples(examples, validation=0.5, seed=seed)
        sides = [set(split.train) & set(examples[:2]), set(split.validation) & set(examples[:2])]
        assert sorted(map(len, sides)) == [0, 2]


def test_what_weighs_more_stays_in_training_and_so_does_the_same_question() -> None:
    examples = [made("sana bisi sorucam", weight=6), made("Sana bişi sorucam!")]
    examples += [made(f"q{number}") for number in range(8)]
    for seed in range(20):
        split = split_examples(examples, validation=0.5, seed=seed)
        assert set(examples[:2]) <= set(split.train)
        assert len(split.validation) == 5


def test_training_keeps_the_only_example_of_a_stratum() -> None:
    examples = [made(f"q{number}") for number in range(10)] + [made("tek", 3, "ethics")]
    for seed in range(20):
        split = split_examples(examples, validation=0.5, seed=seed)
        assert examples[-1] in split.train
        assert len(split.validation) == 6


def test_where_every_stratum_has_one_example_some_are_held_out_all_the_same() -> None:
    examples = [made(f"q{number}", 0, f"category{number}") for number in range(10)]
    assert len(split_examples(examples, validation=0.3, seed=1).validation) == 3


def test_a_group_larger_than_the_share_is_held_out_when_nothing_else_can_be() -> None:
    examples = [made("aynı", kind) for kind in range(3)] + [made("öbür", 0, weight=2)]
    split = split_examples(examples, validation=0.1, seed=1)
    assert len(split.validation) == 3


@pytest.mark.parametrize(
    ("examples", "sentence"),
    [
        ([], "There are no examples to split"),
        ([made("tek")], "since there is only one; write examples of other questions"),
        ([made("bir"), made("BİR!")], "2 examples cannot be split, since they all share one"),
        ([made("a", weight=2), made("b", weight=3)], "each has a weight above 1"),
    ],
)
def test_a_split_with_an_empty_side_is_refused(examples: list[Example], sentence: str) -> None:
    with pytest.raises(JessyError, match=sentence):
        split_examples(examples, validation=0.1, seed=7)


@pytest.mark.parametrize("share", [0, 1, -0.1, 1.5, float("nan")])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(JessyError, match="choose one above 0 and below 1"):
        split_examples([made("a"), made("b")], validation=share, seed=7)


def test_examples_with_errors_are_counted_and_refused() -> None:
    bad = [made("x").with_metadata(complexity=None), made("y").with_answer(" "), Example(None)]
    with pytest.raises(JessyError, match=r"^3 of 4 examples have errors .*`jessy check`"):
        split_examples([made("a"), *bad], validation=0.1, seed=7)
    with pytest.raises(JessyError, match=r"^1 of 2 examples has errors"):
        split_examples([made("a"), bad[0]], validation=0.1, seed=7)


# --- rows ---------------------------------------------------------------------------------------


def test_a_row_is_the_question_and_the_plan_before_the_answer() -> None:
    canonical = Example(
        example("sana bisi sorucam", "Sor kanka, dinliyorum.", "LOW", 1, "greeting")
    )
    assert list(training_rows([canonical])) == [
        {
            "messages": [
                {"role": "user", "content": "sana bisi sorucam"},
                {"role": "assistant", "content": "<think>LOW 1</think>\nSor kanka, dinliyorum."},
            ]
        }
    ]


def test_each_labelled_answer_of_a_conversation_is_a_row_with_its_history() -> None:
    first, second = training_rows([talk("selam", "naber")])
    assert [one["content"] for one in first["messages"]] == [
        "selam",
        "<think>LOW 1</think>\nselam!",
    ]
    assert [one["role"] for one in second["messages"]] == ["user", "assistant"] * 2
    assert second["messages"][:2] == first["messages"]
    assert second["messages"][3]["content"] == "<think>LOW 1</think>\nnaber!"


def test_an_answer_without_a_label_is_history_only() -> None:
    raw = talk("selam", "naber").raw
    unlabelled = {key: value for key, value in raw["conversations"][1].items() if key != "metadata"}
    messages = [raw["conversations"][0], unlabelled, *raw["conversations"][2:]]
    [row] = training_rows([Example({"conversations": messages})])
    assert row["messages"][1]["content"] == "selam!"


def test_weight_repeats_rows_only_where_they_are_weighted() -> None:
    heavy = made("a", weight=3)
    assert len(list(training_rows([heavy]))) == 3
    assert len(list(training_rows([heavy], weighted=False))) == 1


# --- files --------------------------------------------------------------------------------------


@pytest.fixture
def split() -> Split:
    examples = [made(f"şey {number}", number % 4) for number in range(19)]
    return split_examples([*examples, made("ağır", weight=5)], validation=0.2, seed=11)


def test_what_is_written_is_one_row_a_line_and_a_manifest(tmp_path: Path, split: Split) -> None:
    manifest = write_split(split, tmp_path / "deep" / "out")
    folder = tmp_path / "deep" / "out"
    train = (folder / "train.jsonl").read_bytes()
    valid = (folder / "valid.jsonl").read_bytes()
    rows = [json.loads(line) for line in train.decode().removesuffix("\n").split("\n")]
    assert rows == list(training_rows(split.train))
    assert all(list(row) == ["messages"] for row in rows)
    assert "şey".encode() in train
    assert (manifest.train.rows, manifest.train.examples) == (20, 16)
    assert (manifest.validation.rows, manifest.validation.examples) == (4, 4)
    assert manifest.train.digest == digest_of(train)
    assert manifest.validation.digest == digest_of(valid)
    assert (manifest.seed, manifest.share, manifest.examples) == (11, 0.2, 20)
    assert sum(manifest.train.complexity.values()) == 16
    content = (folder / "manifest.json").read_bytes()
    assert msgspec.json.decode(content, type=Manifest) == manifest
    assert sorted(path.name for path in folder.iterdir()) == [
        "manifest.json",
        "train.jsonl",
        "valid.jsonl",
    ]


def test_writing_again_replaces_the_files(tmp_path: Path, split: Split) -> None:
    (tmp_path / "train.jsonl").write_text("old\n" * 100)
    first = write_split(split, tmp_path)
    assert write_split(split, tmp_path) == first
    assert "old" not in (tmp_path / "train.jsonl").read_text()


def test_a_file_where_the_folder_should_be_is_refused(tmp_path: Path, split: Split) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(JessyError, match="out could not be made"):
        write_split(split, tmp_path / "out")
    assert (tmp_path / "out").read_text() == "a file"


def test_the_digest_is_of_what_the_examples_say(tmp_path: Path) -> None:
    examples = [made("a"), made("b")]
    (tmp_path / "a.json").write_text(json.dumps([one.raw for one in examples], indent=7))
    loaded = load_examples(tmp_path / "a.json").examples
    assert dataset_digest(reversed(loaded)) == dataset_digest(examples)
    assert dataset_digest(examples) != dataset_digest(examples[:1])
    assert dataset_digest(examples) != dataset_digest([*examples, examples[0]])


def bundled() -> list[Example]:
    paths = sorted((REPOSITORY / "data").glob("jessy_*.json"))
    return [one for path in paths for one in load_examples(path).examples]


def test_the_dataset_of_the_project_is_split_within_three_points() -> None:
    grouping = group_examples(bundled())
    for seed in range(8):
        division = divide(grouping, validation=0.1, seed=seed)
        assert (division.sides.train, division.sides.held_out) == (360, 40)
        assert len({one.thing for one in division.sides.compared}) == 4
        assert all(abs(one.points) < 3 for one in division.sides.compared)
        largest = division.sides.largest
        assert largest is not None
        assert abs(largest.points) == max(abs(one.points) for one in division.sides.compared)


def test_nothing_held_out_is_nearly_a_question_that_is_learnt() -> None:
    slips = [
        made("bir sonraki toplantıyı nasıl ertelerim", category=f"c{number}").with_question(
            f"bir sonraki toplantıyı nasıl {word}"
        )
        for number, word in enumerate(["ertelerim", "ertelerimm", "erteleriz", "ertelerm"])
    ]
    examples = [*bundled(), *slips]
    grouping = group_examples(examples)
    for seed in range(3):
        division = divide(grouping, validation=0.2, seed=seed)
        sides = [
            {
                question_key(turn.text or "")
                for at in side
                for turn in examples[at].turns
                if turn.role == "human"
            }
            for side in (division.train, division.held_out)
        ]
        for one in sides[1]:
            assert not any(nearness(one, other) is not None for other in sides[0] if len(other) > 3)
        assert {len(group) for group in division.together} >= {4}


def test_a_chain_of_near_questions_stays_together() -> None:
    words = ["nasıl", "daha", "iyi", "bir", "programcı", "olurum", "acaba", "bugünlerde"]
    chain = [
        made(" ".join([*words[: len(words) - 2], *extra]))
        for extra in (["acaba"], ["acaba", "bugünlerde"], ["acaba", "bugünlerde", "hemen"])
    ]
    rest = [made(f"q{number}") for number in range(12)]
    for seed in range(6):
        split = split_examples([*chain, *rest], validation=0.4, seed=seed)
        assert len({one in split.train for one in chain}) == 1


def test_a_threshold_says_what_is_near() -> None:
    pair = [made("how do i write a good unit test"), made("how do i write a good unit tests")]
    rest = [made(f"q{number}") for number in range(6)]
    assert len(divide(group_examples([*pair, *rest]), validation=0.3, seed=1).together) == 1
    exact = divide(group_examples([*pair, *rest], near=1.0), validation=0.3, seed=1)
    assert exact.together == ()


def test_a_side_smaller_than_a_batch_is_refused() -> None:
    examples = [made(f"q{number}") for number in range(20)]
    with pytest.raises(JessyError, match=r"validation side would have 2 rows.*hold out 25%"):
        split_examples(examples, validation=0.1, seed=7, batch_size=5)
    with pytest.raises(JessyError, match=r"training side would have 2 rows.*hold out 75%"):
        split_examples(examples, validation=0.9, seed=7, batch_size=5)
    with pytest.raises(
        JessyError, match=r"fewer than a batch of 64; lower the batch size to 2, or"
    ):
        split_examples(examples, validation=0.1, seed=7, batch_size=64)
    assert len(split_examples(examples, validation=0.25, seed=7, batch_size=5).validation) == 5


def test_a_system_prompt_begins_every_row_and_stands_in_the_manifest(
    tmp_path: Path, split: Split
) -> None:
    manifest = write_split(split, tmp_path, system="Kısa konuş.")
    assert manifest.system == "Kısa konuş."
    for name in ("train.jsonl", "valid.jsonl"):
        for line in (tmp_path / name).read_text().splitlines():
            roles = [message["role"] for message in json.loads(line)["messages"]]
            assert roles == ["system", "user", "assistant"]


def test_one_that_is_stopped_leaves_the_files_as_they_were(tmp_path: Path) -> None:
    examples = [made(f"q{number}") for number in range(600)]
    division = divide(group_examples(examples), validation=0.1, seed=1)
    with pytest.raises(JessyError, match="It was stopped"):
        write_division(division, examples, tmp_path, stopped=lambda: True)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(JessyError, match="It was stopped"):
        group_examples(examples, stopped=lambda: True)


def test_a_large_file_is_split_as_if_it_were_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.jsonl"
    examples = [made(f"şey {number}", number % 4) for number in range(40)]
    path.write_text("\n".join(json.dumps(one.raw) for one in examples) + "\n\n")
    monkeypatch.setattr(large_file, "LARGE", 1)
    joined = JoinedExamples([path])
    assert list(joined) == examples == joined[:]
    assert joined[-1] == examples[-1]
    division = divide(group_examples(joined), validation=0.2, seed=3)
    assert division == divide(group_examples(examples), validation=0.2, seed=3)
    path.write_text('{"a": 1}\n{"a": }\n')
    with pytest.raises(JessyError, match=r"a\.jsonl, line 2: a JSON value is expected"):
        list(JoinedExamples([path]))
