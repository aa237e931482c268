"""What can be fine-tuned: the bases of a workspace, ready on this disk or not.

This module only reads; it imports neither mlx nor a tokenizer, so that the app can list bases.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from jessy_tui.dataset.example import Example
from jessy_tui.errors import JessyError
from jessy_tui.workspace import Workspace

NANO: Final = "nano"
NANO_SEED: Final = 7
PARROTS: Final = "It parrots the examples rather than generalises: good for a first look."
RECORD_NAME: Final = "base.json"
_MODEL_FILES: Final = (
    "config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
)


class BaseRecord(msgspec.Struct, frozen=True, kw_only=True):
    """`base.json`: what a base folder says of itself."""

    name: str
    fingerprint: str
    """sha256 over the files that make the model; a run remembers it."""
    parameters: int
    vocabulary: int
    examples: int
    """From how many examples it was built."""
    seed: int
    shape: dict[str, int]


@dataclass(frozen=True, slots=True)
class Base:
    """A model to fine-tune."""

    name: str
    folder: Path
    origin: str
    """Where it comes from, in a few words."""
    description: str
    record: BaseRecord | None
    """What is on this disk; None where it is not ready."""

    @property
    def ready(self) -> bool:
        """Whether it is on this disk, complete."""
        return self.record is not None


def list_bases(workspace: Workspace) -> list[Base]:
    """Every base of the workspace: nano first, then the folders of `models/bases` by name.

    Raises:
        JessyError: a base folder's record is not readable.
    """
    bases = [_base(workspace, NANO)]
    if workspace.bases.is_dir():
        bases += [
            _base(workspace, folder.name)
            for folder in sorted(workspace.bases.iterdir())
            if folder.name != NANO
            and not folder.name.startswith(".")
            and (folder / RECORD_NAME).is_file()
        ]
    return bases


def find_base(workspace: Workspace, name: str) -> Base:
    """The base of that name, ready or not.

    Raises:
        JessyError: there is none; the sentence lists those there are.
    """
    bases = list_bases(workspace)
    for base in bases:
        if base.name == name:
            return base
    names = ", ".join(base.name for base in bases)
    raise JessyError(f"There is no base {name!r}; there are: {names}.")


def texts_of(examples: Sequence[Example]) -> list[str]:
    """What a base built here learns its tokenizer from: one text an example, all that it says."""
    return ["\n".join(turn.text for turn in example.turns if turn.text) for example in examples]


def fingerprint_of(folder: Path) -> str:
    """sha256 over the names and the contents of the files that make the model.

    Raises:
        OSError: a file is missing or unreadable.
    """
    digest = hashlib.sha256()
    for name in _MODEL_FILES:
        content = (folder / name).read_bytes()
        digest.update(f"{name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def read_record(folder: Path) -> BaseRecord | None:
    """What a base folder says of itself; None where there is no base.

    Raises:
        JessyError: the record is there and not readable.
    """
    path = folder / RECORD_NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=BaseRecord)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise JessyError(
            f"{path} is not a base's record ({error}); delete the folder to build it anew."
        ) from error


def _base(workspace: Workspace, name: str) -> Base:
    folder = workspace.bases / name
    record = read_record(folder)
    if name == NANO:
        size = f"{record.parameters / 1e6:.1f} million" if record else "A few million"
        description = f"{size} weights over a tokenizer of its own. {PARROTS}"
        return Base(name, folder, "built here, no download", description, record)
    description = f"{record.parameters / 1e6:.1f} million weights." if record else ""
    return Base(name, folder, "a folder of this workspace", description, record)
