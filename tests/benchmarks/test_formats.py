"""How fast rows are imported and converted, and in how much memory.

    pytest tests/benchmarks/test_formats.py --benchmark-enable -s

JESSY_BENCH_ROWS says how many rows (100,000 otherwise). Prints figures and asserts none.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.benchmarks.make_million import make_million

ROWS = int(os.environ.get("JESSY_BENCH_ROWS", "100000"))


@pytest.fixture(scope="module")
def rows(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not request.config.getoption("benchmark_enable"):
        pytest.skip("a benchmark: --benchmark-enable runs it")
    folder = os.environ.get("JESSY_BENCHMARKS")
    return make_million(Path(folder) if folder else tmp_path_factory.mktemp("rows"), ROWS)


# Runs a verb and says at the end how long it computed and how much memory it ever had.
_MEASURED = """
import resource, sys
sys.argv = ["jessy", *sys.argv[1:]]
from jessy_tui.cli import main
try:
    main()
finally:
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = used.ru_utime + used.ru_stime
    print(f"USED {seconds:.1f} s of a processor, {used.ru_maxrss // 1024} MB", file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("openai", "jsonl"),
        ("sharegpt", "json"),
        ("alpaca", "csv"),
        ("openai", "parquet"),
        ("text", "jsonl"),
    ],
)
def test_there_and_back(rows: Path, tmp_path: Path, name: str, kind: str) -> None:
    there = tmp_path / f"there.{kind}"
    megabytes = rows.stat().st_size / 1e6
    for what, arguments in (
        ("convert to", ["convert", str(rows), "--to", name, "--out", str(there)]),
        ("import from", ["import", str(there), "--to", str(tmp_path / "back.jsonl")]),
    ):
        began = time.perf_counter()
        ran = subprocess.run(
            [sys.executable, "-c", _MEASURED, *arguments, "--json"],
            capture_output=True,
            text=True,
            check=True,
        )
        seconds = time.perf_counter() - began
        used = ran.stderr.rsplit("USED", 1)[1].strip()
        print(
            f"\n{what} {name} {kind}: {ROWS / seconds:,.0f} rows/s, "
            f"{megabytes / seconds:.1f} MB/s, "
            f"{seconds:.1f} s ({used})"
        )
    assert (tmp_path / "back.jsonl").stat().st_size
