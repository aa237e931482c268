"""A base's weights with an adapter's merged into them, one tensor at a time.

lora adds `scale * (A B)^T` to a matrix; dora then stretches each row of the sum to the length it
learnt (arXiv 2402.09353, equation 5); full stands in for the base's own. It is what mlx-lm's `fuse`
does, computed in float32 and rounded once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from jessy_tui.errors import JessyError
from jessy_tui.export.tensors import FLOATS, Floats, Tensor, encode, model_files, read_headers

CONFIG_NAME: Final = "adapter_config.json"
WEIGHTS_NAME: Final = "adapters.safetensors"
# Of a tensor that is quantized as MLX does: what stands beside its packed numbers.
_BESIDE: Final = (".scales", ".biases")


Unpack = Callable[[npt.NDArray[np.uint32], list[Floats | None], int, int, str], Floats]
"""Takes packed numbers, their scales and biases, the group size, the bits and the mode."""


class _Parameters(msgspec.Struct, frozen=True):
    scale: float = 1.0


class AdapterConfig(msgspec.Struct, frozen=True):
    """The part of `adapter_config.json` that says how the adapter sits on the base."""

    fine_tune_type: Literal["lora", "dora", "full"] = "lora"
    lora_parameters: _Parameters | None = None


@dataclass(frozen=True, slots=True)
class _Change:
    """What an adapter brings for one tensor."""

    low_a: Tensor
    low_b: Tensor
    magnitudes: Tensor | None


class Merged:
    """The weights of a fine-tuned model."""

    def __init__(
        self, base: Path, adapter: Path, config: dict[str, Any], unpack: Unpack | None = None
    ) -> None:
        """Read the headers of the base and the adapter, and see that they fit.

        Args:
            base: the base's folder.
            adapter: the checkpoint's.
            config: the base's `config.json`.
            unpack: takes quantized weights apart; needed where they are read.

        Raises:
            JessyError: a file is missing or damaged, or the adapter does not fit the base.
        """
        self._base = read_headers(model_files(base))
        self._unpack = unpack
        self._packed = config.get("quantization") or {}
        self._adapter = adapter
        self.kind, self._scale = read_adapter_config(adapter)
        brought = read_headers([adapter / WEIGHTS_NAME])
        self._instead: dict[str, Tensor] = brought if self.kind == "full" else {}
        self._changes = {} if self.kind == "full" else self._changes_of(brought)
        self.tensors = [self._merged(tensor) for tensor in self._base.values() if self._own(tensor)]
        """What is written: names, types and shapes, in the order of the base's files."""
        self._check()

    @property
    def parameters(self) -> int:
        """How many weights the model has."""
        return sum(tensor.size for tensor in self.tensors)

    @property
    def nbytes(self) -> int:
        """How many bytes they take."""
        return sum(tensor.nbytes for tensor in self.tensors)

    @property
    def quantized(self) -> bool:
        """Whether the base is quantized as MLX does; its weights are taken apart then."""
        return bool(self._packed)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes by name."""
        return {tensor.name: tensor.shape for tensor in self.tensors}

    def read(self, name: str) -> Floats:
        """One tensor as float32.

        Raises:
            JessyError: a file is cut short.
            OSError: it cannot be read.
        """
        if name in self._instead:
            return self._instead[name].read()
        weight = self._weight(name)
        change = self._changes.get(name)
        return weight if change is None else self._changed(name, weight, change)

    def contents(self) -> Iterator[tuple[str, bytes]]:
        """Every tensor by name with its bytes in its own type; what is unchanged is copied.

        Raises:
            JessyError: a file is cut short.
            OSError: it cannot be read.
        """
        for tensor in self.tensors:
            own = self._base[tensor.name]
            untouched = tensor.name not in self._changes and tensor.name not in self._instead
            if untouched and own.kind == tensor.kind:
                yield tensor.name, own.read_bytes()
            else:
                yield tensor.name, encode(self.read(tensor.name), tensor.kind)

    def _own(self, tensor: Tensor) -> bool:
        """Whether it is a weight, rather than what belongs to a packed one."""
        if tensor.name.endswith(_BESIDE) and self._packed:
            stem = tensor.name.rpartition(".")[0]
            packed = self._base.get(f"{stem}.weight")
            return packed is None or packed.kind != "U32"
        return True

    def _merged(self, tensor: Tensor) -> Tensor:
        if tensor.kind != "U32" or not self._packed:
            return replace(tensor, path=Path(), offset=0)
        scales = self._base[f"{tensor.name.rpartition('.')[0]}.scales"]
        bits = self._packing(tensor.name)[1]
        shape = (*tensor.shape[:-1], tensor.shape[-1] * 32 // bits)
        return Tensor(tensor.name, scales.kind, shape)

    def _packing(self, name: str) -> tuple[int, int, str]:
        """Group size, bits and mode of a packed tensor; some layers have their own."""
        own = self._packed.get(name.rpartition(".")[0])
        said = own if isinstance(own, dict) else self._packed
        mode = said.get("mode", self._packed.get("mode", "affine"))
        return said["group_size"], said["bits"], mode

    def _weight(self, name: str) -> Floats:
        tensor = self._base[name]
        if tensor.kind != "U32":
            return tensor.read()
        assert self._unpack is not None  # noqa: S101  # only headers were wanted without it
        stem = name.rpartition(".")[0]
        beside = [
            self._base[stem + end].read() if stem + end in self._base else None for end in _BESIDE
        ]
        packed = np.frombuffer(tensor.read_bytes(), np.uint32).reshape(tensor.shape)
        return self._unpack(packed, beside, *self._packing(name))

    def _changed(self, name: str, weight: Floats, change: _Change) -> Floats:
        low_a, low_b = change.low_a.read(), change.low_b.read()
        # Beside an embedding the matrices stand as they are, beside a linear layer transposed.
        if _is_embedding(weight.shape, change):
            weight = weight + np.float32(self._scale) * (low_a @ low_b)
        else:
            weight = weight + np.float32(self._scale) * (low_b.T @ low_a.T)
        if change.magnitudes is not None:
            lengths = np.linalg.norm(weight, axis=1)
            weight *= (change.magnitudes.read() / lengths)[:, None]
        if not np.isfinite(weight).all():
            raise JessyError(
                f"{self._adapter} makes {name} no numbers any more; export another checkpoint."
            )
        return weight

    def _changes_of(self, brought: dict[str, Tensor]) -> dict[str, _Change]:
        changes: dict[str, _Change] = {}
        for name in brought:
            stem, _, part = name.rpartition(".")
            if part not in ("lora_a", "lora_b", "m"):
                raise self._misfit(f"it brings {name}, which is not known here")
            try:
                changes[f"{stem}.weight"] = _Change(
                    brought[f"{stem}.lora_a"],
                    brought[f"{stem}.lora_b"],
                    brought[f"{stem}.m"] if self.kind == "dora" else None,
                )
            except KeyError as error:
                raise self._misfit(f"it lacks {error.args[0]}") from None
        return changes

    def _check(self) -> None:
        """See that all the adapter brings has its place, before anything is written."""
        shapes = self.shapes
        for name, instead in self._instead.items():
            if shapes.get(name) != instead.shape:
                raise self._misfit(f"{name} is {instead.shape} and the base's {shapes.get(name)}")
        for name, change in self._changes.items():
            shape = shapes.get(name)
            if shape is None:
                raise self._misfit(f"the base has no place for {name}")
            if len(shape) != 2:
                raise self._misfit(
                    f"{name} is a mixture of experts, which is not merged here; export the adapter"
                )
            if not (_is_embedding(shape, change) or _is_linear(shape, change)):
                raise self._misfit(f"its matrices beside {name} have other sides")
        for tensor in self.tensors:
            if tensor.kind not in FLOATS and (
                tensor.name in self._changes or tensor.name in self._instead
            ):
                raise self._misfit(f"{tensor.name} is of the type {tensor.kind}")

    def _misfit(self, why: str) -> JessyError:
        return JessyError(
            f"The adapter {self._adapter} does not fit the base ({why}); use one that was trained "
            "on this base."
        )


def read_adapter_config(folder: Path) -> tuple[str, float]:
    """Of which kind the adapter in `folder` is, and its scale.

    Raises:
        JessyError: there is none, or it is damaged.
    """
    path = folder / CONFIG_NAME
    try:
        config = msgspec.json.decode(path.read_bytes(), type=AdapterConfig)
    except (FileNotFoundError, NotADirectoryError):
        raise JessyError(
            f"There is no adapter in {folder}: {path.name} is missing; use another checkpoint."
        ) from None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise JessyError(f"{path} cannot be read ({error}); use another checkpoint.") from error
    return config.fine_tune_type, (config.lora_parameters or _Parameters()).scale


def _is_linear(shape: tuple[int, ...], change: _Change) -> bool:
    out, into = shape
    a, b = change.low_a.shape, change.low_b.shape
    return len(a) == len(b) == 2 and a[1] == b[0] and (a[0], b[1]) == (into, out)


def _is_embedding(shape: tuple[int, ...], change: _Change) -> bool:
    tokens, width = shape
    a, b = change.low_a.shape, change.low_b.shape
    fits = len(a) == len(b) == 2 and a[1] == b[0] and (a[0], b[1]) == (tokens, width)
    # A square matrix fits both ways; then its name says what it is.
    return fits and (tokens != width or "embed" in change.low_a.name)


def read_config(base: Path) -> dict[str, Any]:
    """The base's `config.json`.

    Raises:
        JessyError: it is missing or damaged.
    """
    path = base / "config.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError) as error:
        raise JessyError(f"{path} cannot be read ({error}); make the base anew.") from error
