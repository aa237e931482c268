"""Whether a base can be written as a GGUF here, and as what: names, metadata, tokenizer.

The mirror of `bases/gguf_model.py` and `bases/gguf_tokenizer.py`. All of it is known from the
headers and the JSON of a base's folder, so that what cannot be is said before any work.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from jessy_tui.bases.gguf_cuts import COMPOSED, CUT, GPT_2, SINGLE_DIGITS, WHOLE_FIRST
from jessy_tui.bases.gguf_names import ARCHITECTURES, their_name
from jessy_tui.export.chat_format import ChatTemplate, token_text

NORMAL, CONTROL, USER_DEFINED, UNUSED = 1, 3, 4, 5  # kinds of tokens, of GGUF's specification

# Computed again by every loader from the configuration; older checkpoints carry it.
_COMPUTED: Final = ".rotary_emb.inv_freq"


class UnwritableError(Exception):
    """The base cannot be written as a GGUF here; the text says why, without a full stop."""


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """A byte-level BPE as GGUF keeps it."""

    pre: str
    tokens: list[str]
    kinds: list[int]
    merges: list[str]
    special: dict[str, int]
    """The numbers of bos, eos, unk and pad, where there are such tokens."""
    add_bos: bool
    composed: bool
    """Whether text is composed (NFC) first, which llama.cpp does not do."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a GGUF of the base is made of."""

    architecture: str
    names: dict[str, str]
    """For each tensor of ours its name in the GGUF."""
    config: dict[str, Any]
    tokenizer: Tokenizer
    template: str
    """The chat template."""
    rope_factors: dict[str, float] | None
    """Llama 3's, by which its longer context is reached."""

    @property
    def heads(self) -> int:
        """Of the attention."""
        return int(self.config["num_attention_heads"])

    @property
    def key_heads(self) -> int:
        """Of the attention's keys and values."""
        return int(self.config.get("num_key_value_heads") or self.heads)

    @property
    def head_width(self) -> int:
        """Numbers a head has."""
        return int(self.config.get("head_dim") or self.config["hidden_size"] // self.heads)

    @property
    def rope_base(self) -> float:
        """From which the frequencies of the rotation are computed."""
        nested = self.config.get("rope_parameters") or {}
        return float(self.config.get("rope_theta") or nested.get("rope_theta") or 10000.0)


def plan_gguf(base: Path, config: dict[str, Any], shapes: Mapping[str, tuple[int, ...]]) -> Plan:
    """How the base in `base` is written as a GGUF.

    Args:
        base: its folder.
        config: its `config.json`.
        shapes: of its tensors.

    Raises:
        UnwritableError: it cannot be written here.
        JessyError: a file of the base is missing or damaged.
    """
    architecture = config.get("model_type")
    if architecture not in ARCHITECTURES:
        raise UnwritableError(
            f"its architecture, {architecture}, is none of those that are known here "
            f"({', '.join(ARCHITECTURES)})"
        )
    names = {name: their_name(name) for name in shapes if not name.endswith(_COMPUTED)}
    for name, theirs in names.items():
        if theirs is None:
            raise UnwritableError(f"it has a tensor {name}, for which no name is known here")
    template = ChatTemplate(base)
    return Plan(
        architecture=str(architecture),
        names={name: theirs for name, theirs in names.items() if theirs},
        config=config,
        tokenizer=describe_tokenizer(base, template, config, shapes),
        template=template.text,
        rope_factors=_rope_factors(config),
    )


def describe_tokenizer(
    base: Path,
    template: ChatTemplate,
    config: dict[str, Any],
    shapes: Mapping[str, tuple[int, ...]],
) -> Tokenizer:
    """The tokenizer of the base as GGUF keeps it.

    Raises:
        UnwritableError: it is of a kind that is not known here.
    """
    path = base / "tokenizer.json"
    try:
        described = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError) as error:
        raise UnwritableError(f"{path} cannot be read ({error})") from error
    model = described["model"]
    if model.get("type") != "BPE" or model.get("byte_fallback"):
        raise UnwritableError("its tokenizer is no byte-level BPE")
    pre, composed = _cut_of(described)
    if bool(model.get("ignore_merges")) != (pre in WHOLE_FIRST):
        raise UnwritableError(f"its tokenizer cuts as {pre} does, but merges otherwise")
    vocabulary: dict[str, int] = dict(model["vocab"])
    kinds: dict[str, int] = {}
    for added in described.get("added_tokens") or ():
        vocabulary[added["content"]] = added["id"]
        kinds[added["content"]] = CONTROL if added.get("special") else USER_DEFINED
    size = max(shapes["model.embed_tokens.weight"][0], max(vocabulary.values()) + 1)
    tokens = [f"[PAD{number}]" for number in range(size)]
    found = [UNUSED] * size
    for token, number in vocabulary.items():
        tokens[number] = token
        found[number] = kinds.get(token, NORMAL)
    merges = [each if isinstance(each, str) else " ".join(each) for each in model["merges"]]
    special = {
        name: vocabulary[text]
        for name in ("bos", "eos", "unk", "pad")
        if (text := token_text(template.config.get(f"{name}_token"))) in vocabulary
    }
    if "eos" not in special and isinstance(config.get("eos_token_id"), int):
        special["eos"] = config["eos_token_id"]
    # Exactly where the template begins a conversation with it: llama.cpp takes care that it is not
    # there twice, and what is asked has the same tokens as what was trained.
    return Tokenizer(pre, tokens, found, merges, special, bool(template.beginning), composed)


def _cut_of(described: dict[str, Any]) -> tuple[str, bool]:
    """llama.cpp's name for the way text is cut, and whether it is composed before."""
    normalizer = described.get("normalizer")
    composed = normalizer is not None and normalizer.get("type") == "NFC"
    if normalizer is not None and not composed:
        raise UnwritableError(
            f"its tokenizer changes text first ({normalizer.get('type')}), which is not known here"
        )
    steps = described.get("pre_tokenizer") or {}
    steps = steps.get("pretokenizers", [steps])
    shapes = [_step(step) for step in steps]
    known: dict[tuple[tuple[str, object], ...], str] = {
        (("bytes", True),): GPT_2,
        (("digits", True), ("bytes", True)): SINGLE_DIGITS[0],
        **{(("split", cut), ("bytes", False)): name for name, cut in CUT.items()},
    }
    pre = known.get(tuple(shapes))
    if pre is None or (composed and pre not in COMPOSED):
        raise UnwritableError(
            "its tokenizer cuts text in a way for which no name of llama.cpp's is known here"
        )
    return pre, composed


def _step(step: dict[str, Any]) -> tuple[str, object]:
    match step.get("type"):
        case "ByteLevel" if not step.get("add_prefix_space"):
            return "bytes", step.get("use_regex", True)
        case "Digits":
            return "digits", step.get("individual_digits")
        case "Split" if step.get("behavior") == "Isolated" and not step.get("invert"):
            return "split", step["pattern"].get("Regex")
    return str(step.get("type")), None


def _rope_factors(config: dict[str, Any]) -> dict[str, float] | None:
    scaling = config.get("rope_scaling") or config.get("rope_parameters")
    kind = (scaling or {}).get("rope_type") or (scaling or {}).get("type") or "default"
    if scaling is None or kind == "default":
        return None
    if kind != "llama3":
        raise UnwritableError(f"it stretches its positions ({kind}), which is not written here")
    wanted = ("factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings")
    return {name: float(scaling[name]) for name in wanted}
