"""`jessy import` and `jessy convert`."""

import json
from pathlib import Path

import pytest

from jessy_tui.cli import rows as rows_module
from jessy_tui.workspace import Workspace
from tests.cli.conftest import Jessy
from tests.conftest import EXAMPLES, example

FOREIGN = Path(__file__).parent.parent / "dataset" / "formats" / "foreign"


def test_a_foreign_file_becomes_examples(jessy: Jessy, tmp_path: Path) -> None:
    ran = jessy("import", FOREIGN / "openai.jsonl", "--to", "new.jsonl")
    assert ran.code == 0
    assert "OpenAI messages: its rows have a list `messages`" in ran.out
    assert "API nedir" in ran.out
    assert "4 rows: 4 examples, 1 labelled, 3 without a label." in ran.out
    assert "Kept beside, not trained: system prompts (2)" in ran.out
    assert ran.out.splitlines()[-1] == "4 examples written to new.jsonl."
    found = [json.loads(line) for line in (tmp_path / "new.jsonl").read_text().splitlines()]
    assert found[0]["conversations"][0] == {"from": "human", "value": "API nedir"}


def test_a_preview_writes_nothing(jessy: Jessy, tmp_path: Path) -> None:
    ran = jessy("import", FOREIGN / "alpaca.json", "--preview")
    assert ran.code == 0
    assert ran.out.splitlines()[-1] == "Nothing was written."
    assert list(tmp_path.iterdir()) == []


def test_somebody_who_says_no_is_obeyed(
    jessy: Jessy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_module, "ask", lambda question, *, yes: yes)
    monkeypatch.setattr("jessy_tui.cli.importing.ask", lambda question, *, yes: yes)
    ran = jessy("import", FOREIGN / "alpaca.json", "--to", "x.json")
    assert (ran.code, list(tmp_path.iterdir())) == (0, [])
    assert jessy("import", FOREIGN / "alpaca.json", "--to", "x.json", "--yes").code == 0
    assert (tmp_path / "x.json").exists()


def test_bad_rows_are_named_and_exit_with_1(jessy: Jessy, tmp_path: Path) -> None:
    ran = jessy("import", FOREIGN / "bad-rows.jsonl", "--to", "x.json")
    assert ran.code == 1
    assert "line 3: `prompt` is empty; nobody asks in it." in ran.err
    assert "Nothing was written, since" in ran.err
    assert list(tmp_path.iterdir()) == []
    ran = jessy("import", FOREIGN / "bad-rows.jsonl", "--to", "x.json", "--skip-bad", "--json")
    assert (ran.code, ran.json["examples"], ran.json["bad_rows"]) == (0, 2, 3)
    assert ran.json["written"] == "x.json"
    assert jessy("import", FOREIGN / "bad-rows.jsonl", "--preview", "--json").code == 1


def test_a_target_that_is_there_is_safe(jessy: Jessy, tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('{"a": 1}\n')
    ran = jessy("import", FOREIGN / "alpaca.json", "--to", "x.jsonl")
    assert (ran.code, "say --append or --overwrite" in ran.err) == (1, True)
    assert jessy("import", FOREIGN / "alpaca.json", "--to", "x.jsonl", "--append").code == 0
    assert len((tmp_path / "x.jsonl").read_text().splitlines()) == 4
    assert jessy("import", FOREIGN / "alpaca.json", "--to", "x.jsonl", "--overwrite").code == 0
    assert len((tmp_path / "x.jsonl").read_text().splitlines()) == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ("--to", "x.json", "--map", "frage=soru"),
        ("--to", "x.json", "--map", "question"),
        ("--to", "x.json", "--append", "--overwrite"),
        ("--to", "x.json", "--from", "xml"),
        (),
    ],
)
def test_wrong_use_exits_with_2(jessy: Jessy, arguments: tuple[str, ...]) -> None:
    assert jessy("import", FOREIGN / "soru-cevap.csv", *arguments).code == 2


def test_columns_are_mapped(jessy: Jessy) -> None:
    mapping = ("--map", "question=soru", "--map", "answer=cevap", "--map", "iterations=zorluk")
    ran = jessy("import", FOREIGN / "soru-cevap.csv", "--to", "x.json", *mapping, "--json")
    assert (ran.json["labelled"], ran.json["kind"]) == (2, "csv")
    ran = jessy("import", FOREIGN / "soru-cevap.csv", "--to", "y.json", "--map", "answer=yok")
    assert (ran.code, "it has no column `yok`; its columns are `soru`" in ran.err) == (1, True)


def test_a_workspace_is_converted_and_comes_back(jessy: Jessy, workspace: Workspace) -> None:
    root = workspace.root
    ran = jessy("convert", "--to", "openai", "--out", "out.parquet", folder=root)
    assert ran.out.splitlines()[-1] == "8 rows written to out.parquet."
    assert jessy("import", "out.parquet", "--to", "back.json", folder=root).code == 0
    assert json.loads((root / "back.json").read_text()) == json.loads(
        (workspace.data / "chat.json").read_text()
    )


def test_what_is_lost_is_listed(jessy: Jessy, workspace: Workspace) -> None:
    ran = jessy(
        "convert", "--to", "prompt", "--out", "x.csv", "--bare", "--no-plan", "--json",
        folder=workspace.root,
    )  # fmt: skip
    assert ran.json["lost"]["`category` of the label"] == 8
    assert ran.json["lost"]["`iterations` of the label"] == 8
    assert (workspace.root / "x.csv").read_text().startswith("prompt,completion,system\n")


def test_files_of_other_formats_are_converted_too(jessy: Jessy, tmp_path: Path) -> None:
    ran = jessy("convert", FOREIGN / "alpaca.json", "--to", "sharegpt", "--out", "x.jsonl")
    assert ran.code == 0
    assert json.loads((tmp_path / "x.jsonl").read_text().splitlines()[0])["conversations"][1] == {
        "from": "gpt",
        "value": "günaydın",
    }


def test_a_conversion_refuses_what_it_cannot_do(jessy: Jessy, workspace: Workspace) -> None:
    root = workspace.root
    ran = jessy("convert", "--to", "openai", "--out", "x.doc", folder=root)
    assert (ran.code, "use one of .json, .jsonl" in ran.err) == (1, True)
    ran = jessy("convert", "data/chat.json", "--to", "openai", "--out", "data/chat.json",
                "--overwrite", folder=root)  # fmt: skip
    assert "read and written at once" in ran.err
    bad = [example(*EXAMPLES[0]), {"conversations": [{"from": "human"}]}]
    (workspace.data / "bad.json").write_text(json.dumps(bad, indent=1))
    ran = jessy("convert", "data/bad.json", "--to", "openai", "--out", "x.json", folder=root)
    assert (ran.code, "bad.json, line 19: message 1 has no text" in ran.err) == (1, True)
    assert not (root / "x.json").exists()
