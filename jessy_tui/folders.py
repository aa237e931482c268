"""Folders that a reader finds complete or not at all, and that one process at a time holds."""

import contextlib
import errno
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from jessy_tui.errors import JessyError

LOCK_NAME: Final = ".lock"
"""A file in a folder that a process holds."""


@contextlib.contextmanager
def write_folder(target: Path, *, replace: bool = True) -> Iterator[Path]:
    """Give a fresh folder beside `target` to fill; it takes the name `target` when all went well.

    What stood under that name before is removed then; until then it is untouched. When the body
    raises, the half-written folder is removed and the error goes on.

    Raises:
        FileExistsError: the name is taken by a folder with files in it, and `replace` is false.
        OSError: the folder above is missing or read-only, or the disk is full.
    """
    fresh = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        yield fresh
        fresh.chmod(0o755)
        for path in sorted(fresh.rglob("*")):
            if path.is_file():
                _sync(path)
        _take_name(fresh, target, replace=replace)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


@contextlib.contextmanager
def lock_folder(folder: Path, taken: str, patience: float = 0.0) -> Iterator[None]:
    """Hold the folder as the only one, waiting `patience` seconds for another to let go.

    The lock goes with the process that holds it, however it ends.

    Args:
        folder: to be held.
        taken: what to say where another process holds it.
        patience: in seconds.

    Raises:
        JessyError: another process holds it, or the folder cannot be written.
    """
    end = time.monotonic() + patience
    try:
        stream = (folder / LOCK_NAME).open("ab")
    except OSError as error:
        raise JessyError(f"{folder} cannot be written ({error.strerror}).") from error
    with stream:
        while True:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() >= end:
                    raise JessyError(taken) from None
                time.sleep(0.02)
        yield


def _take_name(fresh: Path, target: Path, *, replace: bool) -> None:
    """Rename `fresh` to `target`; no folder can be renamed over one that has files in it."""
    try:
        fresh.rename(target)
    except OSError as error:
        if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
            raise
        if not replace:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        old = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
        target.rename(old / "old")
        fresh.rename(target)
        shutil.rmtree(old, ignore_errors=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
