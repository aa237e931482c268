"""The memory an export takes: that of its largest tensor, not that of the model."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from jessy_tui.errands.stage import encode
from jessy_tui.export.order import Order, Quantization, Way
from jessy_tui.training.blas import child_environment
from tests.export.conftest import Checkpoints, change_json
from tests.inference import models

LAYERS, HIDDEN, INNER = 6, 1024, 3072
# The real maker, which says in the end how much memory it had at the most.
MEASURED = """
import os, resource, sys
from pathlib import Path
from jessy_tui.errands.carrying_out import take_order
from jessy_tui.export import maker
code = take_order(maker.ORDERS, maker.carry_out)
# Not ru_maxrss on Linux: a process begins with that of the one it was forked from.
if sys.platform == "linux":
    status = Path("/proc/self/status").read_text()
    peak = int(status.split("VmHWM:")[1].split()[0]) * 1024
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print("PEAK", peak, file=sys.stderr, flush=True)
os._exit(code)
"""


@pytest.fixture(scope="module")
def large(checkpoints: Checkpoints, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base of a third of a gigabyte that nobody has trained, and a run on it."""
    folder = tmp_path_factory.mktemp("large")
    base = folder / "base"
    base.mkdir()
    for name in ("tokenizer.json", "tokenizer_config.json", "config.json"):
        (base / name).write_bytes((checkpoints.base / name).read_bytes())
    change_json(
        base / "config.json", hidden_size=HIDDEN, num_hidden_layers=LAYERS, intermediate_size=INNER
    )
    square, wide, tall = ((HIDDEN, HIDDEN), (INNER, HIDDEN), (HIDDEN, INNER))
    shapes = {"model.embed_tokens.weight": (320, HIDDEN), "model.norm.weight": (HIDDEN,)}
    for layer in range(LAYERS):
        place = f"model.layers.{layer}"
        shapes |= {f"{place}.self_attn.{part}_proj.weight": square for part in "qkvo"}
        shapes |= {f"{place}.mlp.{part}_proj.weight": wide for part in ("gate", "up")}
        shapes[f"{place}.mlp.down_proj.weight"] = tall
        for norm in ("input", "post_attention"):
            shapes[f"{place}.{norm}_layernorm.weight"] = (HIDDEN,)
    numbers = np.random.default_rng(0).normal(0, 0.02, HIDDEN * INNER).astype(np.float32)
    # The same numbers in every tensor: what counts is how many there are.
    weights = {
        name: numbers[: int(np.prod(shape))].reshape(shape) for name, shape in shapes.items()
    }
    models.write_safetensors(base / "model.safetensors", weights)
    run = models.write_run(folder / "models" / "runs" / "run", None, base=base)
    low = {
        f"model.layers.{layer}.mlp.up_proj.{part}": np.ones(shape, np.float32)
        for layer in range(LAYERS)
        for part, shape in (("lora_a", (HIDDEN, 8)), ("lora_b", (8, INNER)))
    }
    models.write_adapter(run / "final", "lora", low)
    return folder


@pytest.mark.parametrize(
    ("way", "quantization"),
    [(Way.FUSED, Quantization.F16), (Way.GGUF, Quantization.Q8_0)],
)
def test_it_stays_far_below_the_bytes_of_the_model(
    large: Path, tmp_path: Path, way: Way, quantization: Quantization
) -> None:
    order = Order(
        way=way,
        run=str(large / "models" / "runs" / "run"),
        checkpoint="final",
        adapter=str(large / "models" / "runs" / "run" / "final"),
        base=str(large / "base"),
        base_name="large",
        folder=str(tmp_path / "out"),
        quantization=quantization,
    )
    process = subprocess.Popen(
        [sys.executable, "-c", MEASURED],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=child_environment(),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(encode(order))
    process.stdin.flush()  # and kept open: the maker ends when nobody is there any more
    said = process.stdout.read()
    process.wait()
    _, err = process.communicate()
    assert b'"exported"' in said, said + err
    peak = int(err.split(b"PEAK ")[1].split()[0])
    size = (large / "base" / "model.safetensors").stat().st_size
    print(f"{way} {quantization}: {peak / size:.2f}")
    assert peak < 0.9 * size
