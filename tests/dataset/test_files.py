"""Reading and writing example files."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.files import ExampleFile, load_examples, render
from jessy_tui.dataset.layout import same_json
from jessy_tui.errors import JessyError
from tests.conftest import EXAMPLES, example
from tests.dataset.strategies import VALUES, array_files, lines_files

RELAXED = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80
)
RAW = [example(*row) for row in EXAMPLES[:3]]


def load(folder: Path, content: bytes | str, name: str = "x.json") -> ExampleFile:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return load_examples(path)


FORMATS = {
    "indented": json.dumps(RAW, indent=2, ensure_ascii=False) + "\n",
    "indented by one, escaped": json.dumps(RAW, indent=1),
    "tabs and CRLF": json.dumps(RAW, indent="\t", ensure_ascii=False).replace("\n", "\r\n"),
    "on one line": json.dumps(RAW, ensure_ascii=False),
    "compact": json.dumps(RAW, ensure_ascii=False, separators=(",", ":")) + "\n",
    "an example a line": "[\n"
    + ",\n".join(json.dumps(raw, ensure_ascii=False) for raw in RAW)
    + "\n]\n",
    "messages inline": '[\n  {\n    "conversations": [\n'
    '      {"from": "human", "value": "a"},\n'
    '      {"from": "jessy", "value": "b", "metadata": {"iterations": 1}}\n'
    "    ]\n  }\n]\n",
}


@pytest.mark.parametrize("text", FORMATS.values(), ids=FORMATS)
def test_a_new_example_is_written_in_the_style_of_the_file(tmp_path: Path, text: str) -> None:
    file = load(tmp_path, text)
    copy = Example(json.loads(json.dumps(file.examples[0].raw)))
    assert render(file, [copy, *file.examples[1:]]) == text.encode()
    again = load(tmp_path, render(file, [*file.examples, copy]))
    assert [one.raw for one in again.examples] == [*(one.raw for one in file.examples), copy.raw]
    # The very first example, written anew at the end, has the text of the one at the front.
    assert again.piece(len(file.examples)).source == file.piece(0).source


@pytest.mark.parametrize("text", FORMATS.values(), ids=FORMATS)
def test_the_others_keep_their_bytes_when_one_is_taken_out(tmp_path: Path, text: str) -> None:
    file = load(tmp_path, text)
    for gone in range(len(file.examples)):
        kept = [one for at, one in enumerate(file.examples) if at != gone]
        again = load(tmp_path, render(file, kept))
        assert [one.raw for one in again.examples] == [one.raw for one in kept]
        sources = [file.piece(at).source for at in range(len(file.examples)) if at != gone]
        assert [again.piece(at).source for at in range(len(kept))] == sources


@RELAXED
@given(content=array_files())
def test_an_array_comes_back_byte_for_byte(tmp_path: Path, content: bytes) -> None:
    file = load(tmp_path, content)
    assert render(file, file.examples) == content
    pieces = [file.piece(at).source for at in range(len(file.examples))]
    values = [json.loads(source) for source in pieces]
    assert json.loads(content.decode("utf-8-sig")) == values


@RELAXED
@given(content=lines_files())
def test_lines_come_back_byte_for_byte(tmp_path: Path, content: bytes) -> None:
    file = load(tmp_path, content, "x.jsonl")
    assert render(file, file.examples) == content
    lines = [line for line in content.decode().split("\n") if line.strip()]
    assert [json.loads(line) for line in lines] == [one.raw for one in file.examples]


@RELAXED
@given(
    content=array_files(),
    value=VALUES,
    place=st.integers(0, 4),
    lines=lines_files(),
    deleted=st.integers(0, 4),
)
def test_any_edit_gives_a_file_that_reads_back_as_it_was_meant(
    tmp_path: Path, content: bytes, lines: bytes, value: object, place: int, deleted: int
) -> None:
    for name, text in (("x.json", content), ("x.jsonl", lines)):
        file = load(tmp_path, text, name)
        examples = list(file.examples)
        if deleted < len(examples):
            del examples[deleted]
        examples.insert(min(place, len(examples)), Example(value))
        again = load(tmp_path, render(file, examples), name)
        assert len(again.examples) == len(examples)
        for read, meant in zip(again.examples, examples, strict=True):
            assert same_json(read.raw, meant.raw)


@pytest.mark.parametrize("text", ["[]", "[ ]\n", "\ufeff[\r\n]\r\n", " [] "])
def test_an_empty_array_takes_a_first_example(tmp_path: Path, text: str) -> None:
    file = load(tmp_path, text)
    assert render(file, []) == text.encode()
    content = render(file, [Example(RAW[0])])
    assert load(tmp_path, content).examples[0].raw == RAW[0]
    assert (b"\r\n  {" in content) == ("\r\n" in text)


def test_a_jsonl_file_that_loses_all_its_examples_can_still_be_read(tmp_path: Path) -> None:
    file = load(tmp_path, '{"a": 1}', "x.jsonl")
    assert load(tmp_path, render(file, []), "x.jsonl").examples == ()


def test_lines_end_as_in_the_rest_of_a_crlf_file(tmp_path: Path) -> None:
    file = load(tmp_path, '{"a": 1}\r\n{"b": 2}\r\n', "x.jsonl")
    added = [*file.examples, Example({"c": 3})]
    assert render(file, added) == b'{"a": 1}\r\n{"b": 2}\r\n{"c": 3}\r\n'


def test_numbers_that_no_float_holds_survive_an_edit_beside_them(tmp_path: Path) -> None:
    text = '[{"a": 1.10, "b": 1e400, "c": 12345678901234567890123, "d": -0, "x": 1}]'
    file = load(tmp_path, text)
    edited = Example({**file.examples[0].raw, "x": 2})
    assert render(file, [edited]).decode() == text.replace('"x": 1', '"x": 2')


def test_unknown_keys_and_their_order_survive_an_edit(tmp_path: Path) -> None:
    raw = example("soru", "cevap", "LOW", 1, "chat", zeta=[1, {"y": None}], alpha="ş")
    text = json.dumps([{"note": "önce", **raw, "id": 7}], ensure_ascii=False, indent=4)
    file = load(tmp_path, text)
    content = render(file, [file.examples[0].with_answer("yeni")]).decode()
    assert content == text.replace('"cevap"', '"yeni"')


def test_letters_stay_escaped_in_a_file_that_escapes_them(tmp_path: Path) -> None:
    file = load(tmp_path, json.dumps([example("şey", "ğ", "LOW", 1, "chat")]))
    assert b"\\u0131" in render(file, [file.examples[0].with_answer("ı")])
    file = load(tmp_path, json.dumps([example("sey", "g", "LOW", 1, "chat")]))
    assert "ı".encode() in render(file, [file.examples[0].with_answer("ı")])


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), {1: 2}, {1, 2}, "\ud800"])
def test_what_json_cannot_hold_is_not_written(tmp_path: Path, bad: object) -> None:
    file = load(tmp_path, "[]")
    with pytest.raises(JessyError, match="cannot be written as JSON"):
        render(file, [Example({"x": bad})])


def test_the_line_of_each_example_is_known(tmp_path: Path) -> None:
    file = load(tmp_path, '[\n  {\n"a": 1},\n\n {"b": 2}, {"c": 3}\n]')
    assert [file.line_of(at) for at in range(3)] == [2, 5, 5]
    assert file.line_of(0, 4) == 3


def test_what_is_json_but_no_example_is_read_all_the_same(tmp_path: Path) -> None:
    file = load(tmp_path, '[null, 7, "text", [], {"conversations": 3}]')
    assert [one.question for one in file.examples] == [""] * 5
