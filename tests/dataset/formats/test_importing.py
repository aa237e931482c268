"""An import writes all of it or nothing, wherever it is stopped."""

import json
from pathlib import Path

import pytest

from jessy_tui.dataset.formats.detect import detect
from jessy_tui.dataset.formats.importing import CancelledError, Import
from jessy_tui.errors import JessyError
from tests.conftest import EXAMPLES, example

FOREIGN = Path(__file__).parent / "foreign"


def rows(number: int) -> str:
    return "".join(
        json.dumps({"prompt": f"soru {at}", "completion": f"cevap {at}"}) + "\n"
        for at in range(number)
    )


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source.jsonl"
    path.write_text(rows(1000))
    return path


def test_bad_rows_write_nothing_unless_they_are_left_out(tmp_path: Path) -> None:
    target = tmp_path / "x.jsonl"
    job = Import(detect(FOREIGN / "bad-rows.jsonl"))
    with pytest.raises(JessyError, match=r"Nothing was written, since .*line 2: it ends .* and 2 "):
        job.write(target)
    assert list(tmp_path.iterdir()) == []
    assert job.report.examples == 2
    job.write(target, skip_bad=True).commit()
    assert len(target.read_text().splitlines()) == 2


def test_one_that_is_stopped_leaves_nothing(tmp_path: Path, source: Path) -> None:
    shares: list[float] = []
    job = Import(detect(source))
    with pytest.raises(CancelledError):
        job.write(tmp_path / "x.json", cancelled=lambda: len(shares) > 2, progressed=shares.append)
    assert [path.name for path in tmp_path.iterdir()] == ["source.jsonl"]
    assert shares == sorted(shares)
    job.write(tmp_path / "x.json").discard()
    assert [path.name for path in tmp_path.iterdir()] == ["source.jsonl"]


@pytest.mark.parametrize("name", ["there.json", "there.jsonl"])
def test_examples_are_put_behind_those_that_are_there(
    tmp_path: Path, source: Path, name: str
) -> None:
    target = tmp_path / name
    there = example(*EXAMPLES[0])
    text = json.dumps([there], indent=1) if name.endswith(".json") else json.dumps(there)
    target.write_text(text)
    Import(detect(source)).write(target, append=True).commit()
    written = target.read_text()
    assert written.startswith(text[:-2])
    found = (
        json.loads(written)
        if name.endswith(".json")
        else [*map(json.loads, written.split("\n")[:-1])]
    )
    assert (len(found), found[0]) == (1001, there)


def test_a_file_without_any_example_writes_nothing(tmp_path: Path) -> None:
    source = tmp_path / "source.jsonl"
    source.write_text('{"prompt": "a", "completion": ""}\n')
    with pytest.raises(JessyError, match="none of its rows is an example"):
        Import(detect(source)).write(tmp_path / "x.json", skip_bad=True)
    assert len(list(tmp_path.iterdir())) == 1


def test_examples_go_into_json_or_jsonl_only(tmp_path: Path, source: Path) -> None:
    with pytest.raises(JessyError, match=r"examples are kept in \*\.json or \*\.jsonl"):
        Import(detect(source)).write(tmp_path / "x.csv")
