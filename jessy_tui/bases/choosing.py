"""Writing down which base the workspace trains: `[training] base` of `jessy.toml`."""

import tomlkit
from tomlkit.exceptions import TOMLKitError

from jessy_tui.errors import JessyError
from jessy_tui.files import write_atomically
from jessy_tui.workspace import Workspace


def choose_base(workspace: Workspace, name: str) -> None:
    """Let `name` be the base that is trained unless another is named.

    All else in the file, comments too, stays as it is.

    Raises:
        JessyError: the file cannot be read or written.
    """
    path = workspace.root / "jessy.toml"
    try:
        document = tomlkit.parse(path.read_text("utf-8")) if path.exists() else tomlkit.document()
        table = document.setdefault("training", tomlkit.table())
        if table.get("base") == name:
            return
        table["base"] = name
    except (OSError, ValueError, TOMLKitError, TypeError, AttributeError) as error:
        raise JessyError(
            f"{path} could not be read ({error}); mend it, or move it away."
        ) from error
    write_atomically(path, tomlkit.dumps(document).encode())
    workspace.__dict__.pop("settings", None)  # read anew when next asked
