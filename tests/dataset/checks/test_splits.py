"""What is trained on cannot validate."""

import json
from pathlib import Path

import pytest

from jessy_tui.dataset.checks.splits import check_split, is_split
from jessy_tui.dataset.reading import ExampleFileError
from jessy_tui.workspace import CheckSettings
from tests.cli.conftest import Jessy, jessy  # noqa: F401 - a fixture
from tests.dataset.checks.test_corpus import CORPUS

BROKEN = CORPUS / "split-leak"


def test_questions_on_both_sides_are_told_with_their_rows() -> None:
    rows, found = check_split(BROKEN, CheckSettings())
    assert rows == 7
    assert [(one.check, one.severity, one.index, one.line, one.field) for one in found] == [
        ("split-leak", "error", 1, 2, "messages[0].content"),
        ("split-leak", "error", 2, 4, "messages[0].content"),
        ("split-leak", "error", 3, 5, "prompt"),
    ]
    assert found[0].message.startswith("The question is that of row 1 of train.jsonl")
    assert "is nearly (9" in found[1].message
    assert check_split(BROKEN, CheckSettings(off=("split-leak",)))[1] == []


@pytest.mark.parametrize("content", [b"{", b"\xff\n", b"{} {}", b'{"a": 1, "a": 2}'])
def test_a_row_that_is_no_json_is_said_with_its_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "train.jsonl").write_bytes(b"\n[1]\n" + content)
    (tmp_path / "valid.jsonl").write_bytes(b"")
    assert is_split(tmp_path)
    with pytest.raises(ExampleFileError, match="line 3"):
        check_split(tmp_path, CheckSettings())


def test_jessy_check_takes_the_folder_of_a_split(jessy: Jessy, tmp_path: Path) -> None:  # noqa: F811
    ran = jessy("check", "--json", BROKEN)
    assert (ran.code, ran.json["examples"], ran.json["counts"]["error"]) == (1, 7, 3)
    clean = tmp_path / "split"
    clean.mkdir()
    for name, question in (("train", "naber"), ("valid", "kahve mi çay mı")):
        messages = [{"role": "user", "content": question}]
        (clean / f"{name}.jsonl").write_text(json.dumps({"messages": messages}) + "\n")
    ran = jessy("check", clean)
    assert (ran.code, ran.out) == (0, "2 examples in 2 files: nothing found.\n")
    (clean / "train.jsonl").write_text("{")
    assert jessy("check", clean).code == 1
