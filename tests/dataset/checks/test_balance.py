"""Missed targets are notes about all examples together."""

import json
from pathlib import Path
from typing import Any

from jessy_tui.dataset.census import census_of
from jessy_tui.dataset.checks import Finding, check_balance
from jessy_tui.dataset.files import ExampleFile, load_examples
from jessy_tui.workspace import CheckSettings, TargetSettings
from tests.conftest import example

SETTINGS, TARGETS = CheckSettings(), TargetSettings()


def write(path: Path, rows: list[Any]) -> ExampleFile:
    path.write_text(json.dumps(rows))
    return load_examples(path)


def balance(files: list[ExampleFile], settings: CheckSettings = SETTINGS) -> list[Finding]:
    return check_balance(census_of(files), settings, TARGETS)


def rows(count: int, complexity: str = "LOW", iterations: int = 1) -> list[Any]:
    return [example(f"{complexity}{n}", "x", complexity, iterations, "chat") for n in range(count)]


def test_each_missed_target_is_a_note_without_a_place(tmp_path: Path) -> None:
    file = write(tmp_path / "own.json", rows(100))
    found = balance([file])
    messages = [one.message for one in found]
    assert messages[:3] == [
        "LOW: 100.0% found, 48% to 52% wanted.",
        "MEDIUM: 0.0% found, 33% to 38% wanted.",
        "HIGH: 0.0% found, 13% to 18% wanted.",
    ]
    assert "Iterations 2: 0 found, at least 12 wanted." in messages
    for one in found:
        assert (one.check, one.severity) == ("balance", "note")
        assert (one.file, one.index, one.line, one.field, one.fix) == (None,) * 5


def test_few_examples_are_not_judged(tmp_path: Path) -> None:
    assert balance([write(tmp_path / "own.json", rows(99))]) == []
    assert balance([]) == []


def test_targets_of_files_count_only_where_a_file_has_such_a_name(tmp_path: Path) -> None:
    own = write(tmp_path / "own.json", rows(100))
    ours = write(tmp_path / "jessy_technical_qa.json", rows(100))
    assert not any("Files" in one.message for one in balance([own]))
    notes = [one.message for one in balance([own, ours])]
    assert "Files jessy_technical_*: 50.0% found, 25.0% ± 2% wanted." in notes


def test_it_can_be_turned_off(tmp_path: Path) -> None:
    file = write(tmp_path / "own.json", rows(100))
    assert balance([file], CheckSettings(off=("balance",))) == []
