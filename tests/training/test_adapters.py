"""Adapters beside the base, with the real MLX: what is trained, and that mlx-lm loads it."""

import os
import subprocess
import sys

import orjson
import pytest

from jessy_tui.training.blas import child_environment
from jessy_tui.training.events import EventReader, Started, Trained, Validated
from jessy_tui.training.recipe import Recipe
from jessy_tui.training.runs import create_run
from jessy_tui.training.settings import with_settings
from jessy_tui.workspace import Workspace
from tests.training import nanos
from tests.training.conftest import Train, wait_for_end

# Which weights a checkpoint brings, and that the model differs with them.
LOADS = """
import sys, msgspec, mlx.core as mx
from mlx_lm import load
base, checkpoint = msgspec.json.decode(sys.stdin.buffer.read())
tokens = mx.array([[5, 6, 7]])
bare, _ = load(base)
model, _ = load(base, adapter_path=checkpoint)
assert not mx.allclose(bare(tokens), model(tokens)).item()
print(msgspec.json.encode(sorted(mx.load(checkpoint + "/adapters.safetensors"))).decode())
"""

SEVEN = [
    *(f"mlp.{name}_proj" for name in ("down", "gate", "up")),
    *(f"self_attn.{name}_proj" for name in "koqv"),
]


@pytest.mark.parametrize(
    ("settings", "parts", "keys"),
    [
        (("fine_tune_type=lora", "layers=1"), ("lora_a", "lora_b"), SEVEN),
        (("fine_tune_type=dora", "keys=attention"), ("lora_a", "lora_b", "m"), SEVEN[3:]),
    ],
)
def test_an_adapter_is_what_mlx_lm_loads(
    train: Train, settings: tuple[str, ...], parts: tuple[str, ...], keys: list[str]
) -> None:
    run = wait_for_end(train(*settings, "rank=4", "alpha=8", "epochs=3", "learning_rate=0.01"))
    assert run.state == "finished", run.log.read_text()
    folder = run.checkpoint("final")
    layers = run.recipe.layers or 2
    config = orjson.loads((folder / "adapter_config.json").read_bytes())
    assert config == {
        "fine_tune_type": run.recipe.fine_tune_type,
        "num_layers": layers,
        "step": 6,
        "lora_parameters": {"rank": 4, "scale": 2.0, "dropout": 0.0, "keys": keys},
    }
    names = orjson.loads(nanos.run_python(LOADS, [str(run.base_folder), str(folder)]))
    assert names == sorted(
        f"model.layers.{layer}.{key}.{part}"
        for layer in range(2 - layers, 2)
        for key in keys
        for part in parts
    )
    events = EventReader(run.events).all()
    [started] = [event for event in events if isinstance(event, Started)]
    assert started.trainable < started.parameters / 4
    losses = [event.loss for event in events if isinstance(event, Trained)]
    first, last = losses[0], losses[-1]
    assert first is not None
    assert last is not None
    assert last < first


def test_gradients_of_several_steps_make_one_change(train: Train) -> None:
    run = wait_for_end(
        train("accumulation=3", "epochs=2", "batch_size=2", "warmup_steps=0", "schedule=constant")
    )
    assert run.state == "finished", run.log.read_text()
    events = EventReader(run.events).all()
    # Seven rows are four steps an epoch; eight steps are nine, so that the last is a change.
    assert [event.step for event in events if isinstance(event, Trained)] == list(range(1, 10))
    first = next(event for event in events if isinstance(event, Validated))
    assert first.step == 0


def test_labels_are_repeated_as_the_recipe_says(ready: Workspace) -> None:
    run = create_run(ready, recipe=Recipe(repeat="LOW-1:3,MEDIUM:2"))
    rows = (run.folder / "data" / "train.jsonl").read_text("utf-8").splitlines()
    said = [
        "LOW-1" if "<think>LOW 1<" in row else "MEDIUM" if "<think>MEDIUM" in row else "other"
        for row in rows
    ]
    assert said.count("LOW-1") % 3 == 0
    assert said.count("MEDIUM") % 2 == 0
    assert run.record.data.rows == len(rows)
    assert len(set(rows)) == 7


def test_a_half_precision_base_is_trained_wide_on_a_cpu() -> None:
    code = """
import sys, msgspec, mlx.core as mx, mlx.nn as nn
from mlx_lm.models.llama import Model, ModelArgs
from jessy_tui.training.adapting import widen
mx.set_default_device(mx.cpu)
model = Model(ModelArgs(model_type="llama", hidden_size=8, num_hidden_layers=1,
                        intermediate_size=8, num_attention_heads=2, rms_norm_eps=1e-5,
                        vocab_size=9))
assert not widen(model)
model.set_dtype(mx.bfloat16)
assert widen(model)
assert model.model.embed_tokens.weight.dtype == mx.float32
"""
    nanos.run_python(code)


@pytest.mark.parametrize("settings", [["fine_tune_type=lora", "keys=attention"], []])
def test_mlx_lm_runs_the_recipe_as_it_stands_in_the_run_folder(
    ready: Workspace, settings: list[str]
) -> None:
    recipe = with_settings(Recipe(), [*settings, "epochs=1", "accumulation=2"])
    run = create_run(ready, recipe=recipe)
    ran = subprocess.run(
        [sys.executable, "-m", "mlx_lm", "lora", "-c", "recipe.yaml"],
        cwd=run.folder,
        env=child_environment(environment=os.environ),
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr.decode()
    config = orjson.loads((run.folder / "mlx-lm" / "adapter_config.json").read_bytes())
    assert config["fine_tune_type"] == run.recipe.fine_tune_type
    assert config["learning_rate"] == run.recipe.learning_rate
    assert (run.folder / "mlx-lm" / "adapters.safetensors").is_file()
