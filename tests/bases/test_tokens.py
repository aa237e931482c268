"""Counting tokens in the base's own words, with the real tokenizer of a tiny base."""

import os
import shutil
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from jessy_tui.bases import token_client
from jessy_tui.bases.token_client import TokenCounter
from jessy_tui.dataset.files import load_examples
from jessy_tui.dataset.rows import Row, training_rows
from jessy_tui.errors import JessyError
from jessy_tui.workspace import Workspace
from tests.training import nanos

DRIVER_COUNTS = """
import sys, msgspec
from mlx_lm import load
from jessy_tui.training.batches import encode_rows
folder, rows = msgspec.json.decode(sys.stdin.buffer.read())
_, tokenizer = load(folder)
encoded = encode_rows(rows, tokenizer, 10_000)
print(msgspec.json.encode([len(row.ids) for row in encoded.rows]).decode())
"""


@pytest.fixture
def base(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(nanos.tiny(tmp_path_factory), tmp_path / "nano"))


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    """Nothing is known from another test."""
    token_client._counts.clear()
    yield
    token_client._counts.clear()


def rows_of(workspace: Workspace) -> list[Row]:
    return list(training_rows(load_examples(workspace.example_files()[0]).examples))


def asked(text: str) -> Row:
    return {
        "messages": [
            {"role": "user", "content": text},
            {"role": "assistant", "content": "<think>LOW 1</think>\nSor."},
        ]
    }


def test_it_counts_just_what_the_driver_trains_on(workspace: Workspace, base: Path) -> None:
    rows = [*rows_of(workspace), asked("İıŞğ 日本語 😀 \n" * 50)]
    with TokenCounter(base) as counter:
        counted = counter.count(rows)
    assert counted == orjson.loads(nanos.run_python(DRIVER_COUNTS, [str(base), rows]))


def test_what_was_counted_is_not_counted_again_even_by_another_counter(base: Path) -> None:
    with TokenCounter(base) as counter:
        first = counter.count([asked("bir"), asked("iki"), asked("bir")])
        assert counter.count([]) == []
    again = TokenCounter(base)
    assert again.count([asked("iki"), asked("bir")]) == [first[1], first[0]]
    assert again._process is None  # it never had to start one
    again.close()


def test_a_process_that_dies_is_said_and_the_next_count_starts_another(base: Path) -> None:
    with TokenCounter(base) as counter:
        counter.count([asked("bir")])
        assert counter._process is not None
        os.kill(counter._process.pid, signal.SIGKILL)
        counter._process.wait()
        assert counter.count([asked("iki")]) > [0]  # it was found dead, and started again
        os.kill(counter._process.pid, signal.SIGSTOP)
        stopped = counter._process.pid
        threading.Timer(0.3, os.kill, (stopped, signal.SIGKILL)).start()
        with pytest.raises(JessyError, match="Tokens could not be counted"):
            counter.count([asked("üç")])


def test_a_base_that_vanishes_or_is_broken_is_said(base: Path) -> None:
    with TokenCounter(base) as counter:
        counter.count([asked("bir")])
        (base / "base.json").rename(base / "away")
        with pytest.raises(JessyError, match="is gone, so tokens cannot be counted"):
            counter.count([asked("iki")])
    (base / "away").rename(base / "base.json")
    (base / "tokenizer.json").write_text("{")
    with TokenCounter(base) as counter, pytest.raises(JessyError, match="cannot be loaded"):
        counter.count([asked("iki")])


def test_closing_ends_a_count_that_is_at_work_in_another_thread(base: Path) -> None:
    counter = TokenCounter(base)
    failed: list[str] = []

    def count() -> None:
        try:
            counter.count([asked(f"{number} ") for number in range(200_000)])
        except JessyError as error:
            failed.append(str(error))

    thread = threading.Thread(target=count)
    thread.start()
    threading.Timer(0.5, counter.close).start()
    thread.join(60)
    assert failed == ["The count of tokens was stopped."]
    with pytest.raises(JessyError, match="stopped"):
        counter.count([asked("dört")])
