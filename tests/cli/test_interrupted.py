"""Ctrl+c while `jessy` is still being imported, and when it is at work."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from jessy_tui.cli.exits import INTERRUPTED

PRESSED = """
import os, signal, sys
from importlib.abc import MetaPathFinder
from jessy_tui.__main__ import main

class Pressed(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == pressed:
            os.kill(os.getpid(), signal.SIGINT)

pressed = sys.argv.pop(1)
sys.meta_path.insert(0, Pressed())
main()
"""


def jessy(pressed: str, *arguments: str, cwd: Path) -> "subprocess.CompletedProcess[bytes]":
    """`jessy`, and ctrl+c at the moment at which it begins to import a module."""
    command = [sys.executable, "-c", PRESSED, pressed, *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, check=False, timeout=120)


@pytest.mark.parametrize("module", ["click", "jessy_tui.cli.runs", "jessy_tui.workspace"])
def test_while_it_is_imported_it_just_ends(module: str, tmp_path: Path) -> None:
    ended = jessy(module, "runs", cwd=tmp_path)
    assert (ended.returncode, ended.stdout, ended.stderr) == (-signal.SIGINT, b"", b"")


def test_at_work_it_says_that_it_was_broken_off(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("{}\n")
    ended = jessy("jessy_tui.cli.stats_text", "stats", "a.jsonl", cwd=tmp_path)
    assert ended.returncode == INTERRUPTED
    assert ended.stderr == b"\nBroken off.\n"
