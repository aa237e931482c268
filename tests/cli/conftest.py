"""Running verbs as the console script does, in this process."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from jessy_tui.cli import main


@dataclass(frozen=True)
class Outcome:
    """What a verb printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed for programs."""
        return orjson.loads(self.out)


Jessy = Callable[..., Outcome]


@pytest.fixture
def jessy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Jessy:
    """Runs `jessy ARGUMENTS...` in a folder, by default the test's own."""

    def run(*arguments: object, folder: Path = tmp_path, columns: int = 80) -> Outcome:
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["jessy", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", str(columns))
        capfd.readouterr()
        try:
            main()
            code = 0
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else 0
        sys.stdout.flush()
        out, err = capfd.readouterr()
        return Outcome(code, out, err)

    return run
