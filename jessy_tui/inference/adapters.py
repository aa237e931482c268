"""Adapters put on a base that stays loaded, and taken off again.

A `lora` or `dora` adapter wraps layers of the base; a `full` one brings weights that stand in for
the base's own. The base's layers and weights are only referred to here, never copied: what is kept
in memory beyond the base is one adapter, which for a `full` one can be as large as the base.

Imported only by the worker, after the BLAS.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import mlx.core as mx
import mlx.nn as nn
import msgspec
from mlx.utils import tree_flatten, tree_unflatten
from mlx_lm.tuner.utils import linear_to_lora_layers

from jessy_tui.errors import JessyError
from jessy_tui.training.record import RECORD_NAME, read_record

CONFIG_NAME: Final = "adapter_config.json"
WEIGHTS_NAME: Final = "adapters.safetensors"

Kind = Literal["lora", "dora", "full"]
# The weights that an adapter adds to a layer; all others are the base's.
_ADDED: Final = ("lora_a", "lora_b", "m")


class _Config(msgspec.Struct, frozen=True):
    """The part of `adapter_config.json` that says how the adapter sits on the base."""

    fine_tune_type: Kind = "lora"
    num_layers: int | None = None
    lora_parameters: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter folder, read and whole; whether it fits the base shows when it is put on."""

    folder: Path
    kind: Kind
    num_layers: int
    """How many of the last layers it sits on; 0 means all."""
    lora_parameters: Mapping[str, Any]
    weights: Mapping[str, Any]
    identity: tuple[str, int, int]
    """Another one where a run has written other weights to the same place."""

    @property
    def parameters(self) -> int:
        """How many weights it brings."""
        return sum(int(weight.size) for weight in self.weights.values())


def read_adapter(folder: Path, fingerprint: str | None) -> Adapter:
    """Read the adapter in `folder`, all of it.

    Args:
        folder: a checkpoint of a run, or any folder mlx-lm loads as an adapter path.
        fingerprint: that of the base in use, where it has one.

    Raises:
        JessyError: a file is missing or damaged, or the run was trained on another base.
    """
    config = _read_config(folder / CONFIG_NAME)
    trained_on = _fingerprint_of_run(folder)
    if fingerprint and trained_on and fingerprint != trained_on:
        raise JessyError(
            f"{folder} was trained on another base than the one in use (perhaps it has been rebuilt"
            " since); train a new run on this base with: jessy train."
        )
    weights = _read_weights(folder / WEIGHTS_NAME)
    written = (folder / WEIGHTS_NAME).stat()
    return Adapter(
        folder,
        config.fine_tune_type,
        config.num_layers or 0,
        config.lora_parameters or {},
        weights,
        (str(folder), written.st_mtime_ns, written.st_ino),
    )


class AdaptedModel:
    """A base and the adapter that is on it, if any."""

    def __init__(self, model: nn.Module) -> None:
        self.model = model
        self.adapter: Adapter | None = None
        self._modules = dict(model.named_modules())
        self._weights = dict(tree_flatten(model.parameters()))

    def use(self, adapter: Adapter | None) -> None:
        """Put `adapter` on instead of the one that is on, or leave the base bare.

        Raises:
            JessyError: it does not fit the base; the one that was on stays on.
        """
        before = self.adapter
        self._take_off()
        if adapter is None:
            return
        try:
            self._put_on(adapter)
        except JessyError:
            self._take_off()
            if before is not None:
                self._put_on(before)
            raise

    def _put_on(self, adapter: Adapter) -> None:
        if adapter.kind != "full":
            self._wrap_layers(adapter)
        there = dict(tree_flatten(self.model.parameters()))
        if adapter.kind != "full":
            there = {name: there[name] for name in there if name.rsplit(".", 1)[-1] in _ADDED}
            if missing := sorted(there.keys() - adapter.weights.keys()):
                raise _misfit(adapter, f"it lacks {missing[0]}")
        for name, weight in adapter.weights.items():
            if name not in there:
                raise _misfit(adapter, f"the base has no place for {name}")
            if weight.shape != there[name].shape:
                its, bases = tuple(weight.shape), tuple(there[name].shape)
                raise _misfit(adapter, f"{name} is {its} and the base needs {bases}")
        self.model.load_weights(list(adapter.weights.items()), strict=False)
        self.model.eval()  # the new layers would drop out otherwise
        self.adapter = adapter

    def _wrap_layers(self, adapter: Adapter) -> None:
        try:
            linear_to_lora_layers(
                self.model,
                adapter.num_layers,
                dict(adapter.lora_parameters),
                use_dora=adapter.kind == "dora",
            )
        except (KeyError, TypeError, ValueError) as error:
            raise _misfit(adapter, f"{CONFIG_NAME}: {error}") from error

    def _take_off(self) -> None:
        # mlx-lm's remove_lora_layers knows LoRALinear only; comparing with the base's own layers
        # finds every kind of wrapper.
        wrapped = [
            (name, own)
            for name, module in self.model.named_modules()
            if (own := self._modules.get(name)) is not None and own is not module
        ]
        if wrapped:
            self.model.update_modules(tree_unflatten(wrapped))
        if self.adapter is not None and self.adapter.kind == "full":
            own_weights = [(name, self._weights[name]) for name in self.adapter.weights]
            self.model.load_weights(own_weights, strict=False)
        self.adapter = None


def _read_config(path: Path) -> _Config:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Config)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise JessyError(
            f"There is no adapter in {path.parent}: {path.name} is missing; use another checkpoint."
        ) from error
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise JessyError(f"{path} cannot be read ({error}); use another checkpoint.") from error


def _read_weights(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise JessyError(
            f"There is no adapter in {path.parent}: {path.name} is missing; use another checkpoint."
        )
    try:
        weights = mx.load(str(path))
        mx.eval(weights)
    except (RuntimeError, ValueError) as error:
        raise JessyError(
            f"{path} is damaged or cut short ({error}); use another checkpoint."
        ) from error
    assert isinstance(weights, dict)  # noqa: S101  # as it is for every safetensors file
    return weights


def _fingerprint_of_run(folder: Path) -> str | None:
    """The base that the run around this checkpoint says it trained on, where there is a run."""
    for above in (folder.parent, folder.parent.parent):
        if (above / RECORD_NAME).is_file():
            return read_record(above).base.fingerprint
    return None


def _misfit(adapter: Adapter, why: str) -> JessyError:
    return JessyError(
        f"The adapter {adapter.folder} does not fit the base ({why}); use one that was trained on "
        "this base."
    )
