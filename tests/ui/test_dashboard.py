"""Tab 2: every figure, live, and every row of it a way to its examples."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from textual.pilot import Pilot

from jessy_tui.app import JessyApp
from jessy_tui.bases import lengths
from jessy_tui.dataset.rows import Row
from jessy_tui.ui.dashboard.bar_panel import BarPanel
from jessy_tui.ui.dashboard.heat_map import HeatMap
from jessy_tui.ui.dashboard.panel import Panel
from jessy_tui.ui.dashboard.use_list import UseList
from jessy_tui.ui.examples.example_editor import ExampleEditor
from jessy_tui.ui.findings.screen import FindingsScreen
from jessy_tui.ui.findings.service import FindingsService
from jessy_tui.workspace import Workspace
from tests.conftest import EXAMPLES, REPOSITORY, MakeWorkspace, example
from tests.ui.driving import NARROW, WIDE, notices, opened, press, shown, type_text, until


def line_with(text: str, *words: str) -> str:
    return next(line for line in text.splitlines() if all(word in line for word in words))


@pytest.fixture(autouse=True)
def _unchecked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is checked but where findings are what is tested: that takes longer than all else."""
    if "check" not in request.node.name:
        monkeypatch.setattr(FindingsService, "follow", lambda *_: None)
        opened_is_settled = property(lambda service: service._app.store is not None)
        monkeypatch.setattr(FindingsService, "settled", opened_is_settled)


@pytest.fixture
def bundled(tmp_path: Path) -> Workspace:
    """The 400 examples that come with Jessy."""
    workspace = Workspace(tmp_path / "bundled")
    workspace.data.mkdir(parents=True)
    for path in (REPOSITORY / "data").glob("jessy_*.json"):
        shutil.copy(path, workspace.data)
    return workspace


async def dashboard(pilot: Pilot[None]) -> None:
    """Go to the dashboard, with everything counted."""
    await pilot.press("f2")
    await counted(pilot)


async def counted(pilot: Pilot[None]) -> None:
    app = pilot.app
    assert isinstance(app, JessyApp)
    await until(
        pilot,
        lambda: (
            app.screen.query(HeatMap)
            and app.screen.query_one(HeatMap).row_count
            and not app.screen._counting  # type: ignore[attr-defined]
        ),
    )
    await pilot.pause()


def panel(pilot: Pilot[None]) -> Panel:
    """The panel in hand."""
    focused = pilot.app.focused
    assert isinstance(focused, Panel), focused
    return focused


async def go_to(pilot: Pilot[None], panel_id: str) -> None:
    """Press tab until a panel has the focus."""
    ids = [one.id for one in pilot.app.screen.query(Panel)]
    tabs = (ids.index(panel_id) - ids.index(panel(pilot).id)) % len(ids)
    await press(pilot, *["tab"] * tabs)
    assert panel(pilot).id == panel_id


async def found(pilot: Pilot[None]) -> int:
    """How many examples the filter shows, once it has been through all."""

    def subtitle() -> str:
        bars = pilot.app.screen.query("FilterBar")
        return str(bars.first().border_subtitle or "") if bars else ""

    await until(pilot, lambda: re.fullmatch(r"[\d,]+ of [\d,]+", subtitle()))
    return int(subtitle().split()[0].replace(",", ""))


async def test_every_band_and_category_has_its_count_and_share(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await dashboard(pilot)
        text = shown(pilot)
        assert re.search(r"LOW +█+│? +4 +50%", text)
        assert re.search(r"MEDIUM .* 3 +38%", text)
        assert re.search(r"HIGH .* 1 +12%", text)
        assert re.search(r"technology .* 3 +38%", text)


async def test_iterations_nobody_used_are_shown_as_none(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await dashboard(pilot)
        assert re.search(r"│ 7 [ │]+0 +0% +1 short", shown(pilot))


async def test_the_figures_follow_an_edit_and_its_undo(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await dashboard(pilot)
        await press(pilot, "1", "i", "7", "7", "2")
        await until(pilot, lambda: re.search(r"HIGH .* 2 +25%", shown(pilot)))
        await press(pilot, "1", "u", "2")
        await until(pilot, lambda: re.search(r"HIGH .* 1 +12%", shown(pilot)))


async def test_the_dashboard_of_nothing_says_what_to_press(make_workspace: MakeWorkspace) -> None:
    async with opened(make_workspace()) as pilot:
        await press(pilot, "2")
        assert "Nothing to count yet" in shown(pilot)


async def test_a_dashboard_of_files_that_cannot_be_read_says_why(
    make_workspace: MakeWorkspace,
) -> None:
    async with opened(make_workspace(a_json=b"[")) as pilot:
        await press(pilot, "2")
        assert "No example could be read" in shown(pilot)
        assert "a.json" in shown(pilot)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_every_panel_is_reached_by_tab_and_seen(
    bundled: Workspace, size: tuple[int, int]
) -> None:
    async with opened(bundled, size) as pilot:
        await dashboard(pilot)
        titles = [one.border_title for one in pilot.app.screen.query(Panel)]
        assert len(titles) == 13
        for title in titles:
            assert panel(pilot).border_title == title
            assert str(title) in shown(pilot)
            await press(pilot, "tab")
        assert panel(pilot).border_title == titles[0]
        await press(pilot, "shift+tab")
        assert panel(pilot).border_title == titles[-1]


async def test_the_cursor_goes_past_the_last_row_into_the_next_panel(bundled: Workspace) -> None:
    async with opened(bundled) as pilot:
        await dashboard(pilot)
        await press(pilot, "G", "j")
        assert (panel(pilot).id, panel(pilot).cursor) == ("complexity", 0)
        await press(pilot, "j", "j", "j")
        assert (panel(pilot).id, panel(pilot).cursor) == ("language", 0)
        await press(pilot, "k")
        assert (panel(pilot).id, panel(pilot).cursor) == ("complexity", 2)
        await press(pilot, "l", "l", "h")
        assert panel(pilot).id == "language"


ROWS = [
    ("category", "jj", "category:=technology"),
    ("complexity", "j", "is:medium"),
    ("language", "j", "lang:=en"),
    ("iterations", "jjj", "iterations:4"),
    ("file", "", "file:=jessy_turkish_conversational.json or file:="),
    ("length", "j", "len:50..99"),
    ("words", "j", "word:"),
    ("openings", "", "opening:"),
    ("turns", "", "turns:2"),
]


async def test_enter_shows_as_many_examples_as_the_row_says(bundled: Workspace) -> None:
    async with opened(bundled) as pilot:
        for panel_id, keys, query in ROWS:
            await dashboard(pilot)
            await go_to(pilot, panel_id)
            one = panel(pilot)
            if isinstance(one, UseList):
                await until(pilot, lambda one=one: one._items)  # type: ignore[misc]
            await pilot.press(*keys)
            rows = one._rows if isinstance(one, BarPanel) else one._items  # type: ignore[attr-defined]
            count = rows[one.cursor].count
            assert count > 0
            await pilot.press("enter")
            await until(pilot, lambda query=query: query in shown(pilot))  # type: ignore[misc]
            assert await found(pilot) == count, panel_id


async def test_a_cell_of_the_heat_map_says_what_it_holds_and_shows_it(bundled: Workspace) -> None:
    async with opened(bundled) as pilot:
        await dashboard(pilot)
        await go_to(pilot, "heat")
        assert "architecture · LOW 1 · 1 of 5 wanted · 4 short" in shown(pilot)
        await press(pilot, "l", "l", "j")
        assert "rust · MEDIUM 3 · 8 of 10 wanted · 2 short" in shown(pilot)
        await press(pilot, "dollar_sign")
        assert "rust · HIGH 9 · none, and none is wanted" in shown(pilot)
        await press(pilot, "enter")
        assert notices(pilot) == ["No example has that yet."]
        await press(pilot, "0", "l", "enter")
        assert await found(pilot) == 7
        assert "category:=rust iterations:2" in shown(pilot)


async def test_an_empty_cell_that_should_hold_something_is_marked_without_colour(
    make_workspace: MakeWorkspace,
) -> None:
    rows = [example(f"soru {i}", "x", "HIGH", [6, 9][i % 2], "ethics") for i in range(60)]
    async with opened(make_workspace(a_json=rows)) as pilot:
        await dashboard(pilot)
        # 7 and 8, which stand between; and 1 to 5, since nothing else is there to have them.
        assert line_with(shown(pilot), "ethics", "▾").count("0▾") == 7


async def test_the_gaps_are_written_one_after_the_other(bundled: Workspace) -> None:
    async with opened(bundled) as pilot:
        await dashboard(pilot)
        await go_to(pilot, "gaps")
        assert re.search(r"▸LOW    2  greeting +1 of 12 +11 short", shown(pilot))
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExampleEditor))
        assert "New example in jessy_turkish_conversational.json" in shown(pilot)
        assert "greeting" in shown(pilot)
        await type_text(pilot, "selam, nasil gidiyor")
        await press(pilot, "tab")
        await type_text(pilot, "Gayet iyi.")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: re.search(r"LOW    2  greeting +2 of 1\d", shown(pilot)))
        assert "1 unsaved" in shown(pilot)
        assert panel(pilot).id == "gaps"
        await press(pilot, "u")
        await until(pilot, lambda: re.search(r"LOW    2  greeting +1 of 12", shown(pilot)))
        assert "unsaved" not in shown(pilot)


async def test_the_examples_a_gap_has_already_are_shown_with_f(bundled: Workspace) -> None:
    async with opened(bundled) as pilot:
        await dashboard(pilot)
        await go_to(pilot, "gaps")
        await press(pilot, "j", "f")
        assert await found(pilot) == 1
        assert "category:=technology iterations:5" in shown(pilot)


async def test_the_heat_map_opens_the_form_of_its_cell(bundled: Workspace) -> None:
    async with opened(bundled) as pilot:
        await dashboard(pilot)
        await go_to(pilot, "heat")
        await press(pilot, "j", "dollar_sign", "a")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExampleEditor))
        assert "New example in jessy_technical_qa.json" in shown(pilot)
        assert "●●●●●●●●●" in shown(pilot)


async def test_one_panel_fills_the_screen_and_goes_back(bundled: Workspace) -> None:
    async with opened(bundled, NARROW) as pilot:
        await dashboard(pilot)
        await go_to(pilot, "heat")
        await press(pilot, "z")
        assert "Category" not in shown(pilot)
        assert "slang" in shown(pilot)
        await press(pilot, "tab")
        assert "Gaps" in shown(pilot)
        assert "slang" in shown(pilot)
        await press(pilot, "escape")
        await go_to(pilot, "category")
        assert "Category" in shown(pilot)


async def test_every_key_of_a_panel_is_in_the_help(bundled: Workspace) -> None:
    async with opened(bundled) as pilot:
        await dashboard(pilot)
        await go_to(pilot, "gaps")
        await press(pilot, "question_mark")
        text = shown(pilot)
        for words in ("Write an example for this gap", "The next panel", "on the whole screen"):
            assert words in text


async def test_labels_that_are_missing_are_counted_and_found(make_workspace: MakeWorkspace) -> None:
    rows = [example(*row) for row in EXAMPLES]
    rows += [{"conversations": [{"from": "human", "value": "x"}]}] * 3
    async with opened(make_workspace(a_json=rows)) as pilot:
        await dashboard(pilot)
        await go_to(pilot, "iterations")
        await press(pilot, "G")
        assert re.search(r"▸\(none\) .* 3 +27%", shown(pilot))
        await press(pilot, "enter")
        assert await found(pilot) == 3
        await dashboard(pilot)
        await go_to(pilot, "heat")
        await press(pilot, "G", "dollar_sign")
        assert "no category · no iterations · 3 examples" in shown(pilot)
        await press(pilot, "enter")
        assert await found(pilot) == 3


async def test_a_category_stays_in_hand_while_others_overtake_it(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await dashboard(pilot)
        await press(pilot, "G")
        app = pilot.app
        assert isinstance(app, JessyApp)
        assert app.store is not None
        held = line_with(shown(pilot), "▸")
        name = held.split("▸")[1].split()[0]
        for entry in list(app.store)[:4]:
            app.store.replace(entry.id, entry.example.with_metadata(category=name))
        await until(pilot, lambda: re.search(rf"▸{name} .* 4 +50%", shown(pilot)))
        assert panel(pilot).cursor == 0


async def test_each_check_shows_the_examples_it_finds_something_in(
    make_workspace: MakeWorkspace,
) -> None:
    rows = [example(*row) for row in EXAMPLES]
    rows += [{"conversations": [{"from": "human", "value": f"yarım {n}"}]} for n in range(3)]
    async with opened(make_workspace(a_json=b"[", chat_json=rows)) as pilot:
        app = pilot.app
        assert isinstance(app, JessyApp)
        await until(pilot, lambda: app.findings.settled)
        await dashboard(pilot)
        await go_to(pilot, "findings")
        one = panel(pilot)
        assert isinstance(one, UseList)
        await until(pilot, lambda: len(one._items) >= 3)
        assert re.search(r"▸! no-answer .* 3", shown(pilot))
        assert re.search(r" ! file .* 1", shown(pilot))
        for place, item in enumerate(one._items):
            if item.query:
                await dashboard(pilot)
                one.focus()
                await press(pilot, "g", *["j"] * place, "enter")
                await until(pilot, lambda item=item: item.query in shown(pilot))  # type: ignore[misc]
                assert await found(pilot) == item.count, item
        # What is about no one example is told where all findings are.
        await dashboard(pilot)
        one.focus()
        place = next(place for place, item in enumerate(one._items) if not item.query)
        await press(pilot, "g", *["j"] * place, "enter")
        assert isinstance(app.screen, FindingsScreen)


class CountsWords:
    """Stands in for the process that counts tokens: one token a word."""

    def __init__(self, base_folder: Path) -> None:
        self.base_folder = base_folder
        self.closed = False
        COUNTERS.append(self)

    def count(self, rows: Sequence[Row]) -> list[int]:
        return [sum(len(one["content"].split()) for one in row["messages"]) for row in rows]

    def close(self) -> None:
        self.closed = True


COUNTERS: list[CountsWords] = []


async def test_tokens_are_counted_in_the_words_of_the_base_while_somebody_looks(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    COUNTERS.clear()
    base = SimpleNamespace(name="tiny", folder=workspace.bases / "tiny", ready=True)
    monkeypatch.setattr(lengths, "chosen", lambda _: base)
    monkeypatch.setattr(lengths, "TokenCounter", CountsWords)
    async with opened(workspace) as pilot:
        await dashboard(pilot)
        await go_to(pilot, "tokens")
        await until(pilot, lambda: "Tokens of tiny" in shown(pilot))
        assert re.search(r"▸1-63 +█+ 8 100%", shown(pilot))
        await press(pilot, "enter")
        assert await found(pilot) == 8
        assert "#1..8" in shown(pilot)
        await until(pilot, lambda: COUNTERS[-1].closed)


async def test_without_a_base_the_tokens_say_how_to_get_one(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await dashboard(pilot)
        await go_to(pilot, "tokens")
        await until(pilot, lambda: "No base is here to count with" in shown(pilot))
