"""Writing an example file back, unless somebody else has changed it."""

from jessy_tui.dataset.entries import OpenFile
from jessy_tui.dataset.files import ExampleFileError, digest_of, read_bytes
from jessy_tui.errors import JessyError
from jessy_tui.files import write_atomically


def write_file(file: OpenFile, content: bytes) -> None:
    """Replace a file as a whole; its folder is made if need be.

    Raises:
        JessyError: it cannot be written, and is as it was.
    """
    path = file.path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise JessyError(f"{path.parent} could not be made ({error.strerror}).") from error
    write_atomically(path, content)


def refuse_if_changed(file: OpenFile) -> None:
    """Make sure that a file on disk is still the one that was read.

    Raises:
        JessyError: it is another one now, or it is gone.
    """
    if file.new:
        if file.path.exists():
            raise JessyError(
                f"{file.path} was made by another program meanwhile, so nothing was saved; "
                "move it away and save again."
            )
        return
    try:
        same = digest_of(read_bytes(file.path)) == file.digest
    except ExampleFileError as error:
        raise JessyError(f"{error} Nothing was saved.") from error
    if not same:
        raise JessyError(
            f"{file.path} was changed by another program since it was opened, so nothing was "
            "saved; put it back as it was and save again. The edits stay in the journal."
        )
