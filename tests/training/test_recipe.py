"""The settings of a run."""

import pytest

from jessy_tui.errors import JessyError
from jessy_tui.training.presets import PRESETS, find_preset, recipe_for
from jessy_tui.training.recipe import Recipe
from jessy_tui.training.settings import recipe_fields, with_settings


def test_the_steps_follow_from_the_rows_and_every_row_is_used() -> None:
    recipe = Recipe(epochs=2, batch_size=8)
    assert recipe.steps_per_epoch(17) == 3
    assert recipe.steps(17) == 6
    assert recipe.describe_length(17) == "2 epochs of 3 steps: 6 steps"


def test_the_plans_that_an_epoch_repeats_are_steps_too() -> None:
    recipe = Recipe(epochs=2, batch_size=8, plan_repeat=2)
    assert recipe.steps_per_epoch(17) == 7
    assert recipe.steps(17) == 14


def test_there_is_a_step_even_where_the_batch_is_larger_than_the_data() -> None:
    assert Recipe(epochs=0.01, batch_size=64).steps(3) == 1


def test_settings_are_read_by_their_types() -> None:
    recipe = with_settings(Recipe(), ["epochs=3", "learning-rate=5e-4", "schedule = linear"])
    assert (recipe.epochs, recipe.learning_rate, recipe.schedule) == (3.0, 5e-4, "linear")


def test_an_unknown_setting_is_refused_with_all_there_are() -> None:
    with pytest.raises(JessyError, match=r"'iters' is no setting.*batch_size.*epochs.*seed"):
        with_settings(Recipe(), ["iters=100"])


@pytest.mark.parametrize(
    ("setting", "allowed"),
    [
        ("epochs=0", "epochs must be a number, above 0, at most 10,000, not '0'"),
        ("epochs=nan", "epochs must be a number, above 0, at most 10,000, not 'nan'"),
        ("learning_rate=inf", "learning_rate must be a number, above 0, not 'inf'"),
        ("batch_size=2.5", "batch_size must be a whole number, at least 1, at most 1,024"),
        ("batch_size=many", "batch_size must be a whole number"),
        ("schedule=steep", "schedule must be constant, cosine or linear, not 'steep'"),
        ("epochs", "'epochs' is not a setting; write key=value"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed(setting: str, allowed: str) -> None:
    with pytest.raises(JessyError, match=allowed):
        with_settings(Recipe(), [setting])


def test_every_setting_explains_itself() -> None:
    fields = recipe_fields()
    assert [field.name for field in fields] == list(Recipe.__struct_fields__)
    assert all(field.description.endswith(".") and field.allowed for field in fields)


def test_nano_is_asked_with_its_last_weights() -> None:
    # It parrots: its validation loss is at its best long before it knows the answers.
    assert recipe_for("nano").chosen == "final"


def test_alpha_is_the_scale_times_the_rank_in_whatever_order_they_are_set() -> None:
    recipe = with_settings(Recipe(), ["alpha=32", "rank=16"])
    assert (recipe.scale, recipe.rank, recipe.alpha) == (2.0, 16, 32.0)
    assert "scale 2, alpha 32" in with_settings(recipe, ["fine_tune_type=lora"]).describe_method()
    with pytest.raises(JessyError, match="alpha must be a number, above 0"):
        with_settings(Recipe(), ["alpha=-1"])


def test_presets_are_found_however_they_are_written() -> None:
    assert find_preset("laptop-cpu") is PRESETS["laptop CPU"]
    assert find_preset("APPLE SILICON").alpha == 32
    with pytest.raises(JessyError, match="there are: first look, laptop CPU, Apple silicon"):
        find_preset("desktop")


def test_an_epoch_of_the_apple_preset_says_steps_and_changes() -> None:
    recipe = find_preset("apple silicon")
    assert recipe.describe_length(360) == (
        "3 epochs of 45 steps: 136 steps, 34 changes of the weights"
    )


@pytest.mark.parametrize("text", ["LOW-1:2", "LOW-1:2,HIGH:3", ""])
def test_labels_and_how_often_they_count_are_read(text: str) -> None:
    recipe = with_settings(Recipe(), [f"repeat={text}"])
    assert recipe.repeats().get(("LOW", 1)) == (2 if text else None)


@pytest.mark.parametrize("text", ["LOW", "LOW-0:2", "low:2", "LOW:0", "LOW:2;HIGH:3"])
def test_labels_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(JessyError, match="repeat must be labels and how often, as LOW-1:2,HIGH:3"):
        with_settings(Recipe(), [f"repeat={text}"])
