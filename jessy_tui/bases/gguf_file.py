"""A GGUF file: its metadata and its tensors, whatever they are quantized as.

Read by the `gguf` package of llama.cpp's authors, which says of every quantization what the weights
are, exactly. Used only where a base is made, in a process of its own.
"""

from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from jessy_tui.errors import JessyError

Floats = npt.NDArray[np.float32]

_MAGIC: Final = b"GGUF"


class GgufFile:
    """An open GGUF file."""

    def __init__(self, path: Path) -> None:
        """Read the header of `path` and check that every tensor can be read.

        Raises:
            JessyError: it is no GGUF file, is cut short, or holds a quantization nobody here reads.
        """
        import gguf

        self.path = path
        try:
            with path.open("rb") as stream:
                magic = stream.read(len(_MAGIC))
        except OSError as error:
            raise JessyError(f"{path} cannot be read ({error.strerror}).") from error
        if magic != _MAGIC:
            raise JessyError(f"{path} is not a GGUF file.")
        try:
            reader = gguf.GGUFReader(path)
            self.metadata: dict[str, Any] = {
                name: field.contents() for name, field in reader.fields.items()
            }
        except (ValueError, IndexError, KeyError, OverflowError, OSError, MemoryError) as error:
            raise JessyError(
                f"{path} is not a whole GGUF file ({error}); fetch it again."
            ) from error
        self._tensors = {tensor.name: tensor for tensor in reader.tensors}
        self._refuse_unread()

    @property
    def names(self) -> list[str]:
        """The names of the tensors, in the order of the file."""
        return list(self._tensors)

    @property
    def parameters(self) -> int:
        """How many weights the file holds."""
        return sum(int(tensor.n_elements) for tensor in self._tensors.values())

    @property
    def quantization(self) -> str:
        """The type most of its weights are in, as llama.cpp names it."""
        sizes: dict[str, int] = {}
        for tensor in self._tensors.values():
            name = tensor.tensor_type.name
            sizes[name] = sizes.get(name, 0) + int(tensor.n_elements)
        return max(sizes, key=lambda name: sizes[name])

    def text(self, key: str) -> str | None:
        """A text of the metadata, or None."""
        value = self.metadata.get(key)
        return value if isinstance(value, str) else None

    def number(self, key: str) -> int | float | None:
        """A number of the metadata, or None."""
        value = self.metadata.get(key)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def tensor(self, name: str) -> Floats:
        """A tensor as float32, with the last axis the one that is contiguous, as in PyTorch.

        Raises:
            KeyError: there is none of that name.
        """
        import gguf

        tensor = self._tensors[name]
        return np.ascontiguousarray(
            gguf.dequantize(tensor.data, tensor.tensor_type), dtype=np.float32
        )

    def _refuse_unread(self) -> None:
        import gguf

        kinds = {tensor.tensor_type: tensor for tensor in self._tensors.values()}
        for kind, tensor in kinds.items():
            try:
                # One row is enough to know whether the package reads its kind.
                row = tensor.data.reshape(-1, tensor.data.shape[-1])[:1]
                gguf.dequantize(row, kind)
            except (NotImplementedError, ValueError, KeyError) as error:
                raise JessyError(
                    f"{self.path} holds weights quantized as {kind.name}, which cannot be read "
                    "here; use a file in F16, Q8_0, Q4_0, Q4_1 or Q4_K_M, or the model's Hugging "
                    "Face folder."
                ) from error
