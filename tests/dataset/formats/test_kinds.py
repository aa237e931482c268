"""JSON, JSONL, CSV and Parquet, row by row: what is read, and what is said of what cannot be."""

import builtins
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jessy_tui.dataset.formats.json_rows as json_rows
from jessy_tui.dataset.formats.detect import detect
from jessy_tui.dataset.formats.source import Source
from jessy_tui.errors import JessyError
from tests.dataset.strategies import array_files

Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


@settings(deadline=None, max_examples=60)
@given(content=array_files(), block=st.integers(1, 30))
def test_an_array_is_read_alike_however_little_of_it_is_in_memory(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, block: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "array.json"
    path.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_rows, "_BLOCK", block)
        found = [row.value for row in Source(path, "json", size=len(content)).rows()]
    assert found == json.loads(content.decode("utf-8-sig"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('[{"a": 1},\n{"a": }]', "line 2: a JSON value is expected, not '}'"),
        ('[{"a": 1}\n{"a": 2}]', "line 2: a comma or ] is missing before '{'"),
        ('[{"a": 1},\n', "line 2: it ends in the middle of a value"),
        ('[{"a": 1}\n', "line 2: the file ends before the array is closed"),
        ('[{"a": 1},]', "line 1: a comma stands before a closing bracket"),
        ('[{"a": 1, "a": 2}]', 'line 1: the key "a" stands twice'),
        ('{"a": 1}', "line 1: a JSON array of rows begins with"),
    ],
)
def test_an_array_that_is_broken_is_refused_with_its_line(
    write: Write, content: str, sentence: str
) -> None:
    source = Source(write("x.json", content), "json", size=len(content))
    with pytest.raises(JessyError, match=r"x\.json, ") as refused:
        list(source.rows())
    assert sentence in str(refused.value)


def test_a_line_that_is_no_utf8_spoils_no_other(write: Write) -> None:
    source = Source(write("x.jsonl", b'{"a": 1}\n{"a": "\xff"}\n{"a": 3}\n'), "jsonl")
    rows = list(source.rows())
    assert [row.value for row in rows] == [{"a": 1}, None, {"a": 3}]
    assert rows[1].line == 2
    assert "byte 0xff is not UTF-8" in str(rows[1].problem)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("a,b\n1\n", "it has 1 field where the first line has 2"),
        ("a,b\n1,2,3\n", "it has 3 fields where the first line has 2"),
    ],
)
def test_a_row_of_another_width_is_bad(write: Write, content: str, problem: str) -> None:
    [row] = Source(write("x.csv", content), "csv").rows()
    assert (row.line, row.problem) == (2, problem)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("a,a\n1,2\n", "line 1: the column `a` is there twice"),
        ("\n1,2\n", "line 1: its first line has no names of columns"),
        ('a,b\n1,"2\n', "line 2: it is no CSV from here on"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(write: Write, content: str, sentence: str) -> None:
    with pytest.raises(JessyError, match=r"x\.csv, ") as refused:
        list(Source(write("x.csv", content), "csv").rows())
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("x.jsonl", "", "the file is empty"),
        ("x.json", "[]", "it holds no rows"),
        ("x.jsonl", '{"a": }\n', "it holds no rows: a JSON value is expected, not '}'"),
        ("x.parquet", "PAR", "it does not begin as a Parquet file does"),
        ("x.parquet", "PAR1 and no more", "it is no Parquet file that can be read"),
        ("x.txt", "merhaba", "it is none of the kinds that are known"),
        ("x.jsonl", "merhaba", "JSONL begins with { or [, not with 'm'"),
        ("x.csv", "a,b\n1,2\n", "it cannot be told what its rows are: they have `a`, `b`;"),
    ],
)
def test_what_cannot_be_told_is_said(write: Write, name: str, content: str, sentence: str) -> None:
    with pytest.raises(JessyError, match=name) as refused:
        detect(write(name, content))
    assert sentence in str(refused.value)


def test_the_content_counts_more_than_the_name(write: Write) -> None:
    row = '{"prompt": "a", "completion": "b"}'
    assert "JSONL (whatever its name says)" in detect(write("x.json", f"{row}\n{row}\n")).why
    assert "JSON (whatever its name says)" in detect(write("x.jsonl", f"[{row}]")).why


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(JessyError, match="it is a folder"):
        detect(tmp_path)
    with pytest.raises(JessyError, match="there is no such file"):
        detect(tmp_path / "none.csv")


def test_without_pyarrow_one_sentence_says_how_to_get_it(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: Any, **options: Any) -> Any:
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(JessyError, match=r"pip install 'jessy-tui\[parquet\]'"):
        detect(write("x.parquet", "PAR1"))
