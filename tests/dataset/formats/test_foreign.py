"""Files as other tools write them: found out, read, and given back as they were."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.formats.carrying import to_raw, to_row
from jessy_tui.dataset.formats.detect import detect
from jessy_tui.dataset.formats.format import same
from jessy_tui.dataset.formats.importing import Import
from jessy_tui.dataset.formats.source import Source
from jessy_tui.errors import JessyError

FOREIGN = Path(__file__).parent / "foreign"
LOSSLESS = [
    "sharegpt.json",
    "sharegpt-users.jsonl",
    "openai.jsonl",
    "alpaca.json",
    "prompt.jsonl",
    "prompt.csv",
    "dpo.jsonl",
    "dialog.jsonl",
    "soru-cevap.csv",
    "utf16.tsv",
    "wrapped.json",
    "text-chatml.jsonl",
]


def raws_of(name: str, **options: Any) -> list[dict[str, Any]]:
    job = Import(detect(FOREIGN / name, **options))
    found = list(job.raws())
    assert not job.report.bad
    return found


@pytest.mark.parametrize("name", LOSSLESS)
def test_what_is_imported_goes_back_as_it_was(name: str) -> None:
    detected = detect(FOREIGN / name)
    for row in detected.source.rows():
        heard = to_raw(detected.format, row.value)
        assert heard.lost == ()
        back, lost = to_row(
            detected.format, heard.raw, plan=True, bare=False, through=lambda row: row
        )
        assert lost == ()
        if detected.format.name == "alpaca":
            back = {key: value for key, value in back.items() if key in row.value}
        assert same(back, row.value)


@pytest.mark.parametrize("name", [path.name for path in sorted(FOREIGN.iterdir())])
def test_the_same_rows_are_read_out_of_parquet(name: str, tmp_path: Path) -> None:
    if name in ("bad-rows.jsonl", "cp1254.csv", "openai.jsonl", "prompt.jsonl"):
        pytest.skip("these rows have no one shape that a Parquet file could hold")
    rows = [row.value for row in detect(FOREIGN / name).source.rows()]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "rows.parquet")
    found = Import(detect(tmp_path / "rows.parquet"))
    assert [Example(raw).answer for raw in found.raws()] == [
        Example(raw).answer for raw in raws_of(name)
    ]
    assert not found.report.bad


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("sharegpt.json", "JSON, ShareGPT: its rows have a list `conversations` of messages with"),
        (
            "openai.jsonl",
            "JSONL, OpenAI messages: its rows have a list `messages` of messages with",
        ),
        ("alpaca.json", "JSON, Alpaca: its rows have `instruction` and `output`."),
        ("prompt.csv", "CSV, prompt and completion: its rows have `prompt` and `completion`."),
        ("dpo.jsonl", "JSONL, columns: the question is in `prompt` and the answer in `chosen`."),
        ("soru-cevap.csv", "CSV with ';' between the columns, columns: the question is in `soru`"),
        ("utf16.tsv", "TSV in UTF-16, columns: the question is in `question`"),
        ("text-inst.jsonl", "JSONL, text: its rows have a conversation in `text`."),
    ],
)
def test_what_a_file_is_is_said_with_the_reason(name: str, why: str) -> None:
    assert detect(FOREIGN / name).why.startswith(why)


def test_a_plan_header_in_an_answer_is_read_as_the_label() -> None:
    labelled = [Example(raw) for raw in raws_of("sharegpt.json")][-1]
    assert (labelled.answer, labelled.plan and labelled.plan.header) == (
        "İyidir.",
        "<think>LOW 1</think>\n",
    )


def test_thoughts_that_are_no_plan_are_left_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "r1.jsonl"
    path.write_text('{"prompt": "a", "completion": "<think>hmm</think>b"}\n')
    job = Import(detect(path))
    [raw] = job.raws()
    assert Example(raw).answer == "<think>hmm</think>b"
    assert list(job.report.noted) == [
        "answers that begin with thoughts that are no plan, left as they are"
    ]


def test_what_an_example_has_no_place_for_is_kept_and_counted() -> None:
    job = Import(detect(FOREIGN / "openai.jsonl"))
    raws = list(job.raws())
    assert job.report.kept["system prompts"] == 2
    assert job.report.kept["messages of tool"] == 1
    assert job.report.kept["column `tools`"] == 1
    assert job.report.kept["parts of messages that are no text (images and such)"] == 1
    assert Example(raws[0]).metadata["origin"]["taken_out"] == [
        {"at": 0, "role": "system", "text": "Kısa konuş."}
    ]
    assert [turn.text for turn in Example(raws[1]).turns] == ["hava?", "12 derece."]
    assert not job.report.lost


def test_columns_can_be_said_to_be_something() -> None:
    mapping = {"question": "soru", "answer": "cevap", "iterations": "zorluk"}
    first, second = (Example(raw) for raw in raws_of("soru-cevap.csv", mapping=mapping))
    assert (str(first.plan), str(second.plan)) == ("MEDIUM 3", "LOW 1")
    [talk] = raws_of("dialog.jsonl", mapping={"complexity": "level", "iterations": "n"})
    assert str(Example(talk).plan) == "LOW 2"
    assert list(talk) == ["conversations"]


def test_an_encoding_can_be_named() -> None:
    with pytest.raises(JessyError, match=r"line 2: byte 0xfe is not UTF-8; .*cp1254"):
        detect(FOREIGN / "cp1254.csv")
    [raw] = raws_of("cp1254.csv", encoding="cp1254")
    assert Example(raw).question == "şığ"


def test_transcripts_in_headings_and_instructions_are_taken_apart() -> None:
    first, second = (Example(raw) for raw in raws_of("text-headings.jsonl"))
    assert (first.question, first.answer) == ("Kaç saat var", "24.")
    assert (second.question, second.answer) == ("Çevir\n\ncat", "kedi")
    [talk] = raws_of("text-inst.jsonl")
    assert [turn.text for turn in Example(talk).turns] == ["naber", "İyi.", "ya sen?", "Ben de."]


def test_a_quoted_line_end_stays_in_its_field() -> None:
    first, _ = (Example(raw) for raw in raws_of("prompt.csv"))
    assert (first.question, first.answer) == ("İki satır:\r\nbiri, öbürü", 'Tamam "kanka"')
    assert first.category == "chat"


def test_the_lines_of_bad_rows_are_those_of_the_file() -> None:
    job = Import(detect(FOREIGN / "bad-rows.jsonl"))
    assert len(list(job.raws())) == 2
    assert [bad.place.rpartition(" ")[2] for bad in job.report.bad] == ["2", "3", "6"]
    lines = Source(FOREIGN / "sharegpt.json", "json")
    assert [row.line for row in lines.rows()] == [2, 20, 50]
