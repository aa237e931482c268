"""What can be fine-tuned: the bases of a workspace, ready on this disk or not.

This module only reads; it imports neither mlx nor a tokenizer, so that the app can list bases.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from jessy_tui.bases.machine import Fit, Machine, this_machine
from jessy_tui.bases.offers import OFFERS, SMOLLM2, Offer
from jessy_tui.bases.record import RECORD_NAME, BaseRecord, fingerprint_of, read_record
from jessy_tui.dataset.example import Example
from jessy_tui.errors import JessyError
from jessy_tui.workspace import Workspace

__all__ = [
    "NANO",
    "NANO_SEED",
    "PARROTS",
    "RECORD_NAME",
    "SMOLLM2",
    "Base",
    "BaseRecord",
    "Fit",
    "chosen",
    "find_base",
    "fingerprint_of",
    "list_bases",
    "read_record",
    "texts_of",
]

NANO: Final = "nano"
NANO_SEED: Final = 7
PARROTS: Final = "It parrots the examples rather than generalises: good for a first look."
_NANO_PARAMETERS: Final = 2_400_000
_BUILT_HERE: Final = "built here, no download"


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
    offer: Offer | None = None
    """How it can be fetched by name; None for one that is built here or came from a path."""
    machine: Machine = field(default_factory=this_machine)

    @property
    def ready(self) -> bool:
        """Whether it is on this disk, complete."""
        return self.record is not None

    @property
    def parameters(self) -> int:
        """How many weights it has, or will have."""
        if self.record:
            return self.record.parameters
        return self.offer.parameters if self.offer else _NANO_PARAMETERS

    @property
    def licence(self) -> str:
        """Under which its weights may be used; for nano, that of the examples."""
        if self.name == NANO:
            return "yours"
        if self.offer:
            return self.offer.licence
        return (self.record.licence if self.record else "") or "unknown"

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages it was made for; empty where nobody says."""
        if self.name == NANO:
            return ("those of the examples",)
        if self.offer:
            return self.offer.languages
        return self.record.languages if self.record else ()

    @property
    def terms(self) -> str | None:
        """What has to be agreed to before it is fetched."""
        return self.offer.terms if self.offer else None

    @property
    def download(self) -> int:
        """Bytes to fetch before it is ready; 0 where it is, or is built here."""
        return self.offer.download if self.offer and not self.ready else 0

    @property
    def disk(self) -> int:
        """Bytes it takes on this disk; what it will take, where it is not ready."""
        if not self.ready:
            return self.machine.disk_of(self.parameters)
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())

    @property
    def memory(self) -> int:
        """Bytes of memory that fine-tuning it takes here, estimated."""
        return self.machine.memory_to_train(self.parameters)

    @property
    def fit(self) -> Fit:
        """Whether it suits this machine."""
        return self.machine.fit(self.parameters)


def list_bases(workspace: Workspace) -> list[Base]:
    """Every base: nano, those that can be fetched by name, then other folders of `models/bases`.

    Raises:
        JessyError: a base folder's record is not readable.
    """
    machine = this_machine()
    named = [NANO, *(offer.name for offer in OFFERS)]
    bases = [_base(workspace, name, machine) for name in named]
    if workspace.bases.is_dir():
        bases += [
            _base(workspace, folder.name, machine)
            for folder in sorted(workspace.bases.iterdir())
            if folder.name not in named
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


def chosen(workspace: Workspace) -> Base | None:
    """The base the workspace trains unless another is named.

    That is the setting `[training] base`, be it on this disk or not; without the setting
    SmolLM2-135M where it is on this disk, else nano where that is, else None.

    Raises:
        JessyError: the setting names a base there is not, or a record is not readable.
    """
    if name := workspace.settings.training.base:
        for base in list_bases(workspace):
            if base.name == name:
                return base
        raise JessyError(
            f"{workspace.root / 'jessy.toml'} names the base {name} under [training], and there is "
            "none; choose another with: jessy bases choose NAME."
        )
    machine = this_machine()
    ready = (_base(workspace, name, machine) for name in (SMOLLM2, NANO))
    return next((base for base in ready if base.ready), None)


def texts_of(examples: Sequence[Example]) -> list[str]:
    """What a base built here learns its tokenizer from: one text an example, all that it says."""
    return ["\n".join(turn.text for turn in example.turns if turn.text) for example in examples]


def _base(workspace: Workspace, name: str, machine: Machine) -> Base:
    folder = workspace.bases / name
    record = read_record(folder)
    if name == NANO:
        size = f"{record.parameters / 1e6:.1f} million" if record else "A few million"
        description = f"{size} weights over a tokenizer of its own. {PARROTS}"
        return Base(name, folder, _BUILT_HERE, description, record, machine=machine)
    for offer in OFFERS:
        if offer.name == name:
            return Base(name, folder, offer.origin, offer.description, record, offer, machine)
    origin = (record.origin if record else "") or "a folder of this workspace"
    description = f"{record.parameters / 1e6:.1f} million weights." if record else ""
    return Base(name, folder, origin, description, record, machine=machine)
