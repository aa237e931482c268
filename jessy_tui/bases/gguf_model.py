"""A GGUF as a folder that `mlx_lm.load` reads: configuration, weights and tokenizer.

Only the architectures whose tensors are known here by name are converted; the others are refused
before any work. Imported only where a base is made, in a process of its own.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from jessy_tui.bases.gguf_file import Floats, GgufFile
from jessy_tui.bases.gguf_names import ARCHITECTURES, ROPE_FACTORS, llama3_factors, our_name
from jessy_tui.bases.gguf_tokenizer import (
    check_tokenizer,
    describe_tokenizer,
    special_id,
    write_tokenizer,
)
from jessy_tui.errors import JessyError
from jessy_tui.json_files import pretty

Told = Callable[[int, int], None]
"""Called with the tensors done and those there are."""


def convert_gguf(source: GgufFile, folder: Path, precision: str, told: Told) -> tuple[str, ...]:
    """Write the model of `source` into the empty `folder`; returns what differs, a sentence each.

    Args:
        source: the file.
        folder: takes config.json, model.safetensors, tokenizer.json and tokenizer_config.json.
        precision: "float32" or "bfloat16", the type of the weights.
        told: hears of the progress.

    Raises:
        JessyError: an architecture or a tokenizer that is not known here, or a tensor is missing.
        OSError: the folder cannot be written.
    """
    import mlx.core as mx

    names = names_of(source)
    config = config_of(source, precision)
    (folder / "config.json").write_bytes(pretty(config))
    changes = write_tokenizer(source, folder)
    check_tokenizer(source, folder)
    kind = getattr(mx, precision)
    weights: dict[str, Any] = {}
    for done, (name, ours) in enumerate(names.items()):
        told(done, len(names))
        tensor = source.tensor(name)
        if config["model_type"] == "llama":
            tensor = _straighten(ours, tensor, config)
        weights[ours] = mx.array(tensor).astype(kind)
        mx.eval(weights[ours])
    told(len(names), len(names))
    mx.save_safetensors(str(folder / "model.safetensors"), weights, metadata={"format": "mlx"})
    return changes


def refuse_unknown(source: GgufFile) -> None:
    """Refuse, before any work, a file that cannot be converted here.

    Raises:
        JessyError: its architecture, a tensor, its tokenizer or its positions are not known here.
    """
    names_of(source)
    config_of(source, "float32")
    describe_tokenizer(source)


def names_of(source: GgufFile) -> dict[str, str]:
    """For each tensor of the file, its name in mlx-lm's models.

    Raises:
        JessyError: the architecture is not known here, or a tensor is not.
    """
    architecture = source.text("general.architecture")
    if architecture not in ARCHITECTURES:
        raise JessyError(
            f"{source.path} is a model of the architecture {architecture or 'none'}, which cannot "
            f"be converted from a GGUF here (known: {', '.join(ARCHITECTURES)}); use the model's "
            "Hugging Face folder."
        )
    names = {name: our_name(name) for name in source.names if name != ROPE_FACTORS}
    for name, ours in names.items():
        if not ours:
            raise JessyError(
                f"{source.path} has a tensor {name}, which no {architecture} model known here "
                "has; use the model's Hugging Face folder."
            )
    return {name: ours for name, ours in names.items() if ours}


def config_of(source: GgufFile, precision: str) -> dict[str, Any]:
    """`config.json` from the metadata.

    Raises:
        JessyError: the metadata lacks a number, or stretches positions in a way not known here.
    """
    architecture = source.text("general.architecture") or ""

    def number(key: str, default: float | None = None) -> Any:
        value = source.number(f"{architecture}.{key}")
        if value is None:
            value = default
        if value is None:
            raise JessyError(f"{source.path} does not say its {key}; use another file.")
        return value

    heads = number("attention.head_count")
    hidden = number("embedding_length")
    names = source.names
    tokens = source.metadata.get("tokenizer.ggml.tokens") or []
    config = {
        "architectures": [ARCHITECTURES[architecture]],
        "attention_bias": "blk.0.attn_q.bias" in names,
        "bos_token_id": special_id(source, "bos"),
        "eos_token_id": special_id(source, "eos"),
        "head_dim": number("attention.key_length", hidden // heads),
        "hidden_act": "silu",
        "hidden_size": hidden,
        "intermediate_size": number("feed_forward_length"),
        "max_position_embeddings": number("context_length"),
        "mlp_bias": "blk.0.ffn_up.bias" in names,
        "model_type": architecture,
        "num_attention_heads": heads,
        "num_hidden_layers": number("block_count"),
        "num_key_value_heads": number("attention.head_count_kv", heads),
        "rms_norm_eps": round(number("attention.layer_norm_rms_epsilon"), 12),
        "rope_theta": number("rope.freq_base", 10000.0),
        "tie_word_embeddings": "output.weight" not in names,
        "torch_dtype": precision,
        "vocab_size": number("vocab_size", len(tokens)),
    }
    scaling = _scaling(source, architecture, config)
    return config | ({"rope_scaling": scaling} if scaling else {})


def _scaling(source: GgufFile, architecture: str, config: dict[str, Any]) -> dict[str, Any] | None:
    """How positions are stretched for a longer context, in Hugging Face's words."""
    kind = source.text(f"{architecture}.rope.scaling.type")
    if kind not in (None, "none"):
        raise JessyError(
            f"{source.path} stretches its positions ({kind}), which cannot be converted from a "
            "GGUF here; use the model's Hugging Face folder."
        )
    if ROPE_FACTORS not in source.names:
        return None
    factors = source.tensor(ROPE_FACTORS)
    if np.allclose(factors, 1.0):
        return None
    scaling = {
        "rope_type": "llama3",
        "factor": float(factors.max()),
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192,
    }
    theirs = llama3_factors(config["head_dim"], config["rope_theta"], scaling)
    if not np.allclose(factors, theirs, rtol=1e-3):
        raise JessyError(
            f"{source.path} stretches its positions in a way that cannot be converted from a GGUF "
            "here; use the model's Hugging Face folder."
        )
    return scaling


def _straighten(name: str, tensor: Floats, config: dict[str, Any]) -> Floats:
    """Undo what llama.cpp's converter does to the rows of q and k (`LlamaModel.permute`).

    It interleaves the two halves of each head, since its rotation pairs neighbouring rows where
    Hugging Face's pairs row i with row i + half.
    """
    _, _, part = name.rpartition("self_attn.")
    if not part.startswith(("q_proj.", "k_proj.")):
        return tensor
    which = "num_attention_heads" if part.startswith("q") else "num_key_value_heads"
    heads, rows = config[which], tensor.shape[0]
    return (
        tensor.reshape(heads, rows // heads // 2, 2, *tensor.shape[1:])
        .swapaxes(1, 2)
        .reshape(tensor.shape)
    )
