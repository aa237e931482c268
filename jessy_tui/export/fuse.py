"""A whole model out of a base and an adapter, as a folder for mlx-lm and transformers.

Weights pass one by one, so it takes the memory of the largest of them. Imported only by the process
that exports.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from jessy_tui.bases.companions import COMPANIONS
from jessy_tui.errands.stage import Stage
from jessy_tui.export.chat_format import ChatTemplate, write_template
from jessy_tui.export.merge import Merged, read_config
from jessy_tui.export.tensors import Floats, ModelWriter
from jessy_tui.json_files import pretty

Say = Callable[[Stage], None]


def unpack(
    packed: npt.NDArray[np.uint32],
    beside: list[Floats | None],
    group: int,
    bits: int,
    mode: str,
) -> Floats:
    """Weights that MLX has quantized, as float32."""
    import mlx.core as mx

    assert beside[0] is not None  # noqa: S101  # every mode has scales; some have no biases
    weight = mx.dequantize(
        mx.array(packed),
        mx.array(beside[0]),
        None if beside[1] is None else mx.array(beside[1]),
        group_size=group,
        bits=bits,
        mode=mode,
    )
    return np.array(weight.astype(mx.float32))


def write_fused(base: Path, adapter: Path, folder: Path, say: Say) -> Merged:
    """Write the whole model into the empty `folder`.

    Raises:
        JessyError: the adapter does not fit the base, or a file is damaged.
        OSError: the disk is full, or a file cannot be read or written.
    """
    config = read_config(base)
    merged = Merged(base, adapter, config, unpack)
    copy_beside(base, folder)
    config.pop("quantization", None)
    config.pop("quantization_config", None)
    (folder / "config.json").write_bytes(pretty(config))
    done, total = 0, merged.nbytes
    with ModelWriter(folder, merged.tensors) as writer:
        for name, content in merged.contents():
            say(Stage(doing="merges", done=done, total=total, unit="bytes"))
            writer.write(name, content)
            done += len(content)
    say(Stage(doing="merges", done=total, total=total, unit="bytes"))
    return merged


def copy_beside(base: Path, folder: Path) -> None:
    """Copy what a model is besides its weights; its chat template adds no system prompt then.

    Raises:
        OSError: a file cannot be read or written.
    """
    for pattern in (*COMPANIONS, "*.py"):
        for path in base.glob(pattern):
            shutil.copyfile(path, folder / path.name)
    write_template(folder, ChatTemplate(folder))
