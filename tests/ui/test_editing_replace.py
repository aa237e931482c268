"""Find and replace, by its keys."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot
from textual.widgets import Static

from jessy_tui.dataset.store import ExampleStore
from jessy_tui.ui.examples.replace import MOST_HITS, Replacement, ReplaceScreen
from jessy_tui.workspace import Workspace
from tests.conftest import MakeWorkspace, example
from tests.ui.driving import NARROW, notices, press, shown, type_text, until
from tests.ui.hosting import OPEN, answer, hosted


@asynccontextmanager
async def replacing(
    workspace: Workspace, wanted: str, replacement: str = "", *keys: str
) -> AsyncIterator[tuple[Pilot[None], ExampleStore]]:
    store = ExampleStore.open(workspace.example_files())
    async with hosted(ReplaceScreen(store, "all"), NARROW) as pilot:
        await press(pilot, *keys)
        await type_text(pilot, wanted)
        await press(pilot, "tab")
        await type_text(pilot, replacement)
        await found(pilot)
        yield pilot, store


async def found(pilot: Pilot[None]) -> None:
    """Wait until the search has ended."""
    dialog = next(screen for screen in pilot.app.screen_stack if isinstance(screen, ReplaceScreen))
    await until(pilot, lambda: dialog._finished)


def apply(store: ExampleStore, replacement: Replacement) -> None:
    """What the tab does with the answer."""
    with store.together(replacement.summary):
        for entry_id, one in replacement.examples:
            store.replace(entry_id, one)


async def test_hits_are_shown_before_anything_changes_and_replaced_in_one_go(
    workspace: Workspace,
) -> None:
    async with replacing(workspace, "isik", "nur") as (pilot, store):
        text = shown(pilot)
        assert "Hits 1 of 2" in text
        assert "ışık→nur" in text
        assert "- ışık mı hızlı ses mi" in text
        assert "+ nur mı hızlı ses mi" in text
        await press(pilot, "ctrl+s")
        replacement = answer(pilot)
        assert replacement.summary == 'replaced "isik" by "nur" in 1 example'
        apply(store, replacement)
        assert store[3].example.question == "nur mı hızlı ses mi"
        assert store[3].example.answer == "nur, hem de çok daha hızlı."
        assert store.unsaved == 1
        store.undo()
        assert store.unsaved == 0


async def test_a_hit_can_be_taken_out_and_in_again(workspace: Workspace) -> None:
    async with replacing(workspace, "isik", "nur") as (pilot, _):
        await press(pilot, "enter", "space", "space", "k", "space")
        assert "1 taken out" in shown(pilot)
        assert "[ ]" in shown(pilot)
        await press(pilot, "ctrl+s")
        ((_, one),) = answer(pilot).examples
        assert (one.question, one.answer) == (
            "nur mı hızlı ses mi",
            "Işık, hem de çok daha hızlı.",
        )


async def test_with_all_hits_out_nothing_is_replaced(workspace: Workspace) -> None:
    async with replacing(workspace, "isik", "nur") as (pilot, _):
        await press(pilot, "enter", "a", "ctrl+s")
        assert answer(pilot) is OPEN
        assert "There is nothing to replace." in notices(pilot)
        await press(pilot, "a")
        assert "taken out" not in shown(pilot)
        await press(pilot, "escape")
        assert answer(pilot) is None


async def test_a_broken_regex_is_one_sentence(workspace: Workspace) -> None:
    async with replacing(workspace, "(", "", "alt+r") as (pilot, _):
        assert "regex on" in shown(pilot)
        assert "That is no regular expression: missing )" in shown(pilot)
        await press(pilot, "shift+tab", "end")
        await type_text(pilot, "a)n")
        await found(pilot)
        assert "Hits 1 of" in shown(pilot)


async def test_the_keys_choose_folding_and_where(workspace: Workspace) -> None:
    async with replacing(workspace, "isik", "nur", "alt+w") as (pilot, _):
        assert "in questions" in shown(pilot)
        assert "Hits 1 of 1" in shown(pilot)
        await press(pilot, "alt+f")
        await found(pilot)
        assert "case and dots matter" in shown(pilot)
        assert "Nothing is found." in shown(pilot)


async def test_control_characters_are_pictured_in_the_hits(make_workspace: MakeWorkspace) -> None:
    rows = [example("a\x1b[31m\nşey [b]x[/b]", "b", "LOW", 1, "fact")]
    async with replacing(make_workspace(odd_json=rows), "sey", "[/]") as (pilot, _):
        text = shown(pilot)
        assert "\x1b" not in text
        assert "a␛[31m⏎şey→[/] [b]x[/b]" in text


async def test_more_hits_than_anybody_looks_at_are_cut_with_a_mark(
    make_workspace: MakeWorkspace,
) -> None:
    rows = [example("a " * 2000, "b", "LOW", 1, "fact") for _ in range(8)]
    async with replacing(make_workspace(many_json=rows), "a", "c") as (pilot, _):
        assert f"Hits 1 of {MOST_HITS:,}+" in shown(pilot)
        await press(pilot, "enter", "G")
        assert f"Hits {MOST_HITS:,} of {MOST_HITS:,}+" in shown(pilot)
        preview = pilot.app.screen.query_one("#replace-preview", Static)
        assert str(preview.render()).startswith("- …")
