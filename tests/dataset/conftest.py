"""What the tests of the dataset share."""

from collections.abc import Callable
from pathlib import Path

import pytest

import jessy_tui.dataset.large.file as large_module
from jessy_tui.dataset.large.writing import LargeWriting
from jessy_tui.dataset.saving import SmallWriting

UseLarge = Callable[..., None]


@pytest.fixture
def use_large(monkeypatch: pytest.MonkeyPatch) -> UseLarge:
    """Has JSONL files of any size read row by row, in blocks of a few bytes."""

    def use(first: int = 24, block: int = 40) -> None:
        monkeypatch.setattr(large_module, "LARGE", 1)
        monkeypatch.setattr(large_module, "FIRST_BLOCK", first)
        monkeypatch.setattr(large_module, "BLOCK", block)

    return use


@pytest.fixture(params=["small", "large"])
def backend(request: pytest.FixtureRequest, use_large: UseLarge) -> str:
    """Runs a test twice: with all files in memory, and with JSONL files read row by row."""
    if request.param == "large":
        use_large()
    return str(request.param)


Commit = Callable[[Path, Callable[[], None]], None]


@pytest.fixture
def at_commit(monkeypatch: pytest.MonkeyPatch) -> Callable[[Commit], None]:
    """Has a function called, with the path and what would do it, where a file is replaced."""

    def use(function: Commit) -> None:
        for kind in (SmallWriting, LargeWriting):

            def commit(self: SmallWriting, real: Callable[..., None] = kind.commit) -> None:
                function(self.path, lambda: real(self))

            monkeypatch.setattr(kind, "commit", commit)

    return use
