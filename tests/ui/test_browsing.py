"""Finding one's way in the examples: filter, matches, marks, numbers, the training text."""

from jessy_tui.workspace import Workspace
from tests.conftest import MakeWorkspace, example
from tests.ui.driving import NARROW, notices, opened, press, shown, type_text, until


async def test_the_list_filters_while_one_types(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "slash")
        await type_text(pilot, "isik")
        await until(pilot, lambda: "1 of 8" in shown(pilot))
        assert "ışık mı hızlı" in shown(pilot)
        assert "naber" not in shown(pilot)


async def test_a_label_query_and_a_word_are_both_asked_for(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "slash")
        await type_text(pilot, "iterations:>=4 category:technology")
        await until(pilot, lambda: "2 of 8" in shown(pilot))
        await press(pilot, "enter", "j")
        assert "Examples 2/2" in shown(pilot)


async def test_a_query_that_does_not_parse_says_why_and_keeps_the_list(
    workspace: Workspace,
) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "slash")
        await type_text(pilot, "is:hgih")
        text = shown(pilot)
        assert "did you mean high?" in text
        assert "^^^^" in text
        assert "sana bisi sorucam" in text


async def test_tab_completes_what_is_being_typed(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "slash")
        await type_text(pilot, "categ")
        await press(pilot, "tab")
        await type_text(pilot, "exi")
        assert "existence" in shown(pilot)
        await press(pilot, "tab")
        await until(pilot, lambda: "1 of 8" in shown(pilot))
        assert "category:existence" in shown(pilot)


async def test_escape_shows_everything_again_with_the_cursor_where_it_was(
    workspace: Workspace,
) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "slash")
        await type_text(pilot, "is:high")
        await until(pilot, lambda: "1 of 8" in shown(pilot))
        await press(pilot, "enter", "escape")
        await until(pilot, lambda: "Examples 8/8" in shown(pilot))


async def test_n_goes_from_match_to_match_of_the_last_filter(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "slash")
        await type_text(pilot, "category:technology")
        await until(pilot, lambda: "3 of 8" in shown(pilot))
        await press(pilot, "enter", "escape", "g", "n")
        await until(pilot, lambda: "Examples 5/8" in shown(pilot))
        await press(pilot, "n")
        await until(pilot, lambda: "Examples 6/8" in shown(pilot))
        await press(pilot, "N", "N")
        await until(pilot, lambda: "Examples 7/8" in shown(pilot))


async def test_the_filter_sees_an_edit_at_once(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "slash")
        await type_text(pilot, "edited:yes")
        await until(pilot, lambda: "0 of 8" in shown(pilot))
        await press(pilot, "escape", "i", "3", "3", "slash")
        await type_text(pilot, "edited:yes")
        await until(pilot, lambda: "1 of 8" in shown(pilot))


async def test_marked_examples_are_relabelled_as_one_step(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "space", "space")
        assert "2 marked" in shown(pilot)
        await press(pilot, "i", "2")
        assert "2 unsaved" in shown(pilot)
        await press(pilot, "u")
        assert "unsaved" not in shown(pilot)


async def test_all_matches_are_marked_and_deleted_and_come_back(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "slash")
        await type_text(pilot, "is:low")
        await until(pilot, lambda: "4 of 8" in shown(pilot))
        await press(pilot, "enter", "asterisk")
        await until(pilot, lambda: "4 marked" in shown(pilot))
        await press(pilot, "d")
        assert any("Deleted 4 examples" in notice for notice in notices(pilot))
        await press(pilot, "escape")
        await until(pilot, lambda: "/4" in shown(pilot))
        await press(pilot, "u")
        await until(pilot, lambda: "/8" in shown(pilot))


async def test_a_range_is_marked_from_the_last_mark(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "space", "j", "j", "V")
        await until(pilot, lambda: "4 marked" in shown(pilot))


async def test_a_number_is_jumped_to_and_beyond_the_end_is_the_end(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "number_sign", "6", "enter")
        assert "Examples 6/8" in shown(pilot)
        await press(pilot, "number_sign", "9", "9", "enter")
        assert "Examples 8/8" in shown(pilot)


async def test_m_shows_what_the_model_is_trained_on(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "m")
        assert "<think>LOW 1</think>" in shown(pilot)
        await press(pilot, "m")
        assert "<think>" not in shown(pilot)


async def test_a_duplicate_stands_behind_its_original(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "D")
        await until(pilot, lambda: "Examples 2/9" in shown(pilot))
        assert shown(pilot).count("sana bisi sorucam") >= 2


async def test_a_filter_is_kept_under_a_name_and_is_there_next_time(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "slash")
        await type_text(pilot, "is:high")
        await press(pilot, "enter", "F")
        await type_text(pilot, "deep")
        await press(pilot, "enter", "escape")
    async with opened(workspace) as pilot:
        await press(pilot, "F")
        assert "deep" in shown(pilot)
        await press(pilot, "down", "enter")
        await until(pilot, lambda: "Examples 1/1" in shown(pilot))
        await press(pilot, "F", "delete", "escape", "F")
        assert "deep" not in shown(pilot)


async def test_the_filter_fits_a_narrow_terminal(workspace: Workspace) -> None:
    async with opened(workspace, NARROW) as pilot:
        await press(pilot, "slash")
        await type_text(pilot, "has:code")
        await until(pilot, lambda: "1 of 8" in shown(pilot))
        assert "API nedir" in shown(pilot)


async def test_a_filter_goes_through_thousands_without_holding_up_the_keys(
    make_workspace: MakeWorkspace,
) -> None:
    rows = [example(f"soru {n}", f"cevap {n}", "LOW", 1 + n % 2, "fact") for n in range(5000)]
    async with opened(make_workspace(many_json=rows)) as pilot:
        await press(pilot, "slash")
        await type_text(pilot, "iterations:2 4321")
        await until(pilot, lambda: "1 of 5,000" in shown(pilot))
        await press(pilot, "backspace", "backspace", "backspace", "backspace")
        await until(pilot, lambda: "2,500 of 5,000" in shown(pilot))


async def test_the_palette_finds_an_action_by_its_name_and_does_it(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "ctrl+p")
        await type_text(pilot, "set iterations")
        await until(pilot, lambda: "Set iterations and complexity" in shown(pilot))
        await press(pilot, "down", "enter")
        await until(pilot, lambda: "How much thinking?" in shown(pilot))
