"""Very many examples at once, as the keys of the Examples tab change them."""

import orjson
import pytest

import jessy_tui.dataset.bulk_making as making_module
import jessy_tui.dataset.large.file as large_module
import jessy_tui.ui.examples.bulk as bulk_module
import jessy_tui.ui.examples.editing as editing_module
from jessy_tui.dataset.large.workers import Workers
from jessy_tui.workspace import Workspace
from tests.conftest import EXAMPLES, MakeWorkspace, example
from tests.ui.driving import notices, opened, press, shown, type_text, until


@pytest.fixture
def large(make_workspace: MakeWorkspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A large file, as eight rows can be one, of which a few are very many."""
    for module in (making_module, bulk_module, editing_module):
        monkeypatch.setattr(module, "MANY", 3)
    monkeypatch.setattr(large_module, "LARGE", 1)
    monkeypatch.setattr(Workers, "_start", lambda self: None)
    monkeypatch.setattr(bulk_module, "_FEW", 2)
    lines = b"".join(orjson.dumps(example(*row)) + b"\n" for row in EXAMPLES)
    return make_workspace(chat_jsonl=lines)


async def test_all_that_is_shown_is_relabelled_undone_and_saved(large: Workspace) -> None:
    path = large.data / "chat.jsonl"
    before = path.read_bytes()
    async with opened(large) as pilot:
        await press(pilot, "asterisk")
        await until(pilot, lambda: "8 marked" in shown(pilot))
        await press(pilot, "i")
        await until(pilot, lambda: "8 examples" in shown(pilot))
        await press(pilot, "8", "8")
        await until(pilot, lambda: "7 unsaved" in shown(pilot) or "8 unsaved" in shown(pilot))
        assert any("elabelled 8 examples HIGH 8. u undoes." in one for one in notices(pilot))
        await press(pilot, "slash")
        await type_text(pilot, "iterations:8")
        await until(pilot, lambda: "8 of 8" in shown(pilot))
        await press(pilot, "escape", "u")
        await until(pilot, lambda: "unsaved" not in shown(pilot))
        await press(pilot, "U")
        await until(pilot, lambda: "unsaved" in shown(pilot))
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "unsaved" not in shown(pilot))
    labels = [orjson.loads(line)["conversations"][1] for line in path.read_bytes().splitlines()]
    assert {label["metadata"]["iterations"] for label in labels} == {8}
    assert before.count(b"\n") == path.read_bytes().count(b"\n")


async def test_a_filter_is_deleted_and_brought_back(large: Workspace) -> None:
    async with opened(large) as pilot:
        await press(pilot, "slash")
        await type_text(pilot, "is:low")
        await until(pilot, lambda: "4 of 8" in shown(pilot))
        await press(pilot, "enter", "asterisk")
        await until(pilot, lambda: "4 marked" in shown(pilot))
        await press(pilot, "d")
        await until(pilot, lambda: "4 examples · 4 unsaved" in shown(pilot))
        await press(pilot, "escape")
        await until(pilot, lambda: "1/4" in shown(pilot))
        await press(pilot, "u")
        await until(pilot, lambda: "/8" in shown(pilot))
        await press(pilot, "G", "g")
        assert "sana bisi sorucam" in shown(pilot)
