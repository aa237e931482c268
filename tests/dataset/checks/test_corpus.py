"""Broken files, one a check and some with several flaws, and exactly what is found in each.

`corpus/NAME.json` holds examples and `corpus/NAME.probes.json` probes; `corpus/expected.json` has
for each the findings as [index, check, field, fix]. The first example of every file is sound.
"""

import json
from pathlib import Path

import pytest

from jessy_tui.dataset.checks import (
    ALL_CHECKS,
    FILE_CHECK,
    Finding,
    check_files,
    check_probes,
    unreadable_file,
)
from jessy_tui.dataset.files import load_examples
from jessy_tui.dataset.probes import load_probes
from jessy_tui.dataset.reading import ExampleFileError

CORPUS = Path(__file__).parent / "corpus"
EXPECTED: dict[str, list[list[object]]] = json.loads((CORPUS / "expected.json").read_text("utf-8"))
PROBES = load_probes(CORPUS / "clean.probes.json")


def findings_in(name: str) -> list[Finding]:
    path = CORPUS / f"{name}.json"
    if name.endswith(".probes"):
        return check_probes(load_probes(path))
    return check_files([load_examples(path)], probe_file=PROBES)


@pytest.mark.parametrize("name", EXPECTED)
def test_exactly_what_is_broken_is_found(name: str) -> None:
    found = findings_in(name)
    assert [[one.index, one.check, one.field, one.fix] for one in found] == EXPECTED[name]
    severities = {check.name: check.severity for check in ALL_CHECKS}
    for one in found:
        assert one.severity == severities[one.check]
        assert one.file == CORPUS / f"{name}.json"
        assert one.line is not None
        assert one.message.endswith(".")
        assert one.message[0] == one.message[0].upper()
        assert one.message.isprintable() or "\ufffd" in one.message


def test_every_check_has_a_broken_file_of_its_name() -> None:
    names = {path.name.split(".")[0] for path in CORPUS.glob("*.json")}
    # The balance is about many files, and tokens take a base: test_balance.py, test_length.py.
    # A split is two files: corpus/split-leak.
    elsewhere = {"balance", "too-long", "split-leak"}
    assert {check.name for check in ALL_CHECKS} - elsewhere <= names
    for name, expected in EXPECTED.items():
        assert {row[1] for row in expected} >= {name.split(".")[0]} - {"several", "clean"}


def test_a_file_that_cannot_be_read_is_a_finding() -> None:
    with pytest.raises(ExampleFileError) as caught:
        load_examples(CORPUS / "file.json")
    found = unreadable_file(caught.value)
    assert (found.check, found.severity, found.line) == (FILE_CHECK, "error", 3)


def test_checks_have_names_of_their_own_and_say_what_they_find() -> None:
    names = [check.name for check in ALL_CHECKS]
    assert len(set(names)) == len(names)
    for check in ALL_CHECKS:
        assert check.name == check.name.lower()
        assert check.about.endswith(".")
