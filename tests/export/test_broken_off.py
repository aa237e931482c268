"""Exports that are killed, cancelled, or meet a full disk: nothing stands under the final name."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from jessy_tui.errands.stage import Stage, encode
from jessy_tui.errors import JessyError
from jessy_tui.export import maker
from jessy_tui.export.client import Export, ExportCancelledError
from jessy_tui.export.order import Order, Quantization, Way, order_for
from jessy_tui.training.blas import child_environment
from jessy_tui.workspace import Workspace
from tests.export.making import Replies

# The maker with a stop in its middle: it says so, and waits to be killed.
HALTED = """
import sys
from jessy_tui.errands.carrying_out import run
from jessy_tui.export import maker, tensors
write, calls = tensors.ModelWriter.write, []
def halting(self, name, content):
    write(self, name, content)
    calls.append(name)
    if len(calls) == 3:
        self._stream.flush()
        print("HALFWAY", file=sys.stderr, flush=True)
        while True:
            __import__("time").sleep(60)
tensors.ModelWriter.write = halting
run(maker.ORDERS, maker.carry_out)
"""


def halfway(order: Order) -> "subprocess.Popen[bytes]":
    """The real maker, in the middle of its work."""
    process = subprocess.Popen(
        [sys.executable, "-c", HALTED],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=child_environment(),
    )
    assert process.stdin is not None
    assert process.stderr is not None
    process.stdin.write(encode(order))
    process.stdin.flush()
    while b"HALFWAY" not in process.stderr.readline():
        assert process.poll() is None
    return process


def end(process: "subprocess.Popen[bytes]") -> bytes:
    out, _ = process.communicate()
    return out


def left(order: Order) -> list[str]:
    return sorted(path.name for path in order.target.parent.iterdir())


def test_killed_halfway_it_leaves_nothing_under_its_name_and_a_second_try_completes(
    shelf: Workspace,
) -> None:
    order = order_for(shelf, run="lora", way=Way.FUSED)
    process = halfway(order)
    process.kill()
    end(process)
    assert not order.target.exists()
    assert any(name.startswith(".lora-final-fused.") and name != ".lora-final-fused.lock"
               for name in left(order))  # fmt: skip
    done = Export(order).run(lambda _: None)
    assert "model.safetensors" in done.files
    assert left(order) == [".lora-final-fused.lock", "lora-final-fused"]


@pytest.mark.parametrize("how", ["a signal", "its pipe closed"])
def test_told_to_end_halfway_it_clears_up(shelf: Workspace, how: str) -> None:
    order = order_for(shelf, run="lora", way=Way.FUSED)
    process = halfway(order)
    if how == "a signal":
        process.send_signal(signal.SIGTERM)
    said = end(process)
    assert b"was cancelled; nothing of it is left" in said
    assert left(order) == [".lora-final-fused.lock"]


def test_what_stood_there_stays_until_the_new_one_is_whole(shelf: Workspace) -> None:
    order = order_for(shelf, run="lora", way=Way.FUSED, replace=True)
    order.target.mkdir(parents=True)
    (order.target / "before").write_text("before")
    process = halfway(order)
    process.kill()
    end(process)
    assert (order.target / "before").read_text() == "before"


def test_cancelled_before_it_has_begun_it_is_cancelled(shelf: Workspace) -> None:
    export = Export(order_for(shelf, run="lora", way=Way.FUSED))
    export.cancel()
    with pytest.raises(ExportCancelledError, match="nothing of it is left"):
        export.run(lambda _: None)
    assert not export.order.target.exists()


def test_cancelled_at_its_first_word_it_is_cancelled_or_done(shelf: Workspace) -> None:
    export = Export(order_for(shelf, run="full", way=Way.GGUF, quantization=Quantization.Q4_0))
    told: list[Stage] = []

    def cancel(stage: Stage) -> None:
        told.append(stage)
        threading.Thread(target=export.cancel).start()

    try:
        export.run(cancel)
    except ExportCancelledError:
        assert not export.order.target.exists()
    else:
        assert (export.order.target / "README.md").exists()
    assert told


def test_a_disk_that_fills_up_meanwhile_leaves_nothing(
    shelf: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("jessy_tui.export.tensors.ModelWriter.write", full)
    order = order_for(shelf, run="lora", way=Way.FUSED)
    order.target.parent.mkdir(parents=True)
    said = Replies()
    assert maker.carry_out(said, order) == 1  # type: ignore[arg-type]
    assert (
        said.last["reason"]
        == "The disk is full; make room and export it again. Nothing of it is left."
    )
    assert left(order) == [".lora-final-fused.lock"]


def test_two_at_once_for_one_name_do_not_meet(shelf: Workspace) -> None:
    order = order_for(shelf, run="lora", way=Way.FUSED)
    process = halfway(order)
    try:
        with pytest.raises(JessyError, match=r"is being made just now"):
            Export(order).run(lambda _: None)
    finally:
        process.kill()
        end(process)


def test_a_process_that_dies_says_so(shelf: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(Path("/bin/false")))
    with pytest.raises(JessyError, match="was not exported: its process ended with 1"):
        Export(order_for(shelf, run="lora", way=Way.ADAPTER)).run(lambda _: None)
