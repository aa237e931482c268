"""`base.json`: what a base folder says of itself."""

import hashlib
from pathlib import Path
from typing import Final

import msgspec

from jessy_tui.bases.sources import Source
from jessy_tui.errors import JessyError
from jessy_tui.json_files import pretty

RECORD_NAME: Final = "base.json"
_MODEL_FILES: Final = (
    "config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
)
# What else can make a difference to a model, where it is there.
_MORE: Final = (
    "model-*.safetensors",
    "model.safetensors.index.json",
    "tokenizer.model",
    "chat_template.jinja",
    "generation_config.json",
    "*.py",
)
_BLOCK: Final = 1 << 22


class BaseRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of `base.json`."""

    name: str
    fingerprint: str
    """sha256 over the files that make the model; a run remembers it."""
    parameters: int
    vocabulary: int
    examples: int = 0
    """From how many examples it was built; 0 for one that was fetched."""
    seed: int = 0
    """Of its random weights, where it was built here."""
    shape: dict[str, int] = {}
    """Its size, where it was built here."""
    origin: str = ""
    """Where it came from, in a few words; empty for one that was built here."""
    made_of: Source | None = None
    """What it was made of, so that it can be made again; None for one that was built here."""
    source_digest: str | None = None
    """sha256 of the file it was made of, where it was one file."""
    licence: str = ""
    languages: tuple[str, ...] = ()
    precision: str = "float32"
    """The type its weights are kept in."""
    context: int | None = None
    """The longest sequence in tokens that it was made for."""
    changes: tuple[str, ...] = ()
    """What differs from what it was made of, a sentence each."""


def fingerprint_of(folder: Path) -> str:
    """sha256 over the names and the contents of the files that make the model.

    Raises:
        OSError: there is no model, or a file of it is unreadable.
    """
    names = [name for name in _MODEL_FILES if (folder / name).is_file()]
    more = {path.name for pattern in _MORE for path in folder.glob(pattern)}
    if not any(name.endswith(".safetensors") for name in [*names, *more]):
        names = list(_MODEL_FILES)  # of which the first that is missing is named by the error
    digest = hashlib.sha256()
    for name in [*names, *sorted(more.difference(names))]:
        path = folder / name
        with path.open("rb") as stream:
            digest.update(f"{name} {path.stat().st_size}\n".encode())
            while block := stream.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()


def read_record(folder: Path) -> BaseRecord | None:
    """What a base folder says of itself; None where there is no base.

    Raises:
        JessyError: the record is there and not readable.
    """
    path = folder / RECORD_NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=BaseRecord)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise JessyError(
            f"{path} is not a base's record ({error}); delete the folder to make it anew."
        ) from error


def write_record(folder: Path, record: BaseRecord) -> None:
    """Write the record into a base folder that is being made.

    Raises:
        OSError: it cannot be written.
    """
    (folder / RECORD_NAME).write_bytes(pretty(record))
