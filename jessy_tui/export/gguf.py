"""A fine-tuned model as a GGUF: names, metadata and quantizers of llama.cpp's own `gguf` package.

Tensors pass one by one. Imported only by the process that exports.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from jessy_tui.bases.gguf_names import ROPE_FACTORS, llama3_factors
from jessy_tui.errands.stage import Stage
from jessy_tui.export.gguf_plan import Plan
from jessy_tui.export.merge import Merged
from jessy_tui.export.order import Quantization
from jessy_tui.export.tensors import Floats, to_half

Say = Callable[[Stage], None]

_BLOCK: Final = 32  # numbers that Q8_0 and Q4_0 keep together


def kind_of(shape: tuple[int, ...], theirs: str, quantization: Quantization) -> str:
    """In which of ggml's types a tensor is kept.

    Vectors stay in float32, as llama.cpp wants them. A matrix whose rows are no multiple of a block
    stays in half precision. What the model reads and says words by suffers most from four bits, so
    it keeps eight, as llama.cpp's own quantizer keeps it in more than four.
    """
    if len(shape) == 1:
        return "F32"
    if quantization is Quantization.F16 or shape[-1] % _BLOCK:
        return "F16"
    if quantization is Quantization.Q4_0 and theirs in ("token_embd.weight", "output.weight"):
        return "Q8_0"
    return quantization.upper()


def bytes_of(shape: tuple[int, ...], kind: str) -> int:
    """How many bytes a tensor of that type takes."""
    size = int(np.prod(shape))
    match kind:
        case "F32":
            return size * 4
        case "F16":
            return size * 2
        case "Q8_0":
            return size // _BLOCK * (2 + _BLOCK)
        case _:
            return size // _BLOCK * (2 + _BLOCK // 2)


def write_gguf(
    path: Path,
    plan: Plan,
    merged: Merged,
    quantization: Quantization,
    about: dict[str, str],
    say: Say,
) -> None:
    """Write the model to `path`.

    Args:
        path: the file.
        plan: what it is made of.
        merged: the weights.
        quantization: in which type they are kept.
        about: "name", "description", "license" and the like, for the metadata.
        say: hears of the progress.

    Raises:
        JessyError: a weight does not fit its type, or a file is damaged.
        OSError: the disk is full, or a file cannot be read or written.
    """
    import gguf

    writer = gguf.GGUFWriter(path, plan.architecture)
    try:
        _describe(writer, plan, quantization, about)
        _add_tokenizer(writer, plan)
        factors = (
            llama3_factors(plan.head_width, plan.rope_base, plan.rope_factors)
            if plan.rope_factors
            else None
        )
        if factors is not None:
            writer.add_tensor_info(ROPE_FACTORS, factors.shape, factors.dtype, factors.nbytes)
        shapes = merged.shapes
        kinds = {
            ours: kind_of(shapes[ours], name, quantization) for ours, name in plan.names.items()
        }
        for ours, theirs in plan.names.items():
            kind, shape = gguf.GGMLQuantizationType[kinds[ours]], shapes[ours]
            size = bytes_of(shape, kinds[ours])
            writer.add_tensor_info(theirs, shape, np.dtype(np.float32), size, raw_dtype=kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        if factors is not None:
            writer.write_tensor_data(factors)
        doing = f"writes the GGUF in {quantization}"
        done, total = 0, sum(tensor.nbytes for tensor in merged.tensors)
        for tensor in merged.tensors:
            say(Stage(doing=doing, done=done, total=total, unit="bytes"))
            if tensor.name in plan.names:
                weight = _interleaved(tensor.name, merged.read(tensor.name), plan)
                writer.write_tensor_data(_packed(weight, kinds[tensor.name]))
            done += tensor.nbytes
        say(Stage(doing=doing, done=total, total=total, unit="bytes"))
    finally:
        writer.close()


def _packed(weight: Floats, kind: str) -> npt.NDArray[Any]:
    import gguf

    if kind == "F32":
        return weight
    if kind == "F16":
        return to_half(weight)
    packed: npt.NDArray[Any] = gguf.quantize(weight, gguf.GGMLQuantizationType[kind])
    return packed


def _describe(writer: Any, plan: Plan, quantization: Quantization, about: dict[str, str]) -> None:
    import gguf

    config = plan.config
    writer.add_type(gguf.GGUFType.MODEL)
    for key, value in about.items():
        if value:
            writer.add_string(f"general.{key}", value)
    writer.add_languages(["tr", "en"])
    writer.add_file_type(gguf.LlamaFileType[_FILE_TYPES[quantization]])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_context_length(int(config["max_position_embeddings"]))
    writer.add_embedding_length(int(config["hidden_size"]))
    writer.add_block_count(int(config["num_hidden_layers"]))
    writer.add_feed_forward_length(int(config["intermediate_size"]))
    writer.add_head_count(plan.heads)
    writer.add_head_count_kv(plan.key_heads)
    writer.add_key_length(plan.head_width)
    writer.add_value_length(plan.head_width)
    writer.add_layer_norm_rms_eps(float(config["rms_norm_eps"]))
    writer.add_rope_freq_base(plan.rope_base)
    if plan.architecture == "llama":
        writer.add_rope_dimension_count(plan.head_width)
    writer.add_vocab_size(len(plan.tokenizer.tokens))


_FILE_TYPES: Final = {
    Quantization.F16: "MOSTLY_F16",
    Quantization.Q8_0: "MOSTLY_Q8_0",
    Quantization.Q4_0: "MOSTLY_Q4_0",
}


def _add_tokenizer(writer: Any, plan: Plan) -> None:
    tokenizer = plan.tokenizer
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(tokenizer.pre)
    writer.add_token_list(tokenizer.tokens)
    writer.add_token_types(tokenizer.kinds)
    writer.add_token_merges(tokenizer.merges)
    add = {
        "bos": writer.add_bos_token_id,
        "eos": writer.add_eos_token_id,
        "unk": writer.add_unk_token_id,
        "pad": writer.add_pad_token_id,
    }
    for name, number in tokenizer.special.items():
        add[name](number)
    writer.add_add_bos_token(tokenizer.add_bos)
    writer.add_chat_template(plan.template)


def _interleaved(name: str, weight: Floats, plan: Plan) -> Floats:
    """The rows of llama's q and k as llama.cpp wants them (`LlamaModel.permute` of its converter).

    Its rotation pairs neighbouring rows where Hugging Face's pairs row i with row i + half.
    """
    _, _, part = name.rpartition("self_attn.")
    if plan.architecture != "llama" or not part.startswith(("q_proj.", "k_proj.")):
        return weight
    heads = plan.heads if part.startswith("q") else plan.key_heads
    return np.ascontiguousarray(
        weight.reshape(heads, 2, weight.shape[0] // heads // 2, *weight.shape[1:])
        .swapaxes(1, 2)
        .reshape(weight.shape)
    )
