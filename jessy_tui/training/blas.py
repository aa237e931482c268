"""The BLAS that multiplies matrices on a Linux CPU, and the environment of a process that runs mlx.

`mlx-cpu` ships the reference BLAS, which is some thirty times slower than OpenBLAS or MKL. A
library whose symbols are loaded globally *before* `mlx.core` takes over its `cblas_sgemm`. So the
parent chooses a library (`child_environment`), and the child loads it first thing (`preload`).
On a Mac there is nothing to do: Accelerate and Metal are used as they are.
"""

import ctypes
import ctypes.util
import importlib.metadata
import importlib.util
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

VARIABLE: Final = "JESSY_BLAS"
"""Environment variable with the choice: "auto", "none", or a path to a shared library."""

SHARED_BY: Final = "JESSY_SHARED_BY"
"""Environment variable: among how many processes of ours this machine's cores are shared."""

# A quarter of the time left once a BLAS is loaded goes into page faults of memory that the
# allocator gives back after every step; these keep it.
_KEEP_MEMORY: Final = (
    "glibc.malloc.mmap_max=0"
    ":glibc.malloc.trim_threshold=17179869184"
    ":glibc.malloc.top_pad=268435456"
    ":glibc.malloc.arena_max=1"
)
_THREADS: Final = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
_CUDA_PACKAGES: Final = ("mlx-cuda-13", "mlx-cuda-12", "mlx-cuda")


@dataclass(frozen=True, slots=True)
class Blas:
    """What multiplies matrices in this process."""

    description: str
    """One sentence for the log, the run and the screen."""
    warning: str | None = None
    """What went wrong while choosing it, and what that costs."""


_REFERENCE: Final = "Matrices are multiplied by the reference BLAS that mlx ships, which is slow."


def child_environment(
    setting: str = "auto", environment: Mapping[str, str] | None = None, *, offline: bool = True
) -> dict[str, str]:
    """The environment for a process that runs mlx.

    Args:
        setting: `training.blas` of the workspace: "auto", "none", or a path.
        environment: what to start from; by default this process's own. What it already says of
            threads and of the allocator is kept.
        offline: whether the base is on this disk, so that no hub needs to be asked.
    """
    child = dict(os.environ if environment is None else environment)
    child["TOKENIZERS_PARALLELISM"] = "false"
    child["PYTHONUNBUFFERED"] = "1"
    if offline:
        child["HF_HUB_OFFLINE"] = "1"
    if sys.platform != "linux":
        return child
    child[VARIABLE] = setting
    child.setdefault("GLIBC_TUNABLES", _KEEP_MEMORY)
    if not _has_cuda():
        # On a CPU, compiling kernels costs half a minute before the first step and gains nothing.
        child.setdefault("MLX_DISABLE_COMPILE", "1")
    threads = str(usable_cores())
    for variable in _THREADS:
        child.setdefault(variable, threads)
    return child


def usable_cores() -> int:
    """The cores this process may use: its share of those it is bound to, within a quota."""
    shared_by = os.environ.get(SHARED_BY, "")
    return max(1, _cores() // (int(shared_by) if shared_by.isdigit() and int(shared_by) else 1))


def _cores() -> int:
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text("ascii").split()
        return max(1, min(cores, round(int(quota) / int(period))))
    except (OSError, ValueError):
        return cores  # no container, or no quota ("max")


def streams_for(batch_size: int) -> int:
    """Into how many streams a batch of so many rows is divided on a CPU: one a core."""
    return max(1, min(usable_cores(), batch_size))


def find_blas(setting: str = "auto") -> Path | None:
    """The library that `setting` means, or None where there is none; nothing is loaded."""
    if setting == "none":
        return None
    if setting != "auto":
        return Path(setting).expanduser()
    # Found, not imported: importing the package would load the library in the wrong process.
    package = importlib.util.find_spec("ngsolve_openblas")
    for folder in (package and package.submodule_search_locations) or ():
        for library in sorted(Path(folder).glob("libopenblas*.so*")):
            return library
    name = ctypes.util.find_library("openblas")
    return Path(name) if name else None


def preload(streams: int = 1) -> Blas:
    """Load the chosen BLAS into this process; call it before anything imports `mlx.core`.

    A library that is missing, broken or without plain `cblas_` names is passed over with a warning.

    Args:
        streams: how many streams of mlx will multiply at the same time. With more than one, each
            has a thread to itself: threads of OpenBLAS that wait for each other cost more than they
            bring then.
    """
    if sys.platform == "linux" and streams > 1:
        os.environ.update(dict.fromkeys(_THREADS, "1"))
        # How far mlx looks ahead for work; by default it hardly sees beyond one stream's.
        os.environ.setdefault("MLX_BFS_MAX_WIDTH", "500")
    if sys.platform != "linux":
        return Blas("Matrices are multiplied by what mlx brings for this system.")
    setting = os.environ.get(VARIABLE, "auto")
    if setting == "none":
        return Blas(f"{_REFERENCE} The setting training.blas asks for it.")
    library = find_blas(setting)
    if library is None:
        return Blas(
            _REFERENCE,
            "No OpenBLAS was found, so that training takes some thirty times as long; install the "
            "package ngsolve-openblas or the system's libopenblas, or set training.blas.",
        )
    problem = _load(library)
    if problem:
        return Blas(
            _REFERENCE,
            f"The BLAS {library} is not used ({problem}), so that training takes some thirty times "
            "as long; mend training.blas, or install the package ngsolve-openblas.",
        )
    return Blas(f"Matrices are multiplied by {library.name} on {_threads(streams)}.")


def _load(library: Path) -> str | None:
    """Load a library for everyone in this process; returns what is wrong with it."""
    problem = _try(library)
    if problem and "libgfortran" in problem:
        # Wheels of OpenBLAS expect the system's Fortran library, which a bare machine lacks. The
        # wheel of mlx-cpu brings one under a name of its own: offer it under the name that is
        # wanted, beside the library, which looks there first. What is loaded stays when the links
        # are gone.
        with tempfile.TemporaryDirectory(prefix="jessy-blas-") as folder:
            beside = Path(folder, library.name)
            beside.symlink_to(library.resolve())
            for name, companion in _fortran():
                Path(folder, name).symlink_to(companion)
            problem = _try(beside) and problem
    return problem


def _try(library: Path) -> str | None:
    try:
        probe = ctypes.CDLL(str(library), mode=ctypes.RTLD_LOCAL)
        if not hasattr(probe, "cblas_sgemm"):
            return "it has no cblas_sgemm"
        ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)
    except OSError as error:
        return str(error)
    return None


def _fortran() -> Iterator[tuple[str, Path]]:
    """The Fortran libraries in the wheel of mlx-cpu, each with the name it is looked for by."""
    try:
        wheel = importlib.metadata.distribution("mlx-cpu")
    except importlib.metadata.PackageNotFoundError:
        return
    folder = Path(str(wheel.locate_file("mlx_cpu.libs"))).resolve()
    for library in sorted(folder.glob("libgfortran*.so*")):
        _, _, version = library.name.partition(".so.")
        yield f"libgfortran.so.{version.split('.')[0]}", library
    for library in sorted(folder.glob("libquadmath*.so*")):
        yield library.name, library


def _threads(streams: int) -> str:
    if streams > 1:
        return f"{streams} streams"
    number = os.environ.get("OPENBLAS_NUM_THREADS") or str(usable_cores())
    return "1 thread" if number == "1" else f"{number} threads"


def _has_cuda() -> bool:
    """Whether mlx is installed with its CUDA backend."""
    for package in _CUDA_PACKAGES:
        try:
            importlib.metadata.distribution(package)
        except importlib.metadata.PackageNotFoundError:
            continue
        return True
    return False
