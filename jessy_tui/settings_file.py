"""Writing settings into `jessy.toml`; all else in the file, comments too, stays as it is."""

from collections.abc import Mapping

import tomlkit
from tomlkit.exceptions import TOMLKitError

from jessy_tui.errors import JessyError
from jessy_tui.files import write_atomically
from jessy_tui.workspace import Workspace


def keep_settings(
    workspace: Workspace, table: str, values: Mapping[str, str | int | float | None]
) -> None:
    """Set the keys of one table of the workspace's settings; one that is None is taken out.

    Raises:
        JessyError: the file cannot be read or written.
    """
    path = workspace.root / "jessy.toml"
    try:
        document = tomlkit.parse(path.read_text("utf-8")) if path.exists() else tomlkit.document()
        found = document.setdefault(table, tomlkit.table())
        if all(found.get(key) == value for key, value in values.items()):
            return
        for key, value in values.items():
            if value is not None:
                found[key] = value
            elif key in found:
                del found[key]
    except (OSError, ValueError, TOMLKitError, TypeError, AttributeError) as error:
        raise JessyError(
            f"{path} could not be read ({error}); mend it, or move it away."
        ) from error
    write_atomically(path, tomlkit.dumps(document).encode())
    workspace.__dict__.pop("settings", None)  # read anew when next asked
