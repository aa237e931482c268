"""Making bases as the app does, in the real process."""

from collections.abc import Callable
from pathlib import Path

import pytest

from jessy_tui.bases.catalogue import Base
from jessy_tui.bases.fetch import Fetch
from jessy_tui.bases.orders import Stage
from jessy_tui.bases.wanted import find_wanted
from jessy_tui.workspace import Workspace

Make = Callable[..., Base]


@pytest.fixture
def stages() -> list[Stage]:
    """What was said while a base was made."""
    return []


@pytest.fixture
def make(workspace: Workspace, stages: list[Stage]) -> Make:
    """Makes a base of a path, a repository or a name."""

    def made(wanted: str | Path, *, name: str | None = None) -> Base:
        return Fetch(workspace, find_wanted(workspace, str(wanted), name=name)).run(stages.append)

    return made
