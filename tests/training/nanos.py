"""Tiny bases of real weights, built and used in processes of their own: no test imports mlx."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest

from jessy_tui.training.blas import child_environment

TEXTS = [
    "sana bisi sorucam\nSor kanka, dinliyorum.",
    "naber\nİyidir, senden naber?",
    "ışık mı hızlı ses mi\nIşık, hem de çok daha hızlı.",
    "how does a hash map work\nIt hashes the key to a bucket.",
] * 3
SHAPE = {
    "vocabulary": 320,
    "hidden": 32,
    "layers": 2,
    "heads": 2,
    "intermediate": 48,
    "context": 256,
}


_built: list[Path] = []


def tiny(factory: pytest.TempPathFactory) -> Path:
    """A base that is quick to train; built once, to be copied."""
    if not _built:
        folder = factory.mktemp("bases") / "nano"
        build(folder)
        _built.append(folder)
    return _built[0]


def build(folder: Path, *, seed: int = 7, texts: list[str] = TEXTS) -> dict[str, Any]:
    """Build a nano of a few thousand weights; returns its record."""
    code = (
        "import pathlib, sys, msgspec\n"
        "from jessy_tui.bases.nano import NanoShape, build_nano\n"
        "folder, seed, shape, texts = msgspec.json.decode(sys.stdin.buffer.read())\n"
        "shape = msgspec.convert(shape, NanoShape)\n"
        "build_nano(pathlib.Path(folder), texts, seed=seed, shape=shape)\n"
    )
    run_python(code, [str(folder), seed, SHAPE, texts])
    record: dict[str, Any] = orjson.loads((folder / "base.json").read_bytes())
    return record


def run_python(code: str, value: Any = None) -> str:
    """Run code that may import mlx in a process of its own; `value` is JSON on its stdin."""
    ran = subprocess.run(
        [sys.executable, "-c", code],
        input=msgspec.json.encode(value),
        capture_output=True,
        env=child_environment(),
        check=False,
    )
    assert ran.returncode == 0, ran.stderr.decode()
    return ran.stdout.decode()
