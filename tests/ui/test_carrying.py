"""Import and export by their keys."""

import json
import shutil
from pathlib import Path

import pytest

from jessy_tui.ui.carrying import import_screen
from jessy_tui.workspace import Workspace
from tests.conftest import MakeWorkspace
from tests.ui.driving import NARROW, notices, opened, press, shown, type_text, until

FOREIGN = Path(__file__).parent.parent / "dataset" / "formats" / "foreign"


@pytest.fixture
def foreign(workspace: Workspace) -> Workspace:
    shutil.copytree(FOREIGN, workspace.root / "foreign")
    return workspace


async def test_an_import_is_shown_before_it_is_made_and_is_one_step_of_undo(
    foreign: Workspace,
) -> None:
    async with opened(foreign) as pilot:
        await press(pilot, "I")
        await type_text(pilot, "foreign/openai.jsonl")
        await until(pilot, lambda: "4 rows: 4 examples, 1 labelled, 3 without" in shown(pilot))
        text = shown(pilot)
        assert "JSONL, OpenAI messages: its rows have a list `messages`" in text
        assert "Bir sözleşme." in text
        assert "kept beside: system prompts (2)" in text
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "Examples 1/4" in shown(pilot))
        assert 'file:"openai.jsonl"' in shown(pilot)
        assert "3 have no label" in notices(pilot)[-1]
        assert not (foreign.data / "openai.jsonl").exists()
        await press(pilot, "escape", "u")
        await until(pilot, lambda: "8 examples" in shown(pilot))
        await press(pilot, "U", "ctrl+s")
        await until(pilot, lambda: (foreign.data / "openai.jsonl").exists())


async def test_what_has_no_label_is_found_and_labelled_together(foreign: Workspace) -> None:
    async with opened(foreign) as pilot:
        await press(pilot, "I")
        await type_text(pilot, "foreign/alpaca.json")
        await until(pilot, lambda: "3 rows: 3 examples" in shown(pilot))
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "Examples 1/3" in shown(pilot))
        await press(pilot, "escape", "slash")
        await type_text(pilot, "is:unlabelled")
        await press(pilot, "enter")
        await until(pilot, lambda: "3 of 11" in shown(pilot))
        await press(pilot, "asterisk")
        await until(pilot, lambda: "3 marked" in shown(pilot))
        await press(pilot, "i", "3")
        await until(pilot, lambda: "MEDIUM" in shown(pilot))
        app = pilot.app
        labels = [entry.example.iterations for entry in app.store]  # type: ignore[attr-defined]
        assert labels[-3:] == [3, 3, 3]


async def test_columns_are_mapped_and_the_target_is_chosen(foreign: Workspace) -> None:
    async with opened(foreign, NARROW) as pilot:
        await press(pilot, "I")
        await type_text(pilot, "foreign/soru-cevap.csv")
        await until(pilot, lambda: "2 rows: 2 examples, 0 labelled" in shown(pilot))
        await press(pilot, "tab")
        await type_text(pilot, "question=soru answer=cevap iterations=zorluk")
        await until(pilot, lambda: "2 rows: 2 examples, 2 labelled" in shown(pilot))
        await press(pilot, "tab", "ctrl+u")
        await type_text(pilot, "data/chat.json")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "Examples 1/10" in shown(pilot))


async def test_bad_rows_stop_an_import_unless_they_are_left_out(foreign: Workspace) -> None:
    async with opened(foreign) as pilot:
        await press(pilot, "I")
        await type_text(pilot, "foreign/bad-rows.jsonl")
        await until(pilot, lambda: "✗ 3 bad rows" in shown(pilot))
        assert "line 3: `prompt` is empty" in shown(pilot)
        await press(pilot, "ctrl+s")
        assert "leave them out with alt+b" in notices(pilot)[-1]
        await press(pilot, "alt+b")
        assert "bad rows are left out" in shown(pilot)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "10 examples" in shown(pilot))


async def test_a_file_that_cannot_be_read_is_said_and_a_path_is_completed(
    foreign: Workspace,
) -> None:
    async with opened(foreign) as pilot:
        await press(pilot, "I")
        await type_text(pilot, "foreign/cp")
        await press(pilot, "right")
        await until(pilot, lambda: "byte 0xfe is not UTF-8" in shown(pilot))
        assert "foreign/cp1254.csv" in shown(pilot)
        await press(pilot, "ctrl+s")
        assert "Name a file with rows that can be read first." in notices(pilot)
        await press(pilot, "escape")
        await until(pilot, lambda: "Examples 1/8" in shown(pilot))


async def test_a_file_elsewhere_is_written_at_once_and_is_not_the_workspaces(
    foreign: Workspace,
) -> None:
    async with opened(foreign) as pilot:
        await press(pilot, "I")
        await type_text(pilot, "'foreign/alpaca.json'")
        await until(pilot, lambda: "3 rows: 3 examples" in shown(pilot))
        await press(pilot, "tab", "tab", "ctrl+u")
        await type_text(pilot, "elsewhere.json")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: (foreign.root / "elsewhere.json").exists())
        await until(pilot, lambda: any("not among" in notice for notice in notices(pilot)))
        assert "8 examples" in shown(pilot)


async def test_very_many_examples_go_straight_to_a_file_of_their_own(
    foreign: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_screen, "MOST_TOGETHER", 2)
    async with opened(foreign) as pilot:
        await press(pilot, "I")
        await type_text(pilot, "foreign/alpaca.json")
        await until(pilot, lambda: "3 rows: 3 examples" in shown(pilot))
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "11 examples" in shown(pilot))
        assert len((foreign.data / "alpaca.jsonl").read_text().splitlines()) == 3
        await press(pilot, "escape", "u")
        await until(pilot, lambda: "Nothing to undo." in notices(pilot))


async def test_what_is_shown_is_exported_with_what_is_lost_said_before(
    workspace: Workspace,
) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "slash")
        await type_text(pilot, "is:low")
        await press(pilot, "enter")
        await until(pilot, lambda: "4 of 8" in shown(pilot))
        await press(pilot, "X")
        await until(pilot, lambda: "4 rows: 4 examples, 4 labelled." in shown(pilot))
        text = shown(pilot)
        assert "Export the 4 shown" in text
        assert '{"messages":[{"role":"user","content":"sana bisi sorucam"}' in text
        assert "lost" not in text.replace("nothing is lost", "")
        await press(pilot, "alt+b")
        await until(pilot, lambda: "lost: `category` of the label (4)" in shown(pilot))
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "Wrote 4 rows to export.jsonl." in notices(pilot))
        rows = (workspace.root / "export.jsonl").read_text().splitlines()
        assert json.loads(rows[0])["messages"][1]["content"].startswith("<think>LOW 1</think>")
        await press(pilot, "X", "ctrl+s")
        await until(pilot, lambda: "export.jsonl exists" in shown(pilot))
        await press(pilot, "alt+o", "ctrl+s")
        await until(pilot, lambda: "Export" not in shown(pilot))
        await press(pilot, "space", "X", "alt+o", "ctrl+s")
        await until(pilot, lambda: "Wrote 1 row to export.jsonl." in notices(pilot))
        assert len((workspace.root / "export.jsonl").read_text().splitlines()) == 1


async def test_the_palette_finds_import_export_and_split_from_any_tab(
    workspace: Workspace,
) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "2", "ctrl+p")
        await type_text(pilot, "another tool")
        await until(pilot, lambda: "Import examples from a file of another tool" in shown(pilot))
        assert "Export what is marked or shown for another tool" in shown(pilot)


async def test_without_examples_there_is_nothing_to_export_or_split(
    make_workspace: MakeWorkspace,
) -> None:
    async with opened(make_workspace()) as pilot:
        await press(pilot, "X", "percent_sign")
        assert "There are no examples to export." in notices(pilot)
        assert "There are no examples to split yet." in notices(pilot)
