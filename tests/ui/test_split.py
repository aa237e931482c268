"""The split by its keys."""

import json
import re

import pytest

from jessy_tui.ui.split.split_screen import numbers_filter
from jessy_tui.workspace import Workspace
from tests.conftest import EXAMPLES, MakeWorkspace, example
from tests.ui.driving import NARROW, WIDE, notices, opened, press, shown, type_text, until


@pytest.fixture
def forty(make_workspace: MakeWorkspace) -> Workspace:
    words = [
        "deniz",
        "kitap",
        "rüzgar",
        "saat",
        "bulut",
        "köprü",
        "lamba",
        "fidan",
        "tarif",
        "oyun",
    ]
    rows = [
        example(f"{word} {number} nedir", f"cevap {word} {number}", *EXAMPLES[number * 2][2:])
        for number in range(4)
        for word in words
    ]
    rows[1] = example("deniz 0 nedirr ki acaba bence", "x", "LOW", 1, "greeting")
    rows[0] = example("deniz 0 nedir ki acaba bence", "x", "LOW", 1, "greeting")
    return make_workspace(a_json=rows)


async def test_both_sides_stand_beside_each_other_and_follow_the_seed(forty: Workspace) -> None:
    async with opened(forty) as pilot:
        await press(pilot, "2", "S")
        await until(pilot, lambda: "Largest difference" in shown(pilot))
        text = shown(pilot)
        assert re.search(r"examples +36 training +4 held out", text)
        assert re.search(r"LOW +18 █+\S* +50.0% +2 █+\S* +50.0% +0.0", text)
        assert "2 examples in 1 group ask the same or nearly the same" in text
        await press(pilot, "ctrl+n")
        await until(pilot, lambda: "Runs are split by jessy.toml: seed 7, 10% held" in shown(pilot))
        await press(pilot, "shift+tab", "shift+tab", "shift+tab", "ctrl+u")
        await type_text(pilot, "25")
        await until(pilot, lambda: re.search(r"examples +30 training +10 held", shown(pilot)))
        await press(pilot, "ctrl+u")
        await until(pilot, lambda: "Give a seed, and a share above 0" in shown(pilot))
        await type_text(pilot, "2")
        await until(pilot, lambda: "would have 1 rows, fewer than a batch of 4" in shown(pilot))


async def test_enter_goes_to_the_held_out_examples_of_a_value(forty: Workspace) -> None:
    async with opened(forty, NARROW) as pilot:
        await press(pilot, "percent_sign")
        await until(pilot, lambda: "Largest difference" in shown(pilot))
        await press(pilot, "enter")
        await until(pilot, lambda: "4 of 40" in shown(pilot))
        await press(pilot, "percent_sign")
        await until(pilot, lambda: "Largest difference" in shown(pilot))
        await press(pilot, "j", "enter")
        await until(pilot, lambda: "2 of 40" in shown(pilot))
        assert shown(pilot).count("LOW") >= 2
        await press(pilot, "percent_sign")
        await until(pilot, lambda: "Largest difference" in shown(pilot))
        await press(pilot, "ctrl+g")
        await until(pilot, lambda: "#1..2" in shown(pilot))
        await until(pilot, lambda: "2 of 40" in shown(pilot))


async def test_both_sides_are_written_with_the_system_prompt(forty: Workspace) -> None:
    async with opened(forty, WIDE) as pilot:
        await press(pilot, "3", "S")
        await until(pilot, lambda: "Largest difference" in shown(pilot))
        await press(pilot, "shift+tab", "shift+tab")
        await type_text(pilot, "Kısa konuş.")
        await press(pilot, "ctrl+s")
        await until(
            pilot, lambda: any("36 + 4 rows written" in notice for notice in notices(pilot))
        )
        folder = forty.root / "split"
        row = json.loads((folder / "valid.jsonl").read_text().splitlines()[0])
        assert row["messages"][0] == {"role": "system", "content": "Kısa konuş."}
        assert json.loads((folder / "manifest.json").read_text())["system"] == "Kısa konuş."
        (forty.root / "jessy.toml").write_text("# mine\n[split]\nseed = 7 # lucky\n")
        await press(pilot, "ctrl+n")
        await until(pilot, lambda: "alt+k has them split so" in shown(pilot))
        await press(pilot, "alt+k")
        await until(pilot, lambda: "alt+k has them split so" not in shown(pilot))
        assert (forty.root / "jessy.toml").read_text() == (
            '# mine\n[split]\nseed = 8 # lucky\nvalidation = 0.1\nsystem = "Kısa konuş."\n'
        )


async def test_examples_with_errors_are_said_instead_of_sides(
    make_workspace: MakeWorkspace,
) -> None:
    rows = [example(*row) for row in EXAMPLES]
    bad = example("x", "y", "LOW", 9, "chat")
    async with opened(make_workspace(a_json=[*rows, bad])) as pilot:
        await press(pilot, "percent_sign")
        await until(pilot, lambda: "1 of 9 examples has errors" in shown(pilot))
        await press(pilot, "ctrl+s", "escape")
        await until(pilot, lambda: "Examples 1/9" in shown(pilot))


def test_a_filter_names_neighbours_as_a_range() -> None:
    assert numbers_filter([0]) == "#1"
    assert numbers_filter([0, 1, 2, 5, 8, 9]) == "#1..3 or #6 or #9..10"
