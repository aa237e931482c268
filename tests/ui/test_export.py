"""The dialog that exports a checkpoint, by its keys, with the real process behind it."""

import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from jessy_tui.export.client import Export
from jessy_tui.ui.export.export_screen import ExportRunScreen
from jessy_tui.workspace import Workspace
from tests.export.conftest import adapters, base, checkpoints, shelf
from tests.ui.driving import WIDE, notices, opened, press, shown, type_text, until

__all__ = ["adapters", "base", "checkpoints", "shelf"]


@pytest.fixture(autouse=True)
def _no_ollama(monkeypatch: pytest.MonkeyPatch) -> None:
    folders = os.environ["PATH"].split(os.pathsep)
    kept = [folder for folder in folders if not (Path(folder) / "ollama").exists()]
    monkeypatch.setenv("PATH", os.pathsep.join(kept))


@asynccontextmanager
async def at_dialog(
    workspace: Workspace, size: tuple[int, int] = WIDE
) -> AsyncIterator[Pilot[None]]:
    """The dialog of the run `lora`, with all known of the first way."""
    for name in ("dora", "full"):
        (workspace.runs / name).rename(workspace.root / name)
    async with opened(workspace, size) as pilot:
        await press(pilot, "3")
        await until(pilot, lambda: "lora" in shown(pilot))
        await press(pilot, "e")
        await until(pilot, lambda: "models/exports/lora-final-adapter" in shown(pilot))
        yield pilot


async def test_what_would_happen_is_shown_for_every_choice(shelf: Workspace) -> None:
    async with at_dialog(shelf) as pilot:
        text = shown(pilot)
        assert "▸ adapter" in text
        assert "nano: llama, " in text
        assert "adapters.safetensors, adapter_config.json, README.md" in text
        await press(pilot, "j")
        await until(pilot, lambda: "models/exports/lora-final-fused" in shown(pilot))
        await press(pilot, "w")
        await until(pilot, lambda: any("Only a GGUF" in notice for notice in notices(pilot)))
        await press(pilot, "n")
        await until(pilot, lambda: any("Only Ollama" in notice for notice in notices(pilot)))
        await press(pilot, "G")
        await until(pilot, lambda: "lora-final-q8_0.gguf, Modelfile" in shown(pilot))
        await press(pilot, "w")
        await until(pilot, lambda: "lora-final-ollama-q4_0" in shown(pilot))
        assert "4.5 bits a weight" in shown(pilot)
        await press(pilot, "k", "w")
        await until(pilot, lambda: "models/exports/lora-final-gguf-f16" in shown(pilot))
        await press(pilot, "g")
        await until(pilot, lambda: "models/exports/lora-final-adapter" in shown(pilot))
        await press(pilot, "ctrl+d", "ctrl+u", "escape")
        assert not isinstance(pilot.app.screen, ExportRunScreen)


async def test_other_checkpoints_are_a_key_away(shelf: Workspace) -> None:
    folder = shelf.runs / "lora"
    (folder / "checkpoints").mkdir()
    (folder / "final").rename(folder / "checkpoints" / "10")
    (shelf.runs / "dora" / "final").rename(folder / "final")
    async with at_dialog(shelf) as pilot:
        assert "final (2 of 2)" in shown(pilot)
        await press(pilot, "h")
        await until(pilot, lambda: "models/exports/lora-10-adapter" in shown(pilot))
        assert "10 (1 of 2)" in shown(pilot)
        await press(pilot, "right")
        await until(pilot, lambda: "models/exports/lora-final-adapter" in shown(pilot))


async def test_enter_exports_and_the_end_says_what_to_type_next(shelf: Workspace) -> None:
    async with at_dialog(shelf) as pilot:
        await press(pilot, "G")
        await until(pilot, lambda: "lora-final-ollama-q8_0" in shown(pilot))
        await press(pilot, "n")
        await until(pilot, lambda: "What Ollama is to call it" in shown(pilot))
        await press(pilot, *["backspace"] * 5)
        await type_text(pilot, "kanka")
        await press(pilot, "enter")
        await until(pilot, lambda: "name       kanka" in shown(pilot))
        await until(pilot, lambda: "about" in shown(pilot))
        await press(pilot, "enter")
        await until(pilot, lambda: "What to type next" in shown(pilot))
        text = shown(pilot)
        assert "✓" in text
        assert "ollama create kanka -f" in text
        assert 'ollama run kanka "sana bisi sorucam"' in text
        assert (shelf.exports / "lora-final-ollama-q8_0" / "Modelfile").is_file()
        await press(pilot, "y")
        await until(pilot, lambda: "ollama create kanka" in pilot.app.clipboard)
        await press(pilot, "enter")
        # Choosing again: what has just been written is in the way, and it is said.
        await until(pilot, lambda: "is there already" in shown(pilot))
        await press(pilot, "enter")
        await until(pilot, lambda: any("is there already" in one for one in notices(pilot)))
        await press(pilot, "r")
        await until(pilot, lambda: "what stands there" in shown(pilot))
        await until(pilot, lambda: "✗" not in shown(pilot))


async def test_an_export_is_cancelled_and_leaves_nothing(
    shelf: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Export.run

    def slowly(export: Export, told: object) -> object:
        assert export._cancelled.wait(60)
        return run(export, told)  # type: ignore[arg-type]

    monkeypatch.setattr(Export, "run", slowly)
    async with at_dialog(shelf) as pilot:
        await press(pilot, "x")
        await until(pilot, lambda: any("No export is at work" in one for one in notices(pilot)))
        await press(pilot, "y")
        await until(pilot, lambda: any("nothing to type" in one for one in notices(pilot)))
        await press(pilot, "enter")
        await until(pilot, lambda: "x cancels" in shown(pilot))
        await press(pilot, "h")
        await until(pilot, lambda: any("An export is at work" in one for one in notices(pilot)))
        await press(pilot, "x")
        await until(pilot, lambda: "was cancelled; nothing of it is left" in shown(pilot))
        assert not (shelf.exports / "lora-final-adapter").exists()


async def test_it_goes_on_when_the_dialog_is_left_and_is_found_again(
    shelf: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Export.run
    let_go = threading.Event()

    def waits(export: Export, told: object) -> object:
        assert let_go.wait(60)
        return run(export, told)  # type: ignore[arg-type]

    monkeypatch.setattr(Export, "run", waits)
    async with at_dialog(shelf) as pilot:
        await press(pilot, "enter")
        await until(pilot, lambda: "esc closes, and it goes on" in shown(pilot))
        await press(pilot, "escape", "e")
        await until(pilot, lambda: "lora, checkpoint final, as adapter" in shown(pilot))
        await press(pilot, "escape")
        let_go.set()
        await until(
            pilot, lambda: any("lora-final-adapter is there" in one for one in notices(pilot))
        )


async def test_a_run_without_a_checkpoint_is_told_so(shelf: Workspace) -> None:
    (shelf.runs / "lora" / "final").rename(shelf.root / "elsewhere")
    for name in ("dora", "full"):
        (shelf.runs / name).rename(shelf.root / name)
    async with opened(shelf) as pilot:
        await press(pilot, "3")
        await until(pilot, lambda: "lora" in shown(pilot))
        await press(pilot, "e")
        await until(pilot, lambda: any("has no checkpoint" in one for one in notices(pilot)))
