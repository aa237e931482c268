"""Answers are measured in the tokens of a base, which somebody else counts."""

import json
import time
from collections.abc import Sequence
from pathlib import Path

from jessy_tui.dataset.checks.following import Following
from jessy_tui.dataset.checks.length import Measure, long_rows
from jessy_tui.dataset.checks.sweep import Sweep
from jessy_tui.dataset.example import Example
from jessy_tui.dataset.query import parse
from jessy_tui.dataset.rows import Row
from jessy_tui.dataset.store import ExampleStore
from jessy_tui.errors import JessyError
from jessy_tui.workspace import CheckSettings, Settings
from tests.conftest import example

LONG = " ".join(f"kelime{n}" for n in range(150))
ROWS = [
    example("naber", "İyi.", "LOW", 1, "chat"),
    example("anlat", LONG, "MEDIUM", 3, "chat"),
    example("yine anlat", LONG.replace("kelime", "x"), "MEDIUM", 3, "chat"),
]
OFF = CheckSettings(off=("answer-length", "duplicate-answer"))


class Counter:
    """Counts words, and how many rows it was asked about."""

    def __init__(self, problem: str = "") -> None:
        self.asked = 0
        self.problem = problem

    def __call__(self, rows: Sequence[Row]) -> list[int]:
        if self.problem:
            raise JessyError(self.problem)
        self.asked += len(rows)
        return [sum(len(one["content"].split()) for one in row["messages"]) for row in rows]


def line_of(folder: Path, word: str) -> int:
    lines = (folder / "a.json").read_text().splitlines()
    return next(number for number, line in enumerate(lines, start=1) if f'"{word}' in line)


def found_in(folder: Path, counter: Counter, most: int, **keywords: object) -> list[object]:
    path = folder / "a.json"
    path.write_text(json.dumps(ROWS, indent=1))
    with Sweep([path], OFF, measure=Measure(counter, "nano", most)) as sweep:
        sweep.run()
        assert sweep.unmeasured == (counter.problem or None)
        return list(sweep.findings())


def test_only_rows_that_may_be_too_long_are_counted(tmp_path: Path) -> None:
    counter = Counter()
    found = found_in(tmp_path, counter, 140)
    assert [(one.check, one.index, one.line) for one in found] == [  # type: ignore[attr-defined]
        ("too-long", 1, line_of(tmp_path, "kelime0")),
        ("too-long", 2, line_of(tmp_path, "x0")),
    ]
    message = found[0].message  # type: ignore[attr-defined]
    assert "153 tokens in nano" in message
    assert "max_seq_length of 140" in message
    assert counter.asked == 2
    assert found_in(tmp_path, counter, 5_000) == []
    assert counter.asked == 2


def test_what_cannot_be_counted_is_said_and_the_rest_is_checked(tmp_path: Path) -> None:
    assert found_in(tmp_path, Counter("The base is gone."), 100) == []


def test_every_answer_of_a_conversation_is_a_row() -> None:
    both = {"conversations": ROWS[1]["conversations"] + ROWS[2]["conversations"]}  # type: ignore[operator]
    found = list(long_rows(Example(both), 100))
    assert [path[1] for path, _ in found] == [1, 3]
    assert len(found[1][1]["messages"]) == 4


def test_it_follows_the_store(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(ROWS))
    store = ExampleStore.open([path])
    following = Following(
        store,
        Settings(check=OFF),
        tmp_path / "probes.json",
        lambda: None,
        measure=lambda: Measure(Counter(), "nano", 100),
    )
    following.start()
    settle(following)
    assert [place for chunk in store.select(parse("has:too-long")) for place in chunk] == [1, 2]
    store.replace(store[1].id, store[1].example.with_answer("Kısa."))
    store.replace(store[0].id, store[0].example.with_answer(LONG + " son"))
    settle(following)
    assert [place for chunk in store.select(parse("has:too-long")) for place in chunk] == [0, 2]
    following.close()
    store.close()


def settle(following: Following) -> None:
    for _ in range(1000):
        if following.settled:
            return
        time.sleep(0.01)
    raise AssertionError("the checks do not come to an end")
