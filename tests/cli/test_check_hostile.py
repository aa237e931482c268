"""Whatever a file holds, `jessy check` ends with sentences and leaves the file as it is."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import Jessy
from tests.conftest import example

GOOD = json.dumps(example("naber", "iyi", "LOW", 1, "chat")).encode()
HOSTILE = {
    "nothing": b"",
    "blank": b" \n\t\r\n",
    "nul bytes": b"\0" * 5000,
    "deep brackets": b"[" * 100_000,
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "an endless number": b"[" + b"9" * 10_000 + b"]",
    "no number": b"[NaN, Infinity, -Infinity, 1e999]",
    "half a character": b'["\\ud800"]',
    "a bare control character": b'["a\x01b"]',
    "a gzip file": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + bytes(range(256)),
    "latin-1": b'["caf\xe9"]',
    "UTF-16": '["a"]'.encode("utf-16"),
    "UTF-16 without a mark": '["a"]'.encode("utf-16-le"),
    "marks of order everywhere": b"\xef\xbb\xbf\xef\xbb\xbf[" + GOOD + b"]",
    "carriage returns only": GOOD + b"\r" + GOOD,
    "a text that never ends": b'["' + b"a" * 300_000,
    "a backslash at the end": b'["\\',
    "one text of a megabyte": b'["' + b"a" * 1_000_000 + b'"]',
    "keys twice": b'[{"conversations": [], "conversations": []}]',
    "commands to the terminal": b'[{"conversations": [{"from": "\\u001b[2J\\u0007", "value": 1}]}]',
    "things that are no examples": b'[null, true, 1, "x", [], {}, {"conversations": {}}]',
    "messages that are none": b'[{"conversations": [null, 1, [], {"from": [], "value": {}}]}]',
    "labels that are none": b'[{"conversations": [{"from": "jessy", "value": "a", "metadata": '
    b'{"complexity": [], "iterations": {}, "category": 1, "weight": -1, "waive": [1]}}]}]',
    "good lines and bad": GOOD + b"\n{\n" + GOOD + b"\n\xff\xfe\n[]\n",
    "closed twice": b"[" + GOOD + b"]]",
    "commas alone": b"[,,,]",
    "a byte short": b"[" + GOOD,
}


@pytest.mark.parametrize("suffix", [".json", ".jsonl"])
@pytest.mark.parametrize("name", HOSTILE)
def test_it_ends_with_sentences(jessy: Jessy, tmp_path: Path, name: str, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(HOSTILE[name])
    ran = jessy("check", "--json", path)
    assert ran.code in (0, 1)
    assert ran.err == ""
    found = ran.json
    assert found["findings"] or name in ("blank", "one text of a megabyte")
    for finding in found["findings"]:
        assert finding["message"].endswith(".")
        assert finding["message"][:1] == finding["message"][:1].upper()
        assert len(finding["message"]) < 1_000
    shown = jessy("check", path)
    assert shown.code == ran.code
    assert "\x1b" not in shown.out
    assert "Traceback" not in shown.out + shown.err
    assert path.read_bytes() == HOSTILE[name]
    assert jessy("check", "--fix", path).code in (0, 1)


def test_what_is_no_file_is_said(jessy: Jessy, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "loop.json").symlink_to(tmp_path / "loop.json")
    (tmp_path / "folder.json").mkdir()
    names = ("pipe.json", "loop.json", "folder.json", "none.json")
    ran = jessy("check", "--json", *names)
    assert ran.code == 1
    assert [one["check"] for one in ran.json["findings"]] == ["file"] * 4
