"""The store on a million examples: prints what DESIGN's budgets are about, asserts no times.

Run with `pytest tests/benchmarks/test_store_million.py --benchmark-enable -s`; the file of 300 MB
is made once, in the folder that JESSY_BENCHMARKS names, or else for each run.
"""

import os
import resource
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from jessy_tui.dataset.bulk import Delete, SetLabel
from jessy_tui.dataset.figures import overview_of
from jessy_tui.dataset.query import parse
from jessy_tui.dataset.store import ExampleStore
from jessy_tui.dataset.words import sample_of, uses_of
from jessy_tui.workspace import TargetSettings
from tests.benchmarks.make_million import ROWS, make_million

LABELS = ["is:low", "category:rust iterations:>=4", "len:>80", "-lang:tr", "#>500000"]
WORDS = ["isik", "sey", "bir", "zzzz", "sor dinliyorum", '"bir şey"', "is:low kanka", "-rust"]
REGEXES = ["/tokio/", "/bir/", "/./", "/^sor/", r"/\bbir\b/", r"/\d+$/", "/yar[ıi]n.*(ama|fakat)/"]
MIXED = ["sey -bir", "sey or isik", "is:high /neden/", "len:>80 sey", "-/bir/ is:low"]
OTHERS = ["has:code", "has:label", "meta.part:emp", "edited:yes"]


@contextmanager
def timed(what: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    print(f"{what:<40} {time.perf_counter() - start:8.3f} s")


def memory(when: str) -> None:
    used = psutil.Process().memory_full_info()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"{when:<40} RSS {used.rss >> 20} MB, USS {used.uss >> 20} MB, at the most {peak} MB")


@pytest.fixture
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if not request.config.getoption("--benchmark-enable"):
        pytest.skip("a benchmark of a minute: --benchmark-enable runs it")
    made = make_million(Path(os.environ.get("JESSY_BENCHMARKS", tmp_path)))
    return Path(shutil.copy(made, tmp_path / "copy.jsonl"))


def test_a_million_examples(path: Path) -> None:
    memory("before")
    start = time.perf_counter()
    with timed("open"):
        store = ExampleStore.open([path], journal=path.parent / "state" / "journal.jsonl")
    with timed("first fifty rows"):
        assert all(store[position].example.question for position in range(50))
    store.wait_indexed()
    print(f"{'opened and indexed':<40} {time.perf_counter() - start:8.3f} s")
    memory("indexed")
    assert len(store) == ROWS
    with timed("fifty rows in the middle"):
        assert all(store[position].example.question for position in range(500_000, 500_050))
    for query in (*LABELS, *WORDS, *REGEXES, *MIXED, *OTHERS):
        begun, first, found = time.perf_counter(), 0.0, 0
        for chunk in store.select(parse(query)):
            first = first or time.perf_counter() - begun
            found += len(chunk)
        spent = time.perf_counter() - begun
        print(f"{query:<40} first {first:.3f} s, all {found} in {spent:.3f} s")
    with timed("all figures of the dashboard"):
        overview_of(store.census(), TargetSettings())
    with timed("words of a sample"):
        uses_of(sample_of(store))
    with timed("distributions"):
        assert store.distributions().examples == ROWS
    entry = store[ROWS // 2]
    with timed("one edit"):
        store.replace(entry.id, entry.example.with_metadata(iterations=2))
    with timed("a delete and an insert at the front"):
        store.delete(store[10].id)
        store.insert(store[5].id, path, entry.example)
    with timed("save"):
        assert store.save() == [path]
    memory("saved")
    store.close()


def test_a_million_examples_changed_at_once(path: Path) -> None:
    store = ExampleStore.open([path], journal=path.parent / "state" / "journal.jsonl")
    with timed("indexed, for comparison"):
        store.wait_indexed()
    ids = store.ids()
    with timed("relabel all"):
        rule = SetLabel({"complexity": "HIGH", "iterations": 8})
        print(store.change_many(ids, rule, "relabelled {}"), "are others now")
    memory("relabelled")
    with timed("delete half"):
        assert store.change_many(ids[::2], Delete(), "deleted {}") == ROWS // 2
    for name, step in (("undo", store.undo), ("redo", store.redo)):
        with timed(f"{name} the deletion"):
            assert step()
    with timed("save"):
        assert store.save() == [path]
    memory("saved")
    assert len(store) == ROWS // 2
    store.close()


def test_visidata_for_comparison(path: Path) -> None:
    visidata = shutil.which(os.environ.get("JESSY_VISIDATA", "vd"))
    if visidata is None:
        pytest.skip("no VisiData here: JESSY_VISIDATA names one")
    with timed("VisiData loads the file"):
        process = subprocess.Popen([visidata, "--batch", str(path)], stdout=subprocess.DEVNULL)
        _, _, usage = os.wait4(process.pid, 0)
    print(f"{'VisiData':<40} RSS {usage.ru_maxrss >> 10} MB at the most")
