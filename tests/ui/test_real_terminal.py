"""What only a real terminal shows: the copy sequence it is sent, and keys that come in a burst."""

from base64 import b64encode

import orjson
import pytest

from jessy_tui.workspace import Workspace
from tests.ui.terminal import ESCAPE, Terminal

pytestmark = pytest.mark.alone


def test_copying_asks_the_terminal_itself_as_it_works_over_ssh(workspace: Workspace) -> None:
    app = Terminal(workspace)
    try:
        app.shows("Examples 1/8")
        app.send("GY")
        app.shows("Copied the question")
        sequence = b"\x1b]52;c;" + b64encode("özgür irade var mı".encode())
        assert sequence in app.written
    finally:
        app.process.close(force=True)


def test_keys_in_a_burst_and_a_paste_lose_no_letter(workspace: Workspace) -> None:
    typed = "çok hızlı yazılmış bir soru, İstanbul'dan; 0123456789 " * 4
    pasted = "yapıştırılan\r\ncevap, ışık 😀 ve\r\n\r\n```python\r\nprint(1)\r\n```"
    app = Terminal(workspace)
    try:
        app.shows("Examples 1/8")
        app.send("a")
        app.shows("New example")
        app.send(typed)
        app.send("\t\x1b[200~" + pasted + "\x1b[201~\t1\tchat")
        app.shows("●○○○○○○○○")
        app.send("\x13")
        app.shows("1 unsaved")
        app.send("\x13")
        app.until(lambda text: "unsaved" not in text)
    finally:
        app.process.close(force=True)
    rows = orjson.loads((workspace.data / "chat.json").read_bytes())
    question, answer = rows[1]["conversations"]
    assert question["value"] == typed
    assert answer["value"] == pasted.replace("\r\n", "\n")
    assert answer["metadata"] == {"complexity": "LOW", "iterations": 1, "category": "chat"}


def test_a_filter_typed_in_a_burst_with_control_keys_keeps_all_its_letters(
    workspace: Workspace,
) -> None:
    app = Terminal(workspace)
    try:
        app.shows("Examples 1/8")
        app.send("/wrong words\x15category:technology has\x17-hash\r")
        app.until(lambda text: "category:technology -hash" in text and "/2 ·" in text)
        app.send(ESCAPE)
        app.until(lambda text: "/8 ·" in text)
        app.send("/isik\ry")  # enter leaves the filter, and y copies the one that is left
        app.shows("Copied the answer")
        app.shows("1 of 8")
    finally:
        app.process.close(force=True)
