"""Under which licences an export may be passed on: that of the base, and that of the examples."""

import re
from typing import Final

from jessy_tui.bases.catalogue import NANO, find_base
from jessy_tui.workspace import Workspace

# "CC BY 4.0", "Apache-2.0", "MIT": the short name of a licence, as people write it after the word.
_SHORT: Final = re.compile(
    r"\b(CC0(?:[ -]1\.0)?|CC[ -]BY(?:[ -](?:NC|SA|ND))*[ -]\d\.\d|Apache[ -]2\.0|MIT|ODbL)\b"
)


def data_licence(workspace: Workspace) -> str:
    """That of the examples: the setting `[export] data_licence`, else what `data/README.md` says
    in the paragraph that speaks of a licence; empty where neither says anything."""
    if setting := workspace.settings.export.data_licence:
        return setting
    try:
        text = (workspace.data / "README.md").read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    for paragraph in text.split("\n\n"):
        if re.search(r"licen[cs]e", paragraph, re.IGNORECASE) and (
            found := _SHORT.search(paragraph)
        ):
            return found.group(1)
    return ""


def base_licence(workspace: Workspace, name: str) -> str:
    """That of a base's weights; nano is made of the examples alone, so it has theirs."""
    if name == NANO:
        return data_licence(workspace) or "that of the examples"
    return find_base(workspace, name).licence
