"""Every key of the Examples tab, pressed as a person does: none is without effect or without test.

The keys are taken from the bindings: one that is added without a step here fails.
"""

import re
from functools import partial
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.pilot import Pilot

import jessy_tui.ui.examples
from jessy_tui.ui.examples.category_picker import CategoryPicker
from jessy_tui.ui.examples.column_chooser import ColumnChooser
from jessy_tui.ui.examples.example_detail import ExampleDetail
from jessy_tui.ui.examples.example_editor import ExampleEditor
from jessy_tui.ui.examples.example_list import ExampleList
from jessy_tui.ui.examples.external_editor import NotTaken
from jessy_tui.ui.examples.filter_bar import FilterInput
from jessy_tui.ui.examples.hit_list import HitList
from jessy_tui.ui.examples.jump import JumpScreen
from jessy_tui.ui.examples.label_picker import LabelPicker
from jessy_tui.ui.examples.move_picker import MovePicker
from jessy_tui.ui.examples.named_filters import NamedFilters
from jessy_tui.ui.examples.replace import ReplaceScreen
from jessy_tui.ui.examples.screen import ExamplesScreen
from jessy_tui.ui.examples.sort_picker import SortPicker
from jessy_tui.ui.modals.busy import BusyScreen
from tests.conftest import EXAMPLES, MakeWorkspace, example
from tests.ui.driving import opened, press, shown, until

Step = tuple[str, str]
"""Keys with blanks between them, and what the screen or a notice then says."""

MOVING: list[Step] = [
    ("j", "Examples 2/28"),
    ("down", "Examples 3/28"),
    ("k", "Examples 2/28"),
    ("up", "Examples 1/28"),
    ("G", "Examples 28/28"),
    ("g", "Examples 1/28"),
    ("end", "Examples 28/28"),
    ("home", "Examples 1/28"),
    ("ctrl+d", "Examples 18/28"),
    ("ctrl+u", "Examples 1/28"),
    ("ctrl+f", "Examples 28/28"),
    ("ctrl+b", "Examples 1/28"),
    ("pagedown", "Examples 28/28"),
    ("pageup", "Examples 1/28"),
    ("right_curly_bracket", "Examples 21/28"),
    ("left_curly_bracket", "Examples 1/28"),
    ("number_sign 9 enter", "Examples 9/28"),
    ("h h left_square_bracket", "by label ↑"),
    ("right_square_bracket", "by label ↓"),
    ("right_square_bracket l left", "many.json 1/2"),
    ("right left_square_bracket", "by category ↑"),
    ("s backspace", "many.json 1/2"),
    ("C escape", "category"),
    ("m", "What the model is trained on"),
    ("m g", "Examples 1/28"),
]
FINDING: list[Step] = [
    ("slash n a b e r enter", "1 of 28"),
    ("escape", "/28"),
    ("g n", "Examples 22/28"),
    ("g N", "Examples 22/28"),
    ("F", "None is kept yet"),
    ("escape g space space", "2 marked"),
    ("j V", "4 marked"),
    ("apostrophe", "Examples 1/28"),
    ("quotation_mark", "Examples 4/28"),
    ("escape", "Examples 4/28"),
    ("asterisk", "28 marked"),
    ("asterisk", "0 examples marked"),
]
CHANGING: list[Step] = [
    ("G e", "ctrl+s keeps"),
    ("escape enter", "ctrl+s keeps"),
    ("escape i 8", "1 unsaved"),
    ("c down enter", "1 unsaved"),
    ("a", "New example"),
    ("escape D", "29 examples"),
    ("d", "Deleted 1 example"),
    ("M enter", "Moved 1 example to many.json"),
    ("u", "Undone: moved 1 example to many.json"),
    ("U", "Redone: moved 1 example to many.json"),
    ("u ctrl+r", "Redone: moved 1 example to many.json"),
    ("E", "Nothing was changed"),
    ("R", "Find and replace in all 28"),
    ("escape y", "Copied the answer"),
    ("Y", "Copied the question"),
    ("x", "Findings"),
    ("escape", "Examples"),
]
READING: list[Step] = [
    ("tab", "Examples"),
    *((key, "satır") for key in
      ("G", "g", "j", "k", "down", "up", "end", "home", "ctrl+d", "ctrl+u")),
]  # fmt: skip


def keys_of(*classes: type) -> set[str]:
    """All keys that classes of ours bind."""
    owners = {
        owner
        for one in classes
        for owner in one.__mro__
        if "jessy_tui.ui.examples" in owner.__module__
    }
    return {
        key.strip()
        for owner in owners
        for binding in owner.__dict__.get("BINDINGS", ())
        if isinstance(binding, Binding)
        for key in binding.key.split(",")
    }


def test_every_key_of_the_list_and_the_tab_has_a_step() -> None:
    pressed = {key for keys, _ in MOVING + FINDING + CHANGING for key in keys.split()}
    assert keys_of(ExamplesScreen, ExampleList) - pressed == set()
    assert keys_of(ExampleDetail) - {key for keys, _ in READING for key in keys.split()} == set()


@pytest.mark.parametrize(
    "dialog",
    [CategoryPicker, ColumnChooser, ExampleEditor, FilterInput, HitList, JumpScreen, LabelPicker,
     MovePicker, NamedFilters, NotTaken, ReplaceScreen, SortPicker, BusyScreen],
)  # fmt: skip
def test_every_action_of_a_dialog_is_pressed_in_some_test(dialog: type) -> None:
    tests = "\n".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    for binding in dialog.__dict__["BINDINGS"]:
        keys = binding.key if isinstance(binding, Binding) else binding[0]
        assert any(f'"{key}"' in tests for key in keys.split(",")), f"{dialog.__name__}: {keys}"


def test_every_binding_says_what_it_does() -> None:
    folder = Path(jessy_tui.ui.examples.__file__).parent
    for path in folder.glob("*.py"):
        for call in re.findall(r"Binding\((?:[^()]|\([^()]*\))*\)", path.read_text("utf-8")):
            assert "id=" in call or "tooltip=" in call, f"{path.name}: {call}"


async def walk(pilot: Pilot[None], steps: list[Step]) -> None:
    for keys, words in steps:
        pilot.app.clear_notifications()
        await press(pilot, *keys.split())
        await until(pilot, partial(says, pilot, words), 10)


def says(pilot: Pilot[None], words: str) -> bool:
    """Whether words are on the screen or in a notice."""
    told = (f"{one.title}\n{one.message}" for one in pilot.app._notifications)
    return words in shown(pilot) or any(words in one for one in told)


@pytest.mark.parametrize(
    "steps", [MOVING, FINDING, CHANGING], ids=["moving", "finding", "changing"]
)
async def test_every_key_does_what_it_says(
    make_workspace: MakeWorkspace, steps: list[Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "true")
    many = [example(f"soru {n}", f"cevap {n}", "LOW", 1, "fact") for n in range(20)]
    few = [example(*row) for row in EXAMPLES]
    async with opened(make_workspace(many_json=many, zfew_json=few)) as pilot:
        await walk(pilot, steps)


async def test_the_keys_of_the_example_scroll_it(make_workspace: MakeWorkspace) -> None:
    long = example("q", "\n\n".join(f"satır {n}" for n in range(60)), "HIGH", 9, "fact")
    async with opened(make_workspace(long_json=[long])) as pilot:
        await until(pilot, lambda: "satır 3" in shown(pilot))
        await walk(pilot, READING)
        detail = pilot.app.screen.query_one(ExampleDetail)
        assert detail.has_focus
        assert detail.scroll_y == 0
        await press(pilot, "G")
        await until(pilot, lambda: "satır 59" in shown(pilot))


async def test_the_keys_dialog_has_a_section_for_each_kind_of_key(
    make_workspace: MakeWorkspace,
) -> None:
    async with opened(make_workspace(few_json=[example(*row) for row in EXAMPLES])) as pilot:
        await press(pilot, "question_mark")
        for section in ("Example list", "Change", "Order and columns"):
            assert section in shown(pilot)
        await press(pilot, "end")
        await until(pilot, lambda: "Everywhere" in shown(pilot))
        assert "Find" in shown(pilot)
