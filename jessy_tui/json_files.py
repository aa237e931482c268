"""One value in a JSON file, typed: read with a sentence for what cannot be, written as a whole."""

from pathlib import Path
from typing import Any, TypeVar

import msgspec

from jessy_tui.errors import JessyError
from jessy_tui.files import write_atomically

T = TypeVar("T")


def read_json(path: Path, kind: type[T], remedy: str) -> T:
    """The value in the file.

    Args:
        path: the file.
        kind: what it is to hold.
        remedy: what to do where it does not, as the end of the sentence.

    Raises:
        FileNotFoundError: there is no such file.
        JessyError: it cannot be read, or holds something else.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        raise
    except (OSError, msgspec.DecodeError) as error:
        raise JessyError(f"{path} cannot be read ({error}); {remedy}.") from error


def pretty(value: Any) -> bytes:
    """The value as JSON that people can read, line end included."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def write_json(path: Path, value: Any) -> None:
    """Replace the file by the value.

    Raises:
        JessyError: it cannot be written.
    """
    write_atomically(path, pretty(value))
