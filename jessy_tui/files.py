"""Writing files so that a crash at any moment leaves either the old file or the new one."""

import contextlib
import os
import tempfile
from pathlib import Path

from jessy_tui.errors import JessyError


def write_atomically(path: Path, content: bytes) -> None:
    """Replace `path` by `content` through a temporary file beside it, fsync and rename.

    A symbolic link is followed, so that the file it points at is replaced and the link stays; an
    existing file keeps its permissions.

    Raises:
        JessyError: the folder is missing or read-only, the disk is full, or `path` is a folder.
    """
    target = path.resolve()
    temporary: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        temporary = Path(name)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(target.stat().st_mode & 0o7777 if target.exists() else 0o644)
        temporary.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()
        reason = error.strerror or str(error)
        raise JessyError(f"{path} could not be written ({reason}); nothing was changed.") from error


def _sync_folder(folder: Path) -> None:
    """Make a rename durable; some file systems refuse to sync a folder, which loses nothing."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
