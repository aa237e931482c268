"""The tokenizer that a GGUF's metadata describes, as the files Hugging Face's library reads.

GGUF keeps tokens, merges and a name for the way text is cut before they apply
(`tokenizer.ggml.pre`). What each name means stands in llama.cpp's `llama-vocab.cpp`; names that are
not here are refused, since a tokenizer that is nearly right ruins every answer.
"""

import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from jessy_tui.bases.gguf_cuts import COMPOSED, CUT, KNOWN, SINGLE_DIGITS, WHOLE_FIRST
from jessy_tui.bases.gguf_file import GgufFile
from jessy_tui.errors import JessyError
from jessy_tui.json_files import pretty

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_CONTROL, _USER_DEFINED = 3, 4  # kinds of tokens, of GGUF's specification

_DEFAULT_SYSTEM: Final = re.compile(
    r"\{%-? if loop\.first and messages\[0\]\['role'\] != 'system' -?%\}(.*?)\{%-? endif -?%\}",
    re.DOTALL,
)

# Texts that are cut in every way a tokenizer can go wrong; all must come back as they were.
SAMPLES: Final = (
    "sana bisi sorucam",
    "Işık, İstanbul'da ığdır ÇÖŞÜĞ âîû",
    "<think>LOW 1</think>\nSor kanka, dinliyorum.",
    "I'll say it's 1234567 or 3.14159, won't I?",
    "def f(x):\n\treturn x**2  # kare\n\n\n    pass\r\n",
    "日本語 👍🏽 e\u0301 مرحبا \u00a0 z\u0000",
    "  two  spaces   and a tail   ",
)


def write_tokenizer(source: GgufFile, folder: Path) -> tuple[str, ...]:
    """Write `tokenizer.json` and `tokenizer_config.json`; returns what differs from the GGUF's.

    Raises:
        JessyError: the GGUF has a tokenizer of a kind that is not known here, or none.
    """
    tokens, merges, pre = describe_tokenizer(source)
    tokenizer = _build(source, tokens, merges, pre)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    template, changes = _template(source.text("tokenizer.chat_template"))
    config: dict[str, Any] = {
        "add_prefix_space": False,
        "clean_up_tokenization_spaces": False,
        "tokenizer_class": "PreTrainedTokenizerFast",
    }
    if template is not None:
        config["chat_template"] = template
    for name, key in (("bos", "bos"), ("eos", "eos"), ("unk", "unknown"), ("pad", "padding")):
        number = special_id(source, key)
        if number is not None:
            config[f"{name}_token"] = tokens[number]
    if "pad_token" not in config and "eos_token" in config:
        config["pad_token"] = config["eos_token"]
    context = source.number(f"{source.text('general.architecture')}.context_length")
    if context is not None:
        config["model_max_length"] = int(context)
    (folder / "tokenizer_config.json").write_bytes(pretty(config))
    return changes


def check_tokenizer(source: GgufFile, folder: Path) -> None:
    """Compare what was written with the GGUF's metadata, and let texts go there and back.

    Raises:
        JessyError: they differ; nothing can be trained on such a base.
    """
    from transformers import AutoTokenizer

    written = AutoTokenizer.from_pretrained(str(folder))
    tokens, merges, pre = describe_tokenizer(source)
    vocabulary = written.get_vocab()
    problem = None
    if len(vocabulary) != len(tokens):
        problem = f"it has {len(vocabulary):,} tokens instead of {len(tokens):,}"
    for number, token in enumerate(tokens):
        if vocabulary.get(token) != number:
            problem = problem or f"token {number} is not {token!r}"
    model = msgspec.json.decode((folder / "tokenizer.json").read_bytes())["model"]
    if [" ".join(merge) for merge in model["merges"]] != merges:
        problem = problem or "its merges are others"
    for name, key in (("bos", "bos"), ("eos", "eos")):
        special = special_id(source, key)
        if special is not None and getattr(written, f"{name}_token_id") != special:
            problem = problem or f"its {name} token is not number {number}"
    for sample in SAMPLES:
        expected = unicodedata.normalize("NFC", sample) if pre in COMPOSED else sample
        if written.decode(written.encode(sample, add_special_tokens=False)) != expected:
            problem = problem or f"{sample!r} does not come back as it was"
    if problem:
        raise JessyError(
            f"The tokenizer of {source.path} could not be rebuilt: {problem}. Use the model's "
            "Hugging Face folder."
        )


def special_id(source: GgufFile, name: str) -> int | None:
    """The number of a special token ("bos", "eos", "padding", "unknown"), where there is one."""
    number = source.number(f"tokenizer.ggml.{name}_token_id")
    return None if number is None else int(number)


def without_default_system(template: str) -> tuple[str, str]:
    """A chat template without the system prompt it adds by itself, and that prompt ("" if none)."""
    found = _DEFAULT_SYSTEM.search(template)
    if found is None:
        return template, ""
    return template[: found.start()] + template[found.end() :], found.group(1)


def _template(template: str | None) -> tuple[str | None, tuple[str, ...]]:
    if template is None:
        return None, ()
    changed, removed = without_default_system(template)
    if not removed:
        return template, ()
    words = removed.strip().removeprefix("{{").removesuffix("}}").strip(" '\n")
    return changed, (f"The system prompt that its chat template adds is removed: {words!r}.",)


def describe_tokenizer(source: GgufFile) -> tuple[list[str], list[str], str]:
    """Tokens, merges, and the name of the way text is cut.

    Raises:
        JessyError: it is of a kind that is not known here, or there is none.
    """
    kind = source.text("tokenizer.ggml.model")
    pre = source.text("tokenizer.ggml.pre") or "none"
    tokens = source.metadata.get("tokenizer.ggml.tokens")
    merges = source.metadata.get("tokenizer.ggml.merges")
    if kind != "gpt2" or pre not in KNOWN:
        raise JessyError(
            f"{source.path} has a tokenizer of the kind {kind or 'none'} / {pre}, which cannot be "
            f"rebuilt from a GGUF here (known: gpt2 / {', '.join(KNOWN)}); use the model's "
            "Hugging Face folder."
        )
    if not isinstance(tokens, list) or not isinstance(merges, list):
        raise JessyError(
            f"{source.path} lacks the tokens or the merges of its tokenizer; use another file."
        )
    return tokens, merges, pre


def _build(source: GgufFile, tokens: list[str], merges: list[str], pre: str) -> "Tokenizer":
    from tokenizers import (
        AddedToken,
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    pairs = [(first, second) for first, _, second in (merge.partition(" ") for merge in merges)]
    vocabulary = {token: number for number, token in enumerate(tokens)}
    # Llama 3 looks a piece up as a whole before it merges anything.
    tokenizer = Tokenizer(
        models.BPE(vocab=vocabulary, merges=pairs, ignore_merges=pre in WHOLE_FIRST)
    )
    if pre in CUT:
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(CUT[pre]), behavior="isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
    elif pre in SINGLE_DIGITS:
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Digits(individual_digits=True),
                pre_tokenizers.ByteLevel(add_prefix_space=False),
            ]
        )
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    if pre in COMPOSED:
        tokenizer.normalizer = normalizers.NFC()
    kinds = source.metadata.get("tokenizer.ggml.token_type") or []
    for number, (token, kind) in enumerate(zip(tokens, kinds, strict=False)):
        if kind == _CONTROL:
            tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False)])
        elif kind == _USER_DEFINED:
            tokenizer.add_tokens([AddedToken(token, special=False, normalized=False)])
        assert tokenizer.token_to_id(token) == number  # noqa: S101 - it was in the vocabulary
    first = special_id(source, "bos")
    if source.metadata.get("tokenizer.ggml.add_bos_token") is True and first is not None:
        token = tokens[first]
        tokenizer.post_processor = processors.TemplateProcessing(
            single=[token, "$A"], pair=[token, "$A", "$B"], special_tokens=[(token, first)]
        )
    return tokenizer
