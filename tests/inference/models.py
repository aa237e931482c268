"""A base whose answers are known: real files that the real MLX loads, weights written by hand.

Each token of a script has a state of its own, its layers add nothing, and its head says which token
follows: a chain. The chain starts at the line end after "assistant", where the model begins to
speak. An adapter brings other weights for the head, the embedding, or low-rank changes of them, and
so another chain.
"""

import json
import os
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from jessy_tui.bases.catalogue import BaseRecord, fingerprint_of
from jessy_tui.bases.nano import CHAT_TEMPLATE, CLOSE, OPEN, PAD
from jessy_tui.training.recipe import Recipe
from jessy_tui.training.record import (
    BaseReference,
    DataReference,
    RunRecord,
    RunState,
    write_record,
)

Array = npt.NDArray[np.float32]

SPECIAL = [PAD, OPEN, CLOSE]
END = SPECIAL.index(CLOSE)
WORDS = [
    "<think>LOW 1</think>\n",
    "<think>MEDIUM 3</think>\n",
    *["Sor", " kanka", " dinliyorum"],
    *[" bir", " iki", " üç", "\n\n", "Dur", " hele"],
]
CANONICAL = ["<think>LOW 1</think>\n", "Sor", " kanka", ",", " dinliyorum", "."]
MEDIUM = ["<think>MEDIUM 3</think>\n", "Dur", " hele", "."]
ENDLESS = [" bir", " iki", " üç", " bir"]
SMILE = ["Dur", *"ðŁĺĢ", "."]  # the four bytes of an emoji, as byte-level tokens are written
HIDDEN, STRENGTH, CONTEXT = 64, 4.0, 100_000

DEFAULT_SYSTEM_TEMPLATE = (
    "{% if messages[0]['role'] != 'system' %}"
    "<|im_start|>system\nYou are somebody else.<|im_end|>\n"
    "{% endif %}" + CHAT_TEMPLATE
)


def byte_letters() -> list[str]:
    """The 256 letters that stand for bytes in byte-level tokenizers, by byte."""
    shown = [*range(ord("!"), 127), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), 256)]
    hidden = [byte for byte in range(256) if byte not in shown]
    letters = {byte: chr(byte) for byte in shown}
    letters |= {byte: chr(256 + place) for place, byte in enumerate(hidden)}
    return [letters[byte] for byte in range(256)]


VOCABULARY = [*SPECIAL, *byte_letters(), *WORDS]
# Each token that can stand in a script has a state; all others share state 0, after which the
# model ends its answer.
_STATES = ["Ċ", *WORDS, *",.", *"ðŁĺĢ"]


def state_of(token: str) -> int:
    """The place of a token's 1 in its embedding; 0 for those that no script uses."""
    return _STATES.index(token) + 1 if token in _STATES else 0


def embedding() -> Array:
    weights = np.zeros((len(VOCABULARY), HIDDEN), np.float32)
    for number, token in enumerate(VOCABULARY):
        weights[number, state_of(token)] = 1
    return weights


def head(script: Sequence[str]) -> Array:
    """The head that makes the model say `script`; it ends where the script does not go on."""
    follows = dict.fromkeys(range(HIDDEN - 1), END)
    follows |= {
        state_of(before): VOCABULARY.index(after)
        for before, after in zip(["Ċ", *script], script, strict=False)
    }
    weights = np.zeros((len(VOCABULARY), HIDDEN), np.float32)
    weights[:, -1] = 0.01  # no state uses it; DoRA divides by the length of each row
    for state, token in follows.items():
        weights[token, state] = STRENGTH
    return weights


def write_base(
    folder: Path, *, template: str = CHAT_TEMPLATE, context: int = CONTEXT, seed: int = 0
) -> Path:
    """A base that says the canonical answer. Another `seed` makes another fingerprint."""
    folder.mkdir(parents=True)
    config = {
        "architectures": ["LlamaForCausalLM"],
        "eos_token_id": END,
        "head_dim": 32,
        "hidden_act": "silu",
        "hidden_size": HIDDEN,
        "intermediate_size": 64,
        "max_position_embeddings": context,
        "model_type": "llama",
        "num_attention_heads": 2,
        "num_hidden_layers": 2,
        "num_key_value_heads": 2,
        "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0 + seed,
        "tie_word_embeddings": False,
        "vocab_size": len(VOCABULARY),
    }
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer.json").write_text(json.dumps(_tokenizer()))
    (folder / "tokenizer_config.json").write_text(
        json.dumps(
            {
                "chat_template": template,
                "clean_up_tokenization_spaces": False,
                "eos_token": CLOSE,
                "pad_token": PAD,
                "tokenizer_class": "PreTrainedTokenizerFast",
            }
        )
    )
    weights = {
        "model.embed_tokens.weight": embedding(),
        "model.norm.weight": np.ones(HIDDEN, np.float32),
        "lm_head.weight": head(CANONICAL),
    }
    for layer in range(2):
        place = f"model.layers.{layer}"
        for name in ("q", "k", "v", "o"):
            weights[f"{place}.self_attn.{name}_proj.weight"] = np.zeros((64, 64), np.float32)
        for name in ("gate", "up", "down"):
            weights[f"{place}.mlp.{name}_proj.weight"] = np.zeros((64, 64), np.float32)
        for name in ("input", "post_attention"):
            weights[f"{place}.{name}_layernorm.weight"] = np.ones(64, np.float32)
    write_safetensors(folder / "model.safetensors", weights)
    record = BaseRecord(
        name=folder.name,
        fingerprint=fingerprint_of(folder),
        parameters=sum(weight.size for weight in weights.values()),
        vocabulary=len(VOCABULARY),
        examples=0,
        seed=seed,
        shape={},
    )
    (folder / "base.json").write_bytes(msgspec.json.encode(record))
    return folder


def full_adapter(folder: Path, script: Sequence[str]) -> Path:
    """An adapter of the kind `full` whose head says `script`."""
    return write_adapter(folder, "full", {"lm_head.weight": head(script)})


def lora_adapter(folder: Path, script: Sequence[str]) -> Path:
    """A low-rank change of the head: the model says `script` instead of the canonical answer."""
    low_a, low_b, scale = _head_change(script)
    weights = {"lm_head.lora_a": low_a, "lm_head.lora_b": low_b}
    return write_adapter(folder, "lora", weights, keys=["lm_head"], scale=scale)


def dora_adapter(folder: Path, script: Sequence[str]) -> Path:
    """The same with magnitudes; they are those of the new head, so that it is just that."""
    low_a, low_b, scale = _head_change(script)
    magnitudes = np.linalg.norm(head(CANONICAL) + scale * (low_a @ low_b).T, axis=1)
    weights = {
        "lm_head.lora_a": low_a,
        "lm_head.lora_b": low_b,
        "lm_head.m": magnitudes.astype(np.float32),
    }
    return write_adapter(folder, "dora", weights, keys=["lm_head"], scale=scale)


def embedding_adapter(folder: Path, instead: str) -> Path:
    """A low-rank change of the embedding: the line end looks like `instead`, a word of the
    canonical answer, so that the model goes on from there."""
    low_a = np.zeros((len(VOCABULARY), 1), np.float32)
    low_a[VOCABULARY.index("Ċ"), 0] = 1
    low_b = np.zeros((1, HIDDEN), np.float32)
    low_b[0, state_of(instead)] = 8
    weights = {"model.embed_tokens.lora_a": low_a, "model.embed_tokens.lora_b": low_b}
    return write_adapter(folder, "lora", weights, keys=["model.embed_tokens"], scale=1.0)


def write_adapter(
    folder: Path,
    kind: str,
    weights: Mapping[str, Array],
    *,
    keys: Sequence[str] = (),
    scale: float = 1.0,
) -> Path:
    """A checkpoint folder as mlx-lm writes it."""
    folder.mkdir(parents=True)
    config: dict[str, Any] = {"fine_tune_type": kind, "num_layers": 2}
    if kind != "full":
        rank = next(array.shape[1] for name, array in weights.items() if name.endswith("lora_a"))
        config["lora_parameters"] = {
            "rank": rank,
            "scale": scale,
            "dropout": 0.5,  # must be without effect on answers
            "keys": list(keys),
        }
    (folder / "adapter_config.json").write_text(json.dumps(config))
    write_safetensors(folder / "adapters.safetensors", weights)
    return folder


def write_run(
    folder: Path,
    fingerprint: str | None,
    *,
    base: Path = Path("chain"),
    created: float = 0.0,
) -> Path:
    """A run folder whose record names the base of that fingerprint; it has no checkpoint yet."""
    folder.mkdir(parents=True)
    record = RunRecord(
        name=folder.name,
        created=created,
        base=BaseReference(
            name=base.name, folder=os.path.relpath(base, folder), fingerprint=fingerprint
        ),
        recipe=Recipe(),
        data=DataReference(digest="", examples=1, rows=1, validation_rows=1),
        state=RunState.FINISHED,
    )
    write_record(folder, record)
    return folder


def write_safetensors(path: Path, weights: Mapping[str, Array]) -> None:
    """The format, by hand: the length of the header, the header in JSON, the bytes."""
    header: dict[str, Any] = {}
    end = 0
    for name, array in weights.items():
        begin, end = end, end + array.nbytes
        header[name] = {"dtype": "F32", "shape": array.shape, "data_offsets": [begin, end]}
    encoded = json.dumps(header).encode()
    content = b"".join(np.ascontiguousarray(array).tobytes() for array in weights.values())
    path.write_bytes(struct.pack("<Q", len(encoded)) + encoded + content)


def _head_change(script: Sequence[str]) -> tuple[Array, Array, float]:
    """A and B with scale * (A B)^T = the script's head minus the canonical one."""
    difference = head(script) - head(CANONICAL)
    scale = 2.0
    return np.eye(HIDDEN, dtype=np.float32), difference.T / scale, scale


def _tokenizer() -> dict[str, Any]:
    added = [
        {
            "id": VOCABULARY.index(content),
            "content": content,
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": False,
            "special": content in SPECIAL,
        }
        for content in [*SPECIAL, *WORDS]
    ]
    ids = {token: number for number, token in enumerate(VOCABULARY) if token not in WORDS}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    return {
        "version": "1.0",
        "added_tokens": added,
        "normalizer": None,
        "pre_tokenizer": {**byte_level, "use_regex": True},
        "post_processor": None,
        "decoder": {**byte_level, "use_regex": True},
        "model": {"type": "BPE", "vocab": ids, "merges": [], "byte_fallback": False},
    }
