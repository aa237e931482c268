"""Two pairs of hands on one file: what the tests of merging share."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jessy_tui.dataset.example import Example
from jessy_tui.dataset.merging.report import Merge
from jessy_tui.dataset.store import ExampleStore
from tests.conftest import EXAMPLES, example

ROWS = [example(*row) for row in EXAMPLES]


def text_of(rows: Sequence[Any], path: Path, indent: int | None = 2) -> str:
    """Rows as the content of a file."""
    if path.suffix == ".jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows) or "\n"
    return json.dumps(rows, ensure_ascii=False, indent=indent) + "\n"


def write(path: Path, rows: Sequence[Any], indent: int | None = 2) -> None:
    """Put rows into a file as an editor does: another file takes over the name."""
    beside = path.with_name(f".{path.name}.swp")
    beside.write_text(text_of(rows, path, indent))
    beside.replace(path)


def open_store(path: Path) -> ExampleStore:
    """A store on one file, with a journal beside it."""
    store = ExampleStore.open([path], journal=path.parent / "state" / "journal.jsonl")
    store.wait_indexed()
    return store


def take_in(store: ExampleStore, *paths: Path) -> Merge:
    """Look at the disk and merge what is there."""
    return store.take_in(store.look(paths))


def raws(store: ExampleStore) -> list[Any]:
    return [entry.example.raw for entry in store]


def questions(store: ExampleStore) -> list[str]:
    return [entry.example.question for entry in store]


def answer(store: ExampleStore, position: int, text: str) -> int:
    """Edit an answer; returns the id."""
    entry = store[position]
    store.replace(entry.id, entry.example.with_answer(text))
    return entry.id


def answered(row: Any, text: str) -> Any:
    """A row with another answer."""
    return Example(row).with_answer(text).raw


def crash(store: ExampleStore) -> None:
    """What the end of a process does to its locks."""
    log = store._log
    for journal in (log._journal, *log._left_behind):
        if journal is not None:
            journal.release()
    log._journal, log._left_behind = None, []
