"""llama.cpp's own converter, for the architectures that are not written as a GGUF here."""

import shutil
from pathlib import Path
from typing import Final

from jessy_tui.workspace import Workspace

SCRIPT: Final = "convert_hf_to_gguf.py"


def find_converter(workspace: Workspace) -> str | None:
    """The path of the script: that of the setting `[export] converter`, or one on the PATH."""
    setting = workspace.settings.export.converter
    if setting:
        path = Path(setting).expanduser()
        path = path / SCRIPT if path.is_dir() else path
        return str(path) if path.is_file() else None
    return shutil.which(SCRIPT)
