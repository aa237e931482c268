"""Writing files so that a crash at any moment leaves either the old file or the new one."""

import contextlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from jessy_tui.errors import JessyError


def write_atomically(path: Path, content: bytes) -> None:
    """Replace `path` by `content` through a temporary file beside it, fsync and rename.

    A symbolic link is followed, so that the file it points at is replaced and the link stays; an
    existing file keeps its permissions.

    Raises:
        JessyError: the folder is missing or read-only, the disk is full, or `path` is a folder.
    """
    Staged(path, (content,)).commit()


def real(path: Path) -> Path:
    """The file itself, links followed; links in a circle are their own name, and no error."""
    return Path(os.path.realpath(path))


class Staged:
    """Content that is on the disk under a temporary name, and not yet in its place."""

    def __init__(self, path: Path, blocks: Iterable[bytes]) -> None:
        """Write the blocks to a temporary file beside `path`.

        Whatever `blocks` raises is passed on; the temporary file is removed then.

        Raises:
            JessyError: the folder is missing or read-only, or the disk is full.
        """
        self.path = path
        self._target = real(path)
        self._temporary: Path | None = None
        try:
            descriptor, name = tempfile.mkstemp(
                dir=self._target.parent, prefix=f".{self._target.name}."
            )
            self._temporary = Path(name)
            with os.fdopen(descriptor, "wb") as stream:
                stream.writelines(blocks)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            self.discard()
            raise self._unwritten(error) from error
        except BaseException:
            self.discard()
            raise

    def commit(self) -> None:
        """Rename it over `path`.

        Raises:
            JessyError: `path` is a folder, or its folder cannot be written.
        """
        assert self._temporary is not None  # noqa: S101 - neither committed nor discarded
        try:
            exists = self._target.exists()
            self._temporary.chmod(self._target.stat().st_mode & 0o7777 if exists else 0o644)
            self._temporary.replace(self._target)
        except OSError as error:
            self.discard()
            raise self._unwritten(error) from error
        self._temporary = None
        _sync_folder(self._target.parent)

    def open(self) -> int:
        """A descriptor that reads the content, whatever becomes of its name.

        Raises:
            JessyError: it cannot be opened.
        """
        assert self._temporary is not None  # noqa: S101 - neither committed nor discarded
        try:
            return os.open(self._temporary, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise self._unwritten(error) from error

    def discard(self) -> None:
        """Remove the temporary file, unless it is in its place already."""
        if self._temporary is not None:
            with contextlib.suppress(OSError):
                self._temporary.unlink()
            self._temporary = None

    def _unwritten(self, error: OSError) -> JessyError:
        reason = error.strerror or str(error)
        return JessyError(f"{self.path} could not be written ({reason}); nothing was changed.")


def _sync_folder(folder: Path) -> None:
    """Make a rename durable; some file systems refuse to sync a folder, which loses nothing."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
