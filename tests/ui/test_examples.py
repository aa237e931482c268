"""Tab 1, by its keys."""

from pathlib import Path

import orjson

from jessy_tui.app import JessyApp
from jessy_tui.ui.examples.example_list import ExampleList
from jessy_tui.workspace import Workspace
from tests.conftest import EXAMPLES, MakeWorkspace, example
from tests.ui.driving import NARROW, notices, opened, press, shown, type_text, until


def answers_in(path: Path) -> list[str]:
    return [one["conversations"][-1]["value"] for one in orjson.loads(path.read_bytes())]


async def test_the_list_shows_every_example_with_its_label(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        text = shown(pilot)
        assert "Examples 1/8" in text
        for question, _, complexity, iterations, category in EXAMPLES:
            line = next(line for line in text.splitlines() if question[:12] in line)
            assert f"{complexity:<6} {iterations}" in line
            assert category in line


async def test_the_detail_follows_the_cursor(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        assert "Sor kanka, dinliyorum." in shown(pilot)
        await press(pilot, "j", "j")
        assert "Ankara." in shown(pilot)
        await press(pilot, "G")
        assert "Bence bir anlamda var" in shown(pilot)
        await press(pilot, "g", "k")
        assert "Sor kanka, dinliyorum." in shown(pilot)


async def test_an_edited_answer_is_saved_and_nothing_else_changes(workspace: Workspace) -> None:
    file = workspace.data / "chat.json"
    before = file.read_text("utf-8")
    async with opened(workspace) as pilot:
        await press(pilot, "j", "e", "end")
        await type_text(pilot, " Ya sen?")
        await press(pilot, "ctrl+s")
        assert "1 unsaved" in shown(pilot)
        assert file.read_text("utf-8") == before
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "unsaved" not in shown(pilot))
    after = file.read_text("utf-8")
    assert after == before.replace("İyidir, senden naber?", "İyidir, senden naber? Ya sen?")


async def test_the_label_key_sets_iterations_and_complexity_together(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "i", "7", "7")
        assert "HIGH   7" in shown(pilot)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "unsaved" not in shown(pilot))
    label = orjson.loads((workspace.data / "chat.json").read_bytes())[0]["conversations"][1]
    assert label["metadata"] == {"complexity": "HIGH", "iterations": 7, "category": "greeting"}


async def test_escape_in_the_label_picker_changes_nothing(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "i", "escape")
        assert "unsaved" not in shown(pilot)


async def test_undo_and_redo_go_back_and_forth(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "i", "5", "5", "u")
        assert "LOW    1" in shown(pilot)
        assert "unsaved" not in shown(pilot)
        await press(pilot, "U")
        assert "MEDIUM 5" in shown(pilot)
        await press(pilot, "u", "u")
        assert "Nothing to undo." in notices(pilot)


async def test_a_deleted_example_comes_back_with_undo(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "d")
        assert "1/7" in shown(pilot)
        assert "sana bisi sorucam" not in shown(pilot)
        await press(pilot, "u")
        assert "1/8" in shown(pilot)
        assert "sana bisi sorucam" in shown(pilot)


async def test_an_added_example_stands_after_the_one_in_hand(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "a")
        await type_text(pilot, "günaydın")
        await press(pilot, "tab")
        await type_text(pilot, "Günaydın!")
        await press(pilot, "tab")
        await type_text(pilot, "1")
        await press(pilot, "tab")
        await type_text(pilot, "greeting")
        await press(pilot, "ctrl+s", "ctrl+s")
        await until(pilot, lambda: "unsaved" not in shown(pilot))
    assert answers_in(workspace.data / "chat.json")[:3] == [
        "Sor kanka, dinliyorum.",
        "Günaydın!",
        "İyidir, senden naber?",
    ]


async def test_the_form_refuses_an_empty_answer_and_says_so(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "e", "f7", "delete", "ctrl+s")
        assert "The answer is empty." in shown(pilot)
        await press(pilot, "escape")
        assert "Esc again throws away" in shown(pilot)
        await press(pilot, "escape")
        assert "Examples 1/8" in shown(pilot)
        assert "unsaved" not in shown(pilot)


async def test_an_empty_workspace_says_what_to_press(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace()
    async with opened(workspace) as pilot:
        assert "No examples yet" in shown(pilot)
        await press(pilot, "a")
        await type_text(pilot, "selam")
        await press(pilot, "tab")
        await type_text(pilot, "Selam!")
        await press(pilot, "tab", "1", "tab", "x", "ctrl+s")
        assert "Examples 1/1" in shown(pilot)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "unsaved" not in shown(pilot))
    assert answers_in(workspace.data / "examples.json") == ["Selam!"]


async def test_a_broken_file_is_named_and_the_others_are_shown(
    make_workspace: MakeWorkspace,
) -> None:
    workspace = make_workspace(
        good_json=[example(*EXAMPLES[0])], broken_json=b'[{"conversations": ['
    )
    async with opened(workspace) as pilot:
        assert "Examples 1/1" in shown(pilot)
        assert any("broken.json" in notice for notice in notices(pilot))
    assert (workspace.data / "broken.json").read_bytes() == b'[{"conversations": ['


async def test_where_no_file_can_be_read_the_list_says_why(make_workspace: MakeWorkspace) -> None:
    async with opened(make_workspace(broken_json=b"[{")) as pilot:
        assert "No example could be read" in shown(pilot)
        assert "broken.json" in shown(pilot)


async def test_deleting_the_last_example_and_leaving_asks(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(one_json=[example(*EXAMPLES[0])])
    async with opened(workspace) as pilot:
        await press(pilot, "d")
        assert "No examples yet" in shown(pilot)
        await press(pilot, "q")
        assert "1 unsaved edit" in shown(pilot)
        await press(pilot, "escape", "u")
        assert "Examples 1/1" in shown(pilot)


async def test_leaving_with_unsaved_edits_asks(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "i", "5", "5", "q")
        assert "1 unsaved edit" in shown(pilot)
        await press(pilot, "escape")
        assert pilot.app.is_running
        await press(pilot, "q", "s")
        await pilot.pause()
    assert b'"iterations": 5' in (workspace.data / "chat.json").read_bytes()


async def test_unsaved_edits_are_there_again_after_a_crash(workspace: Workspace) -> None:
    before = (workspace.data / "chat.json").read_bytes()
    async with opened(workspace) as pilot:
        await press(pilot, "i", "5", "5")
    async with opened(workspace) as pilot:
        assert "MEDIUM 5" in shown(pilot)
        assert "1 unsaved" in shown(pilot)
        assert any("from last time" in notice for notice in notices(pilot))
        assert (workspace.data / "chat.json").read_bytes() == before


async def test_a_file_changed_on_disk_is_not_overwritten(workspace: Workspace) -> None:
    file = workspace.data / "chat.json"
    async with opened(workspace) as pilot:
        await press(pilot, "i", "5", "5")
        file.write_bytes(file.read_bytes().replace(b"Ankara.", b"Ankara!"))
        await press(pilot, "ctrl+s")
        # Refused where the app has not seen it yet, else merged before it is saved.
        await until(pilot, lambda: any("chat.json" in notice for notice in notices(pilot)))
    assert b"Ankara!" in file.read_bytes()


async def test_control_characters_and_wide_text_keep_the_columns(
    make_workspace: MakeWorkspace,
) -> None:
    rows = [
        example("\x1b[31mkırmızı\x07", "ok", "LOW", 1, "fact"),
        example("漢字かな交じり文と絵文字👩‍👩‍👧‍👦です" * 9, "ok", "LOW", 1, "fact"),
        example("‮ters yazı", "ok", "LOW", 1, "fact"),
        example("e\u0301" * 300, "ok", "LOW", 1, "fact"),
    ]
    async with opened(make_workspace(odd_json=rows)) as pilot:
        text = shown(pilot)
        assert "\x1b" not in text
        assert "␛[31mkırmızı␇" in text
        await press(pilot, "j", "j", "j")
        assert "4/4" in shown(pilot)


async def test_a_narrow_terminal_puts_the_detail_below(workspace: Workspace) -> None:
    async with opened(workspace, NARROW) as pilot:
        lines = shown(pilot).splitlines()
        assert next(i for i, line in enumerate(lines) if "Examples 1/8" in line) < next(
            i for i, line in enumerate(lines) if "chat.json #1" in line
        )


async def test_the_tab_keys_and_question_mark_work_from_the_list(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "question_mark")
        assert "Set iterations and complexity" in shown(pilot)
        await press(pilot, "escape", "2")
        assert "Complexity" in shown(pilot)
        await press(pilot, "f1")
        assert "Examples 1/8" in shown(pilot)


async def test_the_list_draws_only_what_is_in_view(make_workspace: MakeWorkspace) -> None:
    rows = [example(f"soru {n}", f"cevap {n}", "LOW", 1, "fact") for n in range(5000)]
    async with opened(make_workspace(many_json=rows)) as pilot:
        await press(pilot, "G")
        assert "Examples 5,000/5,000" in shown(pilot)
        assert "soru 4999" in shown(pilot)
        app = pilot.app
        assert isinstance(app, JessyApp)
        examples = app.screen.query_one(ExampleList)
        await press(pilot, "ctrl+b")
        await until(pilot, lambda: examples.cursor < 4999)
        assert "soru 49" in shown(pilot)
