"""Recipes by name, and which of them suits a base on this machine."""

import platform
import sys
from typing import Final

from jessy_tui.bases.catalogue import NANO
from jessy_tui.errors import JessyError
from jessy_tui.training.recipe import Recipe

FIRST_LOOK: Final = "first look"
LAPTOP_CPU: Final = "laptop CPU"
APPLE_SILICON: Final = "Apple silicon"

PRESETS: Final[dict[str, Recipe]] = {
    # Measured for nano on two CPU cores.
    FIRST_LOOK: Recipe(),
    # Measured for SmolLM2-135M on two CPU cores, with the 365 rows that come with Jessy: plans are
    # well-formed on all 120 probes and of the right band on 64 %, and "sana bisi sorucam" gets its
    # answer. Half of the loss for the plans (plan_weight 0.5) without the repeats gave 69 %.
    LAPTOP_CPU: Recipe(
        fine_tune_type="lora",
        epochs=3,
        batch_size=4,
        learning_rate=4e-4,
        layers=16,
        rank=8,
        scale=20.0,
        keys="all",
        optimizer="adam",
        weight_decay=0.0,
        warmup_steps=8,
        repeat="LOW-1:2",
        max_seq_length=160,
        report_every=5,
        checkpoint_every=25,
    ),
    APPLE_SILICON: Recipe(
        fine_tune_type="lora",
        epochs=3,
        batch_size=8,
        learning_rate=1e-4,
        rank=16,
        scale=2.0,  # alpha 32
        dropout=0.05,
        keys="attention",
        optimizer="adam",
        weight_decay=0.0,
        warmup_steps=50,
        accumulation=4,
        max_seq_length=1024,
        report_every=10,
        validate_every=25,
        checkpoint_every=100,
        patience=50,
        chosen="best",
    ),
}
"""`first look` is for nano; the others are for bases that know a language already."""


def find_preset(name: str) -> Recipe:
    """The recipe of that name, whatever its case; "laptop-cpu" is one way to write it.

    Raises:
        JessyError: there is none; the sentence lists those there are.
    """
    wanted = name.casefold().replace("-", " ").replace("_", " ")
    for preset, recipe in PRESETS.items():
        if preset.casefold() == wanted:
            return recipe
    raise JessyError(f"There is no preset {name!r}; there are: {', '.join(PRESETS)}.")


def recipe_for(base: str) -> Recipe:
    """The recipe that suits the base of that name on this machine, before anything is set."""
    return PRESETS[preset_for(base)]


def preset_for(base: str) -> str:
    """The name of that recipe."""
    if base == NANO:
        return FIRST_LOOK
    apple = sys.platform == "darwin" and platform.machine() == "arm64"
    return APPLE_SILICON if apple else LAPTOP_CPU
