"""safetensors files, read and written one tensor at a time, without mlx.

The format: eight bytes with the length of a header, the header in JSON, then the bytes of the
tensors. So what is in a file is known from its first kilobytes, and a model of any size passes
through the memory of its largest tensor.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

import msgspec
import numpy as np
import numpy.typing as npt

from jessy_tui.errors import JessyError
from jessy_tui.json_files import pretty

Floats = npt.NDArray[np.float32]

INDEX_NAME: Final = "model.safetensors.index.json"
# Bytes of a file; what is larger is divided into several, as Hugging Face does.
_LARGEST: Final = 5_000_000_000
_HEADER: Final = struct.Struct("<Q")
_LONGEST_HEADER: Final = 100_000_000
_WIDTHS: Final = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "U32": 4, "U8": 1}
FLOATS: Final = ("F32", "F16", "BF16")
"""The types of weights that are no quantization."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where a tensor is, or is going to be, and how it is kept."""

    name: str
    kind: str
    """The type as safetensors calls it: F32, F16, BF16, U32 ..."""
    shape: tuple[int, ...]
    path: Path = Path()
    offset: int = 0
    """Of its first byte in the file."""

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return prod(self.shape)

    @property
    def nbytes(self) -> int:
        """How many bytes it takes."""
        return self.size * _WIDTHS[self.kind]

    def read_bytes(self) -> bytes:
        """Its bytes as they are in the file.

        Raises:
            JessyError: the file is cut short.
            OSError: it cannot be read.
        """
        with self.path.open("rb") as stream:
            stream.seek(self.offset)
            content = stream.read(self.nbytes)
        if len(content) != self.nbytes:
            raise _damaged(self.path, f"it ends inside {self.name}")
        return content

    def read(self) -> Floats:
        """Its numbers as float32, of which half precision is a part.

        Raises:
            JessyError: the file is cut short, or the numbers are none of a model's weights.
            OSError: it cannot be read.
        """
        content = self.read_bytes()
        match self.kind:
            case "F32":
                found = np.frombuffer(content, np.float32)
            case "F16":
                found = np.frombuffer(content, np.float16).astype(np.float32)
            case "BF16":
                found = (np.frombuffer(content, np.uint16).astype(np.uint32) << 16).view(np.float32)
            case _:
                raise _damaged(self.path, f"{self.name} is of the type {self.kind}")
        return found.reshape(self.shape)


def read_headers(paths: Iterable[Path]) -> dict[str, Tensor]:
    """The tensors in safetensors files, by name; only their headers are read.

    Raises:
        JessyError: a file is missing, damaged or none of the kind.
    """
    found: dict[str, Tensor] = {}
    for path in paths:
        found |= _read_header(path)
    return found


def model_files(folder: Path) -> list[Path]:
    """The files with the weights of the model in `folder`, as mlx-lm and transformers find them.

    Raises:
        JessyError: there are none.
    """
    files = sorted(folder.glob("model*.safetensors"))
    if not files:
        raise JessyError(
            f"There is no model in {folder}: it has no model*.safetensors; make the base anew with:"
            " jessy bases fetch."
        )
    return files


def encode(numbers: Floats, kind: str) -> bytes:
    """Numbers as the bytes of a tensor of that type; bfloat16 is rounded to the nearest, to even.

    Raises:
        JessyError: a number is too large for float16.
    """
    flat = np.ascontiguousarray(numbers, np.float32)
    if kind == "F32":
        return flat.tobytes()
    if kind == "F16":
        return to_half(flat).tobytes()
    bits = flat.reshape(-1).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16).tobytes()


def to_half(numbers: Floats) -> npt.NDArray[np.float16]:
    """Numbers in half precision.

    Raises:
        JessyError: one is too large for it.
    """
    with np.errstate(over="ignore"):
        halves = numbers.astype(np.float16)
    if not np.isfinite(halves).all():
        raise JessyError(
            "A weight is larger than half precision holds (65,504); export with --quantize q8_0, "
            "or as fused."
        )
    return halves


class ModelWriter:
    """Writes the weights of a model into a folder, tensor by tensor in the order they were told."""

    def __init__(self, folder: Path, tensors: Sequence[Tensor], *, largest: int = _LARGEST) -> None:
        """Divide the tensors among files of at most `largest` bytes.

        Args:
            folder: takes model.safetensors, or several files and their index.
            tensors: what will be written; their paths and offsets do not matter.
            largest: bytes of a file.
        """
        self.folder = folder
        self._parts: list[list[Tensor]] = [[]]
        filled = 0
        for tensor in tensors:
            if filled and filled + tensor.nbytes > largest:
                self._parts.append([])
                filled = 0
            self._parts[-1].append(tensor)
            filled += tensor.nbytes
        self._stream: BinaryIO | None = None
        self._waiting = [(number, each) for number, part in enumerate(self._parts) for each in part]
        self._open: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._stream is not None:
            self._stream.close()
        if error is None and len(self._parts) > 1:
            self._write_index()

    def write(self, name: str, content: bytes) -> None:
        """Write the bytes of the next tensor.

        Raises:
            OSError: the disk is full.
        """
        number, tensor = self._waiting.pop(0)
        assert (tensor.name, tensor.nbytes) == (name, len(content))  # noqa: S101
        if number != self._open:
            self._begin(number)
        assert self._stream is not None  # noqa: S101
        self._stream.write(content)

    def _begin(self, number: int) -> None:
        if self._stream is not None:
            self._stream.close()
        self._open = number
        header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
        end = 0
        for tensor in self._parts[number]:
            begin, end = end, end + tensor.nbytes
            header[tensor.name] = {
                "dtype": tensor.kind,
                "shape": tensor.shape,
                "data_offsets": [begin, end],
            }
        encoded = msgspec.json.encode(header)
        encoded += b" " * (-len(encoded) % 8)
        self._stream = (self.folder / self._name(number)).open("wb")
        self._stream.write(_HEADER.pack(len(encoded)) + encoded)

    def _name(self, number: int) -> str:
        if len(self._parts) == 1:
            return "model.safetensors"
        return f"model-{number + 1:05}-of-{len(self._parts):05}.safetensors"

    def _write_index(self) -> None:
        places = {
            tensor.name: self._name(number)
            for number, part in enumerate(self._parts)
            for tensor in part
        }
        total = sum(tensor.nbytes for part in self._parts for tensor in part)
        index = {"metadata": {"total_size": total}, "weight_map": places}
        (self.folder / INDEX_NAME).write_bytes(pretty(index))


def _read_header(path: Path) -> dict[str, Tensor]:
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            (length,) = _HEADER.unpack(stream.read(_HEADER.size))
            if length > min(size, _LONGEST_HEADER):
                raise _damaged(path, "its header is longer than itself")
            header = msgspec.json.decode(stream.read(length), type=dict[str, Any])
        header.pop("__metadata__", None)
        start = _HEADER.size + length
        tensors = {
            name: Tensor(
                name, said["dtype"], tuple(said["shape"]), path, start + said["data_offsets"][0]
            )
            for name, said in header.items()
        }
        ends = [start + said["data_offsets"][1] for said in header.values()]
    except FileNotFoundError:
        raise JessyError(f"There is no {path}.") from None
    except OSError as error:
        raise JessyError(f"{path} cannot be read ({error.strerror}).") from error
    except (struct.error, msgspec.DecodeError, KeyError, TypeError, IndexError) as error:
        raise _damaged(path, "its header cannot be read") from error
    if max(ends, default=0) > size:
        raise _damaged(path, "it is cut short")
    return tensors


def _damaged(path: Path, why: str) -> JessyError:
    return JessyError(f"{path} is damaged ({why}); use another checkpoint, or make the base anew.")
