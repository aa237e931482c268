"""What the tests of the dataset share."""

from collections.abc import Callable
from pathlib import Path

import pytest

import jessy_tui.dataset.large.file as large_module
from jessy_tui.dataset.large.workers import Workers
from jessy_tui.dataset.large.writing import LargeWriting
from jessy_tui.dataset.saving import SmallWriting

UseLarge = Callable[..., None]


@pytest.fixture
def use_large(monkeypatch: pytest.MonkeyPatch) -> UseLarge:
    """Has JSONL files of any size read row by row, in blocks of a few bytes.

    The work of the helper processes is done in this one unless `processes`: starting two for
    each store takes longer than all the rest.
    """

    def use(first: int = 24, block: int = 40, *, processes: bool = False) -> None:
        if not processes:
            monkeypatch.setattr(Workers, "_start", lambda self: None)
        monkeypatch.setattr(large_module, "LARGE", 1)
        monkeypatch.setattr(large_module, "FIRST_BLOCK", first)
        monkeypatch.setattr(large_module, "BLOCK", block)

    return use


@pytest.fixture(params=["small", "large"])
def backend(request: pytest.FixtureRequest, use_large: UseLarge) -> str:
    """Runs a test twice: with all files in memory, and with JSONL files read row by row.

    A module that sets `HELPERS` has the latter read by processes of their own, as in the app.
    """
    if request.param == "large":
        use_large(processes=getattr(request.module, "HELPERS", False))
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
