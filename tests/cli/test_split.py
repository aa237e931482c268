"""`jessy split`."""

import json
from pathlib import Path

import pytest

from jessy_tui.workspace import Workspace
from tests.cli.conftest import Jessy
from tests.conftest import EXAMPLES, MakeWorkspace, example


@pytest.fixture
def twenty(make_workspace: MakeWorkspace) -> Workspace:
    rows = [
        example(f"soru {number}", f"cevap {number}", *EXAMPLES[number % 8][2:])
        for number in range(20)
    ]
    return make_workspace(a_json=rows[:12], b_json=rows[12:])


def test_both_sides_and_the_manifest_are_written(jessy: Jessy, twenty: Workspace) -> None:
    ran = jessy("split", "--out", "out", "--validation", "0.2", "--json", folder=twenty.root)
    assert ran.code == 0
    out = twenty.root / "out"
    assert ran.json == json.loads((out / "manifest.json").read_text())
    assert (ran.json["train"]["examples"], ran.json["validation"]["examples"]) == (16, 4)
    assert ran.json["seed"] == 7
    assert len((out / "valid.jsonl").read_text().splitlines()) == 4
    assert json.loads((out / "train.jsonl").read_text().splitlines()[0])["messages"]


def test_people_see_how_much_is_held_out(jessy: Jessy, twenty: Workspace) -> None:
    ran = jessy("split", "--out", "out", "--validation", "0.2", folder=twenty.root)
    assert ran.code == 0
    assert ran.out.splitlines()[0].split() == [
        "train.jsonl", "valid.jsonl", "held", "out", "difference",
    ]  # fmt: skip

    assert ran.out.splitlines()[1].split() == ["examples", "16", "4", "20.0%"]
    assert ran.out.splitlines()[-1] == "20 examples divided into out, seed 7."
    assert "Largest difference: " in ran.out
    assert "LOW" in ran.out


def test_a_side_smaller_than_a_batch_is_refused_with_what_to_do(
    jessy: Jessy, twenty: Workspace
) -> None:
    ran = jessy("split", "--out", "out", folder=twenty.root)
    assert ran.code == 1
    assert ran.err == (
        "jessy: The validation side would have 2 rows, fewer than a batch of 4; hold out 20% "
        "(0.20), or lower the batch size to 2, or write more examples.\n"
    )
    assert not (twenty.root / "out").exists()
    assert jessy("split", "--out", "out", "--batch-size", "2", folder=twenty.root).code == 0


def test_a_system_prompt_begins_every_row(jessy: Jessy, twenty: Workspace) -> None:
    (twenty.root / "jessy.toml").write_text('[split]\nvalidation = 0.3\nsystem = "Kısa konuş."\n')
    assert jessy("split", "--out", "out", "--json", folder=twenty.root).json["system"]
    for line in (twenty.root / "out" / "valid.jsonl").read_text().splitlines():
        first = json.loads(line)["messages"][0]
        assert first == {"role": "system", "content": "Kısa konuş."}
    ran = jessy("split", "--out", "out", "--system", "", "--json", folder=twenty.root)
    assert ran.json["system"] == ""


def test_the_settings_decide_where_nothing_is_said(jessy: Jessy, twenty: Workspace) -> None:
    (twenty.root / "jessy.toml").write_text("[split]\nvalidation = 0.5\nseed = 3\n")
    found = jessy("split", "--out", "out", "--json", folder=twenty.root).json
    assert (found["seed"], found["validation"]["examples"]) == (3, 10)
    found = jessy("split", "--out", "out", "--json", "--seed", "4", folder=twenty.root).json
    assert found["seed"] == 4


def test_the_order_of_the_files_makes_no_difference(jessy: Jessy, twenty: Workspace) -> None:
    a, b = twenty.data / "a.json", twenty.data / "b.json"
    jessy("split", a, b, "--out", "one", "--batch-size", "1", folder=twenty.root)
    jessy("split", b, a, "--out", "two", "--batch-size", "1", folder=twenty.root)
    for name in ("train.jsonl", "valid.jsonl", "manifest.json"):
        one, two = (twenty.root / out / name for out in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_examples_with_errors_are_refused_and_nothing_is_written(
    jessy: Jessy, make_workspace: MakeWorkspace
) -> None:
    rows = [example(*row) for row in EXAMPLES]
    workspace = make_workspace(a_json=[*rows, example("x", "y", "LOW", 9, "chat")])
    ran = jessy("split", "--out", "out", folder=workspace.root)
    assert ran.code == 1
    assert ran.err.startswith("jessy: 1 of 9 examples has errors")
    assert "`jessy check`" in ran.err
    assert not (workspace.root / "out").exists()


def test_a_share_out_of_range_and_a_missing_folder_are_wrong_use(
    jessy: Jessy, twenty: Workspace
) -> None:
    assert jessy("split", "--out", "out", "--validation", "1", folder=twenty.root).code == 2
    assert jessy("split", folder=twenty.root).code == 2


def test_a_folder_that_cannot_be_made_is_refused(
    jessy: Jessy, twenty: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("a file")
    ran = jessy("split", "--out", tmp_path / "out", "--batch-size", "1", folder=twenty.root)
    assert ran.code == 1
    assert "could not be made" in ran.err
