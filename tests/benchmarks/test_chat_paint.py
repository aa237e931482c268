"""A key to its paint in the Chat tab while two models stream side by side.

    pytest tests/benchmarks/test_chat_paint.py --benchmark-enable -s

Prints figures and asserts none: the machine decides them. The app is the real one in a real
terminal; only its engines are scripted, and each says a word every 20 ms, which is faster than a
CPU decodes.
"""

import re
import statistics
import sys
import time
from pathlib import Path

import pexpect
import pytest

from jessy_tui.bases.catalogue import fingerprint_of
from jessy_tui.workspace import Workspace
from tests.benchmarks.test_paint import SIZES, _only_when_asked, drain
from tests.conftest import REPOSITORY
from tests.inference import models

__all__ = ["_only_when_asked"]

STREAMING = """
import asyncio, sys
from pathlib import Path
from jessy_tui.ui import garbage
garbage.hold_off()
from jessy_tui.app import JessyApp
from jessy_tui.inference.protocol import Finished, Token
from jessy_tui.ui.chat import engines
from jessy_tui.workspace import Workspace

class Streaming:
    death = warning = None
    load_seconds = 0.1
    async def generate(self, messages, sampling=None):
        yield Token(1, "<think>HIGH 9</think>\\n", 1, 0.0)
        for number in range(100_000):
            await asyncio.sleep(0.02)
            yield Token(1, f"kelime{number}" + ("\\n\\n" if number % 30 == 29 else " "), number, 0)
    def cancel(self): pass
    async def close(self): pass

async def start(workspace, target, before=None):
    return before or Streaming()

engines.start_engine = start
JessyApp(Workspace(Path(sys.argv[1]))).run()
"""


@pytest.mark.parametrize("size", SIZES, ids=["120x40", "80x24"])
def test_key_to_paint_while_two_stream(tmp_path: Path, size: tuple[int, int]) -> None:
    workspace = Workspace(tmp_path)
    workspace.data.mkdir()
    base = models.write_base(workspace.bases / "chain")
    run = models.write_run(workspace.runs / "first", fingerprint_of(base), base=base)
    models.full_adapter(run / "final", models.CANONICAL)
    columns, rows = size
    app = pexpect.spawn(
        sys.executable,
        ["-c", STREAMING, str(tmp_path)],
        dimensions=(rows, columns),
        env={"TERM": "xterm-256color", "COLORTERM": "truecolor", "PATH": ""},
        cwd=str(REPOSITORY),
        timeout=60,
    )
    app.delaybeforesend = None
    app.expect("Examples")
    app.send("\x1bOS")  # F4
    app.expect("ready")
    app.send("\x02")
    app.expect(re.compile(rb"chain.*first"))
    drain(app, 2)
    idle = _taken(app)
    app.send("\x15selam\r")
    app.expect("kelime1")
    drain_for(app, 3)
    streaming = _taken(app)
    app.close(force=True)
    for name, taken in (("idle", idle), ("two streaming", streaming)):
        print(
            f"\n{size[0]}x{size[1]}, {name}: a key to its paint, median "
            f"{statistics.median(taken):.0f} ms, 95th percentile "
            f"{sorted(taken)[int(0.95 * len(taken))]:.0f} ms, budget 50 ms"
        )


def _taken(app: "pexpect.spawn[bytes]") -> list[float]:
    """Milliseconds until each typed letter is in what is painted."""
    taken = []
    for letter in "qxzvjw" * 10:
        drain_for(app, 0.05)
        began = time.perf_counter()
        app.send(letter)
        seen = b""
        while letter.encode() not in re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]|kelime\d*", b"", seen):
            seen += app.read_nonblocking(1 << 16, timeout=10)
        taken.append(1000 * (time.perf_counter() - began))
    return taken


def drain_for(app: "pexpect.spawn[bytes]", seconds: float) -> None:
    """Read what is painted for so long."""
    end = time.perf_counter() + seconds
    while (left := end - time.perf_counter()) > 0:
        try:
            app.read_nonblocking(1 << 16, timeout=left)
        except pexpect.TIMEOUT:
            return
