"""Which BLAS multiplies the matrices."""

import sys
from pathlib import Path

import pytest

from jessy_tui.training.blas import VARIABLE, child_environment, find_blas, streams_for
from jessy_tui.training.mishaps import explain_failure
from tests.training import nanos

linux = pytest.mark.skipif(sys.platform != "linux", reason="only on Linux is a BLAS loaded")

MULTIPLY = """
from jessy_tui.training.blas import preload
blas = preload()
import mlx.core as mx
wanted = sum(a * b for a, b in zip(range(40), range(40)))
assert (mx.arange(40.0)[None] @ mx.arange(40.0)[:, None]).item() == wanted
print(blas.description, blas.warning)
"""


@linux
def test_the_library_that_comes_with_the_install_is_found_and_loads_on_a_bare_machine() -> None:
    library = find_blas()
    if library is None:
        pytest.skip("no OpenBLAS comes with the install on this kind of machine")
    said = nanos.run_python(MULTIPLY)
    assert f"multiplied by {library.name} on" in said
    assert said.endswith("None\n")


@linux
def test_none_keeps_what_mlx_ships(monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_blas("none") is None
    monkeypatch.setenv(VARIABLE, "none")
    assert "reference BLAS" in nanos.run_python(MULTIPLY.replace("blas = preload()", """
import os
os.environ["JESSY_BLAS"] = "none"
blas = preload()
"""))  # fmt: skip


@linux
def test_a_library_without_the_plain_names_is_passed_over() -> None:
    code = MULTIPLY.replace(
        "blas = preload()", 'import os\nos.environ["JESSY_BLAS"] = "libc.so.6"\nblas = preload()'
    )
    said = nanos.run_python(code)
    assert "The BLAS libc.so.6 is not used (it has no cblas_sgemm)" in said


def test_a_path_is_taken_as_it_is(tmp_path: Path) -> None:
    assert find_blas(str(tmp_path / "libmine.so")) == tmp_path / "libmine.so"


@linux
def test_the_child_gets_what_was_measured_and_keeps_what_was_set() -> None:
    child = child_environment("none", {"OPENBLAS_NUM_THREADS": "1", "LANG": "tr_TR.UTF-8"})
    assert child[VARIABLE] == "none"
    assert child["OPENBLAS_NUM_THREADS"] == "1"
    assert child["LANG"] == "tr_TR.UTF-8"
    assert int(child["OMP_NUM_THREADS"]) >= 1
    assert "mmap_max=0" in child["GLIBC_TUNABLES"]
    assert child["HF_HUB_OFFLINE"] == "1"
    assert "HF_HUB_OFFLINE" not in child_environment(environment={}, offline=False)


def test_no_stream_is_without_a_row() -> None:
    assert streams_for(1) == 1
    assert streams_for(1000) >= 1


def test_failures_of_the_system_become_sentences(tmp_path: Path) -> None:
    full = OSError(28, "No space left on device")
    assert explain_failure(full, tmp_path) == (
        f"The disk of {tmp_path} is full; make room, and go on with: jessy train --resume."
    )
    denied = OSError(13, "Permission denied", str(tmp_path / "best"))
    assert explain_failure(denied, tmp_path) == (
        f"{tmp_path / 'best'} cannot be read or written (Permission denied)."
    )
    assert "lower batch_size" in explain_failure(MemoryError(), tmp_path)
    assert "lower batch_size" in explain_failure(
        RuntimeError("[malloc] Unable to allocate 99 bytes."), tmp_path
    )
    assert explain_failure(RuntimeError("no kernel."), tmp_path) == "mlx gave up: no kernel."
