"""How long a split of many examples takes, and how much memory: prints figures, asserts none.

    pytest tests/benchmarks/test_split_million.py --benchmark-enable -s

JESSY_BENCH_ROWS says how many examples (100,000 otherwise).
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest

from tests.benchmarks.make_million import make_million
from tests.benchmarks.test_formats import _MEASURED

ROWS = int(os.environ.get("JESSY_BENCH_ROWS", "100000"))


def test_a_split(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    if not request.config.getoption("benchmark_enable"):
        pytest.skip("a benchmark: --benchmark-enable runs it")
    path = make_million(Path(os.environ.get("JESSY_BENCHMARKS", tmp_path)), ROWS)
    began = time.perf_counter()
    ran = subprocess.run(
        [sys.executable, "-c", _MEASURED, "split", str(path), "--out", str(tmp_path), "--json"],
        capture_output=True,
        check=True,
    )
    seconds = time.perf_counter() - began
    used = ran.stderr.decode().rsplit("USED", 1)[1].strip()
    manifest = orjson.loads(ran.stdout)
    largest = manifest["largest_difference"]
    print(
        f"\nsplit of {ROWS:,} examples: {seconds:.0f} s, {ROWS / seconds:,.0f} a second, "
        f"{used}; {manifest['together']:,} kept together; largest difference "
        f"{largest['points']:.3f} points ({largest['thing']} {largest['value']})"
    )
