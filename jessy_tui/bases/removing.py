"""Taking a base off this disk."""

import shutil
import tempfile
from pathlib import Path

from jessy_tui.bases.catalogue import Base
from jessy_tui.bases.holding import hold_base
from jessy_tui.errors import JessyError
from jessy_tui.training.runs import Run, list_runs
from jessy_tui.workspace import Workspace


def runs_on(workspace: Workspace, base: Base) -> list[Run]:
    """The runs that were trained on it as it is; without it they cannot be asked any more."""
    fingerprint = base.record.fingerprint if base.record else None
    return [
        run
        for run in list_runs(workspace)
        if run.record.base.name == base.name and run.record.base.fingerprint in (None, fingerprint)
    ]


def remove_base(workspace: Workspace, base: Base) -> int:
    """Remove the folder of the base; returns the bytes that are free again.

    Raises:
        JessyError: it is not on this disk, a run trains on it, it is being made, or it cannot be
            removed.
    """
    if not base.ready:
        raise JessyError(f"{base.name} is not on this disk.")
    for run in runs_on(workspace, base):
        if run.state.active:
            raise JessyError(
                f"The run {run.name} trains on {base.name} just now; stop it first: jessy runs "
                f"{run.name}."
            )
    size = base.disk
    try:
        with hold_base(base.folder, wait=False):
            if base.folder.is_symlink():
                base.folder.unlink()
                return size
            # Gone at once under its name; the bytes may take a moment.
            away = Path(tempfile.mkdtemp(dir=base.folder.parent, prefix=f".{base.name}."))
            base.folder.rename(away / "removed")
            shutil.rmtree(away, ignore_errors=True)
    except OSError as error:
        raise JessyError(
            f"{base.folder} could not be removed ({error.strerror or error})."
        ) from error
    return size
