"""What is known of a run before it is started."""

import msgspec
import orjson
import psutil
import pytest

from jessy_tui.errors import JessyError
from jessy_tui.training.needs import Shape, shape_of
from jessy_tui.training.preflight import Preflight, preflight
from jessy_tui.training.presets import PRESETS
from jessy_tui.training.recipe import Recipe
from jessy_tui.workspace import Workspace
from tests.conftest import EXAMPLES, MakeWorkspace, example

SMOLLM2 = Shape(134_515_008, 30, 576, 1536, 9, 3, 49152)


def last(workspace: Workspace, recipe: Recipe, base: str = "nano", **kinds: bool) -> Preflight:
    [*_, known] = preflight(workspace, base, recipe, **kinds)
    return known


def test_a_step_is_rehearsed_and_nothing_is_left_behind(ready: Workspace) -> None:
    before = set(ready.root.rglob("*"))
    recipe = Recipe(fine_tune_type="lora", layers=1, epochs=3, max_seq_length=56)
    found = list(preflight(ready, "nano", recipe))
    assert {known.doing for known in found} >= {"loading the base", "making a step", ""}
    known = found[-1]
    assert known.ready, known.problems
    assert (known.examples, known.rows, known.validation_rows) == (8, 7, 1)
    assert (known.steps_per_epoch, known.steps) == (2, 6)
    measured = known.measured
    assert measured is not None
    assert measured.rows == 7
    assert measured.longest > 56
    assert measured.shortened + measured.cut > 0
    assert measured.trainable is not None
    assert measured.trainable < 10_000
    assert measured.memory is not None
    assert 1e7 < measured.memory < 2e9
    assert measured.seconds is not None
    assert measured.seconds_per_step is not None
    assert measured.seconds >= 6 * measured.seconds_per_step
    assert "computed once, and kept in memory" in measured.method
    assert set(ready.root.rglob("*")) == before


def test_what_would_fail_says_what_to_change(
    ready: Workspace, make_workspace: MakeWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    [problem] = last(ready, Recipe(), "smollm2-135m").problems
    assert "fetch it with: jessy bases fetch smollm2-135m" in problem
    [problem] = last(ready, Recipe(max_seq_length=16)).problems
    assert "every question is longer than 16 tokens; set max_seq_length higher" in problem
    [problem] = last(ready, Recipe(report_to="wandb")).problems
    assert "wandb is not installed" in problem
    with pytest.raises(JessyError, match="There is no base 'gemma'"):
        last(ready, Recipe(), "gemma")
    monkeypatch.setattr("jessy_tui.training.preflight.free_disk", lambda folder: 1000)
    [problem] = last(ready, Recipe()).problems
    assert "make room, or lower keep_checkpoints" in problem


def test_examples_with_errors_are_a_problem(make_workspace: MakeWorkspace) -> None:
    rows = [example(*row) for row in EXAMPLES]
    rows[2]["conversations"][1]["metadata"]["iterations"] = 12  # type: ignore[index]
    known = last(make_workspace(chat_json=rows), Recipe())
    assert known.errors == 1
    [problem] = known.problems
    assert "chat.json (example 3)" in problem
    assert known.measured is None


def test_a_rehearsal_ends_with_whoever_asked_for_it(ready: Workspace) -> None:
    asked = preflight(ready, "nano", Recipe())
    next(asked)
    next(asked)
    asked.close()
    assert not [
        child
        for child in psutil.Process().children()
        if child.is_running() and "jessy_tui.training.rehearsal" in child.cmdline()
    ]


def test_needs_are_told_from_the_configuration(ready: Workspace) -> None:
    shape = shape_of(ready.bases / "nano")
    assert shape is not None
    record = orjson.loads((ready.bases / "nano" / "base.json").read_bytes())
    assert abs(shape.parameters - record["parameters"]) < 0.02 * record["parameters"]
    assert shape_of(ready.root) is None
    recipe = PRESETS["laptop CPU"]
    assert SMOLLM2.trained(recipe) == 1_302_528
    # Measured at the peak: 1.50 GB with rows of 160 tokens, 3.9 GB with 512.
    for tokens, measured in ((160, 1.50e9), (512, 3.9e9)):
        told = SMOLLM2.memory(msgspec.structs.replace(recipe, max_seq_length=tokens), gpu=False)
        assert 0.8 * measured < told < 1.3 * measured
    assert SMOLLM2.trained(Recipe()) == SMOLLM2.parameters
    assert SMOLLM2.disk(recipe, 300) == 8 * 3 * 4 * 1_302_528
