"""Tiny GGUF files, written by llama.cpp's own package as its converters write them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import numpy.typing as npt

from tests.inference.models import byte_letters

Array = npt.NDArray[np.float32]

HIDDEN, HEADS, KV_HEADS, LAYERS, INNER = 64, 4, 2, 2, 96
HEAD = 16
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
MERGES = ["s o", "r u", "Ġ k", "Ġk a", "n k", "1 2"]
TOKENS = [*SPECIAL, *byte_letters(), *(merge.replace(" ", "") for merge in MERGES)]
TEMPLATE = (
    "{% for message in messages %}"
    "{% if loop.first and messages[0]['role'] != 'system' %}"
    "{{ '<|im_start|>system\nYou are somebody<|im_end|>\n' }}{% endif %}"
    "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def write_gguf(
    path: Path,
    *,
    quantization: str = "F32",
    architecture: str = "llama",
    pre: str = "smollm",
    template: str | None = TEMPLATE,
    seed: int = 0,
    tied: bool = True,
    extra: Sequence[str] = (),
    kind: str = "gpt2",
) -> dict[str, Array]:
    """Write a model of random weights; returns the weights in Hugging Face's order and names."""
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_name("tiny")
    writer.add_license("apache-2.0")
    writer.add_languages(["tr", "en"])
    writer.add_context_length(256)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0)
    writer.add_rope_dimension_count(HEAD)
    writer.add_key_length(HEAD)
    writer.add_value_length(HEAD)
    writer.add_vocab_size(len(TOKENS))
    writer.add_tokenizer_model(kind)
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(TOKENS)
    writer.add_token_types([3] * len(SPECIAL) + [1] * (len(TOKENS) - len(SPECIAL)))
    writer.add_token_merges(MERGES)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_pad_token_id(2)
    writer.add_add_bos_token(False)  # noqa: FBT003  # gguf's own signature
    if template is not None:
        writer.add_chat_template(template)
    weights = _weights(seed, tied=tied, architecture=architecture)
    for name, weight in weights.items():
        stored = _interleaved(name, weight) if architecture == "llama" else weight
        _add(writer, _gguf_name(name), stored, quantization)
    for name in extra:
        writer.add_tensor(name, np.arange(1, 9, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return weights


def _weights(seed: int, *, tied: bool, architecture: str) -> dict[str, Array]:
    chooser = np.random.default_rng(seed)

    def some(*shape: int) -> Array:
        return chooser.normal(0, 0.2, shape).astype(np.float32)

    weights = {"model.embed_tokens.weight": some(len(TOKENS), HIDDEN)}
    for layer in range(LAYERS):
        place = f"model.layers.{layer}"
        attention = f"{place}.self_attn"
        weights |= {
            f"{attention}.q_proj.weight": some(HEADS * HEAD, HIDDEN),
            f"{attention}.k_proj.weight": some(KV_HEADS * HEAD, HIDDEN),
            f"{attention}.v_proj.weight": some(KV_HEADS * HEAD, HIDDEN),
            f"{attention}.o_proj.weight": some(HIDDEN, HEADS * HEAD),
            f"{place}.mlp.gate_proj.weight": some(INNER, HIDDEN),
            f"{place}.mlp.up_proj.weight": some(INNER, HIDDEN),
            f"{place}.mlp.down_proj.weight": some(HIDDEN, INNER),
            f"{place}.input_layernorm.weight": 1 + some(HIDDEN),
            f"{place}.post_attention_layernorm.weight": 1 + some(HIDDEN),
        }
        if architecture == "qwen2":
            for part, rows in (("q", HEADS), ("k", KV_HEADS), ("v", KV_HEADS)):
                weights[f"{attention}.{part}_proj.bias"] = some(rows * HEAD)
        if architecture == "qwen3":
            weights[f"{attention}.q_norm.weight"] = 1 + some(HEAD)
            weights[f"{attention}.k_norm.weight"] = 1 + some(HEAD)
    weights["model.norm.weight"] = 1 + some(HIDDEN)
    if not tied:
        weights["lm_head.weight"] = some(len(TOKENS), HIDDEN)
    return weights


def _add(writer: Any, name: str, weight: Array, quantization: str) -> None:
    kind = gguf.GGMLQuantizationType[quantization]
    if weight.ndim == 1 or kind is gguf.GGMLQuantizationType.F32:
        writer.add_tensor(name, np.ascontiguousarray(weight))
        return
    packed = gguf.quantize(np.ascontiguousarray(weight), kind)
    writer.add_tensor(name, packed, raw_dtype=kind)


def _gguf_name(name: str) -> str:
    simple = {
        "model.embed_tokens.weight": "token_embd.weight",
        "model.norm.weight": "output_norm.weight",
        "lm_head.weight": "output.weight",
    }
    if name in simple:
        return simple[name]
    _, _, layer, *part, kind = name.split(".")
    names = {
        "self_attn.q_proj": "attn_q",
        "self_attn.k_proj": "attn_k",
        "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output",
        "self_attn.q_norm": "attn_q_norm",
        "self_attn.k_norm": "attn_k_norm",
        "mlp.gate_proj": "ffn_gate",
        "mlp.up_proj": "ffn_up",
        "mlp.down_proj": "ffn_down",
        "input_layernorm": "attn_norm",
        "post_attention_layernorm": "ffn_norm",
    }
    return f"blk.{layer}.{names['.'.join(part)]}.{kind}"


def _interleaved(name: str, weight: Array) -> Array:
    """As `LlamaModel.permute` of llama.cpp's converter writes q and k."""
    heads = HEADS if "q_proj" in name else KV_HEADS if "k_proj" in name else 0
    if not heads:
        return weight
    rows = weight.shape[0]
    return (
        weight.reshape(heads, 2, rows // heads // 2, *weight.shape[1:])
        .swapaxes(1, 2)
        .reshape(weight.shape)
    )
