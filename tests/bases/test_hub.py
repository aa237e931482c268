"""Bases from a model hub, which is a server on this machine; the hub's own library asks it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from jessy_tui.errands.stage import Stage
from jessy_tui.errors import JessyError
from jessy_tui.workspace import Workspace
from tests.bases.conftest import Make
from tests.bases.hub_server import HubServer, running
from tests.inference import models

CARD = "---\nlicense: apache-2.0\nlanguage:\n- tr\n- en\n---\n# Chain\n"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    base = models.write_base(tmp_path / "hub" / "jessy" / "Chain-Instruct")
    (base / "base.json").unlink()
    (base / "README.md").write_text(CARD)
    (base / "evil.py").write_text("raise SystemExit('run by nobody')")
    with running(tmp_path / "hub") as server:
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        yield server


def test_a_repository_becomes_a_base_with_its_licence_and_languages(
    make: Make, hub: HubServer, stages: list[Stage]
) -> None:
    base = make("jessy/Chain-Instruct")
    assert base.name == "chain-instruct"
    assert base.record is not None
    assert (base.record.licence, base.record.languages) == ("apache-2.0", ("tr", "en"))
    assert base.origin == "the Hugging Face hub, jessy/Chain-Instruct"
    assert not (base.folder / "evil.py").exists()
    assert "evil.py" not in [name for name, _ in hub.sent]
    assert "downloads" in [stage.doing for stage in stages]


def test_a_download_that_breaks_off_goes_on_where_it_was(make: Make, hub: HubServer) -> None:
    # The hub's library writes ten megabytes at a time.
    (hub.root / "jessy" / "Chain-Instruct" / "LICENSE").write_bytes(b"free\n" * 5_000_000)
    hub.breaks_off_after = 12_000_000
    try:
        make("jessy/Chain-Instruct")
    except JessyError as error:
        assert "fetch it again, and it goes on where it was" in str(error)  # noqa: PT017
        make("jessy/Chain-Instruct")
    begins = [begin for name, begin in hub.sent if name == "LICENSE"]
    assert begins[0] == 0
    assert begins[-1] > 10_000_000


def test_what_is_in_the_cache_needs_no_hub(
    make: Make, hub: HubServer, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = make("jessy/Chain-Instruct")
    shutil.rmtree(base.folder)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    sent = len(hub.sent)
    assert make("jessy/Chain-Instruct").ready
    assert len(hub.sent) == sent
    with pytest.raises(JessyError, match="HF_HUB_OFFLINE is set") as refused:
        make("jessy/other")
    assert "smollm2-135m needs no hub" in str(refused.value)
    assert not (workspace.bases / "other").exists()


def test_terms_that_have_not_been_accepted_and_names_that_are_none_are_said(
    make: Make, hub: HubServer
) -> None:
    hub.gated.add("jessy/Chain-Instruct")
    with pytest.raises(JessyError, match="who have accepted its terms: accept them on"):
        make("jessy/Chain-Instruct")
    with pytest.raises(JessyError, match="There is no model jessy/nobody on"):
        make("jessy/nobody")


def test_a_hub_that_cannot_be_reached_is_said_with_the_base_that_needs_none(
    make: Make, hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(JessyError, match="cannot be reached") as refused:
        make("jessy/Chain-Instruct")
    assert "jessy bases fetch smollm2-135m" in str(refused.value)
