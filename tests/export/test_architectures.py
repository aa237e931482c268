"""Every architecture that is written as a GGUF here: a GGUF becomes a base, and a GGUF again."""

import re
import subprocess
from pathlib import Path
from typing import Any, Final

import gguf
import msgspec
import numpy as np
import pytest

from jessy_tui.bases.gguf_file import GgufFile
from jessy_tui.export.gguf import kind_of
from jessy_tui.export.gguf_plan import UnwritableError, plan_gguf
from jessy_tui.export.merge import Merged, read_config
from jessy_tui.export.order import Exported, Order, Quantization, Way
from jessy_tui.export.tensors import model_files, read_headers
from tests.bases import ggufs
from tests.export import rounds
from tests.export.conftest import Checkpoints, change_json
from tests.export.making import made
from tests.inference import models
from tests.training import nanos

CONVERT: Final = """
import sys, msgspec
from pathlib import Path
from jessy_tui.bases.gguf_file import GgufFile
from jessy_tui.bases.gguf_model import convert_gguf
for path in map(Path, msgspec.json.decode(sys.stdin.buffer.read())):
    folder = path.with_suffix("")
    folder.mkdir()
    convert_gguf(GgufFile(path), folder, "float32", lambda done, total: None)
"""
FILES: Final[dict[str, dict[str, Any]]] = {
    "llama-untied": {"tied": False},
    "gpt-2": {"pre": "gpt-2"},
    "llama-bpe": {"pre": "llama-bpe"},
    "qwen2": {"architecture": "qwen2", "pre": "qwen2"},
    "qwen3": {"architecture": "qwen3", "pre": "qwen2", "tied": False},
}
# What a file says that comes out of it changed on purpose, or is of no consequence.
_OTHER: Final = re.compile(
    r"GGUF\\..*|general\\..*|tokenizer\\.chat_template|.*\\.rope\\.dimension_count"
)


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """GGUFs of llama.cpp's own package and, in folders of their names, the bases made of them."""
    folder = tmp_path_factory.mktemp("ggufs")
    for name, options in FILES.items():
        ggufs.write_gguf(folder / f"{name}.gguf", **options)
    nanos.run_python(CONVERT, [str(folder / f"{name}.gguf") for name in FILES])
    return folder


def exported(
    base: Path, folder: Path, way: Way, quantization: Quantization = Quantization.F16
) -> Exported:
    """The base with an adapter that changes nothing."""
    run = models.write_run(folder / "models" / "runs" / "run", None, base=base)
    width = read_config(base)["hidden_size"]
    heads = read_headers(model_files(base))["model.layers.0.self_attn.q_proj.weight"].shape[0]
    adapter = models.write_adapter(
        run / "final",
        "lora",
        {
            "model.layers.0.self_attn.q_proj.lora_a": np.ones((width, 2), np.float32),
            "model.layers.0.self_attn.q_proj.lora_b": np.zeros((2, heads), np.float32),
        },
    )
    order = Order(
        way=way,
        run=str(run),
        checkpoint="final",
        adapter=str(adapter),
        base=str(base),
        base_name=base.name,
        folder=str(folder / f"{way}-{quantization}"),
        quantization=quantization,
    )
    return made(order)


def gguf_of(done: Exported) -> Path:
    [name] = [name for name in done.files if name.endswith(".gguf")]
    return Path(done.folder) / name


@pytest.mark.parametrize("name", FILES)
def test_a_gguf_that_became_a_base_becomes_the_same_gguf_again(
    bases: Path, tmp_path: Path, name: str
) -> None:
    before = GgufFile(bases / f"{name}.gguf")
    after = GgufFile(gguf_of(exported(bases / name, tmp_path, Way.GGUF)))
    assert sorted(after.names) == sorted(before.names)
    for tensor in before.names:
        expected = before.tensor(tensor)
        if expected.ndim > 1:
            expected = expected.astype(np.float16).astype(np.float32)
        np.testing.assert_array_equal(after.tensor(tensor), expected, err_msg=tensor)
    for key, value in before.metadata.items():
        if not re.fullmatch(_OTHER.pattern.replace("\\\\", "\\"), key):
            found = after.metadata.get(key)
            if isinstance(value, float):
                assert found == pytest.approx(value), key
            else:
                assert found == value, key
    assert after.metadata["general.architecture"] == before.metadata["general.architecture"]


def test_llama_cpp_says_what_mlx_says_for_every_architecture(bases: Path, tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    texts = rounds.strings(200)
    models_ = {name: (bases / name, None) for name in ("llama-bpe", "qwen2", "qwen3")}
    mine = rounds.ask_mlx(models_, rounds.PROMPTS[:3], texts, 8)
    for name in models_:
        done = exported(bases / name, tmp_path / name, Way.GGUF)
        theirs = rounds.ask_llama_cpp(gguf_of(done), rounds.PROMPTS[:3], texts, 8)
        assert theirs["read"] == [asked["ids"] for asked in mine[name]["asked"]], name
        assert theirs["said"] == [_until_any_end(said) for said in mine[name]["said"]], name
        # Qwen's own tokenizer composes letters first, and llama.cpp does not.
        apart = [
            text
            for text, a, b in zip(texts, mine[name]["ids"], theirs["ids"], strict=True)
            if a != b and not (name.startswith("qwen") and "\u0301" in text)
        ]
        assert not apart, name


def _until_any_end(said: list[int]) -> list[int]:
    """llama.cpp also ends at <|endoftext|>, whatever the model's own end is called."""
    end = ggufs.SPECIAL.index("<|endoftext|>")
    return said[: said.index(end) + 1] if end in said else said


def test_llama_3s_longer_context_is_written_as_llama_cpp_wants_it(
    bases: Path, tmp_path: Path
) -> None:
    base = tmp_path / "base"
    subprocess.run(["cp", "-r", bases / "llama-bpe", base], check=True)  # noqa: S607
    change_json(
        base / "config.json",
        rope_theta=500_000.0,
        rope_scaling={
            "rope_type": "llama3",
            "factor": 32.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 8192,
        },
    )
    path = gguf_of(exported(base, tmp_path, Way.GGUF))
    after = GgufFile(path)
    factors = after.tensor("rope_freqs.weight")
    assert factors.shape == (ggufs.HEAD // 2,)
    assert factors[0] == 1.0
    assert factors[-1] == 32.0
    # And it is read back as what it was.
    again = tmp_path / "again.gguf"
    again.write_bytes(path.read_bytes())
    nanos.run_python(CONVERT, [str(again)])
    assert read_config(tmp_path / "again")["rope_scaling"]["factor"] == 32.0


@pytest.mark.parametrize("scaling", [{"type": "linear", "factor": 2.0}, {"rope_type": "yarn"}])
def test_positions_that_are_stretched_otherwise_are_not_written(
    bases: Path, tmp_path: Path, scaling: dict[str, Any]
) -> None:
    base = bases / "llama-bpe"
    config = read_config(base) | {"rope_scaling": scaling}
    shapes = {name: tensor.shape for name, tensor in read_headers(model_files(base)).items()}
    with pytest.raises(UnwritableError, match="stretches its positions"):
        plan_gguf(base, config, shapes)


def test_rows_that_are_no_multiple_of_a_block_stay_in_half_precision() -> None:
    assert kind_of((8, 48), "blk.0.ffn_down.weight", Quantization.Q8_0) == "F16"
    assert kind_of((8, 64), "blk.0.ffn_down.weight", Quantization.Q4_0) == "Q4_0"
    assert kind_of((8, 64), "token_embd.weight", Quantization.Q4_0) == "Q8_0"
    assert kind_of((64,), "blk.0.attn_norm.weight", Quantization.Q4_0) == "F32"


def test_the_types_in_the_file_are_those_asked_for(bases: Path, tmp_path: Path) -> None:
    path = gguf_of(exported(bases / "llama-untied", tmp_path, Way.GGUF, Quantization.Q4_0))
    found = {tensor.name: tensor.tensor_type.name for tensor in gguf.GGUFReader(path).tensors}
    assert {found[f"{name}.weight"] for name in ("token_embd", "output")} == {"Q8_0"}
    assert found["blk.0.attn_q.weight"] == "Q4_0"
    assert found["output_norm.weight"] == "F32"


# --- a base that MLX has quantized --------------------------------------------------------------

QUANTIZE: Final = """
import sys, json, msgspec
from pathlib import Path
import mlx.core as mx
import numpy as np
from mlx.utils import tree_flatten
from mlx_lm.utils import load, quantize_model, save_model, save_config
from mlx_lm.tuner.utils import linear_to_lora_layers
from mlx_lm.utils import dequantize_model
base, adapter, out = map(Path, msgspec.json.decode(sys.stdin.buffer.read()))
model, _, config = load(str(base), return_config=True)
model, config = quantize_model(model, config, 32, 4)
save_model(out, model)
save_config(config, out / "config.json")
model, _ = load(str(out), adapter_path=str(adapter))
from mlx.utils import tree_unflatten
fused = [(n, m.fuse(dequantize=True)) for n, m in model.named_modules() if hasattr(m, "fuse")]
model.update_modules(tree_unflatten(fused))
model = dequantize_model(model)
np.savez(out / "expected.npz", **{n: np.array(w.astype(mx.float32))
                                  for n, w in tree_flatten(model.parameters())})
"""


def test_a_base_that_mlx_has_quantized_is_taken_apart(
    checkpoints: Checkpoints, tmp_path: Path
) -> None:
    base = tmp_path / "packed"
    base.mkdir()
    for name in ("tokenizer.json", "tokenizer_config.json", "base.json"):
        (base / name).write_bytes((checkpoints.base / name).read_bytes())
    adapter = checkpoints.adapter("lora")
    # Only what is a multiple of a group can be packed; the tiny base has a side of 48.
    nanos.run_python(QUANTIZE, [str(checkpoints.base), str(adapter), str(base)])
    merged = Merged(base, adapter, read_config(base))
    assert merged.quantized
    order = Order(
        way=Way.FUSED,
        run=str(models.write_run(tmp_path / "models" / "runs" / "run", None, base=base)),
        checkpoint="final",
        adapter=str(adapter),
        base=str(base),
        base_name="packed",
        folder=str(tmp_path / "fused"),
    )
    done = made(order)
    found = read_headers(model_files(Path(done.folder)))
    with np.load(base / "expected.npz") as archive:
        expected = dict(archive)
    assert found.keys() == expected.keys()
    for name, weight in expected.items():
        np.testing.assert_allclose(found[name].read(), weight, rtol=1e-4, atol=1e-5, err_msg=name)
    config = msgspec.json.decode((Path(done.folder) / "config.json").read_bytes())
    assert "quantization" not in config
