"""Layers that do not change, computed once: a saving that changes nothing."""

import orjson
import pytest

from tests.training import nanos

# The gradients with the lower layers' states kept, and those of the plain way: every layer over
# padded rows, the head at every position, and a mask.
COMPARE = """
import sys, msgspec, tempfile
from pathlib import Path
import mlx.core as mx, mlx.nn as nn
from mlx.utils import tree_flatten, tree_map
from mlx_lm.utils import load
from jessy_tui.training.adapting import adapt
from jessy_tui.training.batches import Tokens, make_batch
from jessy_tui.training.forward import Forward
from jessy_tui.training.frozen import LowerLayers
from jessy_tui.training.loss import make_loss
from jessy_tui.training.recipe import Recipe

kind, parts, on_disk, config, half = msgspec.json.decode(sys.stdin.buffer.read())
from mlx_lm.utils import _get_classes
Model, Args = _get_classes(config)
mx.random.seed(3)
model = Model(Args.from_dict(config))
model.update(tree_map(lambda w: w + 0.2 * mx.random.normal(w.shape), model.parameters()))
if half:
    model.set_dtype(mx.bfloat16)
adapt(model, Recipe(fine_tune_type=kind, layers=2, rank=4, scale=2.0))
if kind != "full":
    # As after some steps: what starts as nothing would hide half of the gradients.
    model.update(tree_map(lambda w: w + 0.1 * mx.random.normal(w.shape).astype(w.dtype),
                          model.trainable_parameters()))
model.train()
rows = [Tokens(tuple((5 * n + k) % 47 + 2 for k in range(9 + n % 4)), 2 + n % 3) for n in range(7)]
rows.append(rows[0])

def plain(model):
    longest = max(len(row.ids) for row in rows)
    ids = mx.array([[*row.ids, *[0] * (longest - len(row.ids))] for row in rows])
    mask = mx.array([[float(row.prompt <= place < len(row.ids)) for place in range(1, longest)]
                     for row in rows])
    losses = nn.losses.cross_entropy(model(ids[:, :-1]), ids[:, 1:]) * mask
    return losses.sum() / mask.sum()

wanted, gradients = nn.value_and_grad(model, plain)(model)
wanted_gradients = dict(tree_flatten(gradients))
mx.eval(wanted, wanted_gradients)
forward = Forward(model, rows[0].ids)
lower = LowerLayers(model, forward, len(model.layers) - 2, rows[0])
assert lower.usable, "not usable"
said = []
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "states") if on_disk else None
    frozen = lower.keep(rows, path=path, say=lambda done, total: said.append((done, total)))
    assert frozen is not None, "not the same"
    assert not list(Path(folder).iterdir())
    loss = make_loss(forward, streams=parts, frozen=frozen)
    arrays = make_batch(rows, parts=parts, states=frozen.padded)
    batch = [frozen.array(array) if number and number % 5 == 0 else mx.array(array)
             for number, array in enumerate(arrays)]
    (value, count), gradients = nn.value_and_grad(model, loss)(model, *batch)
    mx.eval(value, gradients)
found = dict(tree_flatten(gradients))
assert sorted(found) == sorted(wanted_gradients)
assert found
worst = max(
    (mx.abs(found[name] - wanted).max() / mx.maximum(mx.abs(wanted).max(), 1e-6)).item()
    for name, wanted in wanted_gradients.items()
)
print(msgspec.json.encode([abs(value.item() - wanted.item()), worst, said[-1],
                           lower.bytes_needed(rows)]).decode())
"""

LLAMA = {
    "model_type": "llama",
    "hidden_size": 32,
    "num_hidden_layers": 4,
    "intermediate_size": 48,
    "num_attention_heads": 2,
    "rms_norm_eps": 1e-5,
    "vocab_size": 50,
    "rope_theta": 10000.0,
}
QWEN = LLAMA | {
    "model_type": "qwen3",
    "num_key_value_heads": 1,
    "max_position_embeddings": 64,
    "tie_word_embeddings": False,
    "head_dim": 16,
}
GEMMA = LLAMA | {
    "model_type": "gemma3_text",
    "head_dim": 16,
    "num_key_value_heads": 1,
    "sliding_window": 4,
    "sliding_window_pattern": 2,
    "query_pre_attn_scalar": 16,
    "rope_global_base_freq": 10000.0,
    "rope_local_base_freq": 10000.0,
    "max_position_embeddings": 64,
    "rope_scaling": None,
}


@pytest.mark.parametrize(
    ("kind", "parts", "on_disk", "config"),
    [
        ("lora", 2, False, LLAMA),
        ("lora", 1, True, GEMMA),
        ("dora", 1, False, QWEN),
        ("full", 3, False, LLAMA),
    ],
)
def test_the_gradients_equal_those_of_the_plain_way(
    kind: str, parts: int, on_disk: bool, config: dict[str, object]
) -> None:
    asked = [kind, parts, on_disk, config, False]
    difference, worst, said, needed = orjson.loads(nanos.run_python(COMPARE, asked))
    assert difference < 1e-5
    assert worst < 1e-4
    assert said == [7, 7]  # the row that is there twice is computed once
    assert needed == sum(8 + n % 4 for n in range(7)) * 32 * 4


def test_halves_are_kept_as_the_bits_they_are() -> None:
    difference, worst, _, needed = orjson.loads(
        nanos.run_python(COMPARE, ["lora", 1, False, LLAMA, True])
    )
    assert difference < 0.05
    assert worst < 0.1
    assert needed == sum(8 + n % 4 for n in range(7)) * 32 * 2
