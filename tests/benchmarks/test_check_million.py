"""`jessy check` on very many examples: prints the rate and the memory, asserts no times.

    pytest tests/benchmarks/test_check_million.py --benchmark-enable -s

JESSY_BENCHMARKS names the folder in which the file is made once; JESSY_BENCH_ROWS asks for fewer
rows than a million.
"""

import os
import threading
import time
from pathlib import Path

import psutil
import pytest

from jessy_tui.dataset.checks.sweep import Stage, Sweep
from jessy_tui.dataset.probes import load_probes
from jessy_tui.workspace import CheckSettings
from tests.benchmarks.make_million import ROWS, make_million
from tests.conftest import REPOSITORY


class Memory:
    """The largest resident memory of this process and of its helpers, while it runs."""

    def __init__(self) -> None:
        self.mine = self.helpers = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        process = psutil.Process()
        while not self._over.wait(0.2):
            self.mine = max(self.mine, process.memory_info().rss)
            helpers = 0
            for child in process.children(recursive=True):
                try:
                    helpers += child.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.helpers = max(self.helpers, helpers)


def test_a_million_examples_are_checked_in_one_pass(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    if not request.config.getoption("--benchmark-enable"):
        pytest.skip("a benchmark of minutes: --benchmark-enable runs it")
    rows = int(os.environ.get("JESSY_BENCH_ROWS", ROWS))
    path = make_million(Path(os.environ.get("JESSY_BENCHMARKS", tmp_path)), rows)
    probes = load_probes(REPOSITORY / "data" / "probes.json")
    begun = time.perf_counter()
    stages: dict[Stage, float] = {}

    def tell(stage: Stage, _: int, __: int) -> None:
        stages[stage] = time.perf_counter() - begun

    with Memory() as memory, Sweep([path], CheckSettings(), probes) as sweep:
        sweep.run(tell)
        spent = time.perf_counter() - begun
        findings = sum(1 for _ in sweep.findings())
        told = time.perf_counter() - begun - spent
        assert sweep.complete
        assert sweep.examples == rows
        assert findings == sum(sweep.by_check().values())
    processor = os.times()
    used = processor.user + processor.system
    used += processor.children_user + processor.children_system
    print(
        f"\n{rows:,} examples checked, near-duplicates included, in {spent:.0f} s: "
        f"{rows / spent:,.0f} a second ({stages['reading']:.0f} s reading, "
        f"{spent - stages['reading']:.0f} s comparing; {used:.0f} s of processor, "
        f"load {os.getloadavg()[0]:.1f})"
    )
    print(f"{findings:,} findings told in {told:.0f} s")
    print(f"memory: {memory.mine >> 20} MB, and {memory.helpers >> 20} MB in two helpers")
