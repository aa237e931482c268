"""What this machine can train: its memory, and whether MLX has a GPU to work on."""

import importlib.metadata
import platform
import shutil
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import psutil

_CUDA_PACKAGES: Final = ("mlx-cuda-13", "mlx-cuda-12", "mlx-cuda")
# Beyond the weights: activations, gradients and the kept states of a LoRA. Measured at the peak of
# SmolLM2-135M with the preset "laptop CPU" (batches of 4 rows of up to 512 tokens, float32): 3.5
# GB, 0.54 of them the weights. Activations grow with the model's width, and so about as the root of
# its weights; in bfloat16 they are half as large. A run's own preflight looks closer.
_BESIDE_WEIGHTS: Final = 3_000_000_000
_MEASURED_ON: Final = 134_515_008
# The share of the memory that a training may take before the system begins to swap.
_USABLE: Final = 0.75
# On a CPU, an epoch of the bundled dataset takes some minutes for each 100 million weights.
_SLOW_ON_CPU: Final = 300_000_000


class Fit(StrEnum):
    """Whether a base suits this machine, in a word."""

    GOOD = "good"
    SLOW = "slow"
    TOO_LARGE = "too large"


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine as far as bases are concerned."""

    memory: int
    """In bytes, all of it."""
    gpu: bool
    """Whether MLX works on a GPU here (Metal or CUDA)."""

    @property
    def precision(self) -> str:
        """The type weights are kept in here."""
        return "bfloat16" if self.gpu else "float32"

    def disk_of(self, parameters: int) -> int:
        """Bytes that the weights take on the disk here."""
        return parameters * (2 if self.gpu else 4)

    def memory_to_train(self, parameters: int) -> int:
        """Bytes of memory that a LoRA takes here, estimated."""
        beside = _BESIDE_WEIGHTS * (parameters / _MEASURED_ON) ** 0.5 * (0.5 if self.gpu else 1)
        return self.disk_of(parameters) + int(beside)

    def fit(self, parameters: int) -> Fit:
        """Whether a base of so many weights suits this machine."""
        if self.memory_to_train(parameters) > _USABLE * self.memory:
            return Fit.TOO_LARGE
        if not self.gpu and parameters > _SLOW_ON_CPU:
            return Fit.SLOW
        return Fit.GOOD


def this_machine() -> Machine:
    """The machine this process runs on."""
    memory: int = psutil.virtual_memory().total
    metal = sys.platform == "darwin" and platform.machine() == "arm64"
    return Machine(memory=memory, gpu=metal or _has_cuda())


def free_disk(folder: Path) -> int:
    """Free bytes on the disk that `folder` is on, or will be on."""
    there = folder.absolute()
    while not there.exists() and there != there.parent:
        there = there.parent
    return shutil.disk_usage(there).free


def _has_cuda() -> bool:
    if sys.platform != "linux":
        return False
    for package in _CUDA_PACKAGES:
        try:
            importlib.metadata.distribution(package)
        except importlib.metadata.PackageNotFoundError:
            continue
        return True
    return False
