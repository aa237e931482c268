"""A sweep over files says what `check_files` says of them, however they are cut."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jessy_tui.dataset.checks import Finding, check_files, count_severities
from jessy_tui.dataset.checks.sweep import Sweep, pieces, sweep
from jessy_tui.dataset.files import load_examples
from jessy_tui.dataset.probes import ProbeFile, load_probes
from jessy_tui.errors import JessyError
from jessy_tui.workspace import AnswerLengths, CheckSettings
from tests.conftest import REPOSITORY, example
from tests.dataset.checks.test_corpus import CORPUS, EXPECTED, PROBES

BUNDLED = sorted((REPOSITORY / "data").glob("jessy_*.json"))


def swept(
    *paths: Path,
    probes: ProbeFile | None = None,
    checks: CheckSettings = CheckSettings(),  # noqa: B008 - it cannot be changed
    processes: int = 0,
) -> list[Finding]:
    with Sweep(paths, checks, probes, processes=processes) as made:
        made.run()
        assert made.complete
        found = list(made.findings())
        assert made.counts() == count_severities(found)
        assert sum(made.by_check().values()) == len(found)
        return found


def loaded(
    *paths: Path,
    probes: ProbeFile | None = None,
    checks: CheckSettings = CheckSettings(),  # noqa: B008
) -> list[Finding]:
    return check_files([load_examples(path) for path in paths], checks, probes)


@pytest.fixture(params=[50, 5_000, 1 << 20])
def _cut(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "SIZE", request.param)
    monkeypatch.setattr(pieces, "_BLOCK", max(64, request.param // 3))


@pytest.mark.usefixtures("_cut")
def test_it_says_the_same_of_the_whole_corpus() -> None:
    paths = [
        CORPUS / f"{name}.json"
        for name in EXPECTED
        if not name.endswith(".probes") and name != "file"
    ]
    assert swept(*paths, probes=PROBES) == loaded(*paths, probes=PROBES)


def test_it_says_the_same_with_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "_FEW", 0)
    monkeypatch.setattr(pieces, "SIZE", 30_000)
    probes = load_probes(REPOSITORY / "data" / "probes.json")
    strict = CheckSettings(answer_length=AnswerLengths(low=(1, 30)), near_duplicate=0.5)
    both = swept(*BUNDLED, probes=probes, checks=strict, processes=2)
    assert both == loaded(*BUNDLED, probes=probes, checks=strict)
    assert both


QUESTIONS = [
    "naber",
    "Naber?",
    "naber ",
    "x",
    "so how does a mutex work here",
    "how does a mutex work here",
    "",
]
ANSWERS = ["iyi", "İyi.", "iyi ", "bence bu", "bence bu da", "", "sor.\0"]
ROWS = st.lists(
    st.builds(
        lambda question, answer, iterations, more: example(
            question, answer, "LOW", iterations, "chat", **more
        ),
        st.sampled_from(QUESTIONS),
        st.sampled_from(ANSWERS),
        st.sampled_from([1, 2, 7]),
        st.sampled_from([{}, {"waive": {"duplicate-answer": "meant"}}]),
    ),
    max_size=14,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ROWS, ROWS, st.sampled_from([None, 2]), st.booleans())
def test_it_says_the_same_of_any_examples(
    tmp_path: Path, first: list[Any], second: list[Any], indent: int | None, follow_up: bool
) -> None:
    if follow_up and first:
        first[0]["conversations"] += first[-1]["conversations"]
    one, two = tmp_path / "a.json", tmp_path / "b.jsonl"
    one.write_text(json.dumps(first, indent=indent, ensure_ascii=False), "utf-8")
    two.write_text("\n\n".join(json.dumps(row) for row in second) + "\n", "utf-8")
    strict = CheckSettings(opening_share=0.2)
    assert swept(one, two, checks=strict) == loaded(one, two, checks=strict)


def test_every_line_that_is_no_json_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    good = json.dumps(example("naber", "iyi", "LOW", 1, "chat")).encode()
    path.write_bytes(
        b"\xef\xbb\xbf"
        + good
        + b"\n{\n\n"
        + b'{"a": 1, "a": 2}\n\xff\n[1] 2\n'
        + b"\xef\xbb\xbf{}\n"
    )
    found = swept(path)
    assert [(one.check, one.line, one.index) for one in found] == [
        ("shape", line, index) for index, line in enumerate([2, 4, 5, 6, 7], start=1)
    ]
    assert "in the middle of a value" in found[0].message
    assert 'the key "a" stands twice' in found[1].message.lower()
    assert "is not UTF-8" in found[2].message
    assert "more follows" in found[3].message


BROKEN: Sequence[tuple[bytes, int, str]] = [
    (b'[{},\n{"a" 1}]', 2, "a colon is missing"),
    (b"[{}\n{}]", 2, "a comma or ] is missing"),
    (b"[{},\n]", 2, "a comma stands before"),
    (b"[{}", 1, "ends before the array is closed"),
    (b"[{}]\nx", 2, "something follows"),
    (b"\n{}", 2, "begins with [, not with '{'"),
    (b" ", 1, "only blank space"),
    (b"", 1, "the file is empty"),
    (b"\xff\xfea", 1, "UTF-16"),
    (b'[{},\n"\xff"]', 2, "is not UTF-8"),
    (b'[{"a": "b}', 1, "in the middle of a value"),
    (b"[{}]]", 1, "something follows"),
]


@pytest.mark.usefixtures("_cut")
@pytest.mark.parametrize(("content", "line", "reason"), BROKEN)
def test_an_array_that_is_none_is_told_once_with_its_line(
    tmp_path: Path, content: bytes, line: int, reason: str
) -> None:
    path, other = tmp_path / "a.json", tmp_path / "b.json"
    path.write_bytes(content)
    other.write_text("[]")
    with Sweep([path, other, tmp_path / "none.json"], CheckSettings(), processes=0) as made:
        made.run()
        assert [error.path for error in made.errors] == [path, tmp_path / "none.json"]
        assert (made.errors[0].line or 1) == line
        assert reason in made.errors[0].reason


def test_it_can_be_stopped_with_what_is_known_until_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "SIZE", 300)
    path = tmp_path / "a.jsonl"
    row = json.dumps(example("naber", "iyi ", "LOW", 1, "chat")) + "\n"
    path.write_text(row * 100)
    done: list[int] = []
    with Sweep([path], CheckSettings(), processes=0) as made:
        made.run(lambda stage, now, _: done.append(now), lambda: len(done) >= 3)
        assert not made.complete
        assert 0 < made.examples < 100
        found = [one.check for one in made.findings()]
        assert found.count("whitespace") == made.examples
        assert found.count("duplicate-question") == made.examples - 1


def test_a_file_that_changes_meanwhile_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(example("naber", "iyi", "LOW", 1, "chat")) + "\n")
    with (
        Sweep([path], CheckSettings(), processes=0) as made,
        pytest.raises(JessyError, match="changed while it was checked"),
    ):
        made.run(lambda *_: path.write_text("{}"))
