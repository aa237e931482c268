"""`nano`: a base built here, from nothing, in seconds.

A llama of a few million random weights with a byte-level BPE tokenizer of its own, learnt from the
texts of the dataset. It needs no download, so the whole loop runs on any machine. It has read
nothing but the dataset: once trained it parrots the examples rather than generalises, and every
place that offers it says so.

Run it in a process of its own, texts on stdin as a JSON array of strings:

    python -m jessy_tui.bases.nano FOLDER --seed 7 < texts.json

A base of the same texts, seed and shape has the same bytes, wherever and whenever it is built.
"""

import argparse
import fcntl
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from jessy_tui.bases.catalogue import NANO_SEED
from jessy_tui.bases.record import BaseRecord, fingerprint_of, read_record, write_record
from jessy_tui.errors import JessyError
from jessy_tui.folders import write_folder
from jessy_tui.iteration import Complexity, Plan
from jessy_tui.json_files import pretty

# The tags of ChatML, each one token. `<think>` is deliberately not among them: a special token
# would be hidden by detokenizers, and the plan has to come out as text.
PAD: Final = "<|endoftext|>"
OPEN: Final = "<|im_start|>"
CLOSE: Final = "<|im_end|>"

CHAT_TEMPLATE: Final = (
    "{% for message in messages %}"
    "<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)

# How many times each plan and role stands in the texts the tokenizer learns from, so that their
# words become one token each however few the examples are.
_EMPHASIS = 50

# The first weights are spread wider than the usual 0.02, and the layers are few and wide. Measured
# on the 400 bundled examples: after six epochs the training loss is 0.5 nats a token, where four
# layers 192 wide with the usual spread have 3.6.
_EMBEDDING_SPREAD = 0.05


class NanoShape(msgspec.Struct, frozen=True, kw_only=True):
    """The size of a nano. The default is what the recipe's measurements were made with."""

    vocabulary: int = 2048
    """Tokens at the most; fewer where the texts do not hold as many repeated pieces."""
    hidden: int = 256
    layers: int = 2
    heads: int = 4
    intermediate: int = 768
    context: int = 2048
    """The longest sequence in tokens that the model claims to handle."""


def build_nano(
    folder: Path, texts: Sequence[str], *, seed: int, shape: NanoShape | None = None
) -> BaseRecord:
    """Build a nano in `folder`, loadable by `mlx_lm.load`; a base that stood there is replaced.

    Args:
        folder: where the base goes; the folders above it are made.
        texts: one text an example, all that it says; the tokenizer learns from them.
        seed: of the random weights.
        shape: the size; by default that of the bundled recipe.

    Raises:
        OSError: the folder cannot be written.
    """
    shape = shape or NanoShape()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with write_folder(folder) as fresh:
        vocabulary = _write_tokenizer(fresh, texts, shape)
        parameters = _write_model(fresh, vocabulary, seed, shape)
        record = BaseRecord(
            name=folder.name,
            fingerprint=fingerprint_of(fresh),
            parameters=parameters,
            vocabulary=vocabulary,
            examples=len(texts),
            seed=seed,
            shape=msgspec.to_builtins(shape),
        )
        write_record(fresh, record)
    return record


def ensure_nano(
    folder: Path, texts: Sequence[str], *, seed: int, rebuild: bool = False
) -> BaseRecord:
    """The nano in `folder`, built if there is none; two that ask at once build it once.

    Raises:
        JessyError: there is one, but its record is not readable.
        OSError: the folder cannot be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f".{folder.name}.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        there = None if rebuild else read_record(folder)
        return there or build_nano(folder, texts, seed=seed)


def _write_tokenizer(folder: Path, texts: Sequence[str], shape: NanoShape) -> int:
    """Learn and write the tokenizer; returns how many tokens it has."""
    from tokenizers import Tokenizer
    from tokenizers.decoders import ByteLevel as ByteLevelDecoder
    from tokenizers.models import BPE
    from tokenizers.pre_tokenizers import ByteLevel
    from tokenizers.trainers import BpeTrainer

    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False)
    tokenizer.decoder = ByteLevelDecoder()
    trainer = BpeTrainer(
        vocab_size=shape.vocabulary,
        min_frequency=2,
        special_tokens=[PAD, OPEN, CLOSE],
        # All 256 bytes, so that any later text can be said; sorted, so that ids are stable.
        initial_alphabet=sorted(ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator([*texts, *_emphasised()], trainer)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    config = {
        "add_prefix_space": False,
        "chat_template": CHAT_TEMPLATE,
        "clean_up_tokenization_spaces": False,
        "eos_token": CLOSE,
        "model_max_length": shape.context,
        "pad_token": PAD,
        "tokenizer_class": "PreTrainedTokenizerFast",
    }
    _write_json(folder / "tokenizer_config.json", config)
    size: int = tokenizer.get_vocab_size()
    return size


def _emphasised() -> list[str]:
    plans = [
        Plan(complexity, iterations).header
        for complexity in Complexity
        for iterations in complexity.band
    ]
    roles = [f"{role}\n" for role in ("system", "user", "assistant")]
    return [*plans, *roles] * _EMPHASIS


def _write_model(folder: Path, vocabulary: int, seed: int, shape: NanoShape) -> int:
    """Write the configuration and random weights; returns the number of parameters."""
    import mlx.core as mx
    from mlx.utils import tree_flatten, tree_map_with_path
    from mlx_lm.models.llama import Model, ModelArgs

    close = 2  # the third special token: special tokens come first, in their order
    config: dict[str, Any] = {
        "architectures": ["LlamaForCausalLM"],
        "attention_bias": False,
        "bos_token_id": None,
        "eos_token_id": close,
        "head_dim": shape.hidden // shape.heads,
        "hidden_act": "silu",
        "hidden_size": shape.hidden,
        "intermediate_size": shape.intermediate,
        "max_position_embeddings": shape.context,
        "mlp_bias": False,
        "model_type": "llama",
        "num_attention_heads": shape.heads,
        "num_hidden_layers": shape.layers,
        "num_key_value_heads": shape.heads,
        "pad_token_id": 0,
        "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0,
        "tie_word_embeddings": True,
        "torch_dtype": "float32",
        "vocab_size": vocabulary,
    }
    _write_json(folder / "config.json", config)

    model = Model(ModelArgs.from_dict(config))
    mx.random.seed(seed)

    def initial(path: str, weight: mx.array) -> mx.array:
        if weight.ndim == 1:
            return mx.ones(weight.shape)  # the scales of the norms
        if path.endswith("embed_tokens.weight"):
            return mx.random.normal(weight.shape, scale=_EMBEDDING_SPREAD)
        spread = weight.shape[1] ** -0.5
        if path.endswith(("o_proj.weight", "down_proj.weight")):
            # What is added to the residual stream shrinks with depth, as in GPT-2 (section 2.3 of
            # "Language Models are Unsupervised Multitask Learners").
            spread /= (2 * shape.layers) ** 0.5
        return mx.random.normal(weight.shape, scale=spread)

    weights = dict(tree_flatten(tree_map_with_path(initial, model.parameters())))
    mx.save_safetensors(str(folder / "model.safetensors"), weights, metadata={"format": "mlx"})
    return sum(int(weight.size) for weight in weights.values())


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_bytes(pretty(value))


def main() -> int:
    """Build a nano from the texts on stdin and print its record as JSON; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m jessy_tui.bases.nano")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=NANO_SEED)
    parser.add_argument("--rebuild", action="store_true", help="though there is one")
    asked = parser.parse_args()
    texts = msgspec.json.decode(sys.stdin.buffer.read(), type=list[str])
    try:
        record = ensure_nano(asked.folder, texts, seed=asked.seed, rebuild=asked.rebuild)
    except JessyError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename or asked.folder}: {error.strerror or error}.", file=sys.stderr)
        return 1
    sys.stdout.buffer.write(msgspec.json.encode(record) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
