"""What all tests share. Nothing here imports mlx: models are built in processes of their own."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from jessy_tui.workspace import Workspace

# Tests of models compute, those of the screen wait for half of their time, those of the data are
# short: in this order nothing long is left for the end.
_ORDER = ("bases", "export", "training", "inference", "evaluation", "cli", "chats", "ui", "dataset")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Two a core, with `-n auto`: most wait for a screen or a process for half of their time."""
    if config.option.numprocesses != "auto" or "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return 2 * cores


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of a real terminal type as fast as people do: beside others they prove nothing."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    skip = pytest.mark.skip(reason="runs alone, with: pytest -m alone")
    for item in items:
        if item.get_closest_marker("alone"):
            item.add_marker(skip)
    items.sort(key=lambda item: _place(item.path))


def _place(path: Path) -> int:
    room = path.relative_to(REPOSITORY / "tests").parts[0]
    return _ORDER.index(room) if room in _ORDER else len(_ORDER)


REPOSITORY = Path(__file__).parent.parent

EXAMPLES = [
    ("sana bisi sorucam", "Sor kanka, dinliyorum.", "LOW", 1, "greeting"),
    ("naber", "İyidir, senden naber?", "LOW", 1, "greeting"),
    ("Türkiye'nin başkenti neresi", "Ankara.", "LOW", 2, "fact"),
    ("ışık mı hızlı ses mi", "Işık, hem de çok daha hızlı.", "LOW", 2, "fact"),
    ("API nedir", "Bir sözleşme.\n\n```python\nprint(1)\n```", "MEDIUM", 3, "technology"),
    ("how does a hash map work", "It hashes the key to a bucket.", "MEDIUM", 4, "technology"),
    ("flaky tests since monday, where do i look", "At what changed.", "MEDIUM", 5, "technology"),
    ("özgür irade var mı", "Bence bir anlamda var, bir anlamda yok.", "HIGH", 9, "existence"),
]  # fmt: skip


def example(
    question: str, answer: str, complexity: str, iterations: int, category: str, **metadata: object
) -> dict[str, object]:
    """One example as it stands in a file."""
    label = {"complexity": complexity, "iterations": iterations, "category": category}
    return {
        "conversations": [
            {"from": "human", "value": question},
            {"from": "jessy", "value": answer, "metadata": label | metadata},
        ]
    }


MakeWorkspace = Callable[..., Workspace]


@pytest.fixture
def make_workspace(tmp_path: Path) -> MakeWorkspace:
    """Makes a workspace whose data/ holds the given files (name -> bytes or examples)."""

    def make(**files: bytes | list[dict[str, object]]) -> Workspace:
        workspace = Workspace(tmp_path / "workspace")
        workspace.data.mkdir(parents=True)
        for name, content in files.items():
            data = (
                content
                if isinstance(content, bytes)
                else orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n"
            )
            stem, _, suffix = name.rpartition("_")
            (workspace.data / f"{stem}.{suffix}").write_bytes(data)
        return workspace

    return make


@pytest.fixture
def workspace(make_workspace: MakeWorkspace) -> Workspace:
    """A workspace with one file of eight examples, all bands."""
    return make_workspace(chat_json=[example(*row) for row in EXAMPLES])
