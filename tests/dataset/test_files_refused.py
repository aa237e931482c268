"""Files that cannot be read: one sentence each, with the place and the remedy."""

import os
from pathlib import Path

import pytest

from jessy_tui.dataset.files import ExampleFileError, load_examples

REFUSED = {
    "truncated in a text": (
        '[\n {"a": "b',
        "line 2, column 8 (example 1): it ends in the middle of a value; restore the rest",
    ),
    "truncated between values": (
        '[\n {"a": 1},',
        "line 2, column 11 (example 2): it ends in the middle of a value",
    ),
    "truncated after a value": ('[\n {"a": 1}\n', "line 3, column 1: the file ends before"),
    "no array": ('{"a": 1}', "line 1, column 1: a JSON array of examples begins with ["),
    "lines under the name of an array": ('{"a": 1}\n{"b": 2}\n', "name it *.jsonl"),
    "a word": ("hello", "a JSON array of examples begins with [, not with 'h'"),
    "nothing": ("", "the file is empty; write [] into it"),
    "blank space": (" \n\n", "the file holds only blank space; write [] into it"),
    "nothing but a byte order mark": ("\ufeff", "the file holds only blank space"),
    "a second value": ("[]\n[]", "line 2, column 1: something follows the closing ] of the array"),
    "a missing comma": ('[{"a": 1}\n{"b": 2}]', "line 2, column 1: a comma or ] is missing"),
    "a comma too many": ('[{"a": 1},\n]', "(example 2): a comma stands before a closing"),
    "a comma too many in an object": ('[{"a": 1,}]', "a comma stands before a closing bracket"),
    "a missing colon": ('[{"a" 1}]', "line 1, column 7 (example 1): a colon is missing before '1'"),
    "a missing comma in an object": (
        '[{"a": 1 "b": 2}]',
        "line 1, column 10 (example 1): a comma or a closing bracket is missing before '\"'",
    ),
    "a bare key": ("[{a: 1}]", 'a key in "double quotes" is expected'),
    "a bare line feed in a text": (
        '[{"a": "b\nc"}]',
        "line 1, column 10 (example 1): the control character '\\n' stands bare in a text",
    ),
    "a bad escape": (r'["\x"]', "a backslash begins no valid escape"),
    "a duplicate key": (
        '[{"a": 1},\n{"b": {"c": 1, "c": 2}}]',
        'line 2 (example 2): the key "c" stands twice in one object; take one out',
    ),
    "NaN": ("[1,\nNaN]", "line 2 (example 2): NaN is no JSON number"),
    "Infinity": ("[-Infinity]", "-Infinity is no JSON number"),
    "half a character": (r'["\ud83d"]', r"\ud83d is half a character"),
    "half a character as a key": (r'[{"\uDC00": 1}]', r"\udc00 is half a character"),
    "deep nesting": ("[" * 150 + "]" * 150, "it is nested deeper than 100 levels"),
    "nesting beyond the stack": ('[{"a":' * 50_000, "it is nested deeper than 100 levels"),
    "an endless number": ("[" + "9" * 5000 + "]", "a number of 5000 digits is too long"),
}  # fmt: skip

REFUSED_LINES = {
    "truncated": ('{"a": 1}\n{"b": [', "line 2, column 8 (example 2): it ends in the middle"),
    "an example over two lines": ('{"a":\n1}', "line 1, column 6 (example 1): it ends in"),
    "two on a line": ('{"a": 1} {"b": 2}', "line 1, column 10: one example a line is expected"),
    "nothing": ("", "the file is empty"),
    "a duplicate key": ('\n\n{"a": 1, "a": 1}', 'line 3 (example 1): the key "a" stands twice'),
}  # fmt: skip


@pytest.mark.parametrize(("content", "sentence"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_is_no_array_is_refused_with_its_place(
    tmp_path: Path, content: str, sentence: str
) -> None:
    _refused(tmp_path / "x.json", content.encode(), sentence)


@pytest.mark.parametrize(("content", "sentence"), REFUSED_LINES.values(), ids=REFUSED_LINES)
def test_a_bad_line_is_refused_with_its_number(tmp_path: Path, content: str, sentence: str) -> None:
    _refused(tmp_path / "x.jsonl", content.encode(), sentence)


def _refused(path: Path, content: bytes, sentence: str) -> None:
    path.write_bytes(content)
    with pytest.raises(ExampleFileError) as caught:
        load_examples(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert sentence in message
    assert message.endswith(".")
    assert "\n" not in message
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'[\n"\xfe"]', "line 2: byte 0xfe at offset 3 is not UTF-8; save the file as UTF-8"),
        ("[“Bilinç”]".encode("cp1254"), "is not UTF-8"),
        ('["ş"]'.encode("utf-16"), "it is UTF-16, not UTF-8"),
        (b'["\xed\xa0\x80"]', "byte 0xed at offset 2 is not UTF-8"),
    ],
)
def test_what_is_not_utf8_is_refused_with_the_first_byte(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    _refused(tmp_path / "x.json", content, sentence)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExampleFileError, match=r"there is no such file; check the name\.$"):
        load_examples(tmp_path / "x.json")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExampleFileError, match="it is a folder; name the example files in it"):
        load_examples(tmp_path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.json")
    with pytest.raises(ExampleFileError, match="it is no regular file"):
        load_examples(tmp_path / "x.json")


def test_a_file_without_permission_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.json"
    path.write_text("[]")
    path.chmod(0)
    if os.access(path, os.R_OK):  # root may read anything

        def refuse(_: Path) -> bytes:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ExampleFileError, match="you may not read it"):
        load_examples(path)


def test_a_failing_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.json"
    path.write_text("[]")

    def fail(_: Path) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "read_bytes", fail)
    with pytest.raises(ExampleFileError, match=r"could not be read \(Input/output error\)"):
        load_examples(path)
