"""What other programs do to the files while the app is open."""

import errno
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
from textual.pilot import Pilot

import jessy_tui.files as files_module
from jessy_tui.app import JessyApp
from jessy_tui.dataset.example import Example
from jessy_tui.ui.examples.conflicts import ConflictsScreen
from jessy_tui.ui.examples.example_list import ExampleList
from jessy_tui.workspace import Workspace
from tests.conftest import EXAMPLES, MakeWorkspace, example
from tests.ui.driving import NARROW, notices, opened, press, shown, type_text, until

ROWS: list[Any] = [example(*row) for row in EXAMPLES]


def file_of(workspace: Workspace) -> Path:
    return workspace.data / "chat.json"


def rows_in(workspace: Workspace) -> list[Any]:
    rows: list[Any] = orjson.loads(file_of(workspace).read_bytes())
    return rows


def write(path: Path, rows: Sequence[Any]) -> None:
    """As an editor saves: another file takes over the name."""
    beside = path.with_name(f".{path.name}.swp")
    beside.write_bytes(orjson.dumps(rows, option=orjson.OPT_INDENT_2) + b"\n")
    beside.replace(path)


def answered(row: Any, text: str) -> Any:
    return Example(row).with_answer(text).raw


def labelled(row: Any, **label: Any) -> Any:
    return Example(row).with_metadata(**label).raw


async def noticed(pilot: Pilot[None], words: str) -> None:
    await until(pilot, lambda: any(words in notice for notice in notices(pilot)))


async def edit_answer(pilot: Pilot[None], text: str) -> None:
    """Put a text before the answer in hand."""
    await press(pilot, "e", "ctrl+home")
    await type_text(pilot, text)
    await press(pilot, "ctrl+s")


async def in_conflict(pilot: Pilot[None], workspace: Workspace) -> None:
    """Edit the first answer and its category, and have another program change it, too."""
    await edit_answer(pilot, "benim ")
    await press(pilot, "i", "2")
    theirs = labelled(answered(ROWS[0], "onların yanıtı"), category="chat", iterations=2)
    write(file_of(workspace), [theirs, *ROWS[1:]])
    await noticed(pilot, "1 conflict with your edits. = shows both sides.")


def in_hand(pilot: Pilot[None]) -> int | None:
    current = pilot.app.screen.query_one(ExampleList).current
    return current.id if current is not None else None


async def test_a_file_that_an_editor_saves_is_shown_as_it_is_now(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "j", "j", "space", "k")
        held = in_hand(pilot)
        new = example("en başta yeni", "evet", "LOW", 1, "chat")
        write(file_of(workspace), [new, answered(ROWS[0], "başka"), *ROWS[1:7]])
        await noticed(
            pilot, "chat.json changed on disk: 1 example changed, 1 added, 1 gone; merged."
        )
        assert "en başta yeni" in shown(pilot)
        assert "unsaved" not in shown(pilot)
        # The cursor is on the example it was on, and so is the mark.
        assert in_hand(pilot) == held
        assert "1 marked" in shown(pilot)
        await press(pilot, "g", "j")
        assert "başka" in shown(pilot)


async def test_a_script_may_write_in_place_add_files_and_take_them_away(
    make_workspace: MakeWorkspace,
) -> None:
    workspace = make_workspace(chat_json=ROWS, lines_jsonl=orjson.dumps(ROWS[0]) + b"\n")
    async with opened(workspace) as pilot:
        lines = workspace.data / "lines.jsonl"
        with lines.open("ab") as stream:
            stream.write(orjson.dumps(example("eklenen satır", "x", "LOW", 1, "chat")) + b"\n")
        await noticed(pilot, "lines.jsonl changed on disk: 1 example added; merged.")
        write(workspace.data / "another.json", ROWS[:2])
        await noticed(pilot, "another.json is new on disk: 2 examples.")
        assert "12 examples" in shown(pilot)
        lines.unlink()
        await noticed(pilot, "lines.jsonl is gone from the disk: 2 examples gone.")
        assert "10 examples" in shown(pilot)


async def test_our_own_save_is_no_news(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "i", "5", "5", "ctrl+s")
        await noticed(pilot, "Saved chat.json.")
        file_of(workspace).touch()
        await pilot.pause(1)
        assert [notice for notice in notices(pilot) if "on disk" in notice] == []


async def test_git_puts_an_old_version_back_and_the_edits_stay(workspace: Workspace) -> None:
    def git(*words: str) -> None:
        who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        subprocess.run(["git", *who, *words], cwd=workspace.root, check=True, capture_output=True)  # noqa: S607

    git("init", "-q")
    git("add", "data")
    git("commit", "-qm", "one")
    write(file_of(workspace), [answered(row, "ikinci") for row in ROWS[:4]] + ROWS[4:7])
    git("commit", "-qam", "two")
    async with opened(workspace) as pilot:
        await press(pilot, "j", "j", "j", "j", "j")
        await edit_answer(pilot, "benim ")
        git("checkout", "-q", "HEAD~1")
        await noticed(pilot, "4 examples changed, 1 added; merged.")
        assert "8 examples · 1 unsaved" in shown(pilot)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "unsaved" not in shown(pilot))
    mine = answered(ROWS[5], f"benim {EXAMPLES[5][1]}")
    assert rows_in(workspace) == [*ROWS[:5], mine, *ROWS[6:]]


async def test_a_half_written_file_is_waited_for(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "i", "5", "5")
        whole = orjson.dumps(ROWS[1:])
        file_of(workspace).write_bytes(whole[: len(whole) // 2])
        await noticed(pilot, "What is open of it stays as it was")
        assert "8 examples · 1 unsaved" in shown(pilot)
        await press(pilot, "ctrl+s")
        await noticed(pilot, "Another program wrote it so; nothing was saved")
        assert "1 unsaved" in shown(pilot)
        file_of(workspace).write_bytes(whole)
        await noticed(pilot, "1 conflict with your edits")
        assert "8 examples · 1 unsaved" in shown(pilot)  # mine is kept, though it is gone there


async def test_saving_at_the_same_moment_merges_first(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        app = pilot.app
        assert isinstance(app, JessyApp)
        app.other_hands.close()  # nobody has seen yet what happens on disk
        await press(pilot, "i", "5", "5")
        write(file_of(workspace), [*ROWS[:7], answered(ROWS[7], "onların")])
        await press(pilot, "ctrl+s")
        await noticed(pilot, "Saved chat.json.")
        assert any("1 example changed; merged" in notice for notice in notices(pilot))
    saved = rows_in(workspace)
    assert Example(saved[0]).iterations == 5
    assert saved[7] == answered(ROWS[7], "onların")


async def test_a_conflict_is_marked_and_saving_shows_it_rather_than_overwriting(
    workspace: Workspace,
) -> None:
    async with opened(workspace) as pilot:
        await in_conflict(pilot, workspace)
        line = next(line for line in shown(pilot).splitlines() if "sana bisi" in line)
        assert "≠" in line
        before = file_of(workspace).read_bytes()
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConflictsScreen))
        assert any("Settle that first; nothing was saved" in notice for notice in notices(pilot))
        assert file_of(workspace).read_bytes() == before
        text = shown(pilot)
        assert "Conflict 1 of 1" in text
        assert "chat.json #1" in text
        assert "onların yanıtı" in text
        await press(pilot, "escape")
        assert "≠" in shown(pilot)
        await press(pilot, "equals_sign")
        assert "Conflict 1 of 1" in shown(pilot)


async def test_a_conflict_is_settled_field_by_field_and_undone(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await in_conflict(pilot, workspace)
        await press(pilot, "equals_sign")
        text = shown(pilot)
        assert "answer · both changed it: h mine, l theirs" in text
        assert "category · only they changed it" in text
        assert "iterations" not in text  # both said 2
        await press(pilot, "enter")
        assert "Not decided yet: answer." in shown(pilot)
        await press(pilot, "h", "enter")
        await noticed(pilot, "All conflicts are settled.")
        assert "≠" not in shown(pilot)
        await press(pilot, "u")
        assert "≠" in shown(pilot)
        await press(pilot, "U", "ctrl+s")
        await until(pilot, lambda: "unsaved" not in shown(pilot))
    mine = answered(ROWS[0], f"benim {EXAMPLES[0][1]}")
    assert rows_in(workspace)[0] == labelled(mine, category="chat", iterations=2)


@pytest.mark.parametrize(
    ("key", "answer"), [("H", f"benim {EXAMPLES[0][1]}"), ("L", "onların yanıtı")]
)
async def test_a_conflict_is_settled_whole(workspace: Workspace, key: str, answer: str) -> None:
    async with opened(workspace) as pilot:
        await in_conflict(pilot, workspace)
        await press(pilot, "equals_sign", key)
        await noticed(pilot, "All conflicts are settled.")
        assert ("unsaved" in shown(pilot)) is (key == "H")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "unsaved" not in shown(pilot))
    assert Example(rows_in(workspace)[0]).answer == answer


async def test_several_conflicts_are_gone_through_and_settled_at_once(
    workspace: Workspace,
) -> None:
    async with opened(workspace, NARROW) as pilot:
        for _ in range(3):
            await edit_answer(pilot, "benim ")
            await press(pilot, "j")
        theirs = [answered(row, "onların") for row in ROWS[:2]] + ROWS[3:]
        write(file_of(workspace), theirs)
        await noticed(pilot, "3 conflicts with your edits")
        await press(pilot, "g", "equals_sign")
        assert "Conflict 1 of 3" in shown(pilot)
        await press(pilot, "n")
        assert "Conflict 2 of 3" in shown(pilot)
        await press(pilot, "n")
        assert "took it out of the file" in shown(pilot)
        await press(pilot, "n", "N", "N")
        assert "Conflict 2 of 3" in shown(pilot)
        await press(pilot, "L")
        assert "Conflict 2 of 2" in shown(pilot)
        await press(pilot, "less_than_sign")
        await noticed(pilot, "All conflicts are settled.")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "unsaved" not in shown(pilot))
    answers = [Example(row).answer for row in rows_in(workspace)][:3]
    assert answers == [f"benim {EXAMPLES[0][1]}", "onların", f"benim {EXAMPLES[2][1]}"]


async def test_all_conflicts_can_go_to_the_other_side_and_come_back(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await edit_answer(pilot, "benim ")
        await press(pilot, "j", "d")
        await until(pilot, lambda: "7 examples" in shown(pilot))
        write(file_of(workspace), [answered(row, "onların") for row in ROWS[:2]] + ROWS[2:])
        await noticed(pilot, "2 conflicts with your edits")
        await press(pilot, "equals_sign", "n")
        assert "You deleted this example" in shown(pilot)
        await press(pilot, "greater_than_sign")
        await noticed(pilot, "All conflicts are settled.")
        assert "8 examples" in shown(pilot)
        assert "unsaved" not in shown(pilot)
        await press(pilot, "u")
        assert "7 examples · 2 unsaved" in shown(pilot)
        await press(pilot, "equals_sign")
        assert "of 2" in shown(pilot)


async def test_a_conflict_can_be_settled_by_writing_something_else(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await in_conflict(pilot, workspace)
        await press(pilot, "equals_sign", "l", "e", "ctrl+home")
        await type_text(pilot, "ikisi de: ")
        await press(pilot, "ctrl+s")
        await noticed(pilot, "All conflicts are settled.")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "unsaved" not in shown(pilot))
    assert Example(rows_in(workspace)[0]).answer == "ikisi de: onların yanıtı"


async def test_without_conflicts_the_key_says_so(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "equals_sign")
        assert any("There is no conflict" in notice for notice in notices(pilot))


async def test_what_changed_while_the_app_was_away_is_merged_with_what_was_unsaved(
    workspace: Workspace,
) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "i", "5", "5")
    write(file_of(workspace), [labelled(ROWS[0], category="chat"), *ROWS[1:7]])
    async with opened(workspace) as pilot:
        assert any("1 conflict with your edits. = shows" in notice for notice in notices(pilot))
        assert "7 examples · 1 unsaved" in shown(pilot)
        await press(pilot, "equals_sign", "enter")
        await noticed(pilot, "All conflicts are settled.")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "unsaved" not in shown(pilot))
    saved = Example(rows_in(workspace)[0])
    assert (saved.category, saved.iterations) == ("chat", 5)


async def test_a_conflict_that_was_left_open_is_named_at_the_next_start(
    workspace: Workspace,
) -> None:
    async with opened(workspace) as pilot:
        await in_conflict(pilot, workspace)
    async with opened(workspace) as pilot:
        await noticed(pilot, "1 conflict is open from last time. = shows both sides.")
        await press(pilot, "equals_sign")
        assert "Conflict 1 of 1" in shown(pilot)


async def test_two_apps_see_each_others_saves_and_lose_nothing(workspace: Workspace) -> None:
    async with opened(workspace) as one, opened(workspace) as two:
        await press(one, "i", "5", "5")
        await press(two, "G", "i", "1", "1")
        await press(one, "ctrl+s")
        await noticed(one, "Saved chat.json.")
        await noticed(two, "1 example changed; merged.")
        await press(two, "ctrl+s")
        await noticed(two, "Saved chat.json.")
        await noticed(one, "1 example changed; merged.")
        assert "unsaved" not in shown(one) + shown(two)
    saved = rows_in(workspace)
    assert [Example(saved[at]).iterations for at in (0, 7)] == [5, 1]


async def test_a_full_disk_is_said_and_nothing_is_lost(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file_of(workspace).read_bytes()
    async with opened(workspace) as pilot:
        await press(pilot, "i", "5", "5")

        def full(*_: object, **__: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with monkeypatch.context() as patch:
            patch.setattr(files_module.tempfile, "mkstemp", full)
            await press(pilot, "ctrl+s")
            await noticed(pilot, "could not be written (No space left on device)")
        assert "1 unsaved" in shown(pilot)
        assert file_of(workspace).read_bytes() == before
        await press(pilot, "ctrl+s")
        await noticed(pilot, "Saved chat.json.")
    assert Example(rows_in(workspace)[0]).iterations == 5
