"""What somebody means who asks for a base: a name of the catalogue, a path, or a repository."""

import re
import unicodedata
from pathlib import Path
from typing import Final

from jessy_tui.bases.catalogue import NANO, Base, find_base
from jessy_tui.bases.offers import OFFERS, Offer
from jessy_tui.bases.record import read_record
from jessy_tui.bases.sources import FromHub, FromPath, Source
from jessy_tui.errors import JessyError
from jessy_tui.workspace import Workspace

_REPOSITORY: Final = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]*")


def find_wanted(workspace: Workspace, text: str, *, name: str | None = None) -> Base:
    """The base that `text` means, on this disk or not.

    Args:
        workspace: where it is, or will be.
        text: a name of the catalogue; the path of a folder or of a GGUF file; or OWNER/REPOSITORY
            of the Hugging Face hub.
        name: under which name it is kept; by default one is made of the path or the repository.

    Raises:
        JessyError: it means nothing, or the name is taken by another base.
    """
    text = text.strip()
    path = Path(text).expanduser()
    if not _looks_like_a_path(text, path):
        if not _REPOSITORY.fullmatch(text):
            if name is not None:
                raise JessyError(f"{text} has its name already; --name is for paths and the hub.")
            return find_base(workspace, text)
        for offer in OFFERS:
            if name is None and offer.source == FromHub(repository=text):
                return find_base(workspace, offer.name)
        return _new(workspace, name or text.rpartition("/")[2], FromHub(repository=text), text)
    path = path.absolute()
    if not path.exists():
        raise JessyError(f"There is nothing at {path}; give a model's folder or a GGUF file.")
    if path.is_file() and path.suffix.lower() != ".gguf":
        raise JessyError(f"{path} is not a GGUF file; give one, or a model's folder.")
    if path.parent == workspace.bases.absolute():
        if read_record(path) is None:
            raise JessyError(
                f"{path} has no base.json, so it is no base yet; move it out of models/bases, and "
                "fetch it from there."
            )
        return find_base(workspace, path.name)
    own = path.stem if path.is_file() else path.name
    return _new(workspace, name or own, FromPath(path=str(path)), str(path))


def _looks_like_a_path(text: str, path: Path) -> bool:
    if text.startswith(("/", "./", "../", "~")) or text.lower().endswith(".gguf"):
        return True
    # A folder of the name of a base in the catalogue is not what is meant by the name.
    return "/" in text and path.exists()


def _plain(text: str) -> str:
    """In small letters without marks: "Küçük Işık" becomes "kucuk isik"."""
    apart = unicodedata.normalize("NFKD", text.replace("ı", "i").lower())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _new(workspace: Workspace, name: str, source: Source, origin: str) -> Base:
    """The base of that source under a name of its own; there already, or not."""
    name = re.sub(r"[^a-z0-9._-]+", "-", _plain(name)).strip("-._")
    if not _NAME.fullmatch(name):
        raise JessyError(f"No name for a base can be made of {origin}; give one with --name.")
    if name == NANO or any(offer.name == name for offer in OFFERS):
        raise JessyError(f"{name} is the name of another base; give one with --name.")
    folder = workspace.bases / name
    record = read_record(folder)
    if record is not None and record.made_of != source:
        raise JessyError(
            f"There is another base {name} already (from {record.origin or 'elsewhere'}); give "
            "this one a name with --name."
        )
    offer = Offer(
        name=name,
        source=source,
        origin=origin if isinstance(source, FromPath) else f"the Hugging Face hub, {origin}",
        description="",
        parameters=record.parameters if record else 0,
        licence=record.licence if record else "",
        languages=record.languages if record else (),
        download=0,
    )
    return Base(name, folder, offer.origin, "", record, offer)
