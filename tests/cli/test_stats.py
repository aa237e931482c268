"""`jessy stats`."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.cells import cell_len

from jessy_tui.bars import MARK
from jessy_tui.workspace import Workspace
from tests.cli.conftest import Jessy
from tests.conftest import EXAMPLES, REPOSITORY, MakeWorkspace, example

HOSTILE = '<script>alert("&")</script>\x1b[31m'


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
    assert found["turns"] == {"2": {"count": 8, "share": 1.0, "filter": "turns:2"}}
    assert sum(one["count"] for one in found["length"].values()) == 8


def test_json_has_the_cells_and_what_to_write_next(jessy: Jessy) -> None:
    found = jessy("stats", "--json", folder=REPOSITORY).json
    assert sum(cell["count"] for cell in found["cells"]) == 400
    assert sum(cell["target"] for cell in found["cells"]) == pytest.approx(400, abs=0.1)
    assert found["gaps"][0] == {
        "complexity": "LOW",
        "iterations": 2,
        "category": "greeting",
        "count": 1,
        "target": 12,
        "short": 11,
        "filter": "category:=greeting iterations:2",
    }
    assert found["words"][0]["filter"] == f"word:{found['words'][0]['words']}"
    assert all(target["met"] for target in found["targets"])


def test_a_terminal_of_eighty_columns_shows_bars_with_their_targets(
    jessy: Jessy, make_workspace: MakeWorkspace
) -> None:
    rows = [example(*row) for row in EXAMPLES]
    rows += [example("uzun", "ad", "LOW", 1, "a_category_with_a_very_long_name_" * 4)]
    rows += [example("etiketsiz", "x", "EASY", 0, "chat")]
    workspace = make_workspace(a_json=rows)
    ran = jessy("stats", folder=workspace.root)
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert re.fullmatch(r"10 examples in 1 file · \d+ of \d+ targets met", lines[0])
    assert max(map(cell_len, lines)) <= 80
    assert "\x1b" not in ran.out
    low = next(line for line in lines if line.startswith("LOW "))
    assert re.fullmatch(rf"LOW +█+{MARK} +5 +50.0% ✓ met", low)
    assert any(line.startswith("(none)") and line.endswith("10.0%") for line in lines)
    for iterations in "123456789":
        assert any(line.startswith(f"{iterations} ") for line in lines)
    assert "Gaps: what to write next" in lines
    assert "Complexity x iterations x category ▾ short of target" in lines


@pytest.mark.parametrize("columns", [40, 60, 200])
def test_it_is_as_wide_as_there_is_room_and_names_line_up(
    jessy: Jessy, make_workspace: MakeWorkspace, columns: int
) -> None:
    names = ["şükür", "ığdır", "日本語", "x", "İŞ"]
    rows = [
        example(f"soru {i} {name}", "y", "LOW", 1 + i % 2, name) for name in names for i in range(9)
    ]
    workspace = make_workspace(a_json=rows)
    ran = jessy("stats", folder=workspace.root, columns=columns)
    lines = ran.out.splitlines()
    start = lines.index(next(line for line in lines if line.startswith("Category")))
    shown = lines[start + 1 : start + 6]
    assert {line.split()[0] for line in shown} == set(names)
    assert len({cell_len(line[: line.index(" 9 ")]) for line in shown}) == 1
    assert max(map(cell_len, lines)) <= columns
    assert ("The map needs" in ran.out) is (columns == 40)


def test_a_file_that_cannot_be_read_is_refused_with_its_sentence(
    jessy: Jessy, make_workspace: MakeWorkspace
) -> None:
    workspace = make_workspace(a_json=b"[", b_json=[])
    ran = jessy("stats", "--json", folder=workspace.root)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("jessy: data/a.json, line 1, column 2")


def test_a_file_that_is_not_there_is_refused_with_its_name(jessy: Jessy) -> None:
    ran = jessy("stats", "nowhere.json")
    assert ran.code == 1
    assert "nowhere.json" in ran.err


def test_no_examples_are_no_failure(jessy: Jessy, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("[]")
    assert jessy("stats", "x.json").code == 0
    assert jessy("stats", "x.json", "--json").json["complexity"]["LOW"] == {
        "count": 0,
        "share": 0.0,
    }
    assert jessy("stats", "x.json", "--html", "x.html", "--svg", "x.svg").code == 0
    ET.parse(tmp_path / "x.svg")  # noqa: S314 - our own


def test_the_same_file_named_twice_counts_once(jessy: Jessy, workspace: Workspace) -> None:
    ran = jessy("stats", "data/chat.json", "./data/chat.json", "--json", folder=workspace.root)
    assert ran.json["examples"] == 8


def test_tokens_without_a_base_say_how_to_get_one(jessy: Jessy, workspace: Workspace) -> None:
    ran = jessy("stats", "--tokens", folder=workspace.root)
    assert (ran.code, ran.out) == (1, "")
    assert "jessy bases says how" in ran.err


def test_targets_of_files_are_those_of_files_that_are_named_so(
    jessy: Jessy, workspace: Workspace
) -> None:
    names = [one["name"] for one in jessy("stats", "--json", folder=workspace.root).json["targets"]]
    assert "LOW" in names
    assert not any(name.startswith("files ") for name in names)
    bundled = jessy("stats", "--json", folder=REPOSITORY).json["targets"]
    assert sum(one["name"].startswith("files ") for one in bundled) == 4


class _Page(HTMLParser):
    """Collects what a page says and what it refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_reports_stand_alone_and_are_safe_whatever_the_names_are(
    jessy: Jessy, make_workspace: MakeWorkspace
) -> None:
    rows = [example(*row) for row in EXAMPLES] * 5
    rows += [example(f"soru {i}", "Şöyle böyle.", "HIGH", 7, HOSTILE) for i in range(9)]
    workspace = make_workspace(a_json=rows)
    ran = jessy("stats", "--html", "r.html", "--svg", "r.svg", folder=workspace.root)
    assert ran.code == 0
    assert ran.out.endswith("Wrote r.html.\nWrote r.svg.\n")
    page = _Page()
    text = (workspace.root / "r.html").read_text(encoding="utf-8")
    page.feed(text)
    assert page.links == []
    assert "script" not in page.tags
    assert "http" not in text
    assert "url(" not in text
    assert any(HOSTILE[:20] in one for one in page.texts)
    assert "technology" in page.texts
    assert "prefers-color-scheme: dark" in text
    assert 'name="viewport"' in text
    picture = (workspace.root / "r.svg").read_text(encoding="utf-8")
    tree = ET.fromstring(picture)  # noqa: S314 - our own
    words = "".join(tree.itertext())
    assert HOSTILE[:12] in words
    assert "what to write next" in words
    assert picture.count("http") == 1  # the name of SVG itself
    assert tree.tag == "{http://www.w3.org/2000/svg}svg"


def test_a_report_that_cannot_be_written_is_said(jessy: Jessy, workspace: Workspace) -> None:
    ran = jessy("stats", "--html", "nowhere/r.html", folder=workspace.root)
    assert ran.code == 1
    assert "nowhere/r.html could not be written" in ran.err
    assert "Traceback" not in ran.err


def test_a_terminal_of_another_encoding_is_no_reason_to_stop(workspace: Workspace) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "jessy_tui", "-C", str(workspace.root), "stats"],
        env={**os.environ, "PYTHONIOENCODING": "iso-8859-9"},
        cwd=REPOSITORY,
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert "8 examples in 1 file ·" in ran.stdout.decode("iso-8859-9")
