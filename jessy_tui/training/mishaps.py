"""What can go wrong around a process that nobody watches."""

import errno
import os
import shutil
from pathlib import Path
from typing import Final

_RESUME: Final = "jessy train --resume"
_ENOUGH_DISK: Final = 1 << 20


def open_standard_streams() -> None:
    """Open the standard streams that the process was started without.

    Otherwise the next file it opens takes the place of one of them, and gets what is printed.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def explain_failure(error: OSError | RuntimeError | MemoryError, folder: Path) -> str:
    """What the system or mlx complains of, as a sentence with the remedy where there is one.

    Args:
        error: raised while training.
        folder: the run's, in which it was writing.
    """
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    if full or shutil.disk_usage(folder).free < _ENOUGH_DISK:
        return f"The disk of {folder} is full; make room, and go on with: {_RESUME}."
    if isinstance(error, OSError):
        place = error.filename or folder
        return f"{place} cannot be read or written ({error.strerror or error})."
    text = str(error).strip().rstrip(".")
    if "unable to write" in text.lower():  # mlx says no more than that
        return (
            f"The disk of {folder} is full, or takes no file of that size; make room, and go on "
            f"with: {_RESUME}."
        )
    if "[ring]" in text or "peer" in text:
        return f"A process that helped to train is gone ({text}); go on with: {_RESUME}."
    if isinstance(error, MemoryError) or "alloc" in text.lower() or "memory" in text.lower():
        said = f" ({text})" if text else ""
        return (
            f"The memory is full{said}; make a new run with a lower batch_size, max_seq_length, "
            "rank, or fewer layers."
        )
    return f"mlx gave up: {text}."
