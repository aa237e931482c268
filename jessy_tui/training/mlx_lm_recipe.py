"""A recipe as the YAML that mlx-lm's own command takes: `mlx_lm.lora -c recipe.yaml`.

It is for people who want to go on without Jessy. What mlx-lm cannot do is said in the comments.
"""

import json
from pathlib import Path
from typing import Any, Final

from jessy_tui.training.recipe import Recipe

RECIPE_NAME: Final = "recipe.yaml"
ADAPTER_FOLDER: Final = "mlx-lm"
"""Where mlx-lm's command leaves its adapter, relative to the run folder."""

_LLAMA_ATTENTION: Final = tuple(f"self_attn.{name}_proj" for name in "qkvo")

_COMMENT: Final = """\
# This run's recipe for mlx-lm's own command. In this folder, run:
#
#     mlx_lm.lora -c recipe.yaml
#
# It then trains on the same rows, but not the same way: mlx-lm makes its batches by itself and
# leaves out the last rows, keeps no best checkpoint, does not end early, and saves no state of the
# optimizer.{more}
"""


def yaml_of(recipe: Recipe, *, base: str, rows: int, validation_rows: int) -> str:
    """The YAML of a recipe, to be written into a run folder.

    Args:
        recipe: how the run trains.
        base: the base's folder, relative to the run folder.
        rows: rows of an epoch.
        validation_rows: rows to validate with; mlx-lm refuses batches larger than any of the two.
    """
    batch_size = max(1, min(recipe.batch_size, rows, validation_rows or rows))
    steps_per_epoch = max(1, rows // batch_size)
    steps = max(1, round(recipe.epochs * steps_per_epoch))
    validate_every = recipe.validate_every or steps_per_epoch
    contents: dict[str, Any] = {
        "model": base,
        "train": True,
        "data": "data",
        "adapter_path": ADAPTER_FOLDER,
        "fine_tune_type": recipe.fine_tune_type,
        "num_layers": recipe.layers or -1,
        "optimizer": recipe.optimizer,
        "optimizer_config": {recipe.optimizer: _optimizer(recipe)},
        "learning_rate": recipe.learning_rate,
        "lr_schedule": _schedule(recipe, steps),
        "batch_size": batch_size,
        "iters": steps,
        "grad_accumulation_steps": recipe.accumulation,
        "mask_prompt": True,
        "max_seq_length": recipe.max_seq_length,
        "steps_per_report": recipe.report_every,
        "steps_per_eval": validate_every,
        "val_batches": -1,
        "save_every": recipe.checkpoint_every or steps + 1,
        "seed": recipe.seed,
        "report_to": recipe.report_to or None,
    }
    if recipe.fine_tune_type != "full":
        contents["lora_parameters"] = _lora(recipe)
    more = ""
    if recipe.fine_tune_type == "full":
        more = " Its full fine-tune leaves the embedding and the last norm as they are."
    if recipe.plan_weight:
        more += " Every token counts the same there: plan_weight is Jessy's own."
    if recipe.plan_repeat:
        more += " It sees no plan more often than its answer: plan_repeat is Jessy's own."
    lines = [f"{key}: {_scalar(value)}" for key, value in contents.items() if value is not None]
    return _COMMENT.format(more=more) + "\n".join(lines) + "\n"


def write_yaml(folder: Path, recipe: Recipe, *, base: str, rows: int, validation_rows: int) -> None:
    """Write `recipe.yaml` into the run folder; see `yaml_of`."""
    text = yaml_of(recipe, base=base, rows=rows, validation_rows=validation_rows)
    (folder / RECIPE_NAME).write_text(text, "utf-8")


def _optimizer(recipe: Recipe) -> dict[str, Any]:
    config: dict[str, Any] = {"bias_correction": True}
    if recipe.optimizer == "adamw":
        config["weight_decay"] = recipe.weight_decay
    return config


def _schedule(recipe: Recipe, steps: int) -> dict[str, Any] | None:
    """mlx-lm's form of the schedule; it counts changes of the weights, as optimizers do."""
    highest, lowest = recipe.learning_rate, recipe.learning_rate / 10
    updates = max(1, steps // recipe.accumulation)
    warmup = min(recipe.warmup_steps // recipe.accumulation, updates - 1)
    rest = max(1, updates - warmup)
    match recipe.schedule:
        case "cosine":
            form: dict[str, Any] = {"name": "cosine_decay", "arguments": [highest, rest, lowest]}
        case "linear":
            form = {"name": "linear_schedule", "arguments": [highest, lowest, rest]}
        case "constant":
            form = {"name": "linear_schedule", "arguments": [highest, highest, rest]}
    return form | {"warmup": warmup, "warmup_init": highest / (warmup + 1)}


def _lora(recipe: Recipe) -> dict[str, Any]:
    parameters = {"rank": recipe.rank, "scale": recipe.scale, "dropout": recipe.dropout}
    # Without keys mlx-lm takes every matrix of a layer.
    return parameters | ({"keys": list(_LLAMA_ATTENTION)} if recipe.keys == "attention" else {})


def _scalar(value: Any) -> str:
    """A value as JSON, which is YAML too; mlx-lm's reader takes 1e-05 for the number it is."""
    return json.dumps(value, ensure_ascii=False)
