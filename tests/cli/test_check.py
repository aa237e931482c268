"""`jessy check`."""

import json
from pathlib import Path
from typing import Any

import pytest

from jessy_tui.workspace import Workspace
from tests.cli.conftest import Jessy
from tests.conftest import EXAMPLES, MakeWorkspace, example


def sound(question: str, answer: str, complexity: str, iterations: int, category: str) -> Any:
    """An example whose answer is as long as its label asks."""
    if complexity != "LOW":
        answer = f"{answer}\n\n" + " ".join(f"{category}{iterations}{n}" for n in range(80))
    return example(question, answer, complexity, iterations, category)


GOOD = [sound(*row) for row in EXAMPLES]
BAD = [*GOOD[:2], example("yeni", "cevap", "LOW", 5, "chat"), example("naber", "x", "LOW", 1, "y")]


def test_clean_examples_end_with_nothing_found(jessy: Jessy, make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(chat_json=GOOD)
    ran = jessy("check", folder=workspace.root)
    assert (ran.code, ran.out) == (0, "8 examples in 1 file: nothing found.\n")


def test_findings_are_grouped_by_file_with_their_lines(
    jessy: Jessy, make_workspace: MakeWorkspace
) -> None:
    workspace = make_workspace(a_json=BAD, b_json=GOOD[2:])
    ran = jessy("check", folder=workspace.root)
    assert ran.code == 1
    assert ran.out.splitlines()[0] == "data/a.json"
    assert "5 iterations are outside the band of LOW, 1-2" in ran.out
    assert "data/b.json" not in ran.out
    assert ran.out.splitlines()[-1] == "10 examples in 2 files: 1 error, 1 warning."


def test_json_has_exactly_the_promised_keys(jessy: Jessy, make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(a_json=BAD)
    ran = jessy("check", "--json", folder=workspace.root)
    assert ran.code == 1
    found = ran.json
    assert list(found) == ["examples", "findings", "counts"]
    assert found["examples"] == 4
    assert found["counts"] == {"error": 1, "warning": 1, "note": 0}
    first, second = found["findings"]
    text = (workspace.data / "a.json").read_text()
    line = 1 + text[: text.index('"iterations": 5')].count("\n")
    assert first == {
        "check": "band",
        "severity": "error",
        "file": "data/a.json",
        "index": 2,
        "line": line,
        "field": "conversations[1].metadata.iterations",
        "message": "5 iterations are outside the band of LOW, 1-2; write 1-2, or the complexity "
        "MEDIUM.",
        "fix": None,
    }
    assert (second["check"], second["index"]) == ("two-answers", 3)


def test_warnings_alone_are_no_failure(jessy: Jessy, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps([GOOD[0], GOOD[0]]))
    ran = jessy("check", tmp_path / "x.json")
    assert ran.code == 0
    assert "1 warning" in ran.out


@pytest.mark.parametrize(
    ("content", "sentence", "line"),
    [
        (b'[{"a": "b', "It ends in the middle of a value", 1),
        (b"", "The file is empty", None),
        (b'[\n"\xff"]', "is not UTF-8", 2),
        (b'{"a": 1}', "A JSON array of examples begins with [", 1),
    ],
)
def test_a_file_that_cannot_be_read_is_a_finding_and_the_others_are_checked(
    jessy: Jessy, make_workspace: MakeWorkspace, content: bytes, sentence: str, line: int | None
) -> None:
    workspace = make_workspace(a_json=content, b_json=BAD)
    ran = jessy("check", "--json", folder=workspace.root)
    assert ran.code == 1
    found = ran.json
    assert found["examples"] == 4
    broken = found["findings"][0]
    assert (broken["check"], broken["severity"], broken["line"]) == ("file", "error", line)
    assert sentence in broken["message"]
    assert found["counts"]["error"] == 2
    shown = jessy("check", folder=workspace.root)
    assert shown.code == 1
    assert "data/a.json" in shown.out
    assert (workspace.data / "a.json").read_bytes() == content


def test_a_folder_and_a_missing_file_are_findings(jessy: Jessy, tmp_path: Path) -> None:
    ran = jessy("check", "--json", tmp_path, "gone.json")
    assert ran.code == 1
    messages = [found["message"] for found in ran.json["findings"]]
    assert messages[0].startswith("It is a folder; name the example files in it")
    assert messages[1] == "There is no such file; check the name."


def test_a_file_named_twice_is_checked_once(jessy: Jessy, workspace: Workspace) -> None:
    path = workspace.data / "chat.json"
    assert jessy("check", "--json", path, path).json["examples"] == 8


def test_a_workspace_without_files_is_said_so(jessy: Jessy, tmp_path: Path) -> None:
    ran = jessy("check", "--json")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("jessy: data holds no example files (*.json, *.jsonl)")


def test_checks_are_turned_off_in_the_settings(jessy: Jessy, make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(a_json=BAD)
    settings = workspace.root / "jessy.toml"
    settings.write_text('[check]\noff = ["band", "two-answers"]\n')
    assert jessy("check", folder=workspace.root).code == 0
    settings.write_text('[check]\noff = ["ban"]\n')
    ran = jessy("check", folder=workspace.root)
    assert ran.code == 1
    assert 'turns off a check "ban", which does not exist' in ran.err


def test_what_looks_like_markup_or_a_command_to_the_terminal_is_shown_as_text(
    jessy: Jessy, tmp_path: Path
) -> None:
    row = example("soru", "cevap", "[red]\x1b[2J:smile:", 1, "chat")
    (tmp_path / "[bold]x.json").write_text(json.dumps([row]))
    ran = jessy("check", "[bold]x.json")
    assert "[bold]x.json" in ran.out
    assert '"[red]\\u001b[2J:smile:" is no complexity' in ran.out.replace("\n", "")
    assert "\x1b[2J" not in ran.out


def test_a_file_name_that_is_no_utf8_is_no_stumbling_block(jessy: Jessy, tmp_path: Path) -> None:
    name = b"caf\xe9.json".decode(errors="surrogateescape")
    (tmp_path / name).write_text("[null]")
    assert jessy("check", "--json", tmp_path / name).code == 1
    assert jessy("check", tmp_path / name).code == 1


PROBE = {
    "id": "ask-01",
    "query": "naber",
    "complexity": "LOW",
    "iterations": [1, 2],
    "expected": 1,
    "category": "greeting",
}


def test_the_probes_of_the_workspace_are_checked_too(
    jessy: Jessy, make_workspace: MakeWorkspace
) -> None:
    probes = json.dumps({"probes": [PROBE, {**PROBE, "expected": 2}]}).encode()
    workspace = make_workspace(a_json=GOOD, probes_json=probes)
    ran = jessy("check", "--json", folder=workspace.root)
    assert ran.code == 1
    assert ran.json["examples"] == len(GOOD)
    assert [(one["check"], one["file"], one["index"]) for one in ran.json["findings"]] == [
        ("probe-leak", "data/a.json", 1),
        ("probe-id", "data/probes.json", 1),
        ("similar-probe", "data/probes.json", 1),
    ]
    shown = jessy("check", folder=workspace.root)
    assert '"naber" is probe' not in shown.out
    assert 'The question is probe "ask-01" of probes.json' in shown.out


def test_one_file_is_checked_against_the_probes_and_the_probes_alone_by_name(
    jessy: Jessy, make_workspace: MakeWorkspace
) -> None:
    probes = json.dumps({"probes": [PROBE, PROBE]}).encode()
    workspace = make_workspace(a_json=GOOD, probes_json=probes)
    ran = jessy("check", "--json", "data/a.json", folder=workspace.root)
    assert [one["check"] for one in ran.json["findings"]] == ["probe-leak"]
    ran = jessy("check", "--json", "data/probes.json", folder=workspace.root)
    assert [one["check"] for one in ran.json["findings"]] == ["probe-id", "similar-probe"]
    assert ran.json["examples"] == 0


def test_probes_that_cannot_be_read_are_a_finding(
    jessy: Jessy, make_workspace: MakeWorkspace
) -> None:
    workspace = make_workspace(a_json=GOOD, probes_json=b"{")
    ran = jessy("check", "--json", folder=workspace.root)
    assert ran.code == 1
    assert [(one["check"], one["file"]) for one in ran.json["findings"]] == [
        ("file", "data/probes.json")
    ]


def test_thresholds_are_settings_and_unknown_ones_are_refused(
    jessy: Jessy, make_workspace: MakeWorkspace
) -> None:
    rows = [
        example("how does the cache work here", "1", "LOW", 1, "y"),
        example("please tell me how does the cache work here", "2", "LOW", 1, "y"),
    ]
    workspace = make_workspace(a_json=rows)
    settings = workspace.root / "jessy.toml"
    assert jessy("check", "--json", folder=workspace.root).json["findings"] == []
    settings.write_text("[check]\nnear_duplicate = 0.4\n")
    ran = jessy("check", "--json", folder=workspace.root)
    assert [one["check"] for one in ran.json["findings"]] == ["near-duplicate"]
    for wrong in ("near_duplicates = 0.4", "near_duplicate = 1.4", 'near_duplicate = "x"'):
        settings.write_text(f"[check]\n{wrong}\n")
        ran = jessy("check", folder=workspace.root)
        assert ran.code == 1
        assert "near_duplicate" in ran.err
