"""How fast the real app is in a real terminal: start, first useful paint, a key to its paint.

    pytest tests/benchmarks/test_paint.py --benchmark-enable -s

Prints figures and asserts none: the machine decides them. Beside the seconds stands how many times
as long as importing Textual alone they are, in the same run. With JESSY_BENCHMARKS, which names a
folder, the same is measured on a million examples, which are made there once.
"""

import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import psutil
import pytest

from tests.benchmarks.make_million import make_million
from tests.conftest import REPOSITORY

SIZES = [(120, 40), (80, 24)]
FILTERS = {"all": "", "filtered": "bir", "searched": "/b[iı]r/"}
_SHOWN = re.compile(rb"Examples .*1/[1-9]")


@pytest.fixture(autouse=True)
def _only_when_asked(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("benchmark_enable"):
        pytest.skip("a benchmark: --benchmark-enable runs it")


@pytest.fixture(params=["400", "a million"])
def workspace(request: pytest.FixtureRequest) -> Path:
    if request.param == "400":
        return REPOSITORY
    folder = os.environ.get("JESSY_BENCHMARKS")
    if folder is None:
        pytest.skip("JESSY_BENCHMARKS names no folder")
    data = Path(folder) / "workspace" / "data"
    make_million(data)
    return data.parent


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


def test_version() -> None:
    versions = []
    for _ in range(7):
        began = time.perf_counter()
        app = start((120, 40), "--version")
        app.expect("version")
        versions.append(time.perf_counter() - began)
        app.close(force=True)
    print(f"\njessy --version: median {statistics.median(versions):.3f} s, budget 0.15 s")


def test_first_paint(workspace: Path) -> None:
    paints, ratios = [], []
    for _ in range(7):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import textual.app"], check=True)
        alone = time.perf_counter() - began
        began = time.perf_counter()
        app = start((120, 40), "-C", str(workspace))
        app.expect(_SHOWN)
        paints.append(time.perf_counter() - began)
        ratios.append(paints[-1] / alone)
        app.close(force=True)
    print(
        f"\nfirst useful paint of {workspace.name}: median {statistics.median(paints):.3f} s, "
        f"{statistics.median(ratios):.2f} times the import of Textual; budgets 0.7 s and 1 s"
    )


@pytest.mark.parametrize("size", SIZES, ids=["120x40", "80x24"])
@pytest.mark.parametrize("query", FILTERS.values(), ids=FILTERS)
def test_key_to_paint(workspace: Path, size: tuple[int, int], query: str) -> None:
    app = start(size, "-C", str(workspace))
    app.expect(_SHOWN)
    drain(app, 1.5)
    if query:
        app.send(f"/{query}\r")
        drain(app, 5)
    taken = []
    for key in ("j", "j", "j", "\x06", "\x02") * 40:
        began = time.perf_counter()
        app.send(key)
        app.read_nonblocking(1 << 16, timeout=10)
        taken.append(1000 * (time.perf_counter() - began))
        drain(app, 0.03)
    memory = psutil.Process(app.pid).memory_info().rss >> 20
    app.close(force=True)
    taken.sort()
    print(
        f"\nkey to paint at {size[0]}x{size[1]}: median {statistics.median(taken):.0f} ms, "
        f"95th percentile {taken[int(0.95 * len(taken))]:.0f} ms, budget 50 ms; RSS {memory} MB"
    )


def drain(app: "pexpect.spawn[bytes]", seconds: float) -> None:
    """Read what is painted until nothing comes for a while."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        try:
            app.read_nonblocking(1 << 16, timeout=seconds)
        except pexpect.TIMEOUT:
            return
