"""Files that nobody would write on purpose, in the app: shown or refused, never changed."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

import jessy_tui.dataset.large.file as large_module
from jessy_tui.dataset.large.workers import Workers
from jessy_tui.workspace import Workspace
from tests.conftest import EXAMPLES, example
from tests.ui.driving import notices, opened, press, shown, type_text, until
from tests.ui.terminal import ESCAPE, Terminal

GOOD = example(*EXAMPLES[0])
_ESCAPES = "\x1b]0;PWNED\x07\x1b[31mred\x1b[2J\x9b2Jx\x07\x08\r\x1b[?1049l"


def _talk(question: Any, answer: Any, **metadata: Any) -> dict[str, Any]:
    label = {"complexity": "LOW", "iterations": 1, "category": "chat"} | metadata
    return {
        "conversations": [
            {"from": "human", "value": question},
            {"from": "jessy", "value": answer, "metadata": label},
        ]
    }


VALUES: dict[str, Any] = {
    "escapes": _talk(_ESCAPES, "".join(map(chr, range(1, 32))) + _ESCAPES, category=_ESCAPES),
    "nul": _talk("a\0b", "\0"),
    "right-to-left": _talk("مرحبا \u202eabc\u202c שלום", "\u2067عربي\u2069 \u200f"),
    "marks": _talk("z" + "\u0301\u0328" * 300, "a\u0300" * 500),
    "emoji": _talk("👨‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇹🇷" * 20, "あ漢字😀" * 50),
    "markup": _talk("[bold]x[/] [/nope] [@click=app.bell]y[/]", "[red]a[/red] [/]"),
    "markdown": _talk("md", "```\nopen\n" + "| a |\n|-|\n" * 99 + "> " * 300 + "[" * 999),
    "turns": {
        "conversations": [
            {"from": ("human", "jessy")[turn % 2], "value": str(turn)} for turn in range(10_000)
        ]
    },
    "long": _talk("uzun " * 200_000, "x" * 1_000_000),
    "types": {"conversations": [{"from": 3, "value": {"x": 1}}, None, [], {"value": None}]},
    "scalar": 42,
}
SOURCES = {
    "twice": b'{"conversations":[],"conversations":[]}',
    "deep": b'{"x":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    "surrogate": b'{"conversations":[{"from":"human","value":"a\\ud800b"}]}',
    "nan": b'{"conversations":[],"x":NaN}',
    "digits": b'{"conversations":[],"x":' + b"9" * 5_000 + b"}",
    "bare-nul": b'{"conversations":[{"from":"human","value":"a\x00b"}]}',
    "not-utf-8": b'{"conversations":[{"from":"human","value":"\xff\xfe"}]}',
}


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _fill(folder: Path) -> dict[str, bytes]:
    """A file for each, and some that are none; returns the contents."""
    folder.mkdir(parents=True)
    files = {f"{name}.json": b"[" + _line(value) + b"]" for name, value in VALUES.items()}
    files |= {f"{name}.json": b"[\n" + source + b"\n]" for name, source in SOURCES.items()}
    files["infinite.json"] = b'[{"conversations":[],"x":1e999}]'
    files["crlf.jsonl"] = (_line(GOOD) + b"\r\n") * 2
    files["bom.jsonl"] = b"\xef\xbb\xbf" + _line(GOOD) + b"\n"
    files["utf-16.jsonl"] = (_line(GOOD).decode() + "\n").encode("utf-16")
    files["empty.jsonl"] = b""
    files["a.jsonl"] = _line(GOOD) + b"\n"
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / "folder.json").mkdir()
    os.mkfifo(folder / "pipe.jsonl")
    (folder / "loop.json").symlink_to("loop.json")
    (folder / "nowhere.jsonl").symlink_to("missing.jsonl")
    return files


def _unchanged(folder: Path, files: dict[str, bytes], *, but: str) -> None:
    for name, content in files.items():
        assert ((folder / name).read_bytes() == content) is (name != but), name


REFUSED = [*SOURCES, "utf-16", "empty", "folder", "pipe", "loop", "nowhere"]


async def test_each_file_is_shown_or_refused_with_a_sentence(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "workspace")
    files = _fill(workspace.data)
    async with opened(workspace, (100, 30)) as pilot:
        await until(pilot, lambda: f"/{len(VALUES) + 5}" in shown(pilot))
        problems = " ".join(pilot.app.store.problems)  # type: ignore[attr-defined]
        for name in REFUSED:
            assert f"{name}.json" in problems, name
        for _ in range(len(VALUES) + 4):
            await press(pilot, "j")
            assert not any(ord(character) < 32 for character in shown(pilot).replace("\n", ""))
        await press(pilot, "tab", "G", "g", "ctrl+d", "m", "m", "tab", "g", "e", "escape")
        await press(pilot, "slash")
        await type_text(pilot, "/./")
        await press(pilot, "enter", "escape", "g", "i", "2", "ctrl+s")
        await until(pilot, lambda: any("Saved a.jsonl" in notice for notice in notices(pilot)))
    _unchanged(workspace.data, files, but="a.jsonl")


async def test_each_line_of_a_large_file_is_shown_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large_module, "LARGE", 1)
    monkeypatch.setattr(Workers, "_start", lambda self: None)
    workspace = Workspace(tmp_path / "workspace")
    workspace.data.mkdir(parents=True)
    infinite = b'{"conversations":[],"x":1e999}'
    lines = [_line(GOOD), infinite, *map(_line, VALUES.values()), *SOURCES.values(), _line(GOOD)]
    path = workspace.data / "all.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n")
    async with opened(workspace, (100, 30)) as pilot:
        await until(
            pilot, lambda: f"/{len(lines)}" in shown(pilot) and "indexed" not in shown(pilot)
        )
        for _ in lines[1:]:
            await press(pilot, "j")
            assert not any(ord(character) < 32 for character in shown(pilot).replace("\n", ""))
        await press(pilot, "m", "m", "E", "g", "slash")
        await type_text(pilot, "/uzun/ or sor")
        await press(pilot, "enter", "escape", "g", "i", "2", "ctrl+s")
        await until(pilot, lambda: any("Saved" in notice for notice in notices(pilot)))
    saved = path.read_bytes().split(b"\n")[:-1]
    assert saved[1:] == lines[1:]
    assert json.loads(saved[0])["conversations"][1]["metadata"]["iterations"] == 2


def test_what_the_data_says_to_the_terminal_does_not_reach_it(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "workspace")
    workspace.data.mkdir(parents=True)
    rows = [VALUES["escapes"], VALUES["nul"], VALUES["right-to-left"]]
    (workspace.data / "a.json").write_bytes(_line(rows))
    terminal = Terminal(workspace, (100, 30))
    terminal.until(lambda text: "1/3" in text and "PWNED" in text)
    terminal.send("jjkk")
    terminal.send("/")
    terminal.shows("category:rust")
    terminal.send("PWNED\r")
    terminal.until(lambda text: "1 of 3" in text and "Examples 1/1" in text)
    terminal.send(ESCAPE)
    terminal.until(lambda text: "Examples 1/3" in text and "1 of 3" not in text)
    terminal.send("G")
    terminal.shows("Examples 3/3")
    assert b"\x1b]0;PWNED" not in terminal.written
    assert b"\x1b[2J\x9b" not in terminal.written
    assert b"\x1b[31mred" not in terminal.written
    assert "\u202e".encode() not in terminal.written
    terminal.process.close(force=True)
