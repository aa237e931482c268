"""Probes are well-formed, and no example is one of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from jessy_tui.dataset.checks import Finding, check_files, check_probes
from jessy_tui.dataset.files import load_examples
from jessy_tui.dataset.probes import load_probes
from jessy_tui.dataset.reading import ExampleFileError
from jessy_tui.errors import JessyError
from jessy_tui.workspace import CheckSettings
from tests.conftest import example
from tests.dataset.checks.probe_files import OTHER, PROBE, without, write_probes

AT = "probes[0]"

# What is wrong -> the probes, and each finding as (check, field, a piece of the message).
BROKEN: dict[str, tuple[list[Any], list[tuple[str, str | None, str]]]] = {
    "no object": ([7], [("probe-shape", AT, "Probe 1: a probe is an object")]),
    "no id": ([without("id")], [("probe-shape", f"{AT}.id", 'Probe 1: it needs "id"')]),
    "a blank query": (
        [{**PROBE, "query": " "}],
        [("probe-shape", f"{AT}.query", 'Probe "ask-01": it needs "query"')],
    ),
    "a category that is no text": (
        [{**PROBE, "category": 1}],
        [("probe-shape", f"{AT}.category", 'needs "category"')],
    ),
    "an unknown complexity": (
        [{**PROBE, "complexity": "low"}],
        [("probe-shape", f"{AT}.complexity", "LOW, MEDIUM or HIGH")],
    ),
    "iterations that are one number": (
        [{**PROBE, "iterations": 1}],
        [("probe-shape", f"{AT}.iterations", "such as [1, 2]")],
    ),
    "iterations the wrong way round": (
        [{**PROBE, "iterations": [2, 1]}],
        [("probe-shape", f"{AT}.iterations", "such as [1, 2]")],
    ),
    "nothing expected": (
        [without("expected")],
        [("probe-shape", f"{AT}.expected", 'needs "expected"')],
    ),
    "a text expected": (
        [{**PROBE, "expected": "1"}],
        [("probe-shape", f"{AT}.expected", 'needs "expected"')],
    ),
    "an unknown language": (
        [{**PROBE, "language": "de"}],
        [("probe-shape", f"{AT}.language", "tr, en or mixed")],
    ),
    "marks that are a text": (
        [{**PROBE, "accept": "sor", "reject": ["x", ""]}],
        [
            ("probe-shape", f"{AT}.accept", '"accept" is a list'),
            ("probe-shape", f"{AT}.reject", '"reject" is a list'),
        ],
    ),
    "iterations outside the band": (
        [{**PROBE, "iterations": [1, 3]}],
        [("probe-band", f"{AT}.iterations", "1-3 leave the band of LOW, 1-2")],
    ),
    "expected outside the range": (
        [{**PROBE, "iterations": [2, 2]}],
        [("probe-band", f"{AT}.expected", "expects 1, which is not among its iterations 2-2")],
    ),
    "an id twice": (
        [PROBE, {**OTHER, "id": "ask-01"}],
        [("probe-id", "probes[1].id", 'Probe 2 has the id "ask-01" of probe 1')],
    ),
    "the same query but for dots": (
        [PROBE, {**PROBE, "id": "x", "query": "Bi sey sorabilir miyim acaba?"}],
        [("similar-probe", "probes[1].query", 'Probe "x" asks what probe "ask-01" asks')],
    ),
    "nearly the same query": (
        [PROBE, OTHER, {**OTHER, "id": "x", "query": "so why is there something rather than "
                        "nothing"}],
        [("similar-probe", "probes[2].query", 'Probe "x" asks what probe "deep-01" asks')],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("probes", "expected"), BROKEN.values(), ids=BROKEN)
def test_each_flaw_of_a_probe_is_found_and_nothing_else(
    tmp_path: Path, probes: list[Any], expected: list[tuple[str, str | None, str]]
) -> None:
    found = check_probes(load_probes(write_probes(tmp_path, *probes)))
    assert [(one.check, one.field) for one in found] == [
        (check, field) for check, field, _ in expected
    ]
    for one, (*_, piece) in zip(found, expected, strict=True):
        assert piece in one.message
        assert one.message.endswith(".")
        assert one.file == tmp_path / "probes.json"


def test_good_probes_have_no_finding(tmp_path: Path) -> None:
    bare = {name: PROBE[name] for name in PROBE if name not in ("language", "accept", "reject")}
    third = {**bare, "id": "t", "query": "fark etmez", "note": "unknown keys are no mistake"}
    assert check_probes(load_probes(write_probes(tmp_path, PROBE, OTHER, third))) == []


def test_a_finding_knows_its_line_and_its_place(tmp_path: Path) -> None:
    path = write_probes(tmp_path, OTHER, {**PROBE, "language": "de"})
    [found] = check_probes(load_probes(path))
    lines = path.read_text().splitlines()
    assert found.line is not None
    assert '"language": "de"' in lines[found.line - 1]
    assert (found.index, found.severity) == (1, "error")


@pytest.mark.parametrize("content", ["[]", '{"probe": []}', '{"probes": {}}', "null"])
def test_a_file_without_a_list_of_probes_is_an_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "p.json").write_text(content)
    [found] = check_probes(load_probes(tmp_path / "p.json"))
    assert (found.check, found.severity, found.index) == ("probe-shape", "error", None)


@pytest.mark.parametrize(
    ("content", "reason", "line"),
    [
        (b"", "holds nothing", None),
        (b'{"probes": [\n{"id": }]}', "A JSON value is expected", 2),
        (b'{"probes": []}\n{}', "something follows", 2),
        (b'{"probes":\n "\xff"}', "not UTF-8", 2),
    ],
)
def test_a_file_that_is_no_json_is_refused_with_its_line(
    tmp_path: Path, content: bytes, reason: str, line: int | None
) -> None:
    (tmp_path / "p.json").write_bytes(content)
    with pytest.raises(ExampleFileError) as caught:
        load_probes(tmp_path / "p.json")
    assert reason.casefold() in caught.value.reason.casefold()
    assert caught.value.line == line


def test_checks_of_probes_can_be_turned_off_too(tmp_path: Path) -> None:
    file = load_probes(write_probes(tmp_path, PROBE, PROBE))
    assert [one.check for one in check_probes(file)] == ["probe-id", "similar-probe"]
    off = ("probe-id", "similar-probe")
    assert check_probes(file, CheckSettings(off=off)) == []
    with pytest.raises(JessyError, match='"probe", which does not exist'):
        check_probes(file, CheckSettings(off=("probe",)))


# --- leaks ----------------------------------------------------------------------------------------


def leaks(folder: Path, *examples: Any, **settings: Any) -> list[Finding]:
    path = folder / "a.json"
    path.write_text(json.dumps(examples, ensure_ascii=False, indent=1))
    probes = load_probes(write_probes(folder, PROBE, OTHER))
    return check_files([load_examples(path)], CheckSettings(**settings), probes)


def low(question: str, **metadata: Any) -> dict[str, Any]:
    return example(question, "Sor kanka, dinliyorum.", "LOW", 1, "chat", **metadata)


@pytest.mark.parametrize(
    ("question", "how"),
    [
        ("bi şey sorabilir miyim acaba", "is probe"),
        ("Bi sey sorabilir miyim, acaba?", "is probe"),
        ("bi şey sorabilir miyim acaba kanka", "is nearly probe"),
        ("bi şey sorabilirmiyim acaba", "is nearly probe"),
        ("bi şey sorabilir miyim", "is nearly probe"),
        ("bi şey sorcam", None),
        ("why is there something", None),
    ],
)
def test_an_example_that_is_a_probe_or_nearly_one_is_an_error(
    tmp_path: Path, question: str, how: str | None
) -> None:
    found = leaks(tmp_path, low("naber"), low(question, part="x"))
    found = [one for one in found if one.check == "probe-leak"]
    if how is None:
        assert found == []
        return
    [one] = found
    assert (one.severity, one.index, one.field) == ("error", 1, "conversations[0].value")
    assert f'The question {how} "ask-01" of probes.json, "bi şey sorabilir miyim acaba"; ' in (
        one.message
    )


def test_a_later_question_is_a_probe_only_if_it_is_long(tmp_path: Path) -> None:
    def talk(question: str) -> dict[str, Any]:
        first, second = low("selam")["conversations"], low(question)["conversations"]
        assert isinstance(first, list)
        assert isinstance(second, list)
        second[1]["value"] = "Buyur."
        return {"conversations": [*first, *second]}

    path = tmp_path / "a.json"
    path.write_text(
        json.dumps([talk("neden ki"), talk("why is there something rather than nothing")])
    )
    probes = load_probes(write_probes(tmp_path, {**PROBE, "query": "neden ki"}, OTHER))
    found = [one for one in check_files([load_examples(path)], CheckSettings(), probes)
             if one.check == "probe-leak"]  # fmt: skip
    assert [(one.index, one.field) for one in found] == [(1, "conversations[2].value")]


def test_a_leak_cannot_be_waived_but_turned_off(tmp_path: Path) -> None:
    waived = low("bi şey sorabilir miyim acaba", waive={"probe-leak": "no"})
    assert [one.check for one in leaks(tmp_path, waived)] == ["probe-leak"]
    assert leaks(tmp_path, waived, off=("probe-leak",)) == []
