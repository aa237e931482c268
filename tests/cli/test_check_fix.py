"""`jessy check --fix`: what is safe is mended, shown, and checked again."""

import json

import pytest

from tests.cli.conftest import Jessy
from tests.cli.test_check import GOOD
from tests.conftest import MakeWorkspace, example

BROKEN = (
    b'[\n  {"conversations": [ {"from": "human", "value": "saat ka\xc3\x83\xc2\xa7 "},\n'
    b'    {"from":"jessy",  "value": "Saatim yok.", "metadata":\n'
    b'      {"complexity": "low", "iterations": 1, "category": "chat"} } ] },\n'
    b'  {"conversations": [{"from": "human", "value": "naber"}, {"from": "jessy",\n'
    b'    "value": "\xc4\xb0yi.", "metadata":\n'
    b'      {"complexity": "LOW", "iterations": 1, "category": "chat"}}]}\n]\n'
)
MENDED = BROKEN.replace(b"ka\xc3\x83\xc2\xa7 ", b"ka\xc3\xa7").replace(b'"low"', b'"LOW"')


def test_safe_fixes_are_made_and_shown_and_no_other_byte_changes(
    jessy: Jessy, make_workspace: MakeWorkspace
) -> None:
    workspace = make_workspace(a_json=BROKEN, b_json=GOOD[:1])
    b_before = (workspace.data / "b.json").stat()
    assert jessy("check", folder=workspace.root).code == 1
    assert (workspace.data / "a.json").read_bytes() == BROKEN
    ran = jessy("check", "--fix", folder=workspace.root)
    assert (workspace.data / "a.json").read_bytes() == MENDED
    assert ran.code == 0
    shown = " ".join(ran.out.split())
    assert shown.startswith("data/a.json: 3 fixes ")
    assert '"low" → "LOW" [complexity · example 1 · conversations[1].metadata.complexity]' in shown
    assert '"saat kaÃ§ " → "saat kaÃ§" [whitespace · example 1 · conversations[0].value]' in shown
    assert '"saat kaÃ§" → "saat kaç" [mojibake ·' in shown
    assert shown.endswith("3 examples in 2 files: nothing found.")
    b_after = (workspace.data / "b.json").stat()
    assert (b_before.st_ino, b_before.st_mtime_ns) == (b_after.st_ino, b_after.st_mtime_ns)
    again = jessy("check", "--fix", folder=workspace.root)
    assert (again.code, again.out) == (0, "3 examples in 2 files: nothing found.\n")


def test_fixes_are_said_to_programs(jessy: Jessy, make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(a_json=BROKEN)
    ran = jessy("check", "--fix", "--json", "data/a.json", folder=workspace.root)
    assert list(ran.json) == ["examples", "findings", "counts", "fixed"]
    assert ran.json["fixed"][0] == {
        "check": "complexity",
        "file": "data/a.json",
        "index": 0,
        "field": "conversations[1].metadata.complexity",
        "was": '"low"',
        "now": '"LOW"',
    }
    assert len(ran.json["fixed"]) == 3
    assert jessy("check", "--fix", "--json", folder=workspace.root).json["fixed"] == []


def test_what_cannot_be_fixed_is_still_an_error_after_the_fixes(
    jessy: Jessy, make_workspace: MakeWorkspace
) -> None:
    workspace = make_workspace(a_json=BROKEN.replace(b'"LOW", "iterations": 1', b'"LOW", "x": 1'))
    ran = jessy("check", "--fix", folder=workspace.root)
    assert ran.code == 1
    assert "data/a.json: 3 fixes" in ran.out
    assert ran.out.splitlines()[-1] == "2 examples in 1 file: 1 error."


def test_nothing_is_fixed_with_settings_that_are_refused(
    jessy: Jessy, make_workspace: MakeWorkspace
) -> None:
    workspace = make_workspace(a_json=BROKEN)
    (workspace.root / "jessy.toml").write_text('[check]\noff = ["x"]\n')
    assert jessy("check", "--fix", folder=workspace.root).code == 1
    assert (workspace.data / "a.json").read_bytes() == BROKEN


def test_a_file_that_cannot_be_written_is_said_and_left_alone(
    jessy: Jessy, make_workspace: MakeWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = make_workspace(a_json=BROKEN)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", full)
    ran = jessy("check", "--fix", folder=workspace.root)
    assert ran.code == 1
    assert "No space left on device" in ran.err
    assert (workspace.data / "a.json").read_bytes() == BROKEN


def test_a_file_with_a_line_that_is_no_json_is_not_fixed_and_said_so(
    jessy: Jessy, make_workspace: MakeWorkspace
) -> None:
    line = json.dumps(example("naber", "iyi ", "LOW", 1, "chat")).encode()
    workspace = make_workspace(a_jsonl=line + b"\n{\n", b_jsonl=line.replace(b"naber", b"selam"))
    ran = jessy("check", "--fix", folder=workspace.root)
    assert ran.code == 1
    assert "nothing was fixed there" in ran.err
    assert "a.jsonl, line 2" in ran.err
    assert (workspace.data / "a.jsonl").read_bytes() == line + b"\n{\n"
    assert b'"iyi"' in (workspace.data / "b.jsonl").read_bytes()
