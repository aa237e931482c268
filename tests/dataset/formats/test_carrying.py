"""Converting to any format in any kind of file, and back: lossless, or it says what is lost."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.formats.carrying import EDITED, to_raw, to_row
from jessy_tui.dataset.formats.converting import Conversion, convert, placed_example
from jessy_tui.dataset.formats.detect import detect
from jessy_tui.dataset.formats.format import BESIDE, same
from jessy_tui.dataset.formats.importing import Import
from jessy_tui.dataset.formats.registry import FORMATS
from jessy_tui.dataset.formats.report import Report
from jessy_tui.dataset.formats.source import KINDS, Kind, Source
from jessy_tui.dataset.formats.targets import blocks, columns_of, through
from tests.conftest import EXAMPLES, example
from tests.dataset.formats.talks import talks


def written_and_read(
    path: Path, kind: Kind, rows: Sequence[dict[str, Any]], columns: tuple[str, ...]
) -> list[Any]:
    with io.BytesIO() as stream:
        stream.writelines(blocks(kind, rows, columns))
        path.write_bytes(stream.getvalue())
    delimiter = "\t" if kind == "tsv" else ","
    source = Source(path, kind, delimiter=delimiter, size=path.stat().st_size)
    found = list(source.rows())
    assert [row.problem for row in found] == [None] * len(rows)
    return [row.value for row in found]


@settings(deadline=None, max_examples=120)
@given(
    raws=st.lists(talks(), min_size=1, max_size=3),
    name=st.sampled_from(sorted(FORMATS)),
    kind=st.sampled_from(sorted(KINDS)),
    plan=st.booleans(),
    bare=st.booleans(),
)
def test_what_is_converted_comes_back_or_what_is_lost_is_named(
    tmp_path_factory: pytest.TempPathFactory,
    raws: list[dict[str, Any]],
    name: str,
    kind: Kind,
    plan: bool,
    bare: bool,
) -> None:
    format_ = FORMATS[name]
    columns = columns_of(format_, bare=bare)
    carried = [
        to_row(format_, raw, plan=plan, bare=bare, through=through(kind, columns)) for raw in raws
    ]
    path = tmp_path_factory.getbasetemp() / f"carried.{kind}"
    back = written_and_read(path, kind, [row for row, _ in carried], columns)
    for raw, (_, lost), row in zip(raws, carried, back, strict=True):
        if lost:
            assert bare, lost
        else:
            assert same(to_raw(format_, row).raw, raw)


@pytest.mark.parametrize("name", sorted(FORMATS))
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_file_of_examples_comes_back_from_each_format_and_kind(
    tmp_path: Path, name: str, kind: Kind
) -> None:
    raws = [example(*row, language="tr", weight=2) for row in EXAMPLES]
    target = tmp_path / f"there.{kind}"
    report = Report()
    placed = [placed_example(tmp_path, at, Example(raw)) for at, raw in enumerate(raws)]
    convert(placed, Conversion(FORMATS[name], target), report).commit()
    assert (report.examples, report.labelled, report.lost) == (8, 8, {})
    job = Import(detect(target))
    job.write(tmp_path / "back.jsonl").commit()
    assert job.report.labelled == 8
    back = Source(tmp_path / "back.jsonl", "jsonl")
    assert [row.value for row in back.rows()] == raws


def test_bare_rows_have_nothing_beside_them_and_name_what_is_lost() -> None:
    raw = example(*EXAMPLES[0], language="tr", weight=6)
    row, lost = to_row(FORMATS["openai"], raw, plan=True, bare=True, through=lambda row: row)
    assert row == {
        "messages": [
            {"role": "user", "content": "sana bisi sorucam"},
            {"role": "assistant", "content": "<think>LOW 1</think>\nSor kanka, dinliyorum."},
        ]
    }
    assert lost == ("`category` of the label", "`language` of the label", "`weight` of the label")


def test_without_plans_the_label_stands_in_columns_of_its_own() -> None:
    raw = example(*EXAMPLES[0])
    row, _ = to_row(FORMATS["prompt"], raw, plan=False, bare=False, through=lambda row: row)
    assert row == {
        "prompt": "sana bisi sorucam",
        "completion": "Sor kanka, dinliyorum.",
        "complexity": "LOW",
        "iterations": 1,
        "category": "greeting",
    }
    _, lost = to_row(FORMATS["prompt"], raw, plan=False, bare=True, through=lambda row: row)
    assert "`iterations` of the label" in lost


def test_a_row_that_was_edited_since_says_what_it_says_now() -> None:
    raw = example(*EXAMPLES[0])
    raw["conversations"] += [{"from": "human", "value": "bir de şu?"}]
    row, _ = to_row(FORMATS["prompt"], raw, plan=True, bare=False, through=lambda row: row)
    assert row[BESIDE] == {"example": raw}
    assert same(to_raw(FORMATS["prompt"], row).raw, raw)
    heard = to_raw(FORMATS["prompt"], {**row, "completion": "Başka."})
    assert Example(heard.raw).answer == "Başka."
    assert heard.noted == (EDITED,)


def test_turns_before_the_last_are_the_history_of_alpaca() -> None:
    raw = example(*EXAMPLES[0])
    raw["conversations"] = [*raw["conversations"], *example(*EXAMPLES[1])["conversations"]]
    row, lost = to_row(FORMATS["alpaca"], raw, plan=True, bare=True, through=lambda row: row)
    assert row["history"] == [["sana bisi sorucam", "<think>LOW 1</think>\nSor kanka, dinliyorum."]]
    assert set(lost) == {"`category` of the label"}
