"""Under which licence the examples may be used, for the card of an export."""

import re
from typing import Final

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
