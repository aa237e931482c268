"""What the checks find, and what they leave alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from jessy_tui.dataset.checks import (
    DATASET_CHECKS,
    check_example,
    check_files,
    count_severities,
    unreadable_file,
)
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.files import ExampleFileError, load_examples
from jessy_tui.errors import JessyError
from jessy_tui.workspace import CheckSettings
from tests.conftest import EXAMPLES, REPOSITORY, example

Q = {"from": "human", "value": "soru"}
LABEL = {"complexity": "LOW", "iterations": 1, "category": "chat"}
A = {"from": "jessy", "value": "cevap", "metadata": LABEL}


def talk(*messages: Any) -> dict[str, Any]:
    return {"conversations": list(messages)}


def labelled(**label: Any) -> dict[str, Any]:
    return talk(Q, {**A, "metadata": {**LABEL, **label}})


def without(key: str) -> dict[str, Any]:
    return talk(Q, {**A, "metadata": {name: LABEL[name] for name in LABEL if name != key}})


AT = "conversations[1].metadata"

# The examples here are brief, whatever their label.
BRIEF = CheckSettings(off=("answer-length",))

# What is wrong -> the example, and each finding as (check, field, a piece of the message, fix).
BROKEN: dict[str, tuple[Any, list[tuple[str, str | None, str, str | None]]]] = {
    "null": (None, [("shape", None, "not null", None)]),
    "a list": ([], [("shape", None, "not a list", None)]),
    "a number": (7, [("shape", None, "not a number", None)]),
    "a text": ("x", [("shape", None, "not a text", None)]),
    "true": (True, [("shape", None, "not true", None)]),
    "no conversation": ({"id": 1}, [("shape", None, '"conversations" with', None)]),
    "another shape": (
        {"conversations": "x"},
        [("shape", "conversations", "not a text", None)],
    ),
    "an empty conversation": (talk(), [("shape", "conversations", "is empty", None)]),
    "a message that is none": (
        talk(Q, "cevap", A),
        [("shape", "conversations[1]", "not a text", None)],
    ),
    "no role": (
        talk({"value": "soru"}, A),
        [("role", "conversations[0].from", "does not say who speaks", None)],
    ),
    "a role of another format": (
        talk({"from": "user", "value": "soru"}, A),
        [("role", "conversations[0].from", '"user" is no role; write "human"', '"human"')],
    ),
    "a role in capitals": (
        talk(Q, {**A, "from": "Jessy "}),
        [("role", "conversations[1].from", '"Jessy " is no role', '"jessy"')],
    ),
    "a system message": (
        talk({"from": "system", "value": "x"}, Q, A),
        [("role", "conversations[0].from", 'write "human" or "jessy"', None)],
    ),
    "a role that is no text": (
        talk({"from": 1, "value": "soru"}, A),
        [("role", "conversations[0].from", "1 is no role", None)],
    ),
    "no text": (
        talk({"from": "human"}, A),
        [("message-text", "conversations[0].value", "has no text", None)],
    ),
    "a text that is none": (
        talk({"from": "human", "value": ["soru"]}, A),
        [("message-text", "conversations[0].value", "not a list", None)],
    ),
    "two questions": (
        talk(Q, Q, A),
        [("alternation", "conversations[1].from", "two questions follow", None)],
    ),
    "two answers": (
        talk(Q, {"from": "jessy", "value": "x"}, A),
        [("alternation", "conversations[2].from", "two answers follow", None)],
    ),
    "an answer first": (
        talk(A),
        [("alternation", "conversations[0].from", "begins with an answer", None)],
    ),
    "no answer": (talk(Q), [("no-answer", "conversations", "nobody answers", None)]),
    "a trailing question": (
        talk(Q, A, Q),
        [("trailing-question", "conversations[2]", "last question has no answer", None)],
    ),
    "no label": (
        talk(Q, {"from": "jessy", "value": "cevap"}),
        [("label-missing", AT, "has no label", None)],
    ),
    "a label that is none": (
        talk(Q, {**A, "metadata": "LOW"}),
        [("label-missing", AT, "not a text", None)],
    ),
    "no complexity": (
        without("complexity"),
        [("label-missing", f"{AT}.complexity", "add LOW, MEDIUM or HIGH", None)],
    ),
    "no iterations": (
        without("iterations"),
        [("label-missing", f"{AT}.iterations", "add a number from 1 to 9", None)],
    ),
    "no category": (
        without("category"),
        [("label-missing", f"{AT}.category", "add a name", None)],
    ),
    "an unknown complexity": (
        labelled(complexity="EASY"),
        [("complexity", f"{AT}.complexity", '"EASY" is no complexity', None)],
    ),
    "a complexity in small letters": (
        labelled(complexity="low"),
        [("complexity", f"{AT}.complexity", "write LOW, MEDIUM or HIGH", '"LOW"')],
    ),
    "a complexity that is no text": (
        labelled(complexity=1),
        [("complexity", f"{AT}.complexity", "1 is no complexity", None)],
    ),
    "no iterations at all": (
        labelled(iterations=0),
        [("iterations", f"{AT}.iterations", "0 is no number of iterations", None)],
    ),
    "too many iterations": (
        labelled(iterations=10),
        [("iterations", f"{AT}.iterations", "whole number from 1 to 9", None)],
    ),
    "half an iteration": (
        labelled(iterations=1.5),
        [("iterations", f"{AT}.iterations", "1.5 is no number", None)],
    ),
    "iterations with a decimal point": (
        labelled(iterations=2.0),
        [("iterations", f"{AT}.iterations", "2.0 is no number", "2")],
    ),
    "iterations as a text": (
        labelled(iterations="2"),
        [("iterations", f"{AT}.iterations", '"2" is no number', "2")],
    ),
    "iterations as true": (
        labelled(iterations=True),
        [("iterations", f"{AT}.iterations", "true is no number", None)],
    ),
    "iterations as null": (
        labelled(iterations=None),
        [("iterations", f"{AT}.iterations", "null is no number", None)],
    ),
    "an empty category": (
        labelled(category=" "),
        [("category", f"{AT}.category", '" " is no category', None)],
    ),
    "a category that is no text": (
        labelled(category=["chat"]),
        [("category", f"{AT}.category", "is no category", None)],
    ),
    "a weight of nothing": (
        labelled(weight=0),
        [("weight", f"{AT}.weight", "0 is no weight", None)],
    ),
    "a weight that is no number": (
        labelled(weight="6"),
        [("weight", f"{AT}.weight", '"6" is no weight', None)],
    ),
    "a language in capitals": (
        labelled(language="TR"),
        [("language", f"{AT}.language", "write tr, en or mixed", '"tr"')],
    ),
    "an unknown language": (
        labelled(language="de"),
        [("language", f"{AT}.language", '"de" is no language', None)],
    ),
    "a waiver without a reason": (
        labelled(waive={"duplicate-answer": ""}),
        [("waive", f"{AT}.waive", "each with a reason", None)],
    ),
    "a waiver that is a list": (
        labelled(waive=["duplicate-answer"]),
        [("waive", f"{AT}.waive", "each with a reason", None)],
    ),
    "iterations outside the band": (
        labelled(iterations=5),
        [("band", f"{AT}.iterations", "the band of LOW, 1-2; write 1-2, or the complexity", None)],
    ),
    "iterations below the band": (
        labelled(complexity="HIGH", iterations=5),
        [("band", f"{AT}.iterations", "band of HIGH, 6-9", None)],
    ),
    "an earlier label outside its band": (
        talk(Q, {**A, "metadata": {**LABEL, "iterations": 9}}, Q, A),
        [("band", f"{AT}.iterations", "9 iterations", None)],
    ),
    "an earlier label that is not whole": (
        talk(Q, {**A, "metadata": {"iterations": 1}}, Q, A),
        [
            ("label-missing", f"{AT}.complexity", "no complexity", None),
            ("label-missing", f"{AT}.category", "no category", None),
        ],
    ),
    "an empty question": (
        talk({"from": "human", "value": ""}, A),
        [("empty-text", "conversations[0].value", "question is empty", None)],
    ),
    "an answer of blank space": (
        talk(Q, {**A, "value": " \n\t"}),
        [("empty-text", "conversations[1].value", "answer holds only blank space", None)],
    ),
    "an answer of invisible characters": (
        talk(Q, {**A, "value": "\u200b"}),
        [
            ("empty-text", "conversations[1].value", "holds only blank space", None),
            ("control-character", "conversations[1].value", "U+200B zero width space", None),
        ],
    ),
    "a NUL": (
        talk(Q, {**A, "value": "ce\0vap"}),
        [("control-character", "conversations[1].value", "U+0000 control", '"cevap"')],
    ),
    "a terminal's escape and a turned text": (
        talk({"from": "human", "value": "\x1b[31mso\u202eru"}, A),
        [("control-character", "conversations[0].value", "U+001B", '"[31msoru"')],
    ),
    "line ends of another system": (
        talk(Q, {**A, "value": "bir\r\niki"}),
        [("control-character", "conversations[1].value", "U+000D", '"bir\\niki"')],
    ),
    "a thought": (
        talk(Q, {**A, "value": "<think>hm</think>cevap"}),
        [("special-token", "conversations[1].value", "<think>, </think>", None)],
    ),
    "the end of a turn": (
        talk({"from": "human", "value": "soru<|im_end|>"}, A),
        [("special-token", "conversations[0].value", "<|im_end|>", None)],
    ),
    "several at once": (
        talk({"from": "user", "value": " "}, {"from": "jessy", "value": "x", "metadata": {}}),
        [
            ("role", "conversations[0].from", "user", '"human"'),
            ("label-missing", f"{AT}.complexity", "complexity", None),
            ("label-missing", f"{AT}.iterations", "iterations", None),
            ("label-missing", f"{AT}.category", "category", None),
            ("empty-text", "conversations[0].value", "blank", None),
        ],
    ),
}


@pytest.mark.parametrize(("raw", "expected"), BROKEN.values(), ids=BROKEN)
def test_each_flaw_is_found_and_nothing_else(
    raw: Any, expected: list[tuple[str, str | None, str, str | None]]
) -> None:
    found = check_example(Example(raw), BRIEF)
    assert [(one.check, one.field, one.fix) for one in found] == [
        (check, field, fix) for check, field, _, fix in expected
    ]
    for one, (*_, piece, _fix) in zip(found, expected, strict=True):
        assert piece.casefold() in one.message.casefold()
        assert one.message.endswith(".")
        assert one.message[0] == one.message[0].upper()
        assert (one.file, one.index, one.line) == (None, None, None)


GOOD = {
    "single turn": talk(Q, A),
    "several turns, only the last labelled": talk(Q, {"from": "jessy", "value": "x"}, Q, A),
    "earlier metadata without a label": talk(Q, {**A, "metadata": {"part": "x"}}, Q, A),
    "all optional keys": labelled(
        language="mixed", part="p", weight=6, origin="chat", waive={"special-token": "it is"}
    ),
    "unknown keys": {"id": 7, **labelled(mood="good", nested={"a": [1]})},
    "emoji, code, tabs and letters of all kinds": talk(
        {"from": "human", "value": "👩‍💻 ok? ğüşıöç ÂÎ\u0301 العربية हिन्दी"},
        {**A, "value": "```rust\nfn f<'a>(x: &'a str) -> Option<&'a str> {\n\tNone\n}\n```"},
    ),
    "angle brackets that are no tokens": talk(
        {"from": "human", "value": "a <| b |> c, <s>eski</s>, Vec<T>, [inst], x |> f <| y"}, A
    ),
}


@pytest.mark.parametrize("raw", GOOD.values(), ids=GOOD)
def test_a_good_example_has_no_finding(raw: Any) -> None:
    assert check_example(Example(raw)) == []


@pytest.mark.parametrize(
    ("complexity", "band"), [("LOW", "12"), ("MEDIUM", "345"), ("HIGH", "6789")]
)
def test_every_number_is_in_exactly_one_band(complexity: str, band: str) -> None:
    for iterations in range(1, 10):
        raw = labelled(complexity=complexity, iterations=iterations)
        found = check_example(Example(raw), BRIEF)
        assert [one.check for one in found] == ([] if str(iterations) in band else ["band"])


def test_the_gravest_findings_come_first() -> None:
    raw = talk({"from": "human", "value": "\0"}, {**A, "metadata": {**LABEL, "iterations": 7}})
    assert [one.severity for one in check_example(Example(raw))] == ["error", "error", "warning"]


# --- several examples ---------------------------------------------------------------------------


def write(folder: Path, **files: list[Any]) -> list[Path]:
    paths = []
    for name, rows in files.items():
        path = folder / f"{name}.json"
        path.write_text(json.dumps(rows, ensure_ascii=False, indent=2))
        paths.append(path)
    return paths


def check(paths: list[Path], **settings: Any) -> list[Any]:
    return check_files([load_examples(path) for path in paths], CheckSettings(**settings))


def row(question: str, answer: str = "cevap", iterations: int = 1, **metadata: Any) -> Any:
    return example(question, answer, "LOW", iterations, "chat", **metadata)


def test_the_same_question_twice_is_said_of_the_second(tmp_path: Path) -> None:
    paths = write(tmp_path, a=[row("x", "1"), row("Naber?", "2")], b=[row(" Naber?", "3")])
    [found] = check(paths, off=("whitespace",))
    assert (found.check, found.severity) == ("two-answers", "warning")
    assert (found.file, found.index, found.field) == (paths[1], 0, "conversations[0].value")
    assert found.message == (
        "Example 2 of a.json has the same question with another answer; delete one of them."
    )


def test_one_question_under_two_labels_says_both(tmp_path: Path) -> None:
    [found] = check(write(tmp_path, a=[row("x", "1"), row("x", "2", 2)]))
    assert (
        "same question with another answer under another label (LOW 1 there, LOW 2 here)"
        in found.message
    )


def test_the_same_example_twice_is_one_finding(tmp_path: Path) -> None:
    [found] = check(write(tmp_path, a=[row("x"), row("x")]))
    assert found.check == "duplicate-question"
    assert "the same question and answer" in found.message


def test_questions_that_differ_in_dots_and_case_only_are_similar(tmp_path: Path) -> None:
    [found] = check(write(tmp_path, a=[row("Bi şey sorcam!", "1"), row("bi sey  sorcam", "2")]))
    assert (found.check, found.severity) == ("similar-question", "warning")
    assert "Example 1 of a.json asks the same but for case, dots" in found.message


def test_questions_about_languages_with_signs_in_their_names_differ(tmp_path: Path) -> None:
    rows = [row("C nedir", "1"), row("C++ nedir", "2"), row("C# nedir?", "3")]
    assert check(write(tmp_path, a=rows)) == []


def test_an_answer_used_twice_is_a_warning(tmp_path: Path) -> None:
    [found] = check(write(tmp_path, a=[row("x"), row("y")]))
    assert (found.check, found.severity) == ("duplicate-answer", "warning")
    assert found.field == "conversations[1].value"


def test_follow_up_questions_may_be_alike(tmp_path: Path) -> None:
    def long(first: str) -> Any:
        more = {"from": "human", "value": "neden?"}
        answers = [{**A, "value": f"{first} {number}"} for number in range(2)]
        return talk({**Q, "value": first}, answers[0], more, answers[1])

    assert check(write(tmp_path, a=[long("x"), long("y")])) == []


def test_one_answer_in_other_spellings_is_one_answer(tmp_path: Path) -> None:
    rows = [row("x", "Buyur kanka."), row("y", "buyur  kanka!"), row("z", "Buyur, kanka.")]
    second, third = check(write(tmp_path, a=rows))
    assert second.message == (
        "Example 1 of a.json has the same answer but for case, dots, spacing or punctuation, as "
        "have 1 more; write another one."
    )
    assert (third.check, third.index) == ("duplicate-answer", 2)


def test_an_opening_on_too_many_answers_is_said_once(tmp_path: Path) -> None:
    starts = ["Bence,", "bence,", "BENCE", "Bence", "bence"]
    rows = [row("pqrst"[n], f"{start} bu {n}") for n, start in enumerate(starts)]
    assert check(write(tmp_path, a=rows[:4])) == []
    [found] = check(write(tmp_path, a=[row("naber", "iyi"), *rows]))
    assert (found.check, found.severity, found.index) == ("frequent-opening", "warning", 1)
    assert found.field == "conversations[1].value"
    assert found.message == (
        '5 of 6 answers begin with "bence bu" (83.3%), more than 3.0%; begin some of them in '
        "another way."
    )
    assert check(write(tmp_path, a=rows), opening_share=1.0) == []


def test_every_check_between_examples_is_tried_here(tmp_path: Path) -> None:
    rows = [row("x", "1"), row("x", "2"), row("X", "3"), row("z", "3")]
    rows += [row("how does a mutex work", "4"), row("how does a mutexx work", "5")]
    rows += [row("q", "so it is"), row("q", "so it is")]
    rows += [row("pqrst"[n] * 3, f"so it is {n}") for n in range(5)]
    found = {one.check for one in check(write(tmp_path, a=rows))}
    # The check against the probes has a room of its own, tests/dataset/checks/test_probes.py.
    assert found == {check.name for check in DATASET_CHECKS} - {"probe-leak"}


def test_findings_are_in_the_order_of_the_files_and_know_their_lines(tmp_path: Path) -> None:
    text = (
        "[\n"  # 1
        '  {"conversations": [\n'  # 2
        '    {"from": "human", "value": "x"},\n'  # 3
        '    {"from": "jessy", "value": "x",\n'  # 4
        '     "metadata": {"complexity": "LOW",\n'  # 5
        '       "iterations": 4, "category": "chat"}}]},\n'  # 6
        "\n"  # 7
        '  {"conversations": []}\n'  # 8
        "]\n"
    )
    path = tmp_path / "z.json"
    path.write_text(text)
    [other] = write(tmp_path, a=[None])
    found = check([path, other])
    assert [(one.file, one.index, one.line, one.check) for one in found] == [
        (path, 0, 6, "band"),
        (path, 1, 8, "shape"),
        (other, 0, 2, "shape"),
    ]
    assert count_severities(found) == {"error": 3, "warning": 0, "note": 0}


def test_a_check_can_be_waived_with_a_reason_but_an_error_cannot(tmp_path: Path) -> None:
    waive = {"two-answers": "asked twice on purpose", "band": "no"}
    rows = [row("x", "1"), row("x", "2", 3, waive=waive)]
    assert [one.check for one in check(write(tmp_path, a=rows))] == ["band"]


def test_checks_can_be_turned_off_by_name(tmp_path: Path) -> None:
    paths = write(tmp_path, a=[row("x", "1"), row("x", "2", 3)])
    assert check(paths, off=("two-answers", "band")) == []
    with pytest.raises(JessyError, match='"bands", which does not exist; the checks are shape'):
        check(paths, off=("bands",))


def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('[\n{"a": }]')
    with pytest.raises(ExampleFileError) as caught:
        load_examples(tmp_path / "x.json")
    found = unreadable_file(caught.value)
    assert (found.check, found.severity, found.line, found.index) == ("file", "error", 2, 0)
    assert found.message == "A JSON value is expected, not '}'."


def test_the_examples_of_the_tests_are_clean(tmp_path: Path) -> None:
    off = ("answer-length",)  # they are brief
    assert check(write(tmp_path, a=[example(*one) for one in EXAMPLES]), off=off) == []


def test_the_examples_of_the_project_are_clean() -> None:
    paths = [path for path in (REPOSITORY / "data").glob("*.json") if path.name != "probes.json"]
    assert [str(one) for one in check(sorted(paths))] == []
