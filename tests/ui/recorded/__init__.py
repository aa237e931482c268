"""Runs as real drivers left them: `first` is a nano trained on the 400 examples."""

import shutil
from pathlib import Path
from typing import Any

import msgspec

from jessy_tui.training.record import read_record, write_record
from jessy_tui.training.run import Run
from jessy_tui.training.staleness import DataNow
from jessy_tui.workspace import Workspace

_HERE = Path(__file__).parent


def put_run(workspace: Workspace, name: str = "first", **changes: Any) -> Run:
    """Put the recorded run into the workspace, with some of its record changed.

    It is as if it had been made from the workspace's examples as they are now.
    """
    folder = workspace.runs / name
    shutil.copytree(_HERE / "first", folder)
    record = read_record(folder)
    digest = DataNow(workspace).digest() or ""
    changes.setdefault("data", msgspec.structs.replace(record.data, digest=digest))
    write_record(folder, msgspec.structs.replace(record, **{"name": name, **changes}))
    for checkpoint in ("best", "final", "checkpoints/600"):
        (folder / checkpoint).mkdir(parents=True)
    return Run(folder)
