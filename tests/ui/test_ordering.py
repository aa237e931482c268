"""Sorting the list, its columns, marks, and the way from file to file; by keys and by mouse."""

import orjson
from textual.pilot import Pilot

from jessy_tui.ui.examples.columns import FILE_NAME, default_columns, place
from jessy_tui.ui.examples.example_list import ExampleList
from jessy_tui.workspace import Workspace
from tests.conftest import EXAMPLES, MakeWorkspace, example
from tests.ui.driving import NARROW, notices, opened, press, shown, text_of, type_text, until


def rows_shown(pilot: Pilot[None]) -> list[int]:
    """The numbers of the examples, from the top of the list down."""
    view = pilot.app.screen.query_one(ExampleList).view
    assert view is not None
    return [view.position(row) + 1 for row in range(len(view))]


async def sorted_by(pilot: Pilot[None], words: str) -> None:
    await until(pilot, lambda: words in shown(pilot))


async def test_brackets_sort_by_the_column_in_hand_and_the_same_again_takes_it_back(
    workspace: Workspace,
) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "h", "h", "right_square_bracket")
        await sorted_by(pilot, "by label ↓")
        assert rows_shown(pilot) == [8, 7, 6, 5, 3, 4, 1, 2]
        assert "label↓" in shown(pilot)
        await press(pilot, "left_square_bracket")
        await sorted_by(pilot, "by label ↑")
        assert rows_shown(pilot) == [1, 2, 3, 4, 5, 6, 7, 8]
        await press(pilot, "right_square_bracket")
        await sorted_by(pilot, "by label ↓")
        await press(pilot, "right_square_bracket")
        await until(pilot, lambda: "by label" not in shown(pilot))
        assert rows_shown(pilot) == [1, 2, 3, 4, 5, 6, 7, 8]


async def test_the_cursor_stays_on_its_example_when_the_list_is_sorted(
    workspace: Workspace,
) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "j", "j", "left_square_bracket")
        await sorted_by(pilot, "by question ↑")
        assert "Ankara." in shown(pilot)


async def test_the_picker_sorts_by_what_has_no_column(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "s", *["j"] * 5, "enter")  # from question to length
        await sorted_by(pilot, "by length ↑")
        lengths = [len(EXAMPLES[number - 1][1]) for number in rows_shown(pilot)]
        assert lengths == sorted(lengths)
        await press(pilot, "s", "enter")
        await sorted_by(pilot, "by length ↓")
        await press(pilot, "s", "backspace")
        await until(pilot, lambda: "by length" not in shown(pilot))
        await press(pilot, "s", "right_square_bracket")
        await sorted_by(pilot, "by question ↓")
        await press(pilot, "s", "escape")
        assert "by question ↓" in shown(pilot)


async def test_a_sorted_list_is_filtered_and_stays_sorted(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "h", "h", "right_square_bracket")
        await sorted_by(pilot, "by label ↓")
        await press(pilot, "slash")
        await type_text(pilot, "category:technology")
        await until(pilot, lambda: "3 of 8" in shown(pilot))
        assert rows_shown(pilot) == [7, 6, 5]
        await press(pilot, "escape")
        await until(pilot, lambda: len(rows_shown(pilot)) == 8)
        assert rows_shown(pilot) == [8, 7, 6, 5, 3, 4, 1, 2]


async def test_an_edit_moves_no_row_and_the_border_says_that_something_was_edited_since(
    workspace: Workspace,
) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "h", "h", "right_square_bracket")
        await sorted_by(pilot, "by label ↓")
        await press(pilot, "G", "i", "9", "9")
        await sorted_by(pilot, "by label ↓, edited since")
        assert rows_shown(pilot) == [8, 7, 6, 5, 3, 4, 1, 2]
        await press(pilot, "right_square_bracket")
        await until(pilot, lambda: rows_shown(pilot) == [2, 8, 7, 6, 5, 3, 4, 1])
        assert "edited since" not in shown(pilot)


async def test_adding_and_deleting_in_a_sorted_list_keep_the_cursor_where_it_works(
    workspace: Workspace,
) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "h", "h", "right_square_bracket")
        await sorted_by(pilot, "by label ↓")
        await press(pilot, "G", "d", "d")
        await until(pilot, lambda: rows_shown(pilot) == [6, 5, 4, 3, 1, 2])
        await press(pilot, "u", "u")
        await until(pilot, lambda: rows_shown(pilot) == [8, 7, 6, 5, 3, 4, 1, 2])
        await press(pilot, "g", "D")
        await until(pilot, lambda: rows_shown(pilot) == [8, 9, 7, 6, 5, 3, 4, 1, 2])
        assert "Examples 2/9" in shown(pilot)


async def test_a_click_on_a_heading_sorts_up_then_down_then_back(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        heading = {"offset": (8, 1)}
        await pilot.click(ExampleList, **heading)  # type: ignore[arg-type]
        await sorted_by(pilot, "by label ↑")
        await pilot.click(ExampleList, **heading)  # type: ignore[arg-type]
        await sorted_by(pilot, "by label ↓")
        await pilot.click(ExampleList, **heading)  # type: ignore[arg-type]
        await until(pilot, lambda: "by label" not in shown(pilot))


async def test_a_click_takes_a_row_in_hand_and_a_second_one_opens_it(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await pilot.click(ExampleList, offset=(20, 4))
        await pilot.pause()
        assert "Examples 3/8" in shown(pilot)
        assert "Ankara." in shown(pilot)
        await pilot.click(ExampleList, offset=(20, 4), times=2)
        await until(pilot, lambda: "ctrl+s keeps" in shown(pilot))


async def test_columns_are_chosen_ordered_and_there_again_next_time(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "C", *["j"] * 12, "space", *["K"] * 11)  # length, before the label
        await press(pilot, "enter")
        header = shown(pilot).splitlines()[2]
        assert header.index("#") < header.index("length") < header.index("label")
        assert any(
            "length" not in line and " 22 LOW    1" in line for line in shown(pilot).splitlines()
        )
    assert orjson.loads((workspace.state / FILE_NAME).read_bytes())[:3] == [
        "number",
        "length",
        "label",
    ]
    async with opened(workspace) as pilot:
        await until(pilot, lambda: "length" in shown(pilot))
        await press(pilot, "C", "r", "enter")
        assert "length" not in shown(pilot)
    assert not (workspace.state / FILE_NAME).exists()


async def test_the_columns_are_left_alone_with_escape_and_one_must_stay(
    workspace: Workspace,
) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "C", "space", "escape")
        assert "#" in shown(pilot).splitlines()[2]
        await press(pilot, "C", *["space", "j"] * 6, "enter")
        assert any("A list needs a column" in notice for notice in notices(pilot))


async def test_a_broken_file_of_columns_is_named_and_the_usual_ones_are_shown(
    workspace: Workspace,
) -> None:
    workspace.state.mkdir()
    (workspace.state / FILE_NAME).write_bytes(b"[1, ")
    async with opened(workspace) as pilot:
        assert any(FILE_NAME in notice for notice in notices(pilot))
        assert "category" in shown(pilot)


def test_columns_fit_any_width_and_the_question_gets_the_rest() -> None:
    every = [*default_columns(120), "answer", "file", "part", "length", "turns", "tokens"]
    for width in range(20, 200):
        for names in (every, default_columns(width)):
            placed = place(names, width, 9)
            assert 1 + sum(one.width + 1 for one in placed) <= width + 1
            assert any(one.column.name == "question" for one in placed)
            assert all(one.width > 0 for one in placed)


FILES = {"b_json": EXAMPLES[:3], "c_jsonl": EXAMPLES[3:5], "d_json": EXAMPLES[5:]}


def three_files(make_workspace: MakeWorkspace) -> Workspace:
    return make_workspace(
        b_json=[example(*row) for row in EXAMPLES[:3]],
        c_jsonl=b"".join(orjson.dumps(example(*row)) + b"\n" for row in EXAMPLES[3:5]),
        d_json=[example(*row) for row in EXAMPLES[5:]],
    )


async def test_the_list_goes_on_in_the_next_file_and_says_which_it_is(
    make_workspace: MakeWorkspace,
) -> None:
    async with opened(three_files(make_workspace)) as pilot:
        assert "b.json 1/3" in shown(pilot)
        await press(pilot, "j", "j", "j")
        assert "c.jsonl 2/3" in shown(pilot)
        await press(pilot, "right_curly_bracket")
        assert "Examples 6/8" in shown(pilot)
        assert "d.json 3/3" in shown(pilot)
        await press(pilot, "right_curly_bracket")
        assert any("last file" in notice for notice in notices(pilot))
        await press(pilot, "j", "left_curly_bracket")
        assert "Examples 6/8" in shown(pilot)
        await press(pilot, "left_curly_bracket", "left_curly_bracket")
        assert "Examples 1/8" in shown(pilot)


async def test_in_a_sorted_list_the_file_keys_go_to_the_nearest_row_of_another_file(
    make_workspace: MakeWorkspace,
) -> None:
    async with opened(three_files(make_workspace)) as pilot:
        await press(pilot, "h", "h", "right_square_bracket")
        await sorted_by(pilot, "by label ↓")
        await press(pilot, "g", "right_curly_bracket")
        await until(pilot, lambda: "Examples 4/8" in shown(pilot))
        await press(pilot, "left_curly_bracket")
        await until(pilot, lambda: "Examples 3/8" in shown(pilot))


async def test_the_marked_are_gone_through_around_the_end(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "apostrophe")
        assert any("Nothing is marked" in notice for notice in notices(pilot))
        await press(pilot, "j", "space", "j", "j", "space", "g", "apostrophe")
        assert "Examples 2/8" in shown(pilot)
        await press(pilot, "apostrophe")
        assert "Examples 5/8" in shown(pilot)
        await press(pilot, "apostrophe")
        assert "Examples 2/8" in shown(pilot)
        await press(pilot, "quotation_mark")
        assert "Examples 5/8" in shown(pilot)


async def test_what_matches_nothing_says_what_to_press(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "slash")
        await type_text(pilot, "zebra")
        await until(pilot, lambda: "Nothing matches. Esc shows all" in shown(pilot))
        await press(pilot, "enter", "escape")
        await until(pilot, lambda: "Examples 1/8" in shown(pilot))


async def test_the_examples_in_hand_move_to_another_file_and_come_back(
    make_workspace: MakeWorkspace,
) -> None:
    workspace = three_files(make_workspace)
    before = {path: path.read_bytes() for path in workspace.data.iterdir()}
    async with opened(workspace) as pilot:
        await press(pilot, "space", "space", "M")
        assert "Move 2 examples to" in shown(pilot)
        assert "b.json " not in shown(pilot).split("Move 2 examples to")[1].split("╯")[0]
        await type_text(pilot, "c.")
        await press(pilot, "enter")
        assert any("Moved 2 examples to c.jsonl" in notice for notice in notices(pilot))
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "unsaved" not in shown(pilot))
        assert b"naber" in (workspace.data / "c.jsonl").read_bytes()
        assert b"naber" not in (workspace.data / "b.json").read_bytes()
        await press(pilot, "u", "ctrl+s")
        await until(pilot, lambda: "unsaved" not in shown(pilot))
    assert {path: path.read_bytes() for path in before} == before


async def test_a_move_to_a_new_name_makes_the_file_and_bad_names_are_refused(
    make_workspace: MakeWorkspace,
) -> None:
    workspace = three_files(make_workspace)
    (workspace.data / "later.json").write_bytes(b"[")
    async with opened(workspace) as pilot:
        await press(pilot, "M")
        for name, reason in (
            ("neu", "ends in .json or .jsonl"),
            ("../neu.json", "leave out slashes"),
            ("probes.json", "holds the probes"),
            ("later.json", "is not open here"),
        ):
            await press(pilot, "ctrl+u")
            await type_text(pilot, name)
            await press(pilot, "enter")
            assert reason in text_of(pilot, "#problem"), name
        await press(pilot, "ctrl+u")
        await type_text(pilot, "yeni.jsonl")
        assert "new: yeni.jsonl" in shown(pilot)
        await press(pilot, "enter", "ctrl+s")
        await until(pilot, lambda: "unsaved" not in shown(pilot))
    assert b"sana bisi sorucam" in (workspace.data / "yeni.jsonl").read_bytes()


async def test_thousands_are_relabelled_while_progress_is_shown_and_undone_in_one_go(
    make_workspace: MakeWorkspace,
) -> None:
    rows = [example(f"soru {n}", f"cevap {n}", "LOW", 1, "fact") for n in range(1500)]
    async with opened(make_workspace(many_json=rows), NARROW) as pilot:
        await press(pilot, "asterisk")
        await until(pilot, lambda: "1,500 marked" in shown(pilot))
        await press(pilot, "i")
        await until(pilot, lambda: "How much thinking?" in shown(pilot))
        await press(pilot, "7")
        assert "1,500 LOW are among the 1,500 examples" in text_of(pilot, "#label-problem")
        await press(pilot, "7")
        await until(pilot, lambda: "1,500 unsaved" in shown(pilot))
        await press(pilot, "u")
        await until(pilot, lambda: "unsaved" not in shown(pilot))
