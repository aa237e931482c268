"""Merging an adapter into its base, compared with mlx-lm's own; and the files it is written in."""

import re
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jessy_tui.errors import JessyError
from jessy_tui.export.merge import Merged, read_config
from jessy_tui.export.tensors import ModelWriter, Tensor, encode, model_files, read_headers
from tests.export.conftest import KINDS, Checkpoints
from tests.inference import models


@pytest.mark.parametrize("kind", KINDS)
def test_merged_weights_are_those_that_mlx_lm_merges(checkpoints: Checkpoints, kind: str) -> None:
    merged = Merged(checkpoints.base, checkpoints.adapter(kind), read_config(checkpoints.base))
    expected = checkpoints.merged(kind)
    assert set(merged.shapes) == set(expected)
    for name, weight in expected.items():
        np.testing.assert_allclose(merged.read(name), weight, rtol=2e-5, atol=2e-6, err_msg=name)


def test_an_embedding_is_merged_as_it_stands(base: Path, adapters: dict[str, Path]) -> None:
    merged = Merged(base, adapters["embedding"], read_config(base))
    weight = merged.read("model.embed_tokens.weight")
    line_end = models.VOCABULARY.index("Ċ")
    changed = np.flatnonzero((weight != models.embedding()).any(axis=1))
    assert changed.tolist() == [line_end]


MISFITS = [
    ({"model.layers.0.self_attn.q_proj.lora_a": (32, 4)}, "it lacks"),
    (
        {
            "model.layers.9.self_attn.q_proj.lora_a": (32, 4),
            "model.layers.9.self_attn.q_proj.lora_b": (4, 32),
        },
        "no place for model.layers.9",
    ),
    (
        {
            "model.layers.0.self_attn.q_proj.lora_a": (31, 4),
            "model.layers.0.self_attn.q_proj.lora_b": (4, 32),
        },
        "other sides",
    ),
    ({"model.layers.0.self_attn.q_proj.surprise": (3,)}, "which is not known here"),
]


@pytest.mark.parametrize(("shapes", "words"), MISFITS)
def test_an_adapter_that_does_not_fit_is_refused_before_anything_is_read(
    checkpoints: Checkpoints, tmp_path: Path, shapes: dict[str, tuple[int, ...]], words: str
) -> None:
    weights = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    models.write_safetensors(tmp_path / "adapters.safetensors", weights)
    config = {"fine_tune_type": "lora", "lora_parameters": {"scale": 1.0}}
    (tmp_path / "adapter_config.json").write_bytes(msgspec.json.encode(config))
    with pytest.raises(JessyError, match=re.escape(words)):
        Merged(checkpoints.base, tmp_path, read_config(checkpoints.base))


@pytest.mark.parametrize("cut", [0, 7, 40, 2000])
def test_a_file_that_is_cut_short_is_refused(
    checkpoints: Checkpoints, tmp_path: Path, cut: int
) -> None:
    whole = (checkpoints.base / "model.safetensors").read_bytes()
    (tmp_path / "model.safetensors").write_bytes(whole[:cut])
    with pytest.raises(JessyError, match="is damaged"):
        read_headers(model_files(tmp_path))


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1))
def test_bfloat16_is_rounded_to_the_nearest(numbers: list[float]) -> None:
    given_ = np.array(numbers, np.float32)
    kept = Tensor("a", "BF16", given_.shape)
    bits = np.frombuffer(encode(given_, kept.kind), np.uint16).astype(np.uint32) << 16
    back = bits.view(np.float32)
    near = np.isfinite(back)
    assert np.all(np.abs(back[near] - given_[near]) <= np.abs(given_[near]) * 2.0**-8 + 1e-38)


def test_a_number_too_large_for_half_precision_is_refused() -> None:
    with pytest.raises(JessyError, match="larger than half precision"):
        encode(np.array([7e4], np.float32), "F16")


def test_a_large_model_is_divided_among_files_with_an_index(tmp_path: Path) -> None:
    weights = {f"w{number}": np.full((4, 4), number, np.float32) for number in range(5)}
    tensors = [Tensor(name, "F32", weight.shape) for name, weight in weights.items()]
    with ModelWriter(tmp_path, tensors, largest=130) as writer:
        for name, weight in weights.items():
            writer.write(name, weight.tobytes())
    files = model_files(tmp_path)
    assert [path.name for path in files] == [
        f"model-0000{number}-of-00003.safetensors" for number in (1, 2, 3)
    ]
    found = read_headers(files)
    for name, weight in weights.items():
        np.testing.assert_array_equal(found[name].read(), weight)
    index = msgspec.json.decode((tmp_path / "model.safetensors.index.json").read_bytes())
    assert index["weight_map"]["w4"] == files[2].name
    assert index["metadata"]["total_size"] == 5 * 64
