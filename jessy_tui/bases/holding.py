"""Holding the name of a base, so that nobody makes or removes it twice at once."""

import contextlib
import fcntl
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from jessy_tui.errors import JessyError


@contextlib.contextmanager
def hold_base(folder: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the name of the base in `folder` as the only one; the folder above it is made.

    What a killed maker has left of that base is cleared first. The hold goes with the process.

    Args:
        folder: where the base is, or will be.
        wait: until another lets go; else it is an error.

    Raises:
        JessyError: another holds it.
        OSError: the folder above cannot be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f".{folder.name}.lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise JessyError(
                f"{folder.name} is being made just now; wait, or cancel that."
            ) from None
        left = re.compile(rf"\.{re.escape(folder.name)}\.[a-z0-9_]{{8}}")
        for path in folder.parent.iterdir():
            if path.is_dir() and left.fullmatch(path.name):
                shutil.rmtree(path, ignore_errors=True)
        yield
