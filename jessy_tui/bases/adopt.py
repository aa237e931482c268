"""A folder of mlx-lm's or Hugging Face's as a base: weights in the type that suits this machine.

On a CPU only float32 reaches the BLAS, so quantized weights are taken apart and everything is kept
in float32; on a GPU quantized weights stay as they are (a LoRA on them is a QLoRA), others become
bfloat16. Imported only where a base is made.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from jessy_tui.bases.companions import COMPANIONS
from jessy_tui.errands.stage import Stage
from jessy_tui.errors import JessyError

_KEPT: Final = (*COMPANIONS, "README.md")


def adopt_folder(
    source: Path,
    fresh: Path,
    precision: str,
    say: Callable[[Stage], None],
    make_room: Callable[[int], None],
) -> tuple[str, tuple[str, ...]]:
    """Write the model in `source` into the empty folder `fresh`.

    Args:
        source: the folder of the model.
        fresh: takes it.
        precision: "float32" or "bfloat16".
        say: hears of the progress.
        make_room: called with the bytes that will be written; raises where they do not fit.

    Returns:
        In which type the weights are, and what differs from the source, a sentence each.

    Raises:
        JessyError: mlx-lm does not know the model, or it has no safetensors files.
        OSError: a file cannot be read or written.
    """
    from mlx.utils import tree_flatten
    from mlx_lm.utils import dequantize_model, load_model, save_config, save_model

    if not (source / "config.json").is_file():
        raise JessyError(
            f"{source} is no model: it has no config.json. Give a folder of mlx-lm's or Hugging "
            "Face's, or a GGUF file."
        )
    if not list(source.glob("model*.safetensors")):
        raise JessyError(
            f"{source} has no model*.safetensors; mlx-lm reads no other weights in a folder. Save "
            "it again with safetensors."
        )
    say(Stage(doing="reads the model"))
    try:
        model, config = load_model(source, lazy=True)
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise JessyError(f"mlx-lm cannot load {source} ({error}); use another model.") from error
    changes: list[str] = []
    quantized = "quantization" in config
    if quantized and precision == "float32":
        bits = config["quantization"].get("bits")
        config.pop("quantization", None)
        config.pop("quantization_config", None)
        model = dequantize_model(model)
        quantized = False
        changes.append(f"Its weights are those of a {bits}-bit model, in {precision}.")
    if quantized:
        precision = f"{config['quantization'].get('bits')}-bit"
    else:
        before = _cast(model, precision)
        config["torch_dtype"] = precision
        config.pop("dtype", None)
        if before and before != precision and not changes:
            changes.append(f"Its weights were in {before}, and are in {precision}.")
    make_room(sum(weight.nbytes for _, weight in tree_flatten(model.parameters())))
    say(Stage(doing="converts"))
    save_model(fresh, model, donate_model=True)
    save_config(config, config_path=fresh / "config.json")
    for pattern in _KEPT:
        for path in source.glob(pattern):
            shutil.copyfile(path, fresh / path.name)
    return precision, tuple(changes)


def _cast(model: Any, precision: str) -> str | None:
    """Turn every floating-point weight into `precision`; returns what most of them were."""
    import mlx.core as mx
    from mlx.utils import tree_flatten, tree_map_with_path

    kind = getattr(mx, precision)
    keep = getattr(model, "cast_predicate", lambda _: True)
    kinds: dict[str, int] = {}
    for _, weight in tree_flatten(model.parameters()):
        name = str(weight.dtype).removeprefix("mlx.core.")
        kinds[name] = kinds.get(name, 0) + int(weight.size)

    def cast(path: str, weight: Any) -> Any:
        if keep(path) and mx.issubdtype(weight.dtype, mx.floating):
            return weight.astype(kind)
        return weight

    model.update(tree_map_with_path(cast, model.parameters()))
    return max(kinds, key=lambda name: kinds[name]) if kinds else None
