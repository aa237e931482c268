"""Editing in an editor of one's own: real processes, and once a real terminal."""

import os
import stat
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any

import pexpect
import pytest
from textual.app import App
from textual.pilot import Pilot

from jessy_tui.dataset.example import Example, Unreadable
from jessy_tui.errors import JessyError
from jessy_tui.ui.clipboard import LONGEST, copy_text
from jessy_tui.ui.examples.external_editor import edit_outside, editor_command
from tests.conftest import REPOSITORY, example
from tests.ui.driving import notices, press, shown, until

ASKING = Example(example("naber", "İyidir.", "LOW", 1, "greeting"))


class Suspending(App[None]):
    """An app that edits one example outside; its terminal is pretended."""

    def __init__(self, one: Example | None) -> None:
        super().__init__()
        self.one = one
        self.done = False
        self.answer: Example | None = None

    @contextmanager
    def suspend(self) -> Iterator[None]:
        yield

    def on_mount(self) -> None:
        self.run_worker(self.edit())

    async def edit(self) -> None:
        self.answer = await edit_outside(self, self.one)
        self.done = True


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes an editor of some lines of Python that change `text`, and calls it $VISUAL."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def make(body: str) -> None:
        script = tmp_path / "editor.py"
        script.write_text(
            "import sys, pathlib\npath = pathlib.Path(sys.argv[-1])\n"
            "text = path.read_text('utf-8')\n" + dedent(body) + "\npath.write_text(text, 'utf-8')\n"
        )
        monkeypatch.setenv("VISUAL", f"'{sys.executable}' '{script}' --wait")

    return make


@asynccontextmanager
async def editing(one: Example | None) -> AsyncIterator[tuple[Pilot[None], Suspending]]:
    app = Suspending(one)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.done or len(app.screen_stack) > 1)
        yield pilot, app


def kept(folder: Path) -> list[Path]:
    return list(folder.glob("jessy-*.md"))


async def test_what_the_editor_wrote_is_taken_back(editor: Any, tmp_path: Path) -> None:
    editor("text = text.replace('naber', 'naber ğ').replace('LOW 1', 'LOW 2')")
    async with editing(ASKING) as (_, app):
        assert app.answer == ASKING.with_question("naber ğ").with_metadata(iterations=2)
    assert kept(tmp_path) == []


async def test_a_new_example_is_written_outside(editor: Any) -> None:
    editor("text = '## human\\n\\nselam\\n\\n## jessy LOW 1 greeting\\n\\nSelam!\\n'")
    async with editing(None) as (_, app):
        assert app.answer is not None
        assert app.answer.answer == "Selam!"


async def test_an_untouched_text_changes_nothing(editor: Any, tmp_path: Path) -> None:
    editor("")
    async with editing(ASKING) as (pilot, app):
        assert app.answer is None
        assert notices(pilot) == ["Nothing was changed."]
    assert kept(tmp_path) == []


async def test_an_editor_that_ends_badly_is_not_believed(editor: Any, tmp_path: Path) -> None:
    editor("path.write_text(text.replace('naber', 'x'), 'utf-8'); sys.exit(3)")
    async with editing(ASKING) as (pilot, app):
        (path,) = kept(tmp_path)
        assert "ended with 3, so its text was not taken." in shown(pilot)
        assert path.name in shown(pilot).replace("\n", "")
        await press(pilot, "escape")
        await until(pilot, lambda: app.done)
        assert app.answer is None
        assert any(str(path) in notice for notice in notices(pilot))
    assert "x" in path.read_text("utf-8")


async def test_a_text_that_does_not_parse_can_be_edited_on(editor: Any, tmp_path: Path) -> None:
    editor(
        "text = text.replace('HIGH 1', 'HIGH 9') if 'HIGH' in text "
        "else text.replace('LOW 1', 'HIGH 1')"
    )
    async with editing(ASKING) as (pilot, app):
        assert "HIGH goes with 6-9 iterations, not with 1" in shown(pilot)
        await press(pilot, "e")
        await until(pilot, lambda: app.done)
        assert app.answer == ASKING.with_metadata(complexity="HIGH", iterations=9)
    assert kept(tmp_path) == []


async def test_bytes_that_are_no_text_are_kept_and_said(editor: Any, tmp_path: Path) -> None:
    editor("path.write_bytes(b'\\xff\\xfe'); sys.exit(0)")
    async with editing(ASKING) as (pilot, app):
        assert "is not UTF-8" in " ".join(shown(pilot).split())
        await press(pilot, "escape")
        await until(pilot, lambda: app.done)
    assert len(kept(tmp_path)) == 1


async def test_an_editor_that_is_not_there_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("VISUAL", "no-such-editor")
    async with editing(ASKING) as (pilot, app):
        assert app.answer is None
        assert "no-such-editor cannot be started" in notices(pilot)[0]
    assert kept(tmp_path) == []


async def test_a_line_that_is_no_text_is_said() -> None:
    async with editing(Unreadable("?", "x, line 1 is not UTF-8.", exact=False)) as (pilot, app):
        assert app.answer is None
        assert "x, line 1 is not UTF-8." in notices(pilot)[0]


def test_the_editor_is_visual_then_editor_then_vi_or_nano(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert editor_command({"VISUAL": "code --wait", "EDITOR": "ed"}) == ["code", "--wait"]
    assert editor_command({"VISUAL": " ", "EDITOR": "'my ed'"}) == ["my ed"]
    with pytest.raises(JessyError, match=r"\$EDITOR is no command"):
        editor_command({"EDITOR": "'"})
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(JessyError, match="export VISUAL=nano"):
        editor_command({})
    (tmp_path / "nano").write_text("")
    (tmp_path / "nano").chmod(stat.S_IRWXU)
    assert editor_command({}) == ["nano"]


def test_a_real_terminal_is_handed_over_and_taken_back(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text(
        dedent("""
        from textual.app import App
        from textual.widgets import Static
        from jessy_tui.dataset.example import Example
        from jessy_tui.ui.examples.external_editor import edit_outside
        raw = {"conversations": [{"from": "human", "value": "naber"}]}
        class Editing(App):
            def compose(self):
                yield Static("waiting")
            def on_key(self, event):
                if event.key == "E":
                    self.run_worker(self.edit())
                if event.key == "q":
                    self.exit()
            async def edit(self):
                edited = await edit_outside(self, Example(raw))
                self.query_one(Static).update(f"came back: {edited.question}")
        Editing().run()
        """)
    )
    editor = tmp_path / "editor.sh"
    editor.write_text(
        "#!/bin/sh\nprintf 'in the editor\\n'\nread line\n"
        'sed "s/naber/$line/" "$1" > "$1.new" && mv "$1.new" "$1"\n'
    )
    editor.chmod(0o755)
    environment = {**os.environ, "VISUAL": str(editor), "TERM": "xterm-256color"}
    environment |= {"TMPDIR": str(tmp_path), "PYTHONPATH": str(REPOSITORY)}
    child = pexpect.spawn(
        sys.executable, [str(app)], env=environment, encoding="utf-8", timeout=60,
        dimensions=(24, 80),
    )  # fmt: skip
    try:
        child.expect("waiting")
        child.send("E")
        child.expect("in the editor")
        child.sendline("selam")
        child.expect("came back: selam")
        child.send("q")
        child.expect(pexpect.EOF)
    finally:
        child.close(force=True)


async def test_a_copy_goes_through_the_terminal_and_is_said() -> None:
    app: App[None] = App()
    async with app.run_test() as pilot:
        written: list[str] = []
        assert app._driver is not None
        app._driver.write = written.append  # type: ignore[method-assign]
        assert copy_text(app, "şey\n", "the answer")
        assert "".join(written).startswith("\x1b]52;c;xZ9leQo=")
        assert app.clipboard == "şey\n"
        assert not copy_text(app, "", "the question")
        assert not copy_text(app, "ş" * LONGEST, "the answer")
        await pilot.pause()
        assert notices(pilot) == [
            "şey",
            "There is nothing to copy: the question is empty.",
            "The answer has 148,000 bytes; terminals copy 74,000 at most. Nothing was copied.",
        ]


def hint(pilot: Pilot[None]) -> str:
    """What the border of a dialog says."""
    return str(pilot.app.screen.query_one(".dialog").border_subtitle)


async def test_a_label_outside_its_band_is_refused_and_one_key_sets_it_right(
    editor: Any, tmp_path: Path
) -> None:
    editor("text = text.replace('LOW 1', 'LOW 7')")
    async with editing(ASKING) as (pilot, app):
        assert "LOW goes with 1-2 iterations, not with 7" in shown(pilot).replace("\n", " ")
        assert "f takes HIGH 7" in hint(pilot)
        await press(pilot, "f")
        await until(pilot, lambda: app.done)
        assert app.answer is not None
        assert app.answer.plan is not None
        assert str(app.answer.plan) == "HIGH 7"
    assert kept(tmp_path) == []


async def test_the_key_that_fixes_does_nothing_where_there_is_nothing_to_fix(editor: Any) -> None:
    editor("text = text.replace('LOW 1', 'LOW many')")
    async with editing(ASKING) as (pilot, app):
        assert "f takes" not in hint(pilot)
        await press(pilot, "f")
        assert not app.done
        await press(pilot, "escape")
        await until(pilot, lambda: app.done)
        assert app.answer is None
