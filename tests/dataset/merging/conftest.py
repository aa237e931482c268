"""What the tests of merging share."""

from pathlib import Path

import pytest

import jessy_tui.dataset.merging.looking as looking_module
from tests.dataset.merging.hands import ROWS, write


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a file to be left alone."""
    monkeypatch.setattr(looking_module, "SETTLES", 0)
    monkeypatch.setattr(looking_module, "GRACE", 0)


@pytest.fixture(params=["array", "lines", "large"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file of eight examples: an array, lines, and lines that are read row by row."""
    if request.param == "large":
        request.getfixturevalue("use_large")()
    path = tmp_path / ("chat.json" if request.param == "array" else "chat.jsonl")
    write(path, ROWS)
    return path
