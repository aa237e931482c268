"""`jessy check` stopped with ctrl+c says what was found until then, and that it is not all."""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import psutil

from tests.conftest import example


def write(path: Path, rows: int) -> None:
    line = json.dumps(example("naber", "iyi ", "LOW", 1, "chat")) + "\n"
    path.write_text(line * rows)


def test_ctrl_c_ends_it_with_what_is_known(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", 25_000)
    ran = pexpect.spawn(
        sys.executable, ["-m", "jessy_tui", "check", "a.jsonl"], cwd=tmp_path, timeout=120
    )
    ran.expect(re.compile(rb"checking .*[1-9]%"))
    ran.sendintr()
    ran.expect(b"Stopping; ctrl.c again leaves at once")
    ran.expect(b"Stopped before the end")
    ran.expect(pexpect.EOF)
    ran.close()
    assert ran.exitstatus == 130
    assert b"Traceback" not in (ran.before or b"")


def test_a_program_is_told_that_it_is_not_all(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", 25_000)
    ran = subprocess.Popen(
        [sys.executable, "-m", "jessy_tui", "check", "--json", "a.jsonl"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    _wait_for_helpers(ran.pid)
    ran.send_signal(signal.SIGINT)
    out, err = ran.communicate(timeout=120)
    assert (ran.returncode, err) == (130, b"")
    found = json.loads(out)
    assert found["complete"] is False
    assert found["examples"] < 25_000


def test_a_kill_leaves_no_helper_behind(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", 25_000)
    ran = subprocess.Popen(
        [sys.executable, "-m", "jessy_tui", "check", "--json", "a.jsonl"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    helpers = _wait_for_helpers(ran.pid)
    ran.kill()
    assert ran.communicate(timeout=120) == (None, b"")
    assert psutil.wait_procs(helpers, timeout=120)[1] == []


def test_a_helper_that_is_killed_is_not_missed(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", 25_000)
    ran = subprocess.Popen(
        [sys.executable, "-m", "jessy_tui", "check", "--json", "a.jsonl"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    _wait_for_helpers(ran.pid)[0].kill()
    out, err = ran.communicate(timeout=120)
    assert err == b""
    found = json.loads(out)
    assert ("complete" in found, found["examples"]) == (False, 25_000)


def _wait_for_helpers(pid: int) -> list[psutil.Process]:
    for _ in range(2400):
        helpers = psutil.Process(pid).children()
        if len(helpers) >= 2:
            return helpers
        time.sleep(0.05)
    raise AssertionError("no helper was started")
