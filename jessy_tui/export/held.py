"""A checkpoint held still while it is read, whatever becomes of its name meanwhile.

A run that trains replaces its `best`, prunes old steps, and may be deleted. Another file would then
stand under a name between two tensors, and a model would be made of two checkpoints.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from jessy_tui.errors import JessyError
from jessy_tui.export.merge import CONFIG_NAME, WEIGHTS_NAME


@contextlib.contextmanager
def held(adapter: Path, beside: Path) -> Iterator[Path]:
    """The checkpoint in `adapter` under a name of its own, in a folder made in `beside` meanwhile.

    Its files are linked where the disk allows it, else copied.

    Raises:
        JessyError: it is gone.
        OSError: the disk is full, or `beside` cannot be written.
    """
    with tempfile.TemporaryDirectory(dir=beside, prefix=".adapter-") as name:
        folder = Path(name)
        try:
            # All files out of the same folder, be it renamed in this very moment.
            source = os.open(adapter, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise _gone(adapter) from error
        try:
            for file in (CONFIG_NAME, WEIGHTS_NAME):
                _take(source, file, folder / file)
        except FileNotFoundError as error:
            raise _gone(adapter) from error
        finally:
            os.close(source)
        yield folder


def _take(source: int, file: str, target: Path) -> None:
    try:
        os.link(file, target, src_dir_fd=source)
    except FileNotFoundError:
        raise
    except OSError:  # another disk, or one without links
        with (
            os.fdopen(os.open(file, os.O_RDONLY, dir_fd=source), "rb") as content,
            target.open("wb") as copy,
        ):
            shutil.copyfileobj(content, copy)


def _gone(adapter: Path) -> JessyError:
    return JessyError(f"The checkpoint {adapter} is gone; choose another with --checkpoint.")
