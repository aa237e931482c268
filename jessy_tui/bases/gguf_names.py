"""What tensors are called in a GGUF and in mlx-lm's models, for both ways between the two."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

# model_type in Hugging Face's words -> its class.
ARCHITECTURES: Final = {
    "llama": "LlamaForCausalLM",
    "qwen2": "Qwen2ForCausalLM",
    "qwen3": "Qwen3ForCausalLM",
}
OUTSIDE: Final = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
}
"""Outside the layers: the GGUF's name -> ours."""
INSIDE: Final = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
"""Inside a layer: the GGUF's name -> ours."""
ROPE_FACTORS: Final = "rope_freqs.weight"
"""The frequencies of Llama 3's longer context; computed again from the configuration."""


def our_name(theirs: str) -> str | None:
    """The name in mlx-lm's models; None where it is not known."""
    if theirs in OUTSIDE:
        return OUTSIDE[theirs]
    match theirs.split("."):
        case ["blk", layer, part, ("weight" | "bias") as kind] if part in INSIDE:
            return f"model.layers.{layer}.{INSIDE[part]}.{kind}"
    return None


def their_name(ours: str) -> str | None:
    """The name in a GGUF; None where it is not known."""
    if ours in _OUTSIDE:
        return _OUTSIDE[ours]
    match ours.split("."):
        case ["model", "layers", layer, *part, ("weight" | "bias") as kind]:
            if theirs := _INSIDE.get(".".join(part)):
                return f"blk.{layer}.{theirs}.{kind}"
    return None


_OUTSIDE: Final = {ours: theirs for theirs, ours in OUTSIDE.items()}
_INSIDE: Final = {ours: theirs for theirs, ours in INSIDE.items()}


def llama3_factors(width: int, base: float, scaling: Mapping[str, Any]) -> npt.NDArray[np.float32]:
    """By what each frequency of the rotation is divided for Llama 3's longer context.

    As in `generate_extra_tensors` of llama.cpp's converter, which writes them.

    Args:
        width: numbers of a head.
        base: from which the frequencies are computed.
        scaling: the factors, as `rope_scaling` of a `config.json` names them.
    """
    dimensions = np.arange(0, width, 2, dtype=np.float32)
    wavelength = 2 * np.pi * base ** (dimensions / width)
    low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
    turns = scaling["original_max_position_embeddings"] / wavelength
    smooth = np.clip((turns - low) / (high - low), 0, 1)
    return np.asarray(1 / ((1 - smooth) / scaling["factor"] + smooth), dtype=np.float32)
