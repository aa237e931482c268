"""How fast the real app is in a real terminal: start, first useful paint, a key to its paint.

    pytest tests/benchmarks/test_paint.py --benchmark-enable -s

Prints figures and asserts none: the machine decides them. JESSY_BENCH_WORKSPACE names another
workspace than this repository's data, such as one that make_million.py made.
"""

import os
import re
import statistics
import sys
import time
from pathlib import Path

import pexpect
import pytest

from tests.conftest import REPOSITORY

SIZES = [(120, 40), (80, 24)]
WORKSPACE = Path(os.environ.get("JESSY_BENCH_WORKSPACE", REPOSITORY))


@pytest.fixture(autouse=True)
def _only_when_asked(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("benchmark_enable"):
        pytest.skip("a benchmark: --benchmark-enable runs it")


def start(size: tuple[int, int], *arguments: str) -> "pexpect.spawn[bytes]":
    columns, rows = size
    app = pexpect.spawn(
        sys.executable,
        ["-m", "jessy_tui", *arguments],
        dimensions=(rows, columns),
        env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        timeout=60,
    )
    app.delaybeforesend = None  # pexpect's own patience is not the app's
    return app


def test_version_and_first_paint() -> None:
    versions, paints = [], []
    for _ in range(7):
        began = time.perf_counter()
        app = start((120, 40), "--version")
        app.expect("version")
        versions.append(time.perf_counter() - began)
        app.close(force=True)
        began = time.perf_counter()
        app = start((120, 40), "-C", str(WORKSPACE))
        app.expect(re.compile(rb"Examples .*1/[1-9]"))
        paints.append(time.perf_counter() - began)
        app.close(force=True)
    print(f"\njessy --version: median {statistics.median(versions):.3f} s, budget 0.15 s")
    print(f"first useful paint: median {statistics.median(paints):.3f} s, budget 0.7 s")


@pytest.mark.parametrize("size", SIZES, ids=["120x40", "80x24"])
def test_key_to_paint(size: tuple[int, int]) -> None:
    app = start(size, "-C", str(WORKSPACE))
    app.expect(re.compile(rb"Examples .*1/[1-9]"))
    drain(app, 1.5)
    taken = []
    for key in ("j", "j", "j", "\x06", "\x02") * 40:
        began = time.perf_counter()
        app.send(key)
        app.read_nonblocking(1 << 16, timeout=10)
        taken.append(1000 * (time.perf_counter() - began))
        drain(app, 0.03)
    app.close(force=True)
    taken.sort()
    print(
        f"\nkey to paint at {size[0]}x{size[1]}: median {statistics.median(taken):.0f} ms, "
        f"95th percentile {taken[int(0.95 * len(taken))]:.0f} ms, budget 50 ms"
    )


def drain(app: "pexpect.spawn[bytes]", seconds: float) -> None:
    """Read what is painted until nothing comes for a while."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        try:
            app.read_nonblocking(1 << 16, timeout=seconds)
        except pexpect.TIMEOUT:
            return
