"""Exports made by the real process, loaded by those they are for."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jessy_tui.export.client import Export
from jessy_tui.export.order import Exported, Quantization, Way, order_for
from jessy_tui.export.preflight import preflight
from jessy_tui.export.tensors import model_files, read_headers
from jessy_tui.workspace import Workspace
from tests.export import rounds
from tests.export.conftest import KINDS, Checkpoints
from tests.export.making import made
from tests.training import nanos

TOKENS = 12
LOADS = """
import sys, msgspec
folder, text = msgspec.json.decode(sys.stdin.buffer.read())
from transformers import AutoConfig, AutoTokenizer
from mlx_lm.utils import load
model, tokenizer = load(folder)
theirs = AutoTokenizer.from_pretrained(folder)
config = AutoConfig.from_pretrained(folder)
talk = [{"role": "user", "content": text}]
print(msgspec.json.encode({
    "ids": theirs.encode(text),
    "asked": theirs.apply_chat_template(talk, tokenize=False, add_generation_prompt=True),
    "layers": config.num_hidden_layers,
    "same": theirs.encode(text) == tokenizer.encode(text),
}).decode())
"""


def export(
    workspace: Workspace, run: str, way: Way, quantization: Quantization = Quantization.Q8_0
) -> Exported:
    return Export(order_for(workspace, run=run, way=way, quantization=quantization)).run(
        lambda _: None
    )


def test_an_adapter_is_exported_as_mlx_lm_loads_it(
    shelf: Workspace, checkpoints: Checkpoints
) -> None:
    done = export(shelf, "lora", Way.ADAPTER)
    folder = Path(done.folder)
    assert folder == shelf.exports / "lora-final-adapter"
    assert sorted(done.files) == ["README.md", "adapter_config.json", "adapters.safetensors"]
    original = checkpoints.adapter("lora") / "adapters.safetensors"
    assert (folder / "adapters.safetensors").read_bytes() == original.read_bytes()


def test_a_fused_model_says_what_the_base_with_the_adapter_says(
    shelf: Workspace, checkpoints: Checkpoints
) -> None:
    models: dict[str, tuple[Path, Path | None]] = {}
    for kind in KINDS:
        folder = Path(export(shelf, kind, Way.FUSED).folder)
        tensors = read_headers(model_files(folder))
        for name, weight in checkpoints.merged(kind).items():
            np.testing.assert_allclose(tensors[name].read(), weight, rtol=2e-5, atol=2e-6)
        models[f"{kind} beside"] = (checkpoints.base, checkpoints.adapter(kind))
        models[f"{kind} fused"] = (folder, None)
    found = rounds.ask_mlx(models, rounds.PROMPTS[:6], [], TOKENS)
    for kind in KINDS:
        assert found[f"{kind} beside"]["said"] == found[f"{kind} fused"]["said"], kind


def test_a_fused_model_is_loaded_by_transformers_too(shelf: Workspace) -> None:
    folder = export(shelf, "lora", Way.FUSED).folder
    text = nanos.run_python(LOADS, [folder, "sana bisi sorucam"])
    import orjson

    seen = orjson.loads(text.splitlines()[-1])
    assert seen["same"]
    assert seen["layers"] == 2
    assert seen["asked"].endswith(
        "<|im_start|>user\nsana bisi sorucam<|im_end|>\n<|im_start|>assistant\n"
    )


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return rounds.strings(1000)


def test_llama_cpp_reads_and_says_what_the_checkpoint_does(
    shelf: Workspace, checkpoints: Checkpoints, texts: list[str]
) -> None:
    pytest.importorskip("xllamacpp")
    half = export(shelf, "lora", Way.GGUF, Quantization.F16)
    byte = export(shelf, "lora", Way.GGUF, Quantization.Q8_0)
    models: dict[str, Any] = {"adapter": (checkpoints.base, checkpoints.adapter("lora"))}
    mine = rounds.ask_mlx(models, rounds.PROMPTS, texts, TOKENS)["adapter"]
    [name] = [name for name in half.files if name.endswith(".gguf")]
    theirs = rounds.ask_llama_cpp(Path(half.folder) / name, rounds.PROMPTS, texts, TOKENS)
    assert theirs["written"] == [asked["text"] for asked in mine["asked"]]
    assert theirs["read"] == [asked["ids"] for asked in mine["asked"]]
    differing = [
        text for text, a, b in zip(texts, mine["ids"], theirs["ids"], strict=True) if a != b
    ]
    assert not differing
    assert theirs["said"] == mine["said"]
    [name] = [name for name in byte.files if name.endswith(".gguf")]
    follow = mine["said"]
    near = rounds.ask_llama_cpp(Path(byte.folder) / name, rounds.PROMPTS, [], TOKENS, follow=follow)
    pairs = [
        (a, b)
        for one, other in zip(follow, near["next"], strict=True)
        for a, b in zip(one, other, strict=True)
    ]
    assert sum(a == b for a, b in pairs) >= 0.95 * len(pairs)


def test_what_is_written_is_as_large_as_was_said(shelf: Workspace) -> None:
    for way, quantization in [
        (Way.FUSED, Quantization.Q8_0),
        (Way.GGUF, Quantization.F16),
        (Way.GGUF, Quantization.Q4_0),
    ]:
        order = order_for(shelf, run="lora", way=way, quantization=quantization)
        known = preflight(order)
        done = made(order)
        assert sum(done.files.values()) <= known.disk
        assert known.disk < sum(done.files.values()) + 5_000_000
