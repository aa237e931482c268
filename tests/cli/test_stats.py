"""`jessy stats`."""

from pathlib import Path

import pytest

from jessy_tui.workspace import Workspace
from tests.cli.conftest import Jessy
from tests.conftest import EXAMPLES, MakeWorkspace, example


def test_json_has_every_distribution(jessy: Jessy, workspace: Workspace) -> None:
    found = jessy("stats", "--json", folder=workspace.root).json
    assert found["examples"] == 8
    assert found["complexity"] == {
        "LOW": {"count": 4, "share": 0.5},
        "MEDIUM": {"count": 3, "share": 0.375},
        "HIGH": {"count": 1, "share": 0.125},
    }
    assert list(found["iterations"]) == list("123456789")
    assert found["iterations"]["6"] == {"count": 0, "share": 0.0}
    assert found["category"]["technology"]["count"] == 3
    assert found["file"] == {"data/chat.json": {"count": 8, "share": 1.0}}
    assert found["missing"]["language"] == 8


def test_a_terminal_of_eighty_columns_shows_bars(
    jessy: Jessy, make_workspace: MakeWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [example(*row) for row in EXAMPLES]
    rows += [example("uzun", "ad", "LOW", 1, "a_category_with_a_very_long_name_" * 4)]
    rows += [example("etiketsiz", "x", "EASY", 0, "chat")]
    workspace = make_workspace(a_json=rows)
    monkeypatch.setenv("NO_COLOR", "1")
    ran = jessy("stats", folder=workspace.root)
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0] == "10 examples in 1 file"
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in ran.out
    low = next(line for line in lines if line.startswith("LOW "))
    assert low.split() == ["LOW", "█" * 24, "5", "50.0%"]
    assert any(line.split()[0] == "(none)" and line.endswith("10.0%") for line in lines if line)
    for iterations in "123456789":
        assert any(line.startswith(f"{iterations} ") for line in lines)


def test_a_file_that_cannot_be_read_is_refused_with_its_sentence(
    jessy: Jessy, make_workspace: MakeWorkspace
) -> None:
    workspace = make_workspace(a_json=b"[", b_json=[])
    ran = jessy("stats", "--json", folder=workspace.root)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("jessy: data/a.json, line 1, column 2")


def test_no_examples_are_no_failure(jessy: Jessy, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("[]")
    assert jessy("stats", "x.json").code == 0
    assert jessy("stats", "x.json", "--json").json["complexity"]["LOW"] == {
        "count": 0,
        "share": 0.0,
    }
