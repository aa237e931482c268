"""What verbs that read example files share."""

import os
from collections.abc import Sequence
from pathlib import Path

import click

from jessy_tui.dataset.files import ExampleFile, ExampleFileError, load_examples
from jessy_tui.errors import JessyError
from jessy_tui.files import real
from jessy_tui.workspace import Workspace

paths_argument = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))


def load_all(
    workspace: Workspace, paths: Sequence[Path]
) -> tuple[list[ExampleFile], list[ExampleFileError]]:
    """Read the files at `paths`, or those of the workspace, each once.

    Raises:
        JessyError: no file is named, and the workspace has none.
    """
    files, errors, seen = [], [], set()
    for path in paths or workspace_files(workspace):
        target = real(path)
        if target in seen:
            continue
        seen.add(target)
        try:
            files.append(load_examples(path))
        except ExampleFileError as error:
            errors.append(error)
    return files, errors


def load_or_refuse(workspace: Workspace, paths: Sequence[Path]) -> list[ExampleFile]:
    """Read the files at `paths`, or those of the workspace, each once.

    Raises:
        JessyError: no file is named, and the workspace has none; or one cannot be read.
    """
    files, errors = load_all(workspace, paths)
    if errors:
        raise errors[0]
    return files


def plural(count: int, noun: str) -> str:
    """A count with its noun: "1 example", "1,200 examples"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def workspace_files(workspace: Workspace) -> list[Path]:
    """The example files of the workspace, as seen from the current folder.

    Raises:
        JessyError: there are none.
    """
    paths = [shorten(path) for path in workspace.example_files()]
    if not paths:
        raise JessyError(
            f"{shorten(workspace.data)} holds no example files (*.json, *.jsonl); "
            "name files, or go to the folder of a workspace."
        )
    return paths


def shorten(path: Path) -> Path:
    """The path as seen from the current folder, where it is in it."""
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else Path(relative)


def printable(path: Path | None) -> str:
    """The path as text that every terminal and JSON writer takes, whatever bytes are in it."""
    return str(path).encode(errors="replace").decode()
