"""Writing whole folders so that a reader finds them complete or not at all."""

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


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
