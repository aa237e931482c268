"""The dialog that exports a checkpoint as a picture, wide and narrow."""

import os
import shutil
from pathlib import Path

import pytest
from textual.pilot import Pilot

from jessy_tui.app import JessyApp
from jessy_tui.errands.stage import Stage
from jessy_tui.export import preflight
from jessy_tui.export.order import Exported
from jessy_tui.ui.export.exports import Exports
from jessy_tui.workspace import Workspace
from tests.export.conftest import adapters, add_run, base, checkpoints, shelf
from tests.ui.driving import NARROW, WIDE, press, shown, until
from tests.ui.test_snapshots import Compare, compare

__all__ = ["adapters", "base", "checkpoints", "compare", "shelf"]

pytestmark = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])

FOLDER = "/home/ayşe/jessy/models/exports/lora-final-ollama-q8_0"
DONE = Exported(
    folder=FOLDER,
    files={"Modelfile": 700, "README.md": 1_600, "lora-final-q8_0.gguf": 144_810_880},
    commands=('ollama run jessy "sana bisi sorucam"',),
    notes=("The run was trained without a system prompt, so the Modelfile has none either.",),
    created=True,
    question="sana bisi sorucam",
    answer="Thinking...\nLOW 1\n...done thinking.\n\nSor kanka, dinliyorum.",
    seconds=7.2,
)


@pytest.fixture(autouse=True)
def _machine(shelf: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is always as full, no Ollama, and one run."""
    monkeypatch.setattr(preflight, "free_disk", lambda _: 76_200_000_000)
    folders = os.environ["PATH"].split(os.pathsep)
    kept = [folder for folder in folders if not (Path(folder) / "ollama").exists()]
    monkeypatch.setenv("PATH", os.pathsep.join(kept))
    monkeypatch.chdir(shelf.root)
    for name in ("dora", "full"):
        shutil.rmtree(shelf.runs / name)


async def _opened(pilot: Pilot[None]) -> None:
    await press(pilot, "3")
    await until(pilot, lambda: "lora" in shown(pilot))
    await press(pilot, "e")
    await until(pilot, lambda: "models/exports/lora-final-adapter" in shown(pilot))


def test_what_would_happen(compare: Compare, shelf: Workspace) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await _opened(pilot)
        await press(pilot, "G")
        await until(pilot, lambda: "models/exports/lora-final-ollama-q8_0" in shown(pilot))

    assert compare(shelf, drive)


def test_what_stands_against_it(compare: Compare, shelf: Workspace) -> None:
    folder = shelf.bases / "nano"
    config = (folder / "config.json").read_text()
    shutil.copytree(folder, shelf.bases / "gemma")
    (shelf.bases / "gemma" / "config.json").write_text(
        config.replace('"model_type": "llama"', '"model_type": "gemma3_text"')
    )
    shutil.move(shelf.runs / "lora" / "final", shelf.root / "final")
    shutil.rmtree(shelf.runs / "lora")
    add_run(shelf, "lora", shelf.root / "final", base="gemma")

    async def drive(pilot: Pilot[None]) -> None:
        await _opened(pilot)
        await press(pilot, "j", "j")
        await until(pilot, lambda: "✗" in shown(pilot))

    assert compare(shelf, drive)


def test_an_export_at_work(
    compare: Compare, shelf: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def some_way(exports: Exports, *_: object) -> None:
        assert exports.job is not None
        exports.job.stage = Stage(doing="merges", done=41_000_000, total=538_000_000, unit="bytes")

    monkeypatch.setattr(Exports, "_run", some_way)

    async def drive(pilot: Pilot[None]) -> None:
        await _opened(pilot)
        await press(pilot, "enter")
        await until(pilot, lambda: "41 of 538 MB" in shown(pilot))

    assert compare(shelf, drive)


def test_what_came_of_it(
    compare: Compare, shelf: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def done(exports: Exports, *_: object) -> None:
        assert exports.job is not None
        exports.job.exported = DONE

    monkeypatch.setattr(Exports, "_run", done)

    async def drive(pilot: Pilot[None]) -> None:
        assert isinstance(pilot.app, JessyApp)
        await _opened(pilot)
        await press(pilot, "enter")
        await until(pilot, lambda: "What to type next" in shown(pilot))

    assert compare(shelf, drive)
