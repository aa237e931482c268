"""Writing down which base the workspace trains: `[training] base` of `jessy.toml`."""

from jessy_tui.settings_file import keep_settings
from jessy_tui.workspace import Workspace


def choose_base(workspace: Workspace, name: str) -> None:
    """Let `name` be the base that is trained unless another is named.

    All else in the file, comments too, stays as it is.

    Raises:
        JessyError: the file cannot be read or written.
    """
    keep_settings(workspace, "training", {"base": name})
